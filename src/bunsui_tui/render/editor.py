"""A text that is edited: whether it can be used, what it changes, and what it must keep to."""

from __future__ import annotations

from rich.console import Group
from rich.text import Text

from bunsui_core.domain.editing import place_of, pretty, same
from bunsui_core.domain.inputs import input_changes
from bunsui_core.domain.value import read_json
from bunsui_tui.render.signs import FAILED, OK, named, sign
from bunsui_tui.render.text import MUTED, TITLE, Block, quoted, said, section, stack, words
from bunsui_tui.wishes import Draft

CHANGES = 40
SCHEMA_LIMIT = 6_000
FROM = {"enter_at": "of the state it enters at", "restart": "of the whole job"}


def heading(draft: Draft) -> Text:
    """Return what is edited."""
    whose = FROM.get(draft.mode.value, "that the jobs after it take")
    of = said(f"{draft.job} of {draft.session_id}", 120)
    return words((f"Edit the {draft.noun} ", TITLE), (f"{whose}: ", MUTED), of)


def check_line(trouble: str, text: str, draft: Draft) -> Text:
    """Return whether the text can be used, and how long it is."""
    if trouble:
        return words(sign(FAILED), " ", said(trouble, 400))
    length = f"{len(text.encode()):,} bytes"
    kept = "JSON, and as its schema says" if draft.schema else "JSON"
    state = "nothing is changed" if is_unchanged(draft, text) else "changed"
    return words(sign(OK), " ", named(OK, kept), (f" · {state} · {length}", MUTED))


def fault(text: str) -> str:
    """Return where a text is no JSON; empty when it is."""
    try:
        read_json(text)
    except ValueError as error:
        return f"no JSON: {place_of(error)}"
    return ""


def is_unchanged(draft: Draft, text: str) -> bool:
    """Whether a JSON text says what was recorded."""
    return bool(draft.recorded) and same(text, draft.recorded)


def beside(draft: Draft, text: str) -> Group:
    """Return what a JSON text changes, and the schema; of what is no JSON, the schema alone."""
    changed = (
        [] if not draft.recorded or fault(text) else [section("CHANGED", *_changes(draft, text))]
    )
    schema = (
        [section("SCHEMA", quoted(pretty(draft.schema), SCHEMA_LIMIT))]
        if draft.schema
        else [section("SCHEMA", words(("the job declares none", MUTED)))]
    )
    return stack([*changed, *schema])


def _changes(draft: Draft, text: str) -> list[Block]:
    found = input_changes(draft.recorded, text)
    if not found:
        return [words(("nothing: it is as it was recorded", MUTED))]
    lines: list[Block] = []
    for one in found[:CHANGES]:
        lines.append(said(one.path, 200, MUTED))
        lines += [words("- ", said(one.before, 300)), words("+ ", said(one.after, 300))]
    left = len(found) - CHANGES
    return [*lines, words((f"and {left} more", MUTED))] if left > 0 else lines

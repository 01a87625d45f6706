"""How what would run differs from the failed run: its input, and the code behind it."""

from __future__ import annotations

import json

from rich.console import Group
from rich.text import Text

from bunsui_core.domain.answer import Review, StepReview
from bunsui_core.domain.value import read_json
from bunsui_core.domain.verdict import Look
from bunsui_tui.render.alike import change
from bunsui_tui.render.review import whole_steps
from bunsui_tui.render.signs import OK, QUIET, WAITING, named, sign
from bunsui_tui.render.text import MUTED, TITLE, Block, Hanging, joined, quoted, said, stack, words

VALUE_LIMIT = 4000
"""Characters of one value before and after."""


def difference(review: Review) -> Group:
    """Return what changed of input and code since the failed run, and the whole input."""
    return stack(differences(review))


def differences(review: Review) -> list[Block]:
    """Return the blocks of it; of steps like the canary's only those that say something else."""
    parts: list[Block] = []
    whole, same = whole_steps(review), 0
    for number, step in enumerate(review.steps, 1):
        if number > whole and not step.changes:
            same += 1
            continue
        parts += _of_step(number, step)
    rest = f"The input of {same:,} more steps is the same as that of their failed runs."
    return [*parts, words((rest, MUTED)) if same else Text()]


def _of_step(number: int, step: StepReview) -> list[Block]:
    parts: list[Block] = [words((f"Difference of step {number}'s input to the failed run", TITLE))]
    parts += [Hanging("   ", change(one, VALUE_LIMIT)) for one in step.changes]
    if not step.changes:
        parts.append(words(("   the input is the same", MUTED)))
    if step.since:
        parts.append(words((f"What else changed since step {number}'s failed run", TITLE)))
        parts += [Hanging("   ", line) for one in _sorted(step.since) for line in looked(one)]
    size = f"{len(step.input):,} characters"
    parts.append(words((f"The whole input of step {number}", TITLE), (f" ({size})", MUTED)))
    parts.append(quoted(laid_out(step.input), MOST_SHOWN))
    return parts


MOST_SHOWN = 300_000
"""Characters of an input that are shown: the whole of what Step Functions takes, laid out."""


def laid_out(text: str) -> str:
    """Return a JSON text with a member a line; another text as it is."""
    try:
        return json.dumps(read_json(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def _sorted(looks: tuple[Look, ...]) -> list[Look]:
    """What changed first, then what cannot be told, what is the same last."""
    rank = {True: 0, None: 1, False: 2}
    return sorted(looks, key=lambda one: rank[one.changed])


def looked(one: Look) -> list[Text]:
    """Return whether a thing changed, with how it stood and stands where that is known."""
    word = {
        True: words(sign(WAITING), " ", named(WAITING, "changed")),
        False: words(sign(OK), " ", named(OK, "same")),
        None: words(sign(QUIET), " ", named(QUIET, "unknown")),
    }[one.changed]
    lines = [joined([word, said(one.text, 300)], "  ")]
    if one.then != one.now and (one.then or one.now):
        then, now = one.then or "not recorded", one.now or "not there"
        lines.append(words("   ", said(then, 80, MUTED), " → ", said(now, 80)))
    return lines

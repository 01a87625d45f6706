"""The text of a `bunsui.toml`, changed without touching what its user wrote around it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping

from bunsui_core.domain.environment import TABLE, UNLOCK_MINUTES, Environment, parse_environments
from bunsui_core.domain.errors import BadInput, Refused

HEAD = """\
# The accounts and regions that bunsui sees. `bunsui config check` looks whether all of it works.
# What is not classed counts as production; a machine is chosen by name ("orders-*") or tag
# ("tag:team=data"). https://toml.io explains the notation.
"""

_HEADER = re.compile(r"\s*\[")


def with_environment(text: str, name: str, environment: Environment, path: str) -> str:
    """Return the text with an environment in it, in place of the one of that name.

    Comments and everything else stay as they are.

    Raises: BadInput for a text that is no `bunsui.toml`, Refused when the old table is written in
    a way that cannot be replaced line by line.
    """
    known = parse_environments(text, path)
    block = _block(name, environment)
    new = _replaced(text, name, block, path) if name in known else _appended(text, block)
    if not _is(new, {**known, name: environment}, path):
        raise _by_hand(name, path)
    return new


def _appended(text: str, block: str) -> str:
    before = text.rstrip("\n")
    return f"{before}\n\n{block}" if before else f"{HEAD}\n{block}"


def _replaced(text: str, name: str, block: str, path: str) -> str:
    """Put new lines in place of the old table's; its comments stay above its first key."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if _opens(line, name)]
    if len(starts) != 1:
        raise _by_hand(name, path)
    (start,) = starts
    rest = lines[start + 1 :]
    length = next((number for number, line in enumerate(rest) if _HEADER.match(line)), len(rest))
    kept = [line for line in rest[:length] if not line.strip() or line.lstrip().startswith("#")]
    if any(_loses_words(line) for line in rest[:length]):
        raise _by_hand(name, path)
    tail = [] if length == len(rest) else rest[length:]
    header, *pairs = block.splitlines()
    comments = [line for line in kept if line.strip()]
    blank = [""] if tail else []
    body = [lines[start] if "#" in lines[start] else header, *comments, *pairs, *blank]
    return "\n".join([*lines[:start], *body, *tail]) + "\n"


def _opens(line: str, name: str) -> bool:
    quoted = re.escape(name)
    return bool(re.match(rf"""\s*\[\s*{TABLE}\s*\.\s*["']?{quoted}["']?\s*\]\s*(#.*)?$""", line))


def _loses_words(line: str) -> bool:
    """Whether a line is more than one plain `key = value`: a part of one, or a comment too."""
    bare = line.strip()
    if not bare or bare.startswith("#"):
        return False
    value = _value(bare)
    ends = [number for number, character in enumerate(bare) if character == "#"]
    return value is None or any(_value(bare[:end]) == value for end in ends)


def _value(line: str) -> object:
    """Return what a line says by itself, nothing when it says nothing complete."""
    try:
        return tomllib.loads(line) or None
    except tomllib.TOMLDecodeError:
        return None


def _block(name: str, environment: Environment) -> str:
    header = f"[{TABLE}.{name}]"
    return "\n".join([header, *_pairs(environment)]) + "\n"


def _pairs(environment: Environment) -> Iterator[str]:
    written = environment.model_dump(mode="json", by_alias=True)
    for key, value in written.items():
        if not _is_usual(key, value):
            yield f"{key} = {json.dumps(value, ensure_ascii=False)}"


def _is_usual(key: str, value: object) -> bool:
    """Whether the file says as much without that line."""
    return value == UNLOCK_MINUTES if key == "unlock_minutes" else value in ("", [], 0)


def _is(text: str, wanted: Mapping[str, Environment], path: str) -> bool:
    try:
        return parse_environments(text, path) == wanted
    except BadInput:
        return False


def _by_hand(name: str, path: str) -> Refused:
    return Refused(
        f"{path}: [{TABLE}.{name}] has comments or lines that would be lost.",
        "Change it in an editor; `bunsui config check` then looks at it.",
    )

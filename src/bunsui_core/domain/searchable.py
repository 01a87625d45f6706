"""What of a session can be searched for: its names, what its jobs said, and every value in it."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.cause import read_cause
from bunsui_core.domain.secrets import is_secret_name, masked
from bunsui_core.domain.session import Attempt, Session
from bunsui_core.domain.value import Json

MOST_VALUES = 500
"""How many values of one session can be searched for; the first ones in the order of the jobs."""

LONGEST = 200
"""How many characters of a value, a path or a message count; what follows is not compared."""

MOST_SAID = 4_000
"""How many characters of what failed jobs said can be searched for."""

_ENVELOPE = {"input", "outputs"}
"""The keys around a session's input that a job of a pipeline is given (`advance`)."""


class Side(StrEnum):
    """Where a value is."""

    INPUT = "input"
    OUTPUT = "output"


class Held(NamedTuple):
    """One value: on which side it is, under which key, and the whole path to it.

    An output that is a bare value has the name of its job for a key.
    """

    side: Side
    key: str
    text: str
    path: str


def folded(text: str) -> str:
    """Return a text as it is compared: without case, composed."""
    whole = text if text.isascii() else text.encode(errors="replace").decode()  # no half characters
    return unicodedata.normalize("NFC", whole).casefold()


def compared(text: str) -> str:
    """Return the beginning of a text as it is compared."""
    return folded(text[:LONGEST])[:LONGEST]


def names_of(session: Session) -> str:
    """Return the names of a session: its id, its pipeline's, and those of its executions."""
    names = (attempt.execution_name for run in session.runs for attempt in run.attempts)
    return folded("\n".join(dict.fromkeys((session.id, session.pipeline.name, *names))))


def said_by(session: Session, before: str = "") -> str:
    """Return what jobs said when they failed, each with its name.

    A redriven attempt forgets why it failed; what was said `before` is kept behind what is new.
    """
    failed = (
        folded(_said(run.job, attempt))
        for run in session.runs
        for attempt in run.attempts
        if attempt.status.is_failure
    )
    every = dict.fromkeys((*failed, *before.split("\n")))
    return "\n".join(line for line in every if line)[:MOST_SAID]


def mark_of(session: Session) -> str:
    """Return a short text that is another one whenever a session holds other values."""
    parts = [session.input]
    for run in session.runs:
        for attempt in run.attempts:
            parts += (run.job, attempt.input, attempt.output or "")
    return text_digest("\0".join(parts))[:16]


def held_by(session: Session) -> tuple[tuple[Held, ...], bool]:
    """Return the values in inputs and outputs, and whether these are all there are."""
    found = tuple(islice(_unique(_held(session)), MOST_VALUES + 1))
    return found[:MOST_VALUES], len(found) <= MOST_VALUES


def _unique(values: Iterator[Held]) -> Iterator[Held]:
    met: set[Held] = set()
    for one in values:
        if one not in met:
            met.add(one)
            yield one


def _said(job: str, attempt: Attempt) -> str:
    cause = read_cause(attempt.error, attempt.cause)
    words = (job, attempt.error, cause.exception, " ".join(masked(cause.message[:LONGEST]).split()))
    return " ".join(dict.fromkeys(word for word in words if word))


def _held(session: Session) -> Iterator[Held]:
    """A job's input is mostly the session's, in an envelope: it is held once, not once a job."""
    yield from _values(Side.INPUT, "", _document(session.input))
    for run in session.runs:
        for attempt in run.attempts:
            given = _document(attempt.input)
            if isinstance(given, dict) and given.keys() == _ENVELOPE:
                given = given["input"]
            yield from _values(Side.INPUT, "", given)
            if attempt.output is not None:
                yield from _values(Side.OUTPUT, compared(run.job), _document(attempt.output))


def _document(text: str) -> Json:
    document: Json = json.loads(text)
    return document


def _values(side: Side, bare: str, document: Json) -> Iterator[Held]:
    """Walk a document without recursion, in its order: its author decides how deep it is.

    Secrets are left out: who may search could guess one letter after the other.
    """
    left: list[tuple[str, str, Json]] = [(bare, "", document)]
    while left:
        key, path, value = left.pop()
        match value:
            case dict():
                names = [name for name in reversed(value) if not is_secret_name(name)]
                left += [(name, _under(path, name), value[name]) for name in names]
            case list():
                left += [(key, path, one) for one in reversed(value)]
            case str() if masked(value) != value:
                continue
            case _:
                yield Held(side, compared(key), compared(_text(value)), path or bare)


def _under(path: str, name: str) -> str:
    return f"{path}.{folded(name)}"[-LONGEST:] if path else compared(name)


def _text(value: bool | int | float | str | None) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value)

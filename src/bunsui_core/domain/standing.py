"""How the things that a failure depends on stood at one moment."""

from __future__ import annotations

from bunsui_core.domain.value import Instant, Value
from bunsui_core.domain.verdict import Subject


class Standing(Value):
    """How one thing stood when it was looked at; kept with the archive of a failed execution.

    `state` is a digest or a word that is another when the thing is another, and empty when the
    thing was not there; a value of the thing itself is never in it. `text` says it to a person.
    `changed_at` is when AWS says that it last changed. What could not be seen is `unseen`, with
    the reason as its text.
    """

    subject: Subject
    name: str
    state: str = ""
    text: str
    changed_at: Instant | None = None
    seen_at: Instant
    unseen: bool = False

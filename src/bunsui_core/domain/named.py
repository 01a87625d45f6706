"""What a failure names: objects in S3, its own words, and what its Task asked for."""

from __future__ import annotations

import re

from bunsui_core.domain.failure import Failure, HistoryEvent
from bunsui_core.domain.value import Json, read_json

MOST_OBJECTS = 10
"""Objects looked at for one failure; more are said not to be seen."""

_OBJECT = re.compile(r"s3://[a-z0-9][a-z0-9.-]+/[^\s\"'\\,;)<>]*[^\s\"'\\,;)<>/.:]")


def named_objects(failure: Failure, given: str) -> tuple[str, ...]:
    """Return the S3 objects that the input or the cause names, prefixes left out."""
    words = " ".join((given, failure.state_input or "", failure.cause, failure.message))
    found = (match.group() for match in _OBJECT.finditer(words) if not _goes_on(words, match))
    return tuple(dict.fromkeys(found))


def words_of(failure: Failure) -> str:
    """Return all that a failure says of itself."""
    inner = failure.innermost
    parts = (failure.message, failure.exception, failure.error, failure.cause, inner.cause)
    return " ".join(dict.fromkeys(part for part in parts if part))


def asked_for(failure: Failure, history: tuple[HistoryEvent, ...], field: str = "") -> str:
    """Return the parameters of the Task that failed as JSON, or one text among them.

    Empty where it ran none, or it failed in an execution below, whose history is another.
    """
    if failure.nested:
        return ""
    ran = (e for e in reversed(history) if e.id <= failure.event_id)
    scheduled = next((e for e in ran if e.type.endswith("Scheduled")), None)
    parameters = (scheduled.parameters if scheduled else "") or ""
    if not field:
        return parameters
    try:
        document: Json = read_json(parameters or "{}")
    except ValueError:
        return ""
    value = document.get(field) if isinstance(document, dict) else None
    return value if isinstance(value, str) else ""


def _goes_on(words: str, match: re.Match[str]) -> bool:
    """Whether what was matched is a prefix: a slash follows."""
    return words[match.end() : match.end() + 1] == "/"

"""A name for what a failure says, the same whenever it says the same again."""

from __future__ import annotations

import re

from bunsui_core.domain.canonical import digest
from bunsui_core.domain.diagnosis import Diagnosis

_READ = 2_000
"""Characters of a message that count: what follows is mostly data."""

_VARYING: tuple[tuple[str, str], ...] = (
    ("<arn>", r"\barn:aws[\w-]*:[^\s\"',;)\]}]+"),
    ("<uri>", r"\b[a-z][a-z0-9+.-]{1,20}://[^\s\"',;)\]}]+"),
    (
        "<id>",
        r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b",
    ),
    (
        "<time>",
        r"\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?",
    ),
    ("<path>", r"(?:(?<=[\s\"'(=])|^)/?(?:[\w.=@+-]+/)+[\w.=@+-]*"),
    ("<hex>", r"\b(?=[0-9a-fA-F]*\d)(?:0x)?[0-9a-fA-F]{8,}\b"),
    ("<text>", r"\"[^\"]{0,500}\"|(?<!\w)'[^'\n]{0,500}'|`[^`]{0,500}`"),
    ("<n>", r"\d+(?:[.,:]\d+)*"),
)
"""What differs between two failures of one kind, most specific first; compiled when needed."""


def fingerprint(diagnosis: Diagnosis) -> str:
    """Return sixteen hex digits that failures with the same error and message share.

    Ids, times, numbers, addresses, paths and quoted texts do not count.
    """
    failure = diagnosis.failure
    inner = failure.innermost
    said = (failure.exception or inner.error, normalised(failure.message))
    return digest("bunsui/fingerprint/v1", "\n".join(said).encode())[:16]


def normalised(message: str) -> str:
    """Return a message with everything replaced that varies from one failure to the next."""
    text = message[:_READ]
    for name, pattern in _VARYING:
        text = re.sub(pattern, name, text)
    return " ".join(text.split()).casefold()

"""What an error quotes of the input it came from, and the error without it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bunsui_core.domain.value import Json, read_json

HIDDEN = "<hidden"
"""How everything begins that stands for something hidden."""

SHORTEST = 4
"""Characters of the shortest value that is looked for in a text; shorter ones are in every text."""

MOST = 500
"""How many values are looked for in a text."""

_GONE = f"{HIDDEN}>"
_CARRIERS = (
    "Input|Output|Parameters|Arguments|Overrides|ContainerOverrides|Command|Environment|Payload"
)
"""The keys under which AWS repeats what a task was given, in the documents that it fails with."""

_CARRIED = re.compile(_CARRIERS)
# The text of a document, perhaps cut, perhaps escaped once or more in another one.
_TEXT = re.compile(rf'(\\*)"({_CARRIERS})\1"\s*:\s*\1".*?((?<!\\)\1"|$)', re.DOTALL)
_REST = re.compile(rf'(\\*"(?:{_CARRIERS})\\*"\s*:\s*)[\[{{].*', re.DOTALL)
# Step Functions ends such a sentence with the input ("could not be found in the input '{…}'").
_SENTENCE = re.compile(r"(\binput:?\s*['\"]?)[\[{].*", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Values:
    """Values that are not to be told."""

    pattern: re.Pattern[str] | None

    def without(self, text: str) -> str:
        """Return a text in which none of them stands, nor what AWS repeats of an input."""
        shown = _document_without(text)
        if shown is None:
            shown = _TEXT.sub(rf'\1"\2\1":\1"{_GONE}\1"', text)
            shown = _SENTENCE.sub(rf"\1{_GONE}", _REST.sub(rf"\1{_GONE}", shown))
        return self.only(shown)

    def only(self, text: str) -> str:
        """Return a text in which none of them stands."""
        return self.pattern.sub(_GONE, text) if self.pattern else text


def values_of(payloads: Iterable[str]) -> Values:
    """Return the values in JSON texts; the longest ones, where there are very many."""
    found = {leaf for text in payloads for leaf in _leaves(text)}
    return values_in(sorted(found, key=len, reverse=True)[:MOST])


def values_in(longest: Sequence[str]) -> Values:
    """Return these values, the longest first."""
    return Values(re.compile("|".join(map(re.escape, longest))) if longest else None)


def _leaves(text: str) -> Iterator[str]:
    try:
        left = [read_json(text)]
    except ValueError:
        return
    while left:
        match left.pop():
            case dict() as one:
                left += one.values()
            case list() as one:
                left += one
            case str() as one if len(one) >= SHORTEST:
                yield one
            case bool() | None:
                continue
            case int() | float() as one if len(str(one)) >= SHORTEST:
                yield str(one)


def _document_without(text: str) -> str | None:
    """Return a JSON document without what it carries; nothing when the text is none."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        document = read_json(text)
    except ValueError:
        return None
    shown = _without(document)
    return text if shown == document else json.dumps(shown, ensure_ascii=False)


def _without(document: Json) -> Json:
    match document:
        case dict():
            return {
                key: _GONE if _CARRIED.fullmatch(key) else _without(held)
                for key, held in document.items()
            }
        case list():
            return [_without(one) for one in document]
        case str():
            return _document_without(document) or document
        case _:
            return document

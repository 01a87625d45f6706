"""Secrets in texts, and the texts without them: keys, tokens, passwords, wherever they stand.

What it knows is what a secret looks like and what it is called. One that looks like a word and
stands alone is not found; nothing but not logging it helps then.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from bunsui_core.domain import secret_patterns as patterns
from bunsui_core.domain.quoted import HIDDEN
from bunsui_core.domain.value import Json, read_json

GONE = f"{HIDDEN} secret>"
"""What stands where a secret stood."""

SHORTEST = 6
"""Characters of the shortest secret that is looked for elsewhere once it is known."""

LONG = 16
"""Characters from which on a word is looked for even if it is one of a language."""

MOST = 200
"""How many known secrets are looked for in a text."""

_WHEREVER = (
    ("authorization", patterns.HEADER),
    ("cookie", patterns.HEADER),
    ("://", patterns.USERINFO),
    (":thin:", patterns.ORACLE),
    ("identified", patterns.IDENTIFIED),
    ("password", patterns.IDENTIFIED),
)
_SCHEMES = ("bearer", "basic", "negotiate")

# What stands for a value without being one: nothing, a reference, what was hidden before.
_NO_VALUE = re.compile(
    r"\s*|null|none|nil|true|false|undefined|n/?a|redacted|hidden|[*x•.…-]+|\[?redacted\]?|\]"
    r"|arn:aws[\w-]*:[\w-]*:[\w-]*:\d*:\S*|\d{4}-\d\d-\d\d[T ][\d:.]+\S*|\{\{.*\}\}|[$%]\{[^}]*\}"
    r"|(?-i:\$[A-Z_][A-Z0-9_]*)|\$\$?(?:\.[\w.\[\]'*-]*)?|%(?:\(\w+\))?[sd]|<[\w :./-]{0,60}>",
    re.IGNORECASE,
)
_CODE = re.compile(r"[A-Za-z_.]+")
_START = re.compile(r"[\w-]*\Z")
_DIGEST = re.compile(r"(?:sha\d{1,3}[:=-])?[0-9a-f]{32,128}", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PAIR_NAMES, _PAIR_VALUES = ("name", "Name", "key", "Key"), ("value", "Value")


def masked(text: str) -> str:
    """Return a text with `GONE` where a secret stood; one without secrets is returned as it is."""
    if not _may_hold_one(text):
        return text
    document = _document(text)
    if document is not None:
        shown = _walked(document)
        return text if shown == document else json.dumps(shown, ensure_ascii=False)
    return _in_text(text)


def _may_hold_one(text: str) -> bool:
    low = text.lower()
    looks = any(one in text for one in patterns.LOOKS) or any(one in low for one in _SCHEMES)
    return looks or any(one in low for one in (*patterns.NAMES, *dict(_WHEREVER)))


def restored(edited: str, whole: str, seen: str) -> str:
    """Return a JSON text in which each value is whole again that was left as it was seen.

    Only a value at its old place and quite unchanged is: to try others tells nothing of it.
    """
    try:
        documents = read_json(edited), read_json(whole), read_json(seen)
    except ValueError:
        return edited
    return json.dumps(_restored(*documents), ensure_ascii=False)


def _restored(edited: Json, whole: Json, seen: Json) -> Json:
    match edited, whole, seen:
        case dict(), dict(), dict():
            return {
                key: _restored(held, whole[key], seen[key])
                if key in whole and key in seen
                else held
                for key, held in edited.items()
            }
        case list(), list(), list() if len(edited) == len(whole) == len(seen):
            return [_restored(*one) for one in zip(edited, whole, seen, strict=True)]
        case str(), _, str() if HIDDEN in edited and edited == seen:
            return whole
        case _:
            return edited


def secrets_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the secrets that stand under their names in JSON texts, longest first.

    A word that could stand anywhere is none of them: it would be missing everywhere.
    """
    named = {one for text in texts for one in _named_in(text) if len(one) >= SHORTEST}
    found = {one for one in named if _is_random(one) or len(one) >= LONG}
    return tuple(sorted(found, key=len, reverse=True)[:MOST])


def is_secret_name(name: str) -> bool:
    """Whether a key of that name holds a secret."""
    return bool(patterns.ENDING.search(name[-100:].lower()))


def _document(text: str) -> Json:
    """The document that a text is; None when it is none, or nothing but a word."""
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        return read_json(text)
    except ValueError:
        return None


def _walked(document: Json) -> Json:
    match document:
        case dict():
            named = _pair(document)
            return {
                key: _gone(held) if is_secret_name(key) or key in named else _walked(held)
                for key, held in document.items()
            }
        case list():
            return [_walked(one) for one in document]
        case str():
            return masked(document)
        case _:
            return document


def _pair(document: dict[str, Json]) -> tuple[str, ...]:
    """The keys of a value whose name stands beside it."""
    names = (document.get(key) for key in _PAIR_NAMES)
    if any(isinstance(name, str) and is_secret_name(name) for name in names):
        return tuple(key for key in _PAIR_VALUES if key in document)
    return ()


def _gone(held: Json) -> Json:
    """What a secret's name holds, without every value in it."""
    match held:
        case dict():
            return {key: _gone(one) for key, one in held.items()}
        case list():
            return [_gone(one) for one in held]
        case bool() | None:
            return held
        case str() if _NO_VALUE.fullmatch(held):
            return held
        case _:
            return GONE


def _in_text(text: str) -> str:
    low, shown = text.lower(), text
    if any(one in text for one in patterns.LOOKS):
        shown = patterns.WHOLE.sub(GONE, shown)
    for word, pattern in _WHEREVER:
        if word in low:
            shown = pattern.sub(_replaced, shown)
    if any(one in low for one in _SCHEMES):
        shown = patterns.SCHEME.sub(_replaced_if_random, shown)
    if any(one in low for one in patterns.NAMES):
        shown = "".join(_beside_names(shown))
    return shown


def _beside_names(text: str) -> Iterator[str]:
    """The parts of a text without what stands beside the name of a secret."""
    told, low = 0, _lower(text)
    while name := patterns.WORD.search(low, told):
        found = _value_after(text, name)
        end = found.end() if found else name.end()
        yield text[told : name.end()]
        yield _replaced(found) if found else ""
        told = end
    yield text[told:]


def _lower(text: str) -> str:
    """A text in lower case, letter by letter at its place; some letters become two otherwise."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(one.lower() if len(one.lower()) == 1 else one for one in text)


def _value_after(text: str, name: re.Match[str]) -> re.Match[str] | None:
    """The value after the name of a secret, with what stands between them; nothing if none does."""
    for pattern in patterns.AFTER:
        if found := pattern.match(text, name.end()):
            return found
    before = _START.search(text, max(0, name.start() - 40), name.start())
    start = before.start() if before else name.start()
    if text.startswith("--", start):
        return patterns.FLAG.match(text, name.end())
    if found := patterns.LINE.match(text, name.end()):
        begins = not text[max(0, text.rfind("\n", 0, start) + 1) : start].strip(" \t-")
        if begins and not _is_name(found["value"]):
            return found
    found = patterns.SAID.match(text, name.end())
    is_part = text[max(0, start - 1) : start] in {":", "/"}
    return found if found and not is_part and _is_random(found["value"]) else None


def _replaced(found: re.Match[str]) -> str:
    groups, value = found.groupdict(), found["value"]
    start, end = found.span()
    is_folder = value.startswith("/") and found.string[max(0, start - 3) : start].lower() == "pwd"
    is_call = found.string[end : end + 1] in {"(", "["} and _CODE.fullmatch(value)
    if _NO_VALUE.fullmatch(value.lstrip("[").strip()) or is_folder or is_call:
        return found[0]
    quote = (groups.get("close") or "") if "unquoted" in groups else ""
    return f"{found['before']}{quote}{GONE}{quote}"


def _replaced_if_random(found: re.Match[str]) -> str:
    return _replaced(found) if _is_random(found["value"]) else found[0]


def _is_random(value: str) -> bool:
    """Whether a word beside a secret's name is no word of a language, no name and no digest."""
    value = value.rstrip(".:")
    if _UUID.fullmatch(value) or _DIGEST.fullmatch(value) or "://" in value:
        return False
    has_digit, has_letter = bool(re.search(r"\d", value)), bool(re.search(r"[A-Za-z]", value))
    is_mixed = bool(re.search(r"[a-z][A-Z]", value)) and not _is_name(value)
    return (has_digit and has_letter) or is_mixed or bool(re.search(r"[!@#$%^*=]", value))


def _is_name(value: str) -> bool:
    """Whether a word is one of code in several parts: an exception, a function, a class."""
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", value)
    return 1 < len(parts) <= len(value) / 4 and "".join(parts) == value


def _named_in(text: str) -> Iterator[str]:
    left = [_document(text)]
    while left:
        match left.pop():
            case dict() as one:
                paired = _pair(one)
                for key, held in one.items():
                    if is_secret_name(key) or key in paired:
                        yield from _values(held)
                    else:
                        left.append(held)
            case list() as one:
                left += one
            case str() as one if one.lstrip()[:1] in {"{", "["}:
                left.append(_document(one))


def _values(held: Json) -> Iterator[str]:
    match held:
        case dict():
            for one in held.values():
                yield from _values(one)
        case list():
            for one in held:
                yield from _values(one)
        case bool() | None:
            return
        case str() if _NO_VALUE.fullmatch(held):
            return
        case _:
            yield str(held)

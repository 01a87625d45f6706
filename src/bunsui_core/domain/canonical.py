"""One byte string for one value, so that a digest means the same thing everywhere."""

from __future__ import annotations

import hashlib
import json

import rfc8785

from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.value import Json, Value, read_json


def canonical(value: Value) -> bytes:
    """Return the RFC 8785 bytes of a value."""
    return canonical_json(value.model_dump(mode="json"))


def canonical_json(document: Json) -> bytes:
    """Return the RFC 8785 bytes of a JSON document.

    Raises: BadInput for numbers that RFC 8785 cannot carry (beyond 2^53, NaN).
    """
    try:
        return rfc8785.dumps(document)
    except rfc8785.CanonicalizationError as error:
        raise BadInput(
            f"the document has no canonical form: {error}",
            "Use numbers below 2^53 or write them as strings.",
        ) from error


def digest(domain: str, body: bytes) -> str:
    """Return the lower-case hex sha256 of `domain`, a zero byte and the body."""
    return hashlib.sha256(domain.encode() + b"\0" + body).hexdigest()


def text_digest(text: str) -> str:
    """Return the lower-case hex sha256 of a text's UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def json_digest(text: str) -> str:
    """Return the sha256 of a JSON text's content, whatever its spacing and key order.

    Whole numbers beyond 2^53 count as they are written: AWS hands them on so.
    Raises: BadInput when it is not JSON, or nests too deep.
    """
    try:
        document = read_json(text)
        body = _exact(document)
    except ValueError as error:
        raise BadInput(f"this is not JSON: {error}.", "Correct it and try again.") from error
    return hashlib.sha256(body).hexdigest()


def _exact(document: Json) -> bytes:
    try:
        return rfc8785.dumps(document)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        plain = json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return plain.encode()

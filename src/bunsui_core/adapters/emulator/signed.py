"""What a request must show before anything reads it: one signature, in one place, once.

MiniStack answers a few paths without a signature, and takes a caller's key from one place where it
might check the signature of another. AWS does neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from urllib.parse import parse_qsl

from bunsui_core.domain.value import Value

Headers = Sequence[tuple[bytes, bytes]]

_ALGORITHM = "AWS4-HMAC-SHA256"
# What decides who asks for what must be there once, or two readers may see two requests.
_ONCE = {
    b"authorization",
    b"content-length",
    b"content-type",
    b"content-encoding",
    b"transfer-encoding",
    b"host",
}
# What a proxy would say of another request than this one; there is none in between.
_OVERRIDES = {
    b"x-http-method-override",
    b"x-http-method",
    b"x-method-override",
    b"x-forwarded-proto",
    b"x-forwarded-host",
    b"x-forwarded-for",
    b"forwarded",
}
_IN_QUERY = ("x-amz-algorithm", "x-amz-credential", "x-amz-signature")
_OLD_SIGNATURE = ("awsaccesskeyid", "signature", "signatureversion")


class Refusal(Value):
    """Why a request is refused, as AWS names it."""

    code: str
    message: str


MISSING = Refusal(
    code="MissingAuthenticationToken", message="Request is missing Authentication Token"
)
INCOMPLETE = Refusal(
    code="IncompleteSignature",
    message="The request signature does not conform to AWS standards.",
)


def refusal(headers: Headers, query: bytes) -> Refusal | None:
    """Return why a request is refused before its signature is looked at, if it is."""
    names = Counter(name.lower() for name, _ in headers)
    once = {name for name in names if name in _ONCE or name.startswith(b"x-amz-")}
    if any(names[name] > 1 for name in once) or names.keys() & _OVERRIDES:
        return INCOMPLETE
    asked = Counter(name.lower() for name, _ in parse_qsl(query.decode("latin-1"), True))
    in_query = [name for name in asked if name in _IN_QUERY or name in _OLD_SIGNATURE]
    if not in_query and b"authorization" not in names:
        return MISSING
    if in_query and b"authorization" in names:
        return INCOMPLETE
    if in_query:
        return None if all(asked[name] == 1 for name in _IN_QUERY) else INCOMPLETE
    given = next(value for name, value in headers if name.lower() == b"authorization")
    return None if given.startswith(f"{_ALGORITHM} ".encode()) else INCOMPLETE

"""Signatures as AWS accepts them: over the host, over every AWS header, over this very body."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from ministack.core import sigv4

from bunsui_core.adapters.emulator.patches import anchor

_Failure = tuple[str, str] | None

_UNSIGNED_BODIES = ("UNSIGNED-PAYLOAD", "STREAMING-")


def _is_complete(signed: str, headers: Mapping[str, str], *, presigned: bool) -> bool:
    needed = {"host", *(name for name in headers if name.startswith("x-amz-"))}
    if presigned:
        # What is presigned is signed before its headers are known, but for what decides.
        needed &= {"host", "x-amz-target"}
    return needed <= set(signed.split(";"))


def _is_of_body(service: str, headers: Mapping[str, str], body: bytes) -> bool:
    claimed = headers.get("x-amz-content-sha256", "")
    if claimed.startswith(_UNSIGNED_BODIES):
        return service == "s3"
    return not claimed or claimed == hashlib.sha256(body).hexdigest()


def install() -> None:
    """Refuse a signature that leaves out what it must cover."""
    anchor.require(sigv4.header_signature_failure, "5661f4d2d78e43e6")
    failure_of = sigv4.header_signature_failure

    def failure(
        signature: sigv4.HeaderSignature, secret: str, *request: object, **how: bool
    ) -> _Failure:
        found: _Failure = failure_of(signature, secret, *request, **how)
        *_, headers, body = request
        assert isinstance(headers, dict)
        assert isinstance(body, bytes)
        if found is not None:
            return found
        presigned = bool(how.get("presigned"))
        covered = _is_complete(signature.signed_headers, headers, presigned=presigned)
        if not covered or not _is_of_body(signature.service, headers, body):
            return "SignatureDoesNotMatch", str(sigv4.SIGNATURE_MISMATCH)
        return None

    sigv4.header_signature_failure = failure

"""Payloads that are too large to be passed, as objects in S3."""

from __future__ import annotations

import hashlib

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.errors import translated
from bunsui_core.domain.errors import BadInput, NotFound

_SCHEME = "s3://"
_PART = 1 << 20


class S3Payloads:
    """Writes and reads payloads; `makes_buckets` where nobody made one, as in the embedded AWS."""

    def __init__(self, clients: Clients, makes_buckets: bool = False) -> None:
        self._clients = clients
        self._makes_buckets = makes_buckets

    def keep(self, uri: str, text: str) -> None:
        """Store a text at its address; again changes nothing. Raises: NotFound, Unavailable."""
        bucket, _ = _place(uri)
        try:
            self._put(uri, text)
        except NotFound:
            if not self._makes_buckets:
                raise
            with translated(f"bucket {bucket}"):
                self._clients.objects.create_bucket(Bucket=bucket)
            self._put(uri, text)

    def digest(self, uri: str) -> str:
        """Return the sha256 of what lies at an address. Raises: NotFound, Unavailable."""
        bucket, key = _place(uri)
        found = hashlib.sha256()
        with translated(uri):
            body = self._clients.objects.get_object(Bucket=bucket, Key=key)["Body"]
            for part in body.iter_chunks(_PART):
                found.update(part)
        return found.hexdigest()

    def _put(self, uri: str, text: str) -> None:
        bucket, key = _place(uri)
        with translated(uri):
            self._clients.objects.put_object(
                Bucket=bucket, Key=key, Body=text.encode(), ContentType="application/json"
            )


def _place(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix(_SCHEME).partition("/")
    if not (uri.startswith(_SCHEME) and bucket and key):
        raise BadInput(f"{uri} is not the address of an object.", "Use s3://bucket/key.")
    return bucket, key

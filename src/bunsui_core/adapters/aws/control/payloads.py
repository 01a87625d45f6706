"""Payloads that are too large to be passed, as objects in S3."""

from __future__ import annotations

import hashlib

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.errors import translated
from bunsui_core.domain.errors import BadInput, NotFound

_SCHEME = "s3://"
_LONGEST = 256 * 1024 * 1024
_PART = 1 << 20


class S3Payloads:
    """Keeps payloads below `s3://bucket/prefix`.

    It `makes_bucket` where nobody made it, as in the embedded AWS.
    """

    def __init__(self, clients: Clients, place: str, makes_bucket: bool = False) -> None:
        self._clients = clients
        self._place = place.rstrip("/")
        self._makes_bucket = makes_bucket

    def keep(self, text: str) -> str:
        """Store a text and return its address, which its sha256 gives; again changes nothing.

        Raises: NotFound, NotAuthorised, Unavailable.
        """
        content = text.encode()
        uri = f"{self._place}/{hashlib.sha256(content).hexdigest()}"
        try:
            self._put(uri, content)
        except NotFound:
            if not self._makes_bucket:
                raise
            bucket, _ = _parts(uri)
            with translated(f"bucket {bucket}"):
                self._clients.objects.create_bucket(Bucket=bucket)
            self._put(uri, content)
        return uri

    def digest(self, uri: str) -> str:
        """Return the sha256 of what lies at an address.

        Raises: NotFound, Unavailable; BadInput when it is too long to be read between two calls.
        """
        bucket, key = _parts(uri)
        found = hashlib.sha256()
        with translated(uri):
            given = self._clients.objects.get_object(Bucket=bucket, Key=key)
            if given["ContentLength"] > _LONGEST:
                given["Body"].close()
                raise BadInput(
                    f"{uri} has {given['ContentLength']:,} bytes, {_LONGEST:,} are read at most.",
                    "Pass what is smaller, or where the rest lies in a way of your own.",
                )
            for part in given["Body"].iter_chunks(_PART):
                found.update(part)
        return found.hexdigest()

    def _put(self, uri: str, content: bytes) -> None:
        bucket, key = _parts(uri)
        with translated(uri):
            self._clients.objects.put_object(
                Bucket=bucket, Key=key, Body=content, ContentType="application/json"
            )


def _parts(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix(_SCHEME).partition("/")
    if not (uri.startswith(_SCHEME) and bucket and key):
        raise BadInput(f"{uri} is not the address of an object.", "Use s3://bucket/key.")
    return bucket, key

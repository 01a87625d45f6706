"""Large documents in S3, named after their content."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.errors import code_of, translated
from bunsui_core.domain.errors import NotFound, StoreDamaged

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

SHA256 = re.compile(r"[0-9a-f]{64}")

ARCHIVED = "blobs/"
"""Where the worker keeps documents."""

ASKED = "plans/"
"""Where askers keep what is too long for an item; nothing there is ever written twice."""

_EXISTS = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})


class S3Blobs:
    """`Blobs` below one prefix of a bucket."""

    def __init__(self, clients: Clients, bucket: str, prefix: str = ARCHIVED) -> None:
        self._clients = clients
        self._bucket = bucket
        self._prefix = prefix

    def put(self, content: bytes) -> str:
        """Store bytes and return their hex sha256. Raises: Unavailable when they cannot be."""
        sha256 = hashlib.sha256(content).hexdigest()
        if not self._added(sha256, content) and not self._holds(sha256, content):
            self._write(sha256, content)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes. Raises: NotFound, StoreDamaged when they do not match."""
        if not SHA256.fullmatch(sha256):
            raise _absent(sha256)
        try:
            content = self._read(sha256)
        except NotFound as error:
            raise _absent(sha256) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoreDamaged(
                f"{self._uri(sha256)} is damaged: its bytes are not those of its name.",
                "Restore an older version of the object, or remove it.",
            )
        return content

    def drop(self, sha256: str) -> None:
        """Remove a document; one that is not there is no error. Raises: Unavailable."""
        if SHA256.fullmatch(sha256):
            with translated(self._uri(sha256)):
                self._clients.objects.delete_object(Bucket=self._bucket, Key=self._key(sha256))

    def _added(self, sha256: str, content: bytes) -> bool:
        """Write a document that is not there yet; whether it was not."""
        from botocore.exceptions import ClientError

        with translated(self._uri(sha256)):
            try:
                self._clients.objects.put_object(
                    Bucket=self._bucket, Key=self._key(sha256), Body=content, IfNoneMatch="*"
                )
            except ClientError as error:
                if not _exists(error):
                    raise
                return False
        return True

    def _holds(self, sha256: str, content: bytes) -> bool:
        try:
            return self._read(sha256) == content
        except NotFound:
            return False

    def _write(self, sha256: str, content: bytes) -> None:
        with translated(self._uri(sha256)):
            self._clients.objects.put_object(
                Bucket=self._bucket, Key=self._key(sha256), Body=content
            )

    def _read(self, sha256: str) -> bytes:
        with translated(self._uri(sha256)):
            found = self._clients.objects.get_object(Bucket=self._bucket, Key=self._key(sha256))
            return found["Body"].read()

    def _key(self, sha256: str) -> str:
        return f"{self._prefix}{sha256[:2]}/{sha256}"

    def _uri(self, sha256: str) -> str:
        return f"s3://{self._bucket}/{self._key(sha256)}"


def _exists(error: ClientError) -> bool:
    return code_of(error) in _EXISTS


def _absent(sha256: str) -> NotFound:
    return NotFound(f"no document {sha256[:64]} is archived.", "It may have been removed.")

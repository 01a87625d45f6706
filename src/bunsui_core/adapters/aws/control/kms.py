"""Keys that KMS holds: their public half, and signatures that anybody can verify without AWS."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock
from typing import Any

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.errors import code_of, translated
from bunsui_core.domain.errors import BadInput, BunsuiError, NotAuthorised, NotFound, Refused
from bunsui_core.domain.permissions import KEY_TAG

SPEC = "ECC_NIST_EDWARDS25519"
ALGORITHM = "ED25519_SHA_512"
MOST_BYTES = 4096
"""The longest message that KMS signs as it is (Sign, MessageType RAW)."""

ARN = re.compile(r"arn:aws[a-z-]*:kms:([a-z0-9-]+):[0-9]{12}:(key/[A-Za-z0-9-]+|alias/[^\s]+)")
_PREFIX = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410)."""

_MAKE = (
    f"Make one with `aws kms create-key --key-spec {SPEC} --key-usage SIGN_VERIFY"
    f" --tags TagKey={KEY_TAG},TagValue=NAME`."
)


class KmsKeys:
    """`HeldKeys` in AWS KMS, with the approver's own credentials; made clients are kept."""

    def __init__(self, access: Callable[[], Access]) -> None:
        self._access = access
        self._guard = Lock()
        self._regions: dict[str, Clients] = {}

    def public_half(self, kms_key: str) -> tuple[str, str]:
        """Return the ARN of a key and its public half in hex; an alias is resolved once."""
        client = self._client(kms_key)
        with _explained(kms_key):
            said = client.get_public_key(KeyId=kms_key)
        if said["KeySpec"] != SPEC or said["KeyUsage"] != "SIGN_VERIFY":
            raise BadInput(
                f"{kms_key} is a key of {said['KeySpec']} for {said['KeyUsage']}, and decisions"
                f" are signed with {SPEC}.",
                _MAKE,
            )
        return said["KeyId"], _raw(said["PublicKey"], kms_key)

    def sign(self, kms_key: str, message: bytes) -> str:
        """Return the hex signature of a message of at most 4096 bytes."""
        if len(message) > MOST_BYTES:
            raise BadInput(
                f"KMS signs at most {MOST_BYTES} bytes, and this is {len(message)}.", "Shorten it."
            )
        client = self._client(kms_key)
        with _explained(kms_key):
            said = client.sign(
                KeyId=kms_key, Message=message, MessageType="RAW", SigningAlgorithm=ALGORITHM
            )
        signature: bytes = said["Signature"]
        return signature.hex()

    def close(self) -> None:
        """Close the connections of every client that was made."""
        with self._guard:
            for clients in self._regions.values():
                clients.close()
            self._regions.clear()

    def _client(self, kms_key: str) -> Any:
        """A client in the region of the key, which need not be the environment's."""
        found = ARN.fullmatch(kms_key)
        if found is None:
            raise BadInput(
                f"{kms_key} is no ARN of a KMS key.",
                "It looks like arn:aws:kms:REGION:ACCOUNT:key/ID; `aws kms list-keys` prints it.",
            )
        region = found[1]
        with self._guard:
            clients = self._regions.get(region)
            if clients is None:
                clients = Clients(lambda: replace(self._access(), region=region))
                self._regions[region] = clients
        return clients.of("kms")


def _raw(encoded: bytes, kms_key: str) -> str:
    if len(encoded) != len(_PREFIX) + 32 or not encoded.startswith(_PREFIX):
        raise BadInput(f"the public half of {kms_key} is no Ed25519 key.", _MAKE)
    return encoded[len(_PREFIX) :].hex()


@contextmanager
def _explained(kms_key: str) -> Iterator[None]:
    """Raise what KMS raises about a key as an error of bunsui, with the next step."""
    from botocore.exceptions import ClientError

    with translated(f"the KMS key {kms_key}"):
        try:
            yield
        except ClientError as error:
            if known := _by_code(code_of(error), kms_key):
                raise known from error
            raise


def _by_code(code: str, kms_key: str) -> BunsuiError | None:
    match code:
        case "DisabledException":
            return Refused(
                f"the KMS key {kms_key} is disabled, so it signs nothing.",
                "Whoever disabled it can enable it: `aws kms enable-key`.",
            )
        case "KMSInvalidStateException":
            return Refused(
                f"the KMS key {kms_key} cannot be used in its state: it is to be deleted, or its"
                " material is missing.",
                "`aws kms describe-key` tells; `aws kms cancel-key-deletion` keeps it.",
            )
        case "NotFoundException":
            return NotFound(
                f"there is no KMS key {kms_key}.",
                "Look at its region and account; `bunsui approvers list` shows who uses which.",
            )
        case "UnsupportedOperationException" | "InvalidKeyUsageException":
            return BadInput(f"the KMS key {kms_key} signs no decisions.", _MAKE)
        case "AccessDeniedException":
            return NotAuthorised(
                f"these credentials may not use the KMS key {kms_key}.",
                f"A key belongs to the approver whom its tag {KEY_TAG} names; `bunsui init"
                " --print-policies` prints what her profile needs.",
            )
    return None

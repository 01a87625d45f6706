"""Who may decide: the public half of each approver's key, and the signed changes of that list."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from bunsui_core.domain.canonical import canonical, digest
from bunsui_core.domain.value import Instant, Value

BEFORE_THE_FIRST = "0" * 64
"""The `prev` of the first change of a trust list."""


class Role(StrEnum):
    """What an approver may sign: decisions, or also who is trusted and which policy holds."""

    APPROVER = "approver"
    LEAD = "lead"


class Holder(StrEnum):
    """Where the private half of a key is: in a file under a passphrase, or in AWS KMS."""

    FILE = "file"
    KMS = "kms"


class Approver(Value):
    """A human with a key. A demo approver counts in the embedded AWS only.

    `kms_key` is the ARN of a key that KMS holds, else empty. Keys of before there were roles are
    of leads: each of them could set the policy.
    """

    name: str
    key_id: str
    public_key: str
    is_demo: bool
    added_at: Instant
    revoked_at: Instant | None = None
    role: Role = Role.LEAD
    holder: Holder = Holder.FILE
    kms_key: str = ""

    @property
    def is_lead(self) -> bool:
        """Whether this approver may say now who is trusted and which policy holds."""
        return self.role is Role.LEAD and self.revoked_at is None

    @property
    def named(self) -> Named:
        """The public half alone."""
        return Named(
            name=self.name,
            key_id=self.key_id,
            public_key=self.public_key,
            is_demo=self.is_demo,
            role=self.role,
            holder=self.holder,
            kms_key=self.kms_key,
        )


class Named(Value):
    """An approver as a change of the trust list names one."""

    name: str
    key_id: str
    public_key: str
    is_demo: bool
    role: Role
    holder: Holder = Holder.FILE
    kms_key: str = ""

    def since(self, at: Instant) -> Approver:
        """Return the approver who is trusted from then on."""
        return Approver(**dict(self), added_at=at)


class TrustAction(StrEnum):
    """What a change of the trust list does."""

    ADD = "add"
    REVOKE = "revoke"
    ROLE = "role"


class TrustChange(Value):
    """The bytes a lead signs to change who is trusted.

    Each names the one before it, and the store it is of. `approver` is whom it is about, as she
    is from then on. The first change adds the one who signs it.
    """

    version: Literal[1] = 1
    account: str
    region: str
    seq: int
    prev: str
    action: TrustAction
    approver: Named
    by: str
    by_key_id: str
    at: Instant
    nonce: str
    reason: str = ""

    @property
    def message(self) -> bytes:
        """What the signature covers."""
        return b"bunsui/trust/v1\0" + canonical(self)

    @property
    def digest(self) -> str:
        """The hex sha256 of the message, which the next change carries as `prev`."""
        return digest("bunsui/trust/v1", canonical(self))


class SignedTrustChange(Value):
    """A change of the trust list with its Ed25519 signature, in hex."""

    change: TrustChange
    signature: str

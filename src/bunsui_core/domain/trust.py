"""Who may decide: the public half of each approver's key."""

from __future__ import annotations

from enum import StrEnum

from bunsui_core.domain.value import Instant, Value


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

"""What signs: the public half of a key, and for how long a private one lies open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bunsui_core.domain.canonical import digest
from bunsui_core.domain.trust import Holder
from bunsui_core.domain.value import Instant, Value

DECISION = b"bunsui/decision/"
"""How everything begins that an unlocked key signs: decisions, and nothing else."""


class Proof(StrEnum):
    """What an approver types so that her key signs.

    KMS signs for whoever holds the credentials and asks for no passphrase, so there the name is
    typed: a signature stays an act of a person.
    """

    PASSPHRASE = "passphrase"
    NAME = "name"


class Unlocked(Value):
    """Whose key lies open in this process, and until when."""

    approver: str
    key_id: str
    until: Instant


@dataclass(frozen=True)
class NewKey:
    """A key that nobody trusts yet, and what signs with it; `kms_key` is its ARN in KMS."""

    public_key: str
    sign: Callable[[bytes], str]
    holder: Holder = Holder.FILE
    kms_key: str = ""

    @property
    def key_id(self) -> str:
        """The first 16 hex digits of the digest of the public half."""
        return key_id_of(self.public_key)


def key_id_of(public_key: str) -> str:
    """Return the id of a key by its public half, in hex."""
    return digest("bunsui/key/v1", bytes.fromhex(public_key))[:16]


def proof_of(holder: Holder) -> Proof:
    """Return what the owner of such a key types."""
    return Proof.NAME if holder is Holder.KMS else Proof.PASSPHRASE

"""What holds private keys. Only a human's desk has it; a worker and an agent never do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from bunsui_core.domain.signing import NewKey, Unlocked
from bunsui_core.domain.trust import Approver


class Signer(Protocol):
    """The private halves of approvers' keys; whom to trust is said somewhere else."""

    def make(self, passphrase: str, demo: bool) -> NewKey:
        """Make a key in a file under a passphrase. Raises: BadInput, Unavailable."""
        ...

    def adopt(self, kms_key: str) -> NewKey:
        """Return the key that KMS holds at an ARN.

        Raises: BadInput when it is no key for this; NotFound, NotAuthorised, Unavailable.
        """
        ...

    def forget(self, key_id: str) -> None:
        """Remove the file of a key that nobody came to trust."""
        ...

    def sign(self, approver: Approver, passphrase: str, message: bytes) -> str:
        """Return the hex signature, which is good under the approver's public half.

        `passphrase` is what she typed as her proof: the passphrase of a key file, her own name
        for a key in KMS, nothing for the key that is unlocked.

        Raises: NotAuthorised for a wrong proof, too many of them or another key than the trusted
        one; NotFound, Unavailable.
        """
        ...


class Unlocking(Protocol):
    """What a person does with her own key file besides signing."""

    def change(self, approver: Approver, old: str, choose: Callable[[], str]) -> None:
        """Put the key file under a new passphrase, chosen once the old one opened it.

        Raises: as `Signer.sign`, BadInput.
        """
        ...

    def has(self, approver: Approver) -> bool:
        """Whether an approver's key can be used from this machine, as far as it can be seen."""
        ...

    def wrong(self, approver: Approver) -> int:
        """Return how many wrong passphrases were typed for a key since the last right one.

        Raises: what signing would raise whatever is typed, such as NotAuthorised during a wait.
        """
        ...

    def unlock(self, approver: Approver, passphrase: str) -> Unlocked:
        """Open a key in this process for some minutes; each decision is still one act.

        Raises: Refused where keys are not kept open; as `Signer.sign`.
        """
        ...

    def lock(self) -> None:
        """Close the open key at once."""
        ...

    def unlocked(self) -> Unlocked | None:
        """Return whose key is open; without any I/O."""
        ...


class HeldKeys(Protocol):
    """Keys that never leave KMS."""

    def public_half(self, kms_key: str) -> tuple[str, str]:
        """Return the ARN of a key and its public half in hex.

        Raises: BadInput for another kind of key; NotFound, NotAuthorised, Refused, Unavailable.
        """
        ...

    def sign(self, kms_key: str, message: bytes) -> str:
        """Return the hex signature of at most 4096 bytes. Raises: as `public_half`."""
        ...

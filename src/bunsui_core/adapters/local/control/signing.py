"""Approvers' private keys: files in a folder under passphrases, and keys that KMS holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bunsui_core.adapters.local.control import keyfile
from bunsui_core.adapters.local.control.memory import close_memory
from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.adapters.local.control.tries import TriesFile
from bunsui_core.adapters.local.control.unlocking import Lock
from bunsui_core.domain.environment import UNLOCK_MINUTES
from bunsui_core.domain.errors import BadInput, NotAuthorised, Refused
from bunsui_core.domain.signing import DECISION, NewKey, Unlocked
from bunsui_core.domain.throttling import Moment
from bunsui_core.domain.trust import Approver, Holder
from bunsui_core.ports.signing import HeldKeys

SHORTEST, FEWEST = 8, 5
"""Characters of the shortest passphrase of a key that counts outside the embedded AWS, and how
many of them differ at least."""


class Signers:
    """`Signer` and `Unlocking` over a folder of key files and, where it is wired, KMS.

    `cost` is scrypt's, for tests.
    """

    def __init__(
        self,
        folder: Path,
        moment: Callable[[], Moment],
        held: HeldKeys | None = None,
        unlock_minutes: int = UNLOCK_MINUTES,
        cost: int = keyfile.COST,
    ) -> None:
        self._folder = folder
        self._moment = moment
        self._held = held
        self._minutes = unlock_minutes
        self._cost = cost
        self._lock = Lock(moment, unlock_minutes * 60)

    def make(self, passphrase: str, demo: bool) -> NewKey:
        """Make a key in a file under a passphrase."""
        _must_be_long(passphrase, demo)
        key = Ed25519PrivateKey.generate()
        made = NewKey(
            public_key=key.public_key().public_bytes_raw().hex(),
            sign=lambda message: key.sign(message).hex(),
        )
        cost = keyfile.DEMO_COST if demo else self._cost
        keyfile.write(self._path(made.key_id), keyfile.seal(key, made.key_id, passphrase, cost))
        return made

    def adopt(self, kms_key: str) -> NewKey:
        """Return the key that KMS holds at an ARN."""
        held = self._kms()
        address, public = held.public_half(kms_key)
        return NewKey(
            public_key=public,
            sign=lambda message: held.sign(address, message),
            holder=Holder.KMS,
            kms_key=address,
        )

    def forget(self, key_id: str) -> None:
        """Remove the file of a key that nobody came to trust."""
        self._path(key_id).unlink(missing_ok=True)
        self._tries(key_id).unlink(missing_ok=True)

    def sign(self, approver: Approver, passphrase: str, message: bytes) -> str:
        """Return the hex signature, which is good under the approver's public half."""
        if approver.holder is Holder.KMS:
            return self._signed_by_kms(approver, passphrase, message)
        if passphrase:
            return self._opened(approver, passphrase).sign(message).hex()
        key = self._lock.key(approver.key_id)
        if key is None:
            raise NotAuthorised(
                f"the key of {approver.name} is not unlocked.", "Type its passphrase."
            )
        if not message.startswith(DECISION):
            raise NotAuthorised(
                "an unlocked key signs decisions only.", "Type its passphrase for anything else."
            )
        return key.sign(message).hex()

    def change(self, approver: Approver, old: str, choose: Callable[[], str]) -> None:
        """Put the key file under a new passphrase, chosen once the old one opened it."""
        _must_be_in_a_file(approver)
        key = self._opened(approver, old)
        new = choose()
        _must_be_long(new, approver.is_demo)
        cost = keyfile.DEMO_COST if approver.is_demo else self._cost
        sealed = keyfile.seal(key, approver.key_id, new, cost)
        keyfile.replace(self._path(approver.key_id), sealed)

    def has(self, approver: Approver) -> bool:
        """Whether an approver's key file is here; who may use a key in KMS only KMS knows."""
        return approver.holder is Holder.KMS or self._path(approver.key_id).exists()

    def wrong(self, approver: Approver) -> int:
        """Return how many wrong passphrases were typed for a key since the last right one."""
        if approver.holder is Holder.KMS:
            return 0
        keyfile.read(self._path(approver.key_id))
        tries = TriesFile(self._tries(approver.key_id), self._moment)
        tries.must_not_wait()
        return tries.failures()

    def unlock(self, approver: Approver, passphrase: str) -> Unlocked:
        """Open a key in place of the one before it."""
        _must_be_in_a_file(approver)
        if self._minutes <= 0:
            raise Refused(
                "keys are not kept open here: unlock_minutes is 0.",
                "Type the passphrase with each decision.",
            )
        key = self._opened(approver, passphrase)
        return self._lock.hold(key, approver.name, approver.key_id)

    def lock(self) -> None:
        """Close the open key at once."""
        self._lock.close()

    def unlocked(self) -> Unlocked | None:
        """Return whose key is open."""
        return self._lock.whose()

    def _opened(self, approver: Approver, passphrase: str) -> Ed25519PrivateKey:
        sealed = keyfile.read(self._path(approver.key_id))
        if not passphrase:
            raise NotAuthorised("an empty passphrase opens nothing.", "Type the passphrase.")
        close_memory()
        with TriesFile(self._tries(approver.key_id), self._moment).counted():
            key = keyfile.unseal(sealed, passphrase)
        if key.public_key().public_bytes_raw().hex() != approver.public_key:
            raise NotAuthorised(
                f"the key file of {approver.name} holds another key than the trusted one.",
                "Restore it from a copy.",
            )
        return key

    def _signed_by_kms(self, approver: Approver, typed: str, message: bytes) -> str:
        held = self._kms()
        if typed != approver.name:
            raise NotAuthorised(
                f"KMS signs without a passphrase, so {approver.name} has to be typed instead.",
                "Type the name of the approver you are, exactly.",
            )
        signature = held.sign(approver.kms_key, message)
        if not is_signed(approver.public_key, message, signature):
            raise NotAuthorised(
                f"KMS holds another key at {approver.kms_key} than the trusted one.",
                "Find out who changed it; nothing was recorded.",
            )
        return signature

    def _kms(self) -> HeldKeys:
        if self._held is None:
            raise Refused(
                "no key of KMS is used here.", "Work in an environment with an approve_profile."
            )
        return self._held

    def _path(self, key_id: str) -> Path:
        return self._folder / f"{key_id}.json"

    def _tries(self, key_id: str) -> Path:
        return self._folder / f"{key_id}.tries"


def _must_be_in_a_file(approver: Approver) -> None:
    if approver.holder is Holder.KMS:
        raise Refused(
            f"the key of {approver.name} is in KMS and has no passphrase.",
            "Type your name with each decision.",
        )


def _must_be_long(passphrase: str, demo: bool) -> None:
    shortest, different = (1, 1) if demo else (SHORTEST, FEWEST)
    if len(passphrase) < shortest or len(set(passphrase)) < different:
        raise BadInput(
            f"a passphrase has at least {SHORTEST} characters, and {FEWEST} different ones.",
            "Choose a few words nobody guesses.",
        )

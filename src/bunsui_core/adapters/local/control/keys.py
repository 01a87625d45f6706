"""Approvers' keys: private ones in files, whom to trust and the signed policy in the store."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bunsui_core.adapters.local.control import keyfile
from bunsui_core.adapters.local.control.trust import LocalTrust
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.domain.canonical import digest
from bunsui_core.domain.errors import BadInput, NotAuthorised, NotFound, Refused
from bunsui_core.domain.policy import STARTER, SignedPolicy, parse_policy
from bunsui_core.domain.trust import Approver
from bunsui_core.ports.control import TrustList

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
"""What an approver may be called; it is part of a requester's `human:NAME`."""

SHORTEST = 8
"""Characters of the shortest passphrase of a key that counts outside the embedded AWS."""


class FileKeys:
    """`Keys` with private keys in a folder, over any trust list; `cost` is scrypt's, for tests."""

    def __init__(self, trust: TrustList, folder: Path, cost: int = keyfile.COST) -> None:
        self._trust = trust
        self._folder = folder
        self._cost = cost

    def create(self, name: str, passphrase: str, demo: bool, now: datetime) -> Approver:
        """Make the first key, trust it and let it sign the starter policy.

        Raises: Refused unless the trust list is empty; BadInput for a name or passphrase that
        cannot be used.
        """
        _must_be_usable(name, passphrase, demo)
        key = Ed25519PrivateKey.generate()
        approver = _approver(key, name, demo, now)
        policy = _signed(STARTER, approver.key_id, key)
        cost = keyfile.DEMO_COST if demo else self._cost
        sealed = keyfile.seal(key, approver.key_id, passphrase, cost)
        keyfile.write(self._path(approver.key_id), sealed)
        begun = False
        try:
            begun = self._trust.begin(approver, policy)
        finally:
            if not begun:  # a key that nobody trusts is none
                self._path(approver.key_id).unlink()
        if not begun:
            raise Refused(
                "there are approvers already; only the first key is made like this.",
                "A trusted approver adds the next one.",
            )
        return approver

    def trusted(self) -> tuple[Approver, ...]:
        """Return every approver, revoked ones included, oldest first."""
        return self._trust.approvers()

    def sign(self, name: str, passphrase: str, message: bytes) -> str:
        """Return the hex signature. Raises: NotAuthorised for a wrong passphrase, NotFound."""
        approver = next((one for one in self.trusted() if one.name == name), None)
        if approver is None:
            raise NotFound(f"there is no approver {name}.", "List them with `bunsui approvers`.")
        if approver.revoked_at:
            raise NotAuthorised(f"the key of {name} was revoked.", "Another approver decides.")
        key = keyfile.unseal(keyfile.read(self._path(approver.key_id)), passphrase)
        if key.public_key().public_bytes_raw().hex() != approver.public_key:
            raise NotAuthorised(
                f"the key file of {name} holds another key than the trusted one.",
                "Restore it from a copy.",
            )
        return key.sign(message).hex()

    def verify(self, key_id: str, message: bytes, signature: str) -> bool:
        """Whether a trusted, unrevoked key made this signature."""
        approver = next((one for one in self.trusted() if one.key_id == key_id), None)
        if approver is None or approver.revoked_at:
            return False
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(approver.public_key))
        try:
            public.verify(bytes.fromhex(signature), message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def policy(self) -> SignedPolicy | None:
        """Return the policy in force, unverified, if there is one."""
        return self._trust.policy()

    def set_policy(self, policy: SignedPolicy) -> None:
        """Store a signed policy.

        Raises: BadInput when it does not parse, NotAuthorised when its signature is not good.
        """
        parse_policy(policy.text)
        if not self.verify(policy.key_id, policy.message, policy.signature):
            raise NotAuthorised(
                "no trusted approver signed this policy.", "Sign it with a trusted key."
            )
        self._trust.put_policy(policy)

    def _path(self, key_id: str) -> Path:
        return self._folder / f"{key_id}.json"


class LocalKeys(FileKeys):
    """`Keys` in the store's file and a folder."""

    def __init__(self, store: StoreWriter, folder: Path, cost: int = keyfile.COST) -> None:
        super().__init__(LocalTrust(store), folder, cost)


def _must_be_usable(name: str, passphrase: str, demo: bool) -> None:
    if not NAME.fullmatch(name):
        raise BadInput(
            "an approver's name has letters, digits and . _ @ - only, at most 64.",
            "Choose another name.",
        )
    if len(passphrase) < (1 if demo else SHORTEST):
        raise BadInput(
            f"a passphrase has at least {SHORTEST} characters.",
            "Choose a few words nobody guesses.",
        )


def _approver(key: Ed25519PrivateKey, name: str, demo: bool, now: datetime) -> Approver:
    public = key.public_key().public_bytes_raw()
    key_id = digest("bunsui/key/v1", public)[:16]
    return Approver(name=name, key_id=key_id, public_key=public.hex(), is_demo=demo, added_at=now)


def _signed(text: str, key_id: str, key: Ed25519PrivateKey) -> SignedPolicy:
    unsigned = SignedPolicy(text=text, key_id=key_id, signature="")
    return unsigned.model_copy(update={"signature": key.sign(unsigned.message).hex()})

"""Approvers' keys: who signs, whom to trust, and the signed policy in the store."""

from __future__ import annotations

import re
from datetime import datetime

from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.adapters.local.control.trust import LocalTrust
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.domain.errors import BadInput, NotAuthorised, NotFound, Refused
from bunsui_core.domain.policy import STARTER, SignedPolicy, parse_policy
from bunsui_core.domain.signing import NewKey
from bunsui_core.domain.trust import Approver
from bunsui_core.ports.control import TrustList
from bunsui_core.ports.signing import Signer

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
"""What an approver may be called; it is part of a requester's `human:NAME`."""


class FileKeys:
    """`Keys` over any trust list; private halves are the signer's."""

    def __init__(self, trust: TrustList, signer: Signer) -> None:
        self._trust = trust
        self._signer = signer

    def create(self, name: str, passphrase: str, demo: bool, now: datetime) -> Approver:
        """Make the first key, trust it and let it sign the starter policy.

        Raises: Refused unless the trust list is empty; BadInput for a name or passphrase that
        cannot be used.
        """
        _must_be_usable(name)
        key = self._signer.make(passphrase, demo)
        begun = False
        try:
            begun = self._trust.begin(_approver(key, name, demo, now), _signed(STARTER, key))
        finally:
            if not begun:  # a key that nobody trusts is none
                self._signer.forget(key.key_id)
        return self._first(begun, _approver(key, name, demo, now))

    def adopt(self, name: str, kms_key: str, now: datetime) -> Approver:
        """Trust a key that KMS holds as the first one, and let it sign the starter policy.

        Raises: Refused unless the trust list is empty; BadInput; as `Signer.adopt`.
        """
        _must_be_usable(name)
        key = self._signer.adopt(kms_key)
        approver = _approver(key, name, False, now)
        return self._first(self._trust.begin(approver, _signed(STARTER, key)), approver)

    def _first(self, begun: bool, approver: Approver) -> Approver:
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
        return self._signer.sign(approver, passphrase, message)

    def verify(self, key_id: str, message: bytes, signature: str) -> bool:
        """Whether a trusted, unrevoked key made this signature."""
        approver = next((one for one in self.trusted() if one.key_id == key_id), None)
        if approver is None or approver.revoked_at:
            return False
        return is_signed(approver.public_key, message, signature)

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


class LocalKeys(FileKeys):
    """`Keys` in the store's file."""

    def __init__(self, store: StoreWriter, signer: Signer) -> None:
        super().__init__(LocalTrust(store), signer)


def _must_be_usable(name: str) -> None:
    if not NAME.fullmatch(name):
        raise BadInput(
            "an approver's name has letters, digits and . _ @ - only, at most 64.",
            "Choose another name.",
        )


def _approver(key: NewKey, name: str, demo: bool, now: datetime) -> Approver:
    return Approver(
        name=name,
        key_id=key.key_id,
        public_key=key.public_key,
        is_demo=demo,
        added_at=now,
        holder=key.holder,
        kms_key=key.kms_key,
    )


def _signed(text: str, key: NewKey) -> SignedPolicy:
    unsigned = SignedPolicy(text=text, key_id=key.key_id, signature="")
    return unsigned.model_copy(update={"signature": key.sign(unsigned.message)})

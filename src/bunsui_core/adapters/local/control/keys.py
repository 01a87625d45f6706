"""Approvers' keys: who signs, whom to trust, and the signed policies in the store."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.adapters.local.control.trust import LocalTrust
from bunsui_core.adapters.local.control.verifying import Verifying
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.domain.errors import Conflict, NotAuthorised, NotFound, Refused
from bunsui_core.domain.naming import must_be_usable
from bunsui_core.domain.policy import STARTER, SignedPolicy, parse_policy
from bunsui_core.domain.signing import NewKey
from bunsui_core.domain.trust import Approver, Named, Role, SignedTrustChange
from bunsui_core.domain.trust_changing import first_change
from bunsui_core.domain.trusting import Expected, Kept, Recorded, Trusted, trusted
from bunsui_core.ports.control import TrustList
from bunsui_core.ports.signing import Signer


class FileKeys(Verifying):
    """`Keys` over any trust list; private halves are the signer's."""

    def __init__(
        self,
        listed: TrustList,
        signer: Signer,
        root: str = "",
        recorded: Callable[[], Recorded] = Recorded,
    ) -> None:
        super().__init__(listed, root, recorded)
        self._signer = signer

    def create(self, name: str, passphrase: str, demo: bool, now: datetime) -> Approver:
        """Make the first key, trust it and let it sign the starter policy.

        Raises: Refused unless the trust list is empty; BadInput for a name or passphrase that
        cannot be used.
        """
        must_be_usable(name)
        key = self._signer.make(passphrase, demo)
        begun = None
        try:
            begun = self._begin(key, name, demo, now)
        finally:
            if begun is None:  # a key that nobody trusts is none
                self._signer.forget(key.key_id)
        return begun

    def adopt(self, name: str, kms_key: str, now: datetime) -> Approver:
        """Trust a key that KMS holds as the first one, and let it sign the starter policy.

        Raises: Refused unless the trust list is empty; BadInput; as `Signer.adopt`.
        """
        must_be_usable(name)
        return self._begin(self._signer.adopt(kms_key), name, False, now)

    def sign(self, name: str, passphrase: str, message: bytes) -> str:
        """Return the hex signature. Raises: NotAuthorised for a wrong passphrase, NotFound."""
        found = self.trust()
        if found.flaw:
            raise untrusted(found.flaw)
        approver = found.named(name)
        if approver is None:
            raise NotFound(f"there is no approver {name}.", "List them with `bunsui approvers`.")
        if approver.revoked_at:
            raise NotAuthorised(f"the key of {name} was revoked.", "Another approver decides.")
        return self._signer.sign(approver, passphrase, message)

    def record(self, changes: tuple[SignedTrustChange, ...]) -> Trusted:
        """Store changes of the trust list, and return what it is then.

        Raises: NotAuthorised when they do not hold, Conflict when somebody was faster.
        """
        before = self.trust()
        expected = Expected(*self._listed.place, self._root)
        after = trusted(Kept(changes=(*before.changes, *changes)), expected, is_signed)
        if before.flaw or after.flaw:
            raise untrusted(before.flaw or after.flaw)
        if not self._listed.append(changes):
            raise Conflict(
                "the trust list was changed by somebody else just now.",
                "Look at it with `bunsui approvers list`, and try again.",
            )
        return self.trust()

    def set_policy(self, policy: SignedPolicy) -> None:
        """Store a signed policy.

        Raises: BadInput when it does not parse, NotAuthorised when its signature is not good,
        Conflict when somebody was faster.
        """
        parse_policy(policy.text)
        if not self.verify(policy.key_id, policy.message, policy.signature):
            raise NotAuthorised(
                "no trusted approver signed this policy.", "Sign it with a trusted key."
            )
        self._listed.put_policy(policy)

    def _begin(self, key: NewKey, name: str, demo: bool, now: datetime) -> Approver:
        about = Named(
            name=name,
            key_id=key.key_id,
            public_key=key.public_key,
            is_demo=demo,
            role=Role.LEAD,
            holder=key.holder,
            kms_key=key.kms_key,
        )
        change = first_change(about, self._listed.place, now, secrets.token_hex(16))
        signed = SignedTrustChange(change=change, signature=key.sign(change.message))
        policy = _starter(key, self._listed.place, now)
        if self._listed.read().rows or not self._listed.append((signed,), policy):
            raise Refused(
                "there are approvers already; only the first key is made like this.",
                "A trusted lead adds the next one with `bunsui approvers add`.",
            )
        return about.since(now)


class LocalKeys(FileKeys):
    """`Keys` in the store's file."""

    def __init__(
        self,
        store: StoreWriter,
        signer: Signer,
        root: str = "",
        recorded: Callable[[], Recorded] = Recorded,
    ) -> None:
        super().__init__(LocalTrust(store), signer, root, recorded)


def untrusted(flaw: str) -> NotAuthorised:
    """Return what is said where the trust list does not hold."""
    return NotAuthorised(
        f"nobody is trusted here: {flaw}.",
        "Find out who changed the store; restore it with `bunsui store import` from an export.",
    )


def _starter(key: NewKey, place: tuple[str, str], now: datetime) -> SignedPolicy:
    account, region = place
    unsigned = SignedPolicy(
        version=2,
        text=STARTER,
        key_id=key.key_id,
        signature="",
        account=account,
        region=region,
        seq=1,
        at=now,
    )
    return unsigned.model_copy(update={"signature": key.sign(unsigned.message)})

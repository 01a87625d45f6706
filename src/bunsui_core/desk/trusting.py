"""What approvers can do about one another: add, revoke, give a role. Only leads sign it."""

from __future__ import annotations

from dataclasses import dataclass

from bunsui_core.app.decide import Signing
from bunsui_core.app.request import approvals
from bunsui_core.app.trusting import add, give_role, must_be_lead, revoke
from bunsui_core.desk.agent import Nature
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.errors import Conflict, NotFound
from bunsui_core.domain.naming import must_be_usable
from bunsui_core.domain.newcomer import Newcomer, newcomer_of
from bunsui_core.domain.trust import Approver, Role
from bunsui_core.domain.trust_changing import Act, Loss, giving_role, revoking
from bunsui_core.domain.trusting import IsSigned, Trusted, taken
from bunsui_core.ports.control import Keys
from bunsui_core.ports.signing import Signer
from bunsui_core.ports.store import Requests

NEWEST = 200
"""How many of the newest requests are looked at for what a revoked key had approved."""


@dataclass(frozen=True)
class TrustDesk:
    """Changes who is trusted. A private key that it makes stays on this machine."""

    keys: Keys
    signer: Signer
    requests: Requests
    nature: Nature
    is_signed: IsSigned

    def trust(self) -> Trusted:
        """Return who is trusted and by which changes, or why nobody is."""
        return self.keys.trust()

    def must_be_lead(self, name: str) -> Approver:
        """Return the lead of a name. Raises: NotAuthorised."""
        return must_be_lead(self.keys, name)

    def make_key(self, name: str, passphrase: str) -> Newcomer:
        """Make a key on this machine that nobody trusts yet. Raises: BadInput, Conflict."""
        self.must_be_free(name)
        key = self.signer.make(passphrase, False)
        made = Newcomer(name=name, public_key=key.public_key)
        return made.model_copy(update={"proof": key.sign(made.message)})

    def held_key(self, name: str, kms_key: str) -> Newcomer:
        """Return the public half of a key in KMS, which signs that it is whose.

        Raises: BadInput, Conflict, NotFound, NotAuthorised, Unavailable.
        """
        self.must_be_free(name)
        key = self.signer.adopt(kms_key)
        made = Newcomer(
            name=name, public_key=key.public_key, holder=key.holder, kms_key=key.kms_key
        )
        return made.model_copy(update={"proof": key.sign(made.message)})

    def newcomer(self, line: str) -> Newcomer:
        """Return whom a line names, who signed it. Raises: BadInput, Conflict."""
        found = newcomer_of(line, self.is_signed)
        self.must_be_free(found.name, found.key_id)
        return found

    def forget(self, newcomer: Newcomer) -> None:
        """Remove the key file of somebody who was not added after all."""
        self.signer.forget(newcomer.key_id)

    def add(self, newcomer: Newcomer, role: Role, signing: Signing, reason: str) -> Approver:
        """Trust somebody from now on. Raises: NotAuthorised, Conflict, BadInput."""
        after = add(newcomer.named(role), signing, self.keys, self._act(reason))
        return _found(after, newcomer.name)

    def loss(self, name: str, by: str) -> Loss:
        """Return what would count no more if a lead revoked somebody's key.

        Raises: NotAuthorised, NotFound, Refused, as revoking it does.
        """
        revoking(self.trust(), name, self.must_be_lead(by), self._act(""))
        lost = _found(self.trust(), name)
        policy, now = self.keys.policy(), self.nature.clock()
        waiting = (one for one in approvals(self.requests, NEWEST, now) if one.status.is_open)
        return Loss(
            approver=lost,
            requests=tuple(
                one.request.id
                for one in waiting
                if any(
                    signed.decision.key_id == lost.key_id
                    and signed.decision.decision is Answer.APPROVE
                    for signed in one.decisions
                )
            ),
            policy=policy is not None and policy.key_id == lost.key_id,
        )

    def revoke(self, name: str, signing: Signing, reason: str) -> Loss:
        """Trust somebody's key no more, and return what went with it.

        Raises: NotAuthorised, NotFound, Refused for the only lead.
        """
        lost = self.loss(name, signing.approver)
        after = revoke(name, signing, self.keys, self._act(reason))
        return lost.model_copy(update={"approver": _found(after, name)})

    def may_give_role(self, name: str, role: Role, by: str) -> None:
        """See that a lead may give this role. Raises: NotAuthorised, NotFound, Refused."""
        giving_role(self.trust(), name, role, self.must_be_lead(by), self._act(""))

    def give_role(self, name: str, role: Role, signing: Signing, reason: str) -> Approver:
        """Make somebody a lead or an approver. Raises: NotAuthorised, NotFound, Refused."""
        return _found(give_role(name, role, signing, self.keys, self._act(reason)), name)

    def _act(self, reason: str) -> Act:
        return Act(self.nature.clock(), self.nature.new_request_id(), reason)

    def must_be_free(self, name: str, key_id: str = "") -> None:
        """See that a name, and a key, can be added. Raises: BadInput, Conflict."""
        must_be_usable(name)
        if why := taken(name, key_id, self.trust().approvers):
            raise Conflict(f"{why}.", "A name and a key are given once; choose others.")


def _found(known: Trusted, name: str) -> Approver:
    found = known.named(name)
    if found is None:
        raise NotFound(f"there is no approver {name}.", "List them and choose one.", "approvers")
    return found

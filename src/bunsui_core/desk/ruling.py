"""What anybody can do who looks at policies: show, check and explain. Nothing here signs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bunsui_core.app.request import approval, approvals
from bunsui_core.app.verify import explain_request, in_force, pipelines_of
from bunsui_core.domain.approval import Approval, ApprovalStatus
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.errors import NotFound, Unavailable
from bunsui_core.domain.policy import Policy, SignedPolicy, parse_policy, requirement
from bunsui_core.domain.policy_answers import (
    PolicyChecked,
    PolicyExplained,
    PolicyList,
    PolicyShown,
    PolicyVersion,
    version_of,
)
from bunsui_core.domain.policy_check import Surroundings, remarks
from bunsui_core.domain.policy_words import sentences, supposed
from bunsui_core.ports.control import Trust
from bunsui_core.ports.store import Store

NEWEST = 200
"""How many requests are looked at for those that another policy would treat otherwise."""


@dataclass(frozen=True)
class PolicyDesk:
    """Looks at policies; `environments` are the names that there are."""

    store: Store
    trust: Trust
    environments: tuple[str, ...]
    clock: Callable[[], datetime]

    def shown(self, seq: int | None = None) -> PolicyShown:
        """Return the newest policy, or the one of a number. Raises: NotFound."""
        kept = self.trust.policies()
        found = [one for one in kept if seq in {None, one.seq}]
        if not kept:
            raise NotFound(
                "there is no policy yet.", "`bunsui approvers init NAME` signs a first one."
            )
        if not found:
            raise NotFound(f"there is no policy {seq}.", "List them and choose one.", "policy")
        return PolicyShown(version=self._version(found[0]), text=found[0].text)

    def listed(self) -> PolicyList:
        """Return every policy that was signed here, newest first."""
        why = in_force(self.trust).why
        return PolicyList(items=tuple(map(self._version, self.trust.policies())), why=why)

    def checked(self, text: str) -> PolicyChecked:
        """Return what a text would do as the policy, compared with what is here, if anything is.

        Raises: BadInput, with the line; NotAuthorised, StoreDamaged, StoreNewer.
        """
        policy = parse_policy(text)
        try:
            return self._compared(text, policy)
        except Unavailable as error:
            unread = f"nothing was compared with this environment, for {error.message.rstrip('.')}"
            return PolicyChecked(
                digest=text_digest(text),
                rules=len(policy.rules),
                freezes=len(policy.freezes),
                in_force=False,
                remarks=(*remarks(policy, Surroundings(), self.clock()), unread),
            )

    def explained(self, request_id: str) -> PolicyExplained:
        """Return which rule decides about a request, and who may sign. Raises: NotFound."""
        now = self.clock()
        standing = approval(self.store.requests.get(request_id), self.store.requests, now)
        found = explain_request(standing, self.trust, now, self.store)
        return PolicyExplained(
            request_id=request_id,
            explained=found,
            sentences=sentences(found),
            otherwise=tuple(map(supposed, found.otherwise)),
        )

    def _compared(self, text: str, policy: Policy) -> PolicyChecked:
        held, now = in_force(self.trust), self.clock()
        around = Surroundings(
            approvers=self.trust.trusted(),
            environments=self.environments,
            pipelines=self.store.pipelines.names(),
        )
        same = bool(held.policy and held.signed and held.signed.text == text)
        waiting = [one for one in approvals(self.store.requests, NEWEST, now) if _matters(one)]
        return PolicyChecked(
            digest=text_digest(text),
            rules=len(policy.rules),
            freezes=len(policy.freezes),
            in_force=same,
            remarks=remarks(policy, around, now),
            loses=() if same else tuple(one.request.id for one in waiting if one.decisions),
            changes=tuple(filter(None, (self._change(one, text) for one in waiting))),
        )

    def _version(self, signed: SignedPolicy) -> PolicyVersion:
        held = in_force(self.trust)
        is_newest = held.signed is not None and held.signed.seq == signed.seq
        names = {one.key_id: one.name for one in self.trust.trusted()}
        why = held.why if is_newest else "a newer one took its place"
        return version_of(signed, names.get(signed.key_id, ""), why)

    def _change(self, standing: Approval, text: str) -> str:
        plan = standing.request.plan
        known = pipelines_of(plan, self.store.sessions)
        now = requirement(in_force(self.trust).policy, plan, known)
        then = requirement(parse_policy(text), plan, known)
        return "" if now is then else f"{plan.request_id} needs {now.value}, then {then.value}"


def _matters(standing: Approval) -> bool:
    return standing.status in {ApprovalStatus.REQUESTED, ApprovalStatus.APPROVED}

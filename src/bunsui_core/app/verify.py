"""Verify what was decided, before anything runs: the executor believes no stored word."""

from __future__ import annotations

from datetime import datetime

from bunsui_core.app.request import crowd
from bunsui_core.domain.approval import Approval, Request, SignedDecision
from bunsui_core.domain.deciding import Counted, Law, Verified, flaw, weigh
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.explaining import Explained, explain
from bunsui_core.domain.plan import Plan, StartSession
from bunsui_core.domain.policy import Pending, Policy
from bunsui_core.domain.reigning import Reigning, reigning
from bunsui_core.domain.rules import NOT_LOOKED_UP, Pipelines
from bunsui_core.domain.terms import terms
from bunsui_core.ports.control import Trust
from bunsui_core.ports.store import Sessions, Store


def verify_decisions(
    request: Request,
    decisions: tuple[SignedDecision, ...],
    keys: Trust,
    now: datetime,
    sessions: Sessions | None = None,
    begun: bool = False,
) -> Verified:
    """Return which decisions count and whether they are enough for the policy in force.

    Of a plan that was `begun` its time is not asked again. Without `sessions` nothing is allowed
    under a policy that asks for pipelines.
    """
    law = law_on(request.plan, keys, now, sessions)
    law = law.model_copy(update={"begun": begun})
    return weigh(request, counted(request, decisions, keys, law), law)


def counted(
    request: Request, decisions: tuple[SignedDecision, ...], keys: Trust, law: Law
) -> Counted:
    """Return which decisions count, each by itself, and why others do not."""
    found = [(signed, _flaw(signed, request, keys, law)) for signed in decisions]
    return Counted(
        good=tuple(signed for signed, why in found if not why),
        refusals=tuple(
            f"the decision of {signed.decision.approver} does not count: {why}"
            for signed, why in found
            if why
        ),
    )


def explain_request(standing: Approval, keys: Trust, now: datetime, store: Store) -> Explained:
    """Return what the policy in force says of a request now, and who may sign."""
    request, policy = standing.request, policy_in_force(keys)
    law = law_on(request.plan, keys, now, store.sessions)
    found = counted(request, standing.decisions, keys, law)
    told = explain(policy, law, standing, found, keys.trusted())
    pending = policy.pending if policy else Pending()
    return told.model_copy(update={"crowd": crowd(request, store.requests, now, pending)})


def law_on(plan: Plan, keys: Trust, now: datetime, sessions: Sessions | None = None) -> Law:
    """Return what decisions about a plan are measured by, with its pipelines looked up."""
    held = in_force(keys)
    policy, signed = held.policy, held.signed
    pipelines = pipelines_of(plan, sessions) if policy and policy.names_pipelines else NOT_LOOKED_UP
    return Law(
        policy_digest=signed.digest if signed else "",
        terms=terms(policy or held.why, plan, now, pipelines),
    )


def pipelines_of(plan: Plan, sessions: Sessions | None) -> Pipelines:
    """Return the pipeline of each session of a plan; one that is not here is left out."""
    if sessions is None:
        return NOT_LOOKED_UP
    found: dict[str, str] = {}
    for session_id in {s.session_id for s in plan.steps if not isinstance(s, StartSession)}:
        try:
            found[session_id] = sessions.get(session_id).pipeline.name
        except NotFound:
            continue
    return found


def policy_in_force(keys: Trust) -> Policy | None:
    """Return the policy that a trusted lead signed; nothing when there is no such."""
    return in_force(keys).policy


def in_force(keys: Trust) -> Reigning:
    """Return the policy in force, or in a sentence why there is none."""
    signed = keys.policy()
    is_good = signed is not None and keys.verify(signed.key_id, signed.message, signed.signature)
    return reigning(signed, keys.trust(), is_good)


def _flaw(signed: SignedDecision, request: Request, keys: Trust, law: Law) -> str:
    decision = signed.decision
    owner = next((one for one in keys.trusted() if one.key_id == decision.key_id), None)
    if owner and owner.revoked_at:
        return f"the key of {owner.name} was revoked"
    if not keys.verify(decision.key_id, decision.message, signed.signature):
        return "no trusted key made its signature"
    return flaw(signed, request, owner, law)

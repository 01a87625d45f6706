"""Verify what was decided, before anything runs: the executor believes no stored word."""

from __future__ import annotations

from datetime import datetime

from bunsui_core.domain.approval import Request, SignedDecision
from bunsui_core.domain.deciding import Law, Verified, flaw, weigh
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.policy import Policy, parse_policy, requirement
from bunsui_core.ports.control import Keys


def verify_decisions(
    request: Request, decisions: tuple[SignedDecision, ...], keys: Keys, now: datetime
) -> Verified:
    """Return which decisions count and whether they are enough for the policy in force."""
    signed_policy = keys.policy()
    law = Law(
        policy_digest=signed_policy.digest if signed_policy else "",
        requirement=requirement(policy_in_force(keys), request.plan),
        now=now,
    )
    found = [(signed, _flaw(signed, request, keys, law)) for signed in decisions]
    good = tuple(signed for signed, why in found if not why)
    refusals = tuple(
        f"the decision of {signed.decision.approver} does not count: {why}"
        for signed, why in found
        if why
    )
    return weigh(request, good, refusals, law)


def policy_in_force(keys: Keys) -> Policy | None:
    """Return the policy that a trusted approver signed; nothing when there is no such."""
    signed = keys.policy()
    if signed is None or not keys.verify(signed.key_id, signed.message, signed.signature):
        return None
    try:
        return parse_policy(signed.text)
    except BadInput:
        return None


def _flaw(signed: SignedDecision, request: Request, keys: Keys, law: Law) -> str:
    decision = signed.decision
    if not keys.verify(decision.key_id, decision.message, signed.signature):
        return "no trusted key made its signature"
    owner = next((one for one in keys.trusted() if one.key_id == decision.key_id), None)
    return flaw(signed, request, owner, law)

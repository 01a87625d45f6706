"""Which policy is in force, or why none is."""

from __future__ import annotations

from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.policy import Policy, SignedPolicy, parse_policy
from bunsui_core.domain.trust import Approver, Role
from bunsui_core.domain.trusting import Trusted
from bunsui_core.domain.value import Value


class Reigning(Value):
    """The policy in force with who signed it; or no policy, and `why` nothing is allowed."""

    signed: SignedPolicy | None
    signer: str = ""
    policy: Policy | None = None
    why: str = ""


def reigning(signed: SignedPolicy | None, known: Trusted, is_good: bool) -> Reigning:
    """Return the policy of a signed text, `is_good` being whether a trusted key signed it."""
    if signed is None:
        return Reigning(signed=None, why="there is no policy")
    owner = next((one for one in known.approvers if one.key_id == signed.key_id), None)
    is_from_here = (signed.account, signed.region) == (known.account, known.region)
    if why := known.flaw or _not_in_force(owner, is_good):
        return Reigning(signed=signed, signer=owner.name if owner else "", why=why)
    name = owner.name if owner else ""
    if signed.version != 1 and not is_from_here:
        return Reigning(signed=signed, signer=name, why="the policy was signed for another place")
    try:
        policy = parse_policy(signed.text)
    except BadInput as error:
        return Reigning(signed=signed, signer=name, why=error.message)
    return Reigning(signed=signed, signer=name, policy=policy)


def _not_in_force(owner: Approver | None, is_good: bool) -> str:
    if owner is None:
        return "nobody who is trusted signed the policy"
    if owner.revoked_at:
        return f"the policy was signed by {owner.name}, whose key was revoked"
    if owner.role is not Role.LEAD:
        return f"the policy was signed by {owner.name}, who is no lead"
    return "" if is_good else "the policy is not what was signed"

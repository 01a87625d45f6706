"""What the policy says of a plan, in sentences for a person."""

from __future__ import annotations

from bunsui_core.domain.explaining import Explained, Signer
from bunsui_core.domain.policy import Requirement
from bunsui_core.domain.supposing import Otherwise
from bunsui_core.domain.terms import lifters

BEFORE = "it has to be approved and begun before"
"""How the sentence begins that says until when."""

NEEDS = {
    Requirement.SELF: "one human must approve it, and a human who asked may do so herself",
    Requirement.ONE: "one human must approve it, who did not ask for it",
    Requirement.TWO: "two humans must approve it, who did not ask for it",
    Requirement.DENY: "nobody may approve it",
}
"""What each requirement means."""


def ruling(explained: Explained) -> str:
    """Return which rule decided, and what it asks for."""
    needs = NEEDS[explained.requirement]
    if explained.number:
        return f"rule {explained.number} of the policy ({explained.rule}): {needs}"
    if explained.requirement is Requirement.DENY:
        return f"{needs}: {explained.why}"
    return f"{explained.why}: {NEEDS[Requirement.SELF]}"


def freeze(explained: Explained) -> str:
    """Return that a freeze holds, and who lifts it; empty when none does."""
    if explained.frozen is None:
        return ""
    who = lifters(explained.lifted_by)
    lifted = f"{who} may lift the freeze" if who else "nobody may lift the freeze"
    way = f"{lifted} for this request with a typed reason" if who else lifted
    return f"it is {explained.frozen.text}; {way}"


def signing(explained: Explained) -> tuple[str, ...]:
    """Return who may approve now, who only with a reason, and why others may not."""
    able = [one for one in explained.signers if not one.why]
    lifting = [one for one in explained.signers if one.with_reason]
    others = [one for one in explained.signers if one.why and not one.with_reason]
    told = [f"may approve now: {_names(able)}"] if able else []
    told += [f"may approve with a typed reason: {_names(lifting)}"] if lifting else []
    told = told or ["nobody may approve it now"]
    return (*told, *(_may_not(one, explained) for one in others))


def _may_not(signer: Signer, explained: Explained) -> str:
    """Why somebody may not approve now; of a freeze enough is said elsewhere."""
    if explained.frozen and explained.frozen.text in signer.why:
        return f"{signer.name} may not lift the freeze"
    return f"{signer.name} may not: {signer.why}"


def supposed(one: Otherwise) -> str:
    """Return what would be required, by which rule, if the plan were another one."""
    by = f"rule {one.number}" if one.number else "no rule"
    return f"{one.requirement.value}, by {by}, if {one.when}"


def sentences(explained: Explained) -> tuple[str, ...]:
    """Return everything but what would be otherwise, a sentence a line, without full stops."""
    far = f"{explained.approved} of {explained.needed} approved"
    told = (
        ruling(explained),
        far if explained.needed > 1 or explained.is_approved else "",
        explained.lifted or freeze(explained),
        "" if explained.is_approved else explained.short,
        *explained.uncounted,
        *_to_do(explained),
        explained.crowd,
    )
    return tuple(filter(None, told))


def _to_do(explained: Explained) -> tuple[str, ...]:
    """Who is still to sign, and until when."""
    until = f"{explained.until:%Y-%m-%d %H:%M} UTC"
    if explained.requirement is Requirement.DENY:
        return ()
    if explained.is_approved:
        return (f"it has to be begun before {until}",)
    return (*signing(explained), f"it has to be approved and begun before {until}")


def _names(signers: list[Signer]) -> str:
    return ", ".join(f"{one.name} ({one.role.value})" for one in signers)

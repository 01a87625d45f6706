"""Signing a policy at a terminal; only the command that signs loads what does."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import unified_diff

from bunsui_cli.deciding import signing
from bunsui_cli.laying_out import laid_out
from bunsui_cli.person import person
from bunsui_cli.where import remark
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.policy_answers import PolicyShown
from bunsui_core.domain.safe import safe
from bunsui_core.settings import Settings, read_settings
from bunsui_core.wiring.operator import operator_desk
from bunsui_core.wiring.ruling import policy_desk

LONGEST_SHOWN = 200_000
"""Characters of a difference that a terminal shows; of the longest policy it is shorter."""


def sign_policy(text: str, name: str) -> PolicyShown:
    """Show what would change, ask a lead for her proof, and put the policy in force.

    Raises: BadInput, with the line, when it does not parse; NotAuthorised without a terminal, a
    lead or the right passphrase; Refused, Conflict.
    """
    settings = read_settings()
    desk = operator_desk(settings)
    found = told(settings, text)
    with person("signing a policy", "Run the command in a terminal.") as human:
        human.tell(safe("\n".join(difference(settings, text)), LONGEST_SHOWN))
        human.tell(laid_out(safe(found, LONGEST_SHOWN), human.width))
        if remark(settings):
            human.tell(remark(settings))
        signed = desk.sign_policy(text, signing(desk, human, name))
    return policy_desk(settings).shown(signed.seq)


def told(settings: Settings, text: str) -> str:
    """Return what somebody should know before signing a policy. Raises: BadInput, with the line."""
    found = policy_desk(settings).checked(text)
    return "\n".join(
        [
            *(f"NOTE         {one}" for one in found.remarks),
            *(f"CHANGES      {one}" for one in found.changes),
            *(f"LOSES        what was approved stops counting: {one}" for one in found.loses),
        ]
    )


def difference(settings: Settings, text: str) -> Iterable[str]:
    """Return the lines that a policy changes in the newest one."""
    try:
        before = policy_desk(settings).shown().text
    except NotFound:
        before = ""
    if before == text:
        return ["The text is the one before; it is signed anew."]
    return unified_diff(before.splitlines(), text.splitlines(), "before", "new", lineterm="")

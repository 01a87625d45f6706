"""Signing a policy at a terminal; only the command that signs loads what does."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import unified_diff

from bunsui_cli.deciding import signing
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
        human.tell(safe(found, LONGEST_SHOWN))
        if remark(settings):
            human.tell(remark(settings))
        signed = desk.sign_policy(text, signing(desk, human, name))
    return policy_desk(settings).shown(signed.seq)


def told(settings: Settings, text: str) -> str:
    """Return what a policy would change, for the terminal. Raises: BadInput, with the line."""
    looking = policy_desk(settings)
    found = looking.checked(text)
    try:
        before = looking.shown().text
    except NotFound:
        before = ""
    lost = [f"LOSES    what was approved stops counting: {one}" for one in found.loses]
    return "\n".join(
        [
            *_difference(before, text),
            "",
            *(f"NOTE     {one}" for one in found.remarks),
            *(f"CHANGES  {one}" for one in found.changes),
            *lost,
        ]
    )


def _difference(before: str, after: str) -> Iterable[str]:
    if before == after:
        return ["The text is the one before; it is signed anew."]
    return unified_diff(
        before.splitlines(), after.splitlines(), "in force", "to be signed", lineterm=""
    )

"""Saying at a terminal who is trusted; only a command that does so loads what signs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bunsui_cli.deciding import KMS_NAME, signing
from bunsui_cli.person import Person, person
from bunsui_cli.views.approvers import told
from bunsui_core.desk.operator import OperatorDesk
from bunsui_core.desk.trusting import TrustDesk
from bunsui_core.domain.errors import BadInput, BunsuiError, NotAuthorised
from bunsui_core.domain.newcomer import LONGEST, WORD, Newcomer
from bunsui_core.domain.safe import safe
from bunsui_core.domain.trust import Approver, Holder, Role
from bunsui_core.domain.trust_changing import Loss, a
from bunsui_core.settings import read_settings
from bunsui_core.wiring.operator import operator_desk, trust_desk

ARN = "arn:"
"""How the address of a key in KMS begins."""


@dataclass(frozen=True)
class Wish:
    """What is to be changed: about whom, by whom, and why."""

    name: str
    by: str
    reason: str


def make_key(name: str, kms: str) -> Newcomer:
    """Make a key that nobody trusts yet, or take one of KMS. Raises: NotAuthorised, BadInput."""
    desk = trust_desk(read_settings())
    desk.must_be_free(name)
    with person("a new key") as human:
        made = _of_kms(desk, human, name, kms) if kms else _made_here(desk, human, name)
        human.tell(f"The key has the id {made.key_id}. Tell it to a lead, with this line:")
    return made


def add(wish: Wish, key: str, role: Role) -> Approver:
    """Let a lead trust somebody: with the line of her key, a key of KMS, or one made here.

    Raises: NotAuthorised without a terminal, a lead or the right proof; Conflict, BadInput.
    """
    lead = _lead(wish.by)
    lead.desk.must_be_free(wish.name)
    with person("adding an approver") as human, _newcomer(lead, human, wish, key) as new:
        human.tell(f"{new.name} becomes {a(role)} here, with the key {new.key_id}.")
        if key and new.holder is Holder.FILE:
            human.tell(f"Compare that id with {new.name} by voice: `approvers key` showed it.")
        return lead.desk.add(new, role, signing(lead.own, human, lead.name), wish.reason)


def revoke(wish: Wish) -> Loss:
    """Let a lead trust somebody's key no more, once she has seen what goes with it.

    Raises: NotAuthorised without a terminal, a lead or the right proof; NotFound, Refused.
    """
    lead = _lead(wish.by)
    loss = lead.desk.loss(wish.name, lead.name)
    with person("revoking a key") as human:
        human.tell("\n".join(told(loss)))
        return lead.desk.revoke(wish.name, signing(lead.own, human, lead.name), wish.reason)


def give_role(wish: Wish, role: Role) -> Approver:
    """Let a lead give somebody another role.

    Raises: NotAuthorised without a terminal, a lead or the right proof; NotFound, Refused.
    """
    lead = _lead(wish.by)
    lead.desk.may_give_role(wish.name, role, lead.name)
    with person("another role") as human:
        human.tell(f"{safe(wish.name, 64, False)} becomes {a(role)} here.")
        signs = signing(lead.own, human, lead.name)
        return lead.desk.give_role(wish.name, role, signs, wish.reason)


@dataclass(frozen=True)
class Lead:
    """Who is about to sign, with the desks at which it is done."""

    name: str
    desk: TrustDesk
    own: OperatorDesk


def _lead(name: str) -> Lead:
    """Return the lead that is named, or the only one whose key is here. Raises: NotAuthorised."""
    settings = read_settings()
    desk, own = trust_desk(settings), operator_desk(settings)
    leads = [one.name for one in own.mine() if one.is_lead]
    if not name and len(leads) != 1 and not desk.trust().flaw:
        raise _which(leads, [one.name for one in desk.trust().leads])
    chosen = name or next(iter(leads), "")
    desk.must_be_lead(chosen)
    return Lead(chosen, desk, own)


def _which(here: list[str], known: list[str]) -> NotAuthorised:
    if here:
        return NotAuthorised(
            f"there are several leads here: {', '.join(here)}.", "Say who you are with --as NAME."
        )
    if known:
        return NotAuthorised(
            "no key of a lead is on this machine.", f"A lead does this: {', '.join(known)}."
        )
    return NotAuthorised(
        "there is no approver yet.", "Make a key with `bunsui approvers init NAME`."
    )


@contextmanager
def _newcomer(lead: Lead, human: Person, wish: Wish, key: str) -> Iterator[Newcomer]:
    """Who is to be added; a key that was made for it and did not come to be trusted goes."""
    desk = lead.desk
    if key.startswith(ARN):
        yield _of_kms(desk, human, wish.name, key)
    elif key:
        found = desk.newcomer(_read(key))
        if found.name != wish.name:
            raise BadInput(
                f"the line is {found.name}'s, not {safe(wish.name, 64, False)}'s.",
                "Name her as she names herself.",
            )
        yield found
    else:
        made = _made_here(desk, human, wish.name)
        try:
            yield made
        except (BunsuiError, KeyboardInterrupt):
            desk.forget(made)
            raise


def _made_here(desk: TrustDesk, human: Person, name: str) -> Newcomer:
    human.tell(f"A key for {safe(name, 64, False)}, who types its passphrase herself:")
    return desk.make_key(name, new_passphrase(human))


def _of_kms(desk: TrustDesk, human: Person, name: str, kms: str) -> Newcomer:
    must_type_name(human, name)
    return desk.held_key(name, kms)


def must_type_name(human: Person, name: str) -> None:
    """Let a key of KMS be used after its approver's name was typed. Raises: NotAuthorised."""
    shown = safe(name, 64, False)
    if human.ask(KMS_NAME.format(name=shown)) != name:
        raise NotAuthorised(f"{shown} was not typed, so nothing was signed.", "Run it again.")


def new_passphrase(human: Person) -> str:
    """Return a passphrase that was typed twice alike. Raises: BadInput when it was not."""
    first = human.secret("New passphrase: ")
    if human.secret("The same again: ") != first:
        raise BadInput("the two passphrases differ.", "Run the command again.")
    return first


def _read(line: str) -> str:
    """The line itself, or the one in the file of that name."""
    if line.split()[:1] == [WORD]:
        return line
    try:
        with Path(line).open(encoding="utf-8") as file:
            return file.read(LONGEST + 1)
    except (OSError, ValueError) as error:
        raise BadInput(
            f"{safe(line, 200, False)} is neither the line of a key nor a file with one.",
            "Give what `bunsui approvers key NAME` printed.",
        ) from error

"""A lead at the desk: the line of a newcomer's key, and what goes with a key that is revoked."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.app.decide import Signing
from bunsui_core.app.verify import in_force, verify_decisions
from bunsui_core.desk.agent import Nature
from bunsui_core.desk.trusting import TrustDesk
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.errors import BadInput, Conflict, NotAuthorised, NotFound, Refused
from bunsui_core.domain.newcomer import WORD
from bunsui_core.domain.trust import Holder, Role
from tests.builders import NOW, a_request, later
from tests.local_home import HANAKO, PASSPHRASE, LocalHome

AS_HANAKO = Signing(HANAKO, PASSPHRASE)


@pytest.fixture
def home(tmp_path: Path) -> LocalHome:
    made = LocalHome(tmp_path / "home")
    made.trust()
    return made


@pytest.fixture
def desk(home: LocalHome) -> TrustDesk:
    numbers = map(str, itertools.count())
    nature = Nature(lambda: later(minutes=1), lambda: next(numbers), lambda: next(numbers))
    return TrustDesk(home.keys, home.signers, home.requests, nature, is_signed)


def test_a_lead_adds_whom_a_line_names(desk: TrustDesk, home: LocalHome) -> None:
    made = desk.make_key("taro", PASSPHRASE)

    found = desk.newcomer(made.line)
    added = desk.add(found, Role.APPROVER, AS_HANAKO, "joined")

    assert (found, added.name, added.role) == (made, "taro", Role.APPROVER)
    assert home.keys.trust().changes[-1].change.reason == "joined"
    assert home.keys.sign("taro", PASSPHRASE, b"x")


@pytest.mark.parametrize("width", [24, 40, 77])
def test_a_line_that_a_terminal_broke_is_still_the_line(desk: TrustDesk, width: int) -> None:
    made = desk.make_key("taro", PASSPHRASE)
    head, rest = made.line[:24], made.line[24:]

    broken = [head, *(rest[at : at + width] for at in range(0, len(rest), width))]

    assert desk.newcomer("\r\n".join(broken)) == made


def test_a_line_that_was_changed_on_its_way_adds_nobody(desk: TrustDesk) -> None:
    line = desk.make_key("taro", PASSPHRASE).line
    other = desk.make_key("mika", PASSPHRASE).line
    word, name, holder, public, proof = line.split()
    theirs = other.split()
    kms = "arn:aws:kms:eu-west-1:000000000000:key/1"
    changed = [
        (word, "taro2", holder, public, proof),
        (word, name, holder, theirs[3], proof),
        (word, name, holder, public, theirs[4]),
        (word, name, "kms", public, proof, kms),
        (word, name, "kms", public, proof),
        (word, name, holder, public, proof, kms),
        (word, name, "paper", public, proof),
        (word, "a/b", holder, public, proof),
        (word, name, holder, public, proof[:-2]),
        (word, name, holder, public.upper(), proof),
        (word, name, holder, public),
    ]

    for words in changed:
        with pytest.raises(BadInput, match="changed on its way"):
            desk.newcomer(" ".join(words))
    assert desk.newcomer(line).holder is Holder.FILE


@pytest.mark.parametrize("text", ["", "hello", f"{WORD}", f"{WORD} taro", "x" * 9000, "{}", "\0"])
def test_what_is_no_line_is_said_to_be_none(desk: TrustDesk, text: str) -> None:
    with pytest.raises(BadInput, match="not the public half"):
        desk.newcomer(text)


def test_a_taken_name_makes_no_key(desk: TrustDesk, home: LocalHome) -> None:
    before = sorted((home.folder / "keys").iterdir())

    for name in (HANAKO, "Hanako"):
        with pytest.raises(Conflict):
            desk.make_key(name, PASSPHRASE)
    assert sorted((home.folder / "keys").iterdir()) == before


def test_a_key_nobody_came_to_trust_can_be_removed(desk: TrustDesk, home: LocalHome) -> None:
    made = desk.make_key("taro", PASSPHRASE)
    assert (home.folder / "keys" / f"{made.key_id}.json").exists()

    desk.forget(made)

    assert not (home.folder / "keys" / f"{made.key_id}.json").exists()


def test_revoking_tells_which_approvals_and_whether_the_policy_go_with_it(
    desk: TrustDesk, home: LocalHome
) -> None:
    taro = home.trust("taro")
    home.rule("one", "taro")
    asked = home.requests.submit(a_request("because", request_id="r-1"))
    rejected = home.requests.submit(a_request("because", request_id="r-2"))
    other = home.requests.submit(a_request("because", request_id="r-3"))
    for request, who, answer in (
        (asked, taro, Answer.APPROVE),
        (rejected, taro, Answer.REJECT),
        (other, home.keys.trusted()[0], Answer.APPROVE),
    ):
        home.decisions.append(home.signed(request, who, decision=answer))
    signed = home.requests.decisions("r-1")
    assert verify_decisions(asked, signed, home.keys, NOW).is_approved

    lost = desk.revoke("taro", AS_HANAKO, "left")

    assert (lost.requests, lost.policy, bool(lost.approver.revoked_at)) == (("r-1",), True, True)
    assert not verify_decisions(asked, signed, home.keys, NOW).is_approved
    assert "taro" in in_force(home.keys).why
    for request_id in ("r-1", "r-2"):
        refusals = verify_decisions(asked, home.requests.decisions(request_id), home.keys, NOW)
        assert "the key of taro was revoked" in " ".join(refusals.refusals)


def test_what_goes_with_a_key_that_nothing_rests_on_is_nothing(
    desk: TrustDesk, home: LocalHome
) -> None:
    home.trust("taro", role=Role.APPROVER)

    lost = desk.loss("taro", HANAKO)

    assert (lost.requests, lost.policy, lost.approver.revoked_at) == ((), False, None)


def test_what_may_not_be_is_refused_before_anybody_types_a_passphrase(
    desk: TrustDesk, home: LocalHome
) -> None:
    home.trust("taro", role=Role.APPROVER)

    with pytest.raises(Refused, match="only lead"):
        desk.loss(HANAKO, HANAKO)
    with pytest.raises(NotFound):
        desk.loss("mallory", HANAKO)
    with pytest.raises(NotAuthorised, match="only a lead"):
        desk.loss(HANAKO, "taro")
    with pytest.raises(Refused, match="already"):
        desk.may_give_role("taro", Role.APPROVER, HANAKO)
    with pytest.raises(NotAuthorised):
        desk.may_give_role("taro", Role.LEAD, "taro")
    desk.may_give_role("taro", Role.LEAD, HANAKO)
    assert desk.give_role("taro", Role.LEAD, AS_HANAKO, "").role is Role.LEAD

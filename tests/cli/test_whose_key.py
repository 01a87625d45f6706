"""Whose key signs at a terminal, and what she types for it."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bunsui_cli.deciding import signing, whose
from bunsui_cli.person import Person
from bunsui_core.desk.agent import Nature
from bunsui_core.desk.operator import OperatorDesk
from bunsui_core.domain.errors import NotAuthorised
from bunsui_core.domain.trust import Approver
from bunsui_core.ports.observe import Seeing
from bunsui_core.settings import Settings
from bunsui_core.wiring.store import place, store
from tests.builders import NOW
from tests.fakes import FakeInventory, FakeStepFunctions, SilentLogs
from tests.local_home import HANAKO, PASSPHRASE, LocalHome


@dataclass(frozen=True)
class Scripted(Person):
    """Somebody whose every word a test knows before."""

    words: list[str] = field(default_factory=list)
    screen: io.StringIO = field(default_factory=io.StringIO)
    keys: io.StringIO = field(default_factory=io.StringIO)

    def secret(self, question: str) -> str:
        """Type the next word."""
        self.screen.write(question)
        return self.words.pop(0)


@pytest.fixture
def home(tmp_path: Path) -> LocalHome:
    """A home with Hanako's key."""
    made = LocalHome(tmp_path)
    made.trust()
    return made


def desk(home: LocalHome) -> OperatorDesk:
    """The desk of a human there."""
    settings = Settings(home=home.folder)
    seeing = Seeing(FakeStepFunctions(), SilentLogs(), FakeInventory())
    nature = Nature(clock=lambda: NOW, new_request_id=str, new_session_id=str)
    return OperatorDesk(
        store(settings, home.writer), seeing, home.deciding, place(settings), nature
    )


def take_away(home: LocalHome, approver: Approver) -> None:
    """Let an approver's key file be on another machine."""
    (home.folder / "keys" / f"{approver.key_id}.json").unlink()


def test_the_only_approver_need_not_say_who_she_is(home: LocalHome) -> None:
    assert whose(desk(home), "") == HANAKO


def test_of_several_the_one_whose_key_is_here_need_not_say_so(home: LocalHome) -> None:
    taro = home.trust("taro")
    with pytest.raises(NotAuthorised, match="several approvers: hanako, taro"):
        whose(desk(home), "")

    take_away(home, taro)

    assert whose(desk(home), "") == HANAKO
    assert desk(home).requester == "human:hanako"


def test_where_no_key_is_nobody_decides_and_nobody_asks_in_anothers_name(home: LocalHome) -> None:
    (hanako,) = home.keys.trusted()
    take_away(home, hanako)

    with pytest.raises(NotAuthorised, match="no key of hanako is on this machine"):
        whose(desk(home), "")
    assert desk(home).requester == "human:unknown"


def test_a_name_that_was_said_is_taken_as_it_is(home: LocalHome) -> None:
    assert whose(desk(home), "taro") == "taro"
    with pytest.raises(NotAuthorised, match="taro is not an approver"):
        signing(desk(home), Scripted(words=["x"]), "taro")


def test_wrong_passphrases_are_told_before_the_next_one_is_typed(home: LocalHome) -> None:
    with pytest.raises(NotAuthorised):
        home.keys.sign(HANAKO, "wrong", b"message")
    human = Scripted(words=[PASSPHRASE, PASSPHRASE])

    signed = signing(desk(home), human, "")
    told = human.screen.getvalue()
    home.keys.sign(HANAKO, signed.passphrase, b"message")
    signing(desk(home), human, "")

    assert told.startswith("Wrong passphrases typed for the key of hanako since the last right one")
    assert human.screen.getvalue().removeprefix(told) == "Passphrase of hanako: "


def test_no_text_shows_what_was_typed(home: LocalHome) -> None:
    signed = signing(desk(home), Scripted(words=[PASSPHRASE]), "")

    assert PASSPHRASE not in repr(signed)

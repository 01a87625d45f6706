"""The record says that somebody guessed at a key, and is not flooded by it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bunsui_core.adapters.local.control.tries import guessed
from bunsui_core.app.witness import Witness
from bunsui_core.domain.errors import NotAuthorised
from bunsui_core.domain.throttling import FREE, Tries
from tests.builders import NOW
from tests.local_home import LocalHome
from tests.unit.key_kit import MESSAGE, Desk


def guess(desk: Desk, times: int) -> None:
    """Type a wrong passphrase so often."""
    for _ in range(times):
        with pytest.raises(NotAuthorised, match="does not open"):
            desk.signers.sign(desk.hanako, "wrong", MESSAGE)


def told(desk: Desk, home: LocalHome) -> list[tuple[str, str, str]]:
    """What of guesses is in the record, after a worker looked."""
    found = guessed(desk.folder, desk.machine.moment())
    Witness(home.audit, home.requests).see_guesses(found, home.keys, desk.machine.at)
    return [
        (one.kind, one.actor, one.subject.partition(" ")[2])
        for one in home.audit.entries()
        if one.kind == "passphrase_refused"
    ]


@pytest.fixture
def office(tmp_path: Path) -> tuple[Desk, LocalHome]:
    """A home that trusts Hanako, whose key is in its folder."""
    home = LocalHome(tmp_path / "home")
    desk = Desk(home.folder / "keys")
    desk.hanako = home.trust()
    return desk, home


def test_the_record_tells_whose_key_had_to_wait_and_each_thing_once(
    office: tuple[Desk, LocalHome],
) -> None:
    desk, home = office
    guess(desk, FREE - 1)
    assert told(desk, home) == []

    guess(desk, 1)
    first = ("passphrase_refused", "hanako", "2026-03-02 2 or more")
    assert told(desk, home) == [first]
    for _ in range(2):
        desk.machine.wait(3600)
        guess(desk, 1)
        told(desk, home)
    assert told(desk, home) == [first, ("passphrase_refused", "hanako", "2026-03-02 4 or more")]


def test_what_is_written_beside_keys_by_hand_does_not_flood_the_record(
    office: tuple[Desk, LocalHome],
) -> None:
    desk, home = office
    moments = [desk.machine.moment()]
    for days in range(-20, 20):
        moments.append(moments[0].model_copy(update={"at": NOW + timedelta(days=days)}))
    for number, last in enumerate(moments):
        tries = Tries(failures=10**6 + number, last=last).model_dump_json()
        desk.tries.write_text(tries)
        (desk.folder / f"{number:016x}.tries").write_text(tries)
        told(desk, home)

    assert 1 <= len(told(desk, home)) <= 8

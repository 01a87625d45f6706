"""A store whose list of whom to trust is rewritten by somebody who writes the file."""

from __future__ import annotations

from collections.abc import Iterable

from bunsui_core.adapters.local.control.keys import LocalKeys
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.trust import Named, SignedTrustChange
from bunsui_core.domain.trusting import Recorded
from tests.local_home import LocalHome, light_signers


def rewrite(home: LocalHome, *changes: SignedTrustChange) -> None:
    """Put other changes in the place of those that are stored, as whoever writes the file can."""
    with home.writer.writing() as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in found.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM trust_changes")
        for number, one in enumerate(changes, 1):
            row = (*home.writer.place, number, one.model_dump_json())
            connection.execute("INSERT INTO trust_changes VALUES (?, ?, ?, ?)", row)


def fresh(home: LocalHome, root: str = "", recorded: Recorded | None = None) -> LocalKeys:
    """The keys as a process sees them that has just begun."""
    signers = light_signers(home.folder / "keys")
    return LocalKeys(home.writer, signers, root, lambda: recorded or Recorded())


def named(home: LocalHome) -> Named:
    """The public half of the first one who was trusted."""
    (found, *_) = home.keys.trusted()
    return found.named


def put(home: LocalHome, policies: Iterable[SignedPolicy], first: int = 1) -> None:
    """Put other policies in the place of those that are stored, under numbers from `first` on."""
    rewrite(home, *home.keys.trust().changes)
    with home.writer.writing() as connection:
        connection.execute("DELETE FROM policies")
        for number, one in enumerate(policies, first):
            row = (*home.writer.place, number, one.model_dump_json())
            connection.execute("INSERT INTO policies VALUES (?, ?, ?, ?)", row)

"""Waiting for what another thread does."""

from __future__ import annotations

import threading
import time

import pytest

from bunsui_core.adapters.emulator.patches.states import waiting
from bunsui_core.adapters.emulator.patches.states.waiting import announce, wait_until
from tests.emulator.embedded import SECONDS


class Claim:
    """A claim that somebody waits for, in a thread of its own, until it becomes true."""

    def __init__(self, *topics: str) -> None:
        """Begin to wait for a claim that is not true."""
        self._is_true = False
        self._asked = threading.Event()
        self.thread = threading.Thread(target=wait_until, args=(self._ask, None, topics))
        self.thread.start()
        self._asked.wait()

    def come_true(self) -> None:
        """Let the claim be true from now on."""
        self._is_true = True

    def _ask(self) -> bool:
        self._asked.set()
        return self._is_true


def test_a_claim_that_is_true_is_not_waited_for() -> None:
    assert wait_until(lambda: True, deadline=0.0)


def test_a_deadline_ends_the_wait() -> None:
    ends = time.monotonic() + 0.05

    assert not wait_until(lambda: False, ends)
    assert time.monotonic() >= ends


def test_what_is_announced_under_any_of_the_topics_is_seen_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "_UNANNOUNCED_SECONDS", 60.0)
    claim = Claim("ours", "theirs")
    claim.come_true()
    announce("theirs")
    claim.thread.join(timeout=SECONDS)

    assert not claim.thread.is_alive()


def test_what_nobody_announces_is_seen_all_the_same() -> None:
    claim = Claim("ours")
    claim.come_true()
    announce("theirs")
    claim.thread.join(timeout=SECONDS)

    assert not claim.thread.is_alive()

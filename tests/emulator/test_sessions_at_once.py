"""Sessions of roles that begin while the expired ones are forgotten."""

from __future__ import annotations

import pytest
from ministack.services import sts

from bunsui_core.adapters.emulator.patches.identity import iam_sts
from bunsui_core.adapters.emulator.patches.identity.iam_sts import Sessions, forget_expired
from bunsui_core.domain.value import Json


class BeginsAnother(dict[str, Json]):
    """A session during whose look another thread's session begins."""

    def __init__(self, sessions: Sessions) -> None:
        super().__init__()
        self._sessions = sessions

    def get(self, key: str, default: Json = None) -> Json:  # type: ignore[override]  # one of its forms # overloaded
        """Begin another session, then answer as a session does."""
        self._sessions[f"ASIA{len(self._sessions)}"] = {}
        return super().get(key, default)


def test_a_session_may_begin_while_expired_ones_are_forgotten() -> None:
    sessions: Sessions = {"over": {"Expiration": 10.0}, "lasting": {"Expiration": 30.0}, "own": {}}
    sessions["odd"] = BeginsAnother(sessions)

    forget_expired(sessions, now=20.0)

    assert "over" not in sessions
    assert {"lasting", "own", "odd"} <= sessions.keys()
    assert len(sessions) == 4


def test_the_embedded_aws_begins_a_session_while_another_thread_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sessions: Sessions = {}
    sessions["odd"] = BeginsAnother(sessions)
    monkeypatch.setattr(sts, "_sessions", sessions)
    monkeypatch.setattr(sts, "_evict_expired_sessions", sts._evict_expired_sessions)
    with pytest.raises(RuntimeError, match="changed size"):
        sts.register_session("ASIALOST", {})

    iam_sts.install()
    sts.register_session("ASIANEW", {})

    assert {"odd", "ASIANEW"} <= sessions.keys()

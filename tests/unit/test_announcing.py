"""What happens while bunsui runs is told; what was there before is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bunsui_core.domain.notice import Notice, NoticeKind
from bunsui_core.domain.session import SessionStatus
from bunsui_core.settings import Settings
from bunsui_core.wiring.agent import reading_desk
from bunsui_core.wiring.notices import Announcer, Bell
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.store import store
from tests.builders import a_request, a_session


def test_only_what_is_new_since_the_first_look_is_told(tmp_path: Path) -> None:
    settings, heard = Settings(home=tmp_path), list[Notice]()
    kept = store(settings, writer(settings))
    kept.sessions.save(a_session(status=SessionStatus.FAILED))
    announcer = Announcer(reading_desk(settings), [Bell(heard.append)])

    announcer.look()
    assert not heard
    kept.sessions.save(a_session(id="s-new", status=SessionStatus.FAILED))
    announcer.look()
    announcer.look()
    assert [one.next for one in heard] == ["bunsui failures analyze s-new"]


def test_a_request_that_waits_is_told_once(tmp_path: Path) -> None:
    settings, heard = Settings(home=tmp_path), list[Notice]()
    now = datetime.now(UTC)
    kept = store(settings, writer(settings))
    kept.requests.submit(a_request(created_at=now, expires_at=now + timedelta(minutes=30)))
    announcer = Announcer(reading_desk(settings), [Bell(heard.append)])

    announcer.look()
    announcer.look()

    assert [one.kind for one in heard] == [NoticeKind.APPROVAL]

"""What happens while bunsui runs is told; what was there before is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bunsui_core.adapters.local.told import ToldFile
from bunsui_core.domain.notice import Notice, NoticeKind
from bunsui_core.domain.session import Session
from bunsui_core.settings import Settings
from bunsui_core.wiring.agent import reading_desk
from bunsui_core.wiring.notices import Announcer, Bell
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.store import store
from tests.builders import a_request, a_session
from tests.race import together


def an_announcer(settings: Settings, heard: list[Notice]) -> Announcer:
    """What tells a list; another one of the same home is another process."""
    told = ToldFile(settings.folder / "told-bell.json")
    return Announcer(reading_desk(settings), Bell(heard.append), told)


def a_failure(session_id: str, ago: timedelta = timedelta()) -> Session:
    """A session that failed so long ago."""
    at = datetime.now(UTC) - ago
    return a_session(id=session_id, created_at=at, stopped_at=at)


def test_only_what_is_new_since_the_first_look_is_told(tmp_path: Path) -> None:
    settings, heard = Settings(home=tmp_path), list[Notice]()
    kept = store(settings, writer(settings))
    kept.sessions.save(a_failure("s-old"))
    announcer = an_announcer(settings, heard)

    announcer.look()
    assert not heard
    kept.sessions.save(a_failure("s-new"))
    announcer.look()
    announcer.look()
    assert [one.next for one in heard] == ["bunsui failures analyze s-new"]


def test_a_request_that_waits_is_told_once(tmp_path: Path) -> None:
    settings, heard = Settings(home=tmp_path), list[Notice]()
    now = datetime.now(UTC)
    kept = store(settings, writer(settings))
    kept.requests.submit(a_request(created_at=now, expires_at=now + timedelta(minutes=30)))
    announcer = an_announcer(settings, heard)

    announcer.look()
    announcer.look()

    assert [one.kind for one in heard] == [NoticeKind.APPROVAL]


def test_a_new_process_tells_what_failed_meanwhile_and_nothing_again(tmp_path: Path) -> None:
    settings, heard = Settings(home=tmp_path), list[Notice]()
    kept = store(settings, writer(settings))
    first = an_announcer(settings, heard)
    first.look()
    kept.sessions.save(a_failure("s-1"))
    first.look()
    kept.sessions.save(a_failure("s-2"))

    an_announcer(settings, heard).look()

    assert [one.next.split()[-1] for one in heard] == ["s-1", "s-2"]


def test_what_failed_long_before_it_was_found_is_no_news(tmp_path: Path) -> None:
    settings, heard = Settings(home=tmp_path), list[Notice]()
    kept = store(settings, writer(settings))
    an_announcer(settings, heard).look()
    for name, ago in (("s-week", timedelta(days=7)), ("s-hour", timedelta(hours=1))):
        kept.sessions.save(a_failure(name, ago))

    an_announcer(settings, heard).look()

    assert not heard


def test_what_was_told_is_readable_by_its_owner_only_and_a_broken_file_begins_anew(
    tmp_path: Path,
) -> None:
    settings, heard = Settings(home=tmp_path), list[Notice]()
    store(settings, writer(settings)).sessions.save(a_failure("s-1"))
    an_announcer(settings, heard).look()
    (file,) = tmp_path.glob("told-*.json")
    assert file.stat().st_mode & 0o077 == 0

    file.write_text("{", encoding="utf-8")
    an_announcer(settings, heard).look()

    assert not heard


def test_two_processes_over_one_channel_tell_each_thing_once(tmp_path: Path) -> None:
    settings, heard = Settings(home=tmp_path), list[Notice]()
    kept = store(settings, writer(settings))
    both = [an_announcer(settings, heard) for _ in range(2)]
    both[0].look()
    kept.sessions.save(a_failure("s-1"))

    together(*(one.look for one in both))

    assert len(heard) == 1

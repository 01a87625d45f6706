"""What a person and a program are told where AWS is not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_cli.envelope import Answer, answered
from bunsui_cli.views.screen import age
from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.adapters.local.store import LocalHeartbeat
from bunsui_core.domain.answer import Beat, Freshness, SessionPage, Source, stored_freshness
from bunsui_core.domain.freshness import NEVER_WORKED, Blind
from bunsui_core.domain.value import Instant
from bunsui_core.settings import Settings
from tests.builders import NOW, later
from tests.cli.shell import Shell

NOTHING = SessionPage(items=(), total=0, next_cursor="")
LISTS = [("sessions", "list"), ("sessions", "search", "x"), ("pipelines", "list")]


def known(blind: Blind | None) -> Freshness:
    """How old a store is whose worker says that of AWS."""
    return stored_freshness(Beat(at=later(minutes=9), blind=blind), None, later(minutes=9))


@pytest.mark.parametrize("words", LISTS)
def test_a_list_that_nobody_ever_read_says_so(shell: Shell, words: tuple[str, ...]) -> None:
    done = shell(*words)

    assert (done.code, done.document["ok"], done.document["as_of"]) == (0, True, None)
    assert done.document["blind"] == NEVER_WORKED.model_dump(mode="json")


@pytest.mark.parametrize("words", LISTS)
def test_an_empty_list_of_a_worker_that_reads_stays_quiet(
    shell: Shell, tmp_path: Path, words: tuple[str, ...]
) -> None:
    beat(shell)
    done = shell(*words)

    assert (done.document["blind"], done.document["as_of"]) == (None, NOW.isoformat())


def beat(shell: Shell) -> None:
    """Let a worker have been at work in the home of a shell."""
    settings = Settings(home=shell.home)
    create(settings.store_path, settings.inbox_path)
    writer = StoreWriter(settings.store_path, settings.account, settings.region)
    LocalHeartbeat(writer).beat(NOW)


def test_a_program_is_told_since_when_and_why_aws_cannot_be_read() -> None:
    away = Blind(since=NOW, why="AWS does not answer.")
    told = answered(Answer("sessions-list", NOTHING, known(away)))
    well = answered(Answer("sessions-list", NOTHING, known(None)))

    assert told["as_of"] == NOW.isoformat()
    assert told["blind"] == {
        "since": "2026-03-02T01:14:00Z",
        "why": "AWS does not answer.",
        "next": away.next,
    }
    assert (well["as_of"], well["blind"]) == (later(minutes=9).isoformat(), None)


@pytest.mark.parametrize(
    ("seen", "is_said"), [(later(minutes=9, seconds=-30), False), (NOW, True), (None, True)]
)
def test_what_was_read_from_aws_says_that_no_worker_runs_only_when_none_does(
    seen: Instant | None, is_said: bool
) -> None:
    live = Freshness(as_of=later(minutes=9), source=Source.LIVE, worker_seen_at=seen)

    assert age(live).startswith("read from AWS at 2026-03-02 01:23:00")
    assert ("no worker is running" in age(live)) is is_said


def test_what_is_from_the_archive_is_not_said_to_be_read_now() -> None:
    kept = Freshness(as_of=NOW, source=Source.ARCHIVE, worker_seen_at=NOW)

    assert age(kept) == "from the archive, as it was read from AWS at 2026-03-02 01:14:00"


def test_a_person_is_told_the_same_below_the_list() -> None:
    away = age(known(Blind(since=NOW, why="AWS does not answer.")))
    never = age(known(Blind(since=None, why="the profile is of another account.")))

    assert "as of 2026-03-02 01:14:00" in away
    assert "AWS cannot be read since 2026-03-02 01:14:00 UTC: AWS does not answer." in away
    assert "bunsui doctor" in away
    assert "nothing was ever read here: the profile is of another account." in never
    assert "as of" not in never
    assert "doctor" not in age(known(None))

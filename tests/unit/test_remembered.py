"""What a desk still tells of an execution that is over when AWS does not answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.app.archive import Shelf, archive_closed
from bunsui_core.desk.agent import AgentDesk, Nature
from bunsui_core.domain.answer import Source
from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.failure import Definition, HistoryEvent, LogLine, Observation
from bunsui_core.domain.timeline import StateEnd
from bunsui_core.ports.observe import LogWindow, Seeing
from bunsui_core.settings import Settings
from bunsui_core.wiring.store import reader, store
from tests.builders import ACCOUNT, NOW, REGION, a_session, later
from tests.fakes import Clock, FakeInventory
from tests.unit.histories import START, failed, observed, task

LINE = LogLine(at=later(seconds=3), text="no such key")


class Aws:
    """One failed execution and its log, as long as it answers."""

    def __init__(self) -> None:
        self.answers = True
        self.asked: list[str] = []
        self.seeing = Seeing(self, self, FakeInventory())

    def describe(self, execution_arn: str) -> Observation:
        """Return the execution."""
        self._ask("describe", execution_arn)
        return observed(stopped_at=later(minutes=1))

    def history(self, execution_arn: str) -> tuple[HistoryEvent, ...]:
        """Return its events."""
        self._ask("history", execution_arn)
        return (START, *task(2, 0, "Load", "Boom"), failed(5, 4))

    def definition(self, execution_arn: str) -> Definition:
        """Return its definition."""
        self._ask("definition", execution_arn)
        return Definition(machine="m", definition="{}", revision="1", updated_at=NOW)

    def lines(self, window: LogWindow, limit: int) -> tuple[LogLine, ...]:
        """Return its log."""
        self._ask("lines", window.name)
        return (LINE,)

    def _ask(self, what: str, about: str) -> None:
        self.asked.append(f"{what} {about}")
        if not self.answers:
            raise Unavailable("AWS does not answer.", "Try again.")


class Home:
    """A store with one failed session, its archive, and a desk that only reads."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(home=folder)
        create(self.settings.store_path, self.settings.inbox_path)
        self.connection = StoreWriter(self.settings.store_path, ACCOUNT, REGION)
        self.session = store(self.settings, self.connection).sessions.save(a_session())
        self.aws = Aws()
        clock = Clock(later(minutes=3))
        nature = Nature(clock=clock, new_request_id=str, new_session_id=str)
        remembered = store(self.settings, reader(self.settings))
        self.desk = AgentDesk(remembered, self.aws.seeing, "agent:claude", nature)

    def archive(self) -> None:
        """Let the worker keep what is over."""
        shelf = Shelf(LocalArchive(self.connection), FileBlobs(self.settings.blobs_path))
        archive_closed(self.session, shelf, self.aws.seeing, later(minutes=2))
        self.aws.asked.clear()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """One failed session that AWS still tells of."""
    return Home(tmp_path)


def test_the_timeline_of_what_is_archived_is_shown_without_asking_aws(home: Home) -> None:
    home.archive()
    home.aws.answers = False

    found = home.desk.timeline(home.session.id, "extract")

    assert [(track.path, track.runs[0].end) for track in found.tracks] == [
        (("Load",), StateEnd.FAILED)
    ]
    assert (found.is_over, home.aws.asked) == (True, [])


def test_the_timeline_of_what_is_not_archived_yet_is_read_from_aws(home: Home) -> None:
    found = home.desk.timeline(home.session.id, "extract")

    assert [track.path for track in found.tracks] == [("Load",)]
    assert [one.split()[0] for one in home.aws.asked] == ["history"]


def test_a_log_that_aws_does_not_give_is_the_archived_one_and_says_so(home: Home) -> None:
    home.archive()
    home.aws.answers = False

    found = home.desk.logs(home.session.id, "extract")

    assert (found.lines, found.function) == ((LINE,), "orders-load")
    assert found.note.startswith("from the archive")
    age = home.desk.age_of(found)
    assert (age.source, age.as_of) == (Source.ARCHIVE, later(minutes=2))


def test_a_log_that_aws_gives_is_not_the_archived_one(home: Home) -> None:
    home.archive()

    assert "archive" not in home.desk.logs(home.session.id, "extract").note


def test_without_an_archive_it_is_said_that_aws_does_not_answer(home: Home) -> None:
    home.aws.answers = False

    with pytest.raises(Unavailable, match="AWS does not answer"):
        home.desk.timeline(home.session.id, "extract")
    with pytest.raises(Unavailable, match="AWS does not answer"):
        home.desk.logs(home.session.id, "extract")


def test_a_log_that_aws_gives_is_as_old_as_this_moment(home: Home) -> None:
    home.archive()

    age = home.desk.age_of(home.desk.logs(home.session.id))

    assert (age.source, age.as_of) == (Source.LIVE, later(minutes=3))

"""A follower sees every line once, also a late one, and knows when nothing more is to come."""

from __future__ import annotations

from datetime import datetime

import pytest

from bunsui_core.app import follow as following
from bunsui_core.app.follow import follow
from bunsui_core.app.watch import job_to_read
from bunsui_core.domain.errors import BunsuiError, NotAuthorised, NotFound, Unavailable
from bunsui_core.domain.failure import HistoryEvent, LogLine
from bunsui_core.domain.following import LATE, Followed, Shown, writers
from bunsui_core.domain.session import Attempt, JobRun, Session
from bunsui_core.ports.observe import LogWindow
from tests.builders import a_failed_attempt, a_session, an_attempt, execution, later
from tests.unit.histories import FUNCTION, START, event
from tests.unit.seen import World

OTHER = f"{FUNCTION}-other"
RUNNING = (
    START,
    event(2, 1, "TaskStateEntered", name="Load"),
    event(3, 2, "LambdaFunctionScheduled", resource=FUNCTION),
    event(4, 3, "LambdaFunctionStarted"),
)
DONE = (*RUNNING, event(5, 4, "LambdaFunctionSucceeded"), event(6, 5, "TaskStateExited"))
ENDED = (*DONE, event(7, 6, "ExecutionSucceeded"))
AGAIN = (
    *DONE,
    event(7, 6, "TaskStateEntered", name="Again"),
    event(8, 7, "LambdaFunctionScheduled", resource=OTHER),
)


class Writing(World):
    """Executions whose log is read by its window, as CloudWatch reads it."""

    def __init__(self, *events: HistoryEvent) -> None:
        super().__init__()
        self.events = events
        self.log: dict[str, list[LogLine]] = {}

    def write(self, text: str, at: datetime, function: str = "orders-load") -> None:
        """Let a function write a line."""
        self.log.setdefault(function, []).append(LogLine(at=at, text=text))

    def lines(self, window: LogWindow, limit: int) -> tuple[LogLine, ...]:
        """Return the lines of the window, oldest first."""
        super().lines(window, limit)
        written = sorted(self.log.get(window.function, []), key=lambda line: line.at)
        return tuple(x for x in written if window.start <= x.at <= window.end)[:limit]


def a_running_session(**changes: object) -> Session:
    runs = (JobRun(job="extract", attempts=(running(),)), JobRun(job="transform"))
    more = {"runs": runs, "status": "RUNNING", "stopped_at": None, **changes}
    return a_session(**more)


def running(job: str = "extract") -> Attempt:
    return an_attempt(job, status="RUNNING", stopped_at=None, output=None)


def done(job: str) -> JobRun:
    return JobRun(job=job, attempts=(an_attempt(job),))


def look(world: World, shown: Shown, seconds: float, job: str = "", **changes: object) -> Followed:
    return follow(a_running_session(**changes), job, shown, world.seeing, later(seconds=seconds))


def texts(found: Followed) -> list[str]:
    return [line.text for part in found.parts for line in part.lines]


def test_a_line_is_shown_once_and_a_late_one_too() -> None:
    world = Writing(*RUNNING)
    world.write("first", later(seconds=5))
    one = look(world, Shown(), 6)
    world.write("third", later(seconds=7))
    two = look(world, one.shown, 8)
    world.write("second, late", later(seconds=6))
    three = look(world, two.shown, 9)

    assert [texts(one), texts(two), texts(three)] == [["first"], ["third"], ["second, late"]]


def test_two_equal_lines_of_one_moment_are_two_lines() -> None:
    world = Writing(*RUNNING)
    world.write("retry", later(seconds=5))
    one = look(world, Shown(), 6)
    world.write("retry", later(seconds=5))

    assert texts(look(world, one.shown, 7)) == ["retry"]


def test_an_operation_that_is_over_is_read_until_no_line_can_be_late() -> None:
    world = Writing(*RUNNING)
    one = look(world, Shown(), 6)
    world.events = ENDED
    two = look(world, one.shown, 7)
    world.write("late", later(seconds=5))
    three = look(world, two.shown, 8)
    four = look(world, three.shown, 6 + LATE.total_seconds(), stopped_at=later(seconds=8))
    five = look(world, four.shown, 8 + LATE.total_seconds(), stopped_at=later(seconds=8))

    assert texts(three) == ["late"]
    assert [one.is_over, two.is_over, three.is_over, four.is_over, five.is_over] == [
        *[False] * 4,
        True,
    ]


def test_what_was_over_before_is_left_out_and_what_begins_later_is_not() -> None:
    world = Writing(*AGAIN)
    world.write("of the first", later(seconds=4))
    world.write("of the second", later(seconds=9), "orders-load-other")
    one = look(world, Shown(), 10)
    world.events = (*AGAIN, *a_third_call(9, 8))
    world.write("of the third", later(seconds=12))

    assert texts(one) == ["of the second"]
    assert texts(look(world, one.shown, 13)) == ["of the third"]


def a_third_call(first: int, previous: int) -> tuple[HistoryEvent, ...]:
    return (
        event(first, previous, "LambdaFunctionSucceeded"),
        event(first + 1, first, "TaskStateExited"),
        event(first + 2, first + 1, "LambdaFunctionScheduled", resource=FUNCTION),
    )


def test_of_a_job_where_nothing_runs_the_last_operation_is_shown() -> None:
    world = Writing(*DONE)
    world.write("of the last", later(seconds=4))

    assert texts(look(world, Shown(), 20)) == ["of the last"]


def test_a_job_that_begins_while_it_is_followed_is_shown_from_its_beginning() -> None:
    world = Writing(*RUNNING)
    one = look(world, Shown(), 6, runs=(JobRun(job="extract"),))
    world.write("early", later(seconds=4))

    assert texts(one) == []
    assert texts(look(world, one.shown, 30)) == ["early"]


def test_jobs_that_ended_before_are_not_read() -> None:
    world = Writing(*ENDED)
    over = JobRun(job="extract", attempts=(an_attempt(),))
    one = look(world, Shown(), 100, runs=(over, JobRun(job="transform")))

    assert world.reads == 0
    assert not one.is_over


def test_one_job_is_followed_alone() -> None:
    world = Writing(*RUNNING)
    world.write("line", later(seconds=4))
    both = (
        JobRun(job="extract", attempts=(running(),)),
        JobRun(job="load", attempts=(running("load"),)),
    )

    assert texts(look(world, Shown(), 6, "load", runs=both)) == ["line"]
    assert texts(look(world, Shown(), 6, runs=both)) == ["line", "line"]


def test_more_lines_than_one_look_takes_come_with_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following, "LINES", 3)
    world = Writing(*RUNNING)
    for number in range(7):
        world.write(f"line {number}", later(seconds=5 + number / 1000))
    shown, seen = Shown(), []
    for second in range(6, 10):
        found = look(world, shown, second)
        shown = found.shown
        seen += texts(found)

    assert seen == [f"line {number}" for number in range(7)]


def test_a_look_in_vain_loses_and_repeats_nothing() -> None:
    world = Writing(*RUNNING)
    world.write("first", later(seconds=5))
    one = look(world, Shown(), 6)
    world.write("second", later(seconds=7))
    world.broken = Unavailable("throttled.", "Wait.")
    with pytest.raises(Unavailable):
        look(world, one.shown, 8)
    world.broken = None

    assert texts(look(world, one.shown, 9)) == ["second"]


@pytest.mark.parametrize(
    ("error", "said"),
    [(NotFound("no log group.", ""), ""), (NotAuthorised("denied.", ""), "denied.")],
)
def test_a_log_that_is_not_there_yet_is_no_news_and_one_that_is_denied_is_said_once(
    error: BunsuiError, said: str
) -> None:
    world = Writing(*RUNNING)
    world.broken = error
    one = look(world, Shown(), 6)
    two = look(world, one.shown, 7)

    assert [part.note.endswith(said) for part in one.parts] == [True] * bool(said)
    assert two.parts == ()


@pytest.mark.parametrize(
    ("runs", "job"),
    [
        ((done("extract"), JobRun(job="transform", attempts=(running("transform"),))), "transform"),
        ((done("extract"), done("transform"), JobRun(job="load")), "transform"),
        ((done("extract"), JobRun(job="load", attempts=(a_failed_attempt("load"),))), "load"),
    ],
)
def test_without_a_name_the_log_is_of_what_failed_or_runs_or_ran_last(
    runs: tuple[JobRun, ...], job: str
) -> None:
    assert job_to_read(a_running_session(runs=runs), "") == job


def test_where_nothing_ran_there_is_no_log() -> None:
    with pytest.raises(NotFound, match="nothing ran yet"):
        job_to_read(a_running_session(runs=(JobRun(job="extract"),)), "")


def test_a_retry_is_the_same_writer_and_another_function_is_another() -> None:
    retried = (
        *RUNNING,
        event(5, 4, "LambdaFunctionFailed", error="E"),
        event(6, 5, "LambdaFunctionScheduled", resource=FUNCTION),
    )
    (one,) = writers("extract", execution("extract"), retried)
    names = [w.resource for w in writers("extract", execution("extract"), AGAIN)]

    assert (one.started_at, one.ended_at) == (later(seconds=3), None)
    assert names == [FUNCTION, OTHER]

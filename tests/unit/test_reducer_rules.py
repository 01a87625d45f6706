"""The rules of the reducer, one by one."""

from __future__ import annotations

import json

from bunsui_core.domain.advance import advance
from bunsui_core.domain.intents import StartJob, StopJob, owed
from bunsui_core.domain.observing import REDRIVEN, STOPPED
from bunsui_core.domain.performed import NEVER_STARTED, missing, started
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.session import (
    Began,
    JobStatus,
    SessionStatus,
    Wish,
)
from tests.builders import NOW, an_attempt, later
from tests.model.graphs import a_new_session
from tests.model.steps import RETRIES, a_job, attempts, begin, do, end, statuses, wish


def test_a_retry_waits_longer_each_time_and_takes_the_same_input() -> None:
    session = end(begin(a_job("load", retries=RETRIES)), "load", "FAILED", later(seconds=5))
    early = do(session, later(seconds=14))
    again = do(early, later(seconds=15))
    last = end(again, "load", "TIMED_OUT", later(seconds=20))

    first, second, third = attempts(last, "load")
    assert statuses(early) == {"load": "WAITING"}
    assert early.status is SessionStatus.RUNNING
    assert second.not_before == later(seconds=15)
    assert third.not_before == later(seconds=50)
    assert first.input == second.input == third.input
    assert [one.began for one in (second, third)] == [Began.RETRY, Began.RETRY]


def test_after_the_last_retry_the_job_has_failed() -> None:
    session = begin(a_job("load", retries={"most": 1, "first_s": 1}))
    session = do(end(session, "load", "FAILED", later(seconds=5)), later(seconds=6))

    session = end(session, "load", "FAILED", later(seconds=9))

    assert statuses(session) == {"load": "FAILED"}
    assert session.status is SessionStatus.FAILED
    assert session.stopped_at == later(seconds=9)


def test_what_somebody_stopped_or_redrove_is_not_retried() -> None:
    running = begin(a_job("load", retries=RETRIES))
    stopped = end(running, "load", "ABORTED", later(seconds=5))
    redriven = end(running, "load", "FAILED", later(seconds=5), redrive_count=1)

    assert attempts(stopped, "load")[-1].external == STOPPED
    assert attempts(redriven, "load")[-1].external == REDRIVEN
    assert statuses(stopped) == {"load": "ABORTED"}
    assert statuses(redriven) == {"load": "FAILED"}


def test_a_redrive_in_the_console_takes_the_place_of_a_retry_that_waits() -> None:
    session = end(begin(a_job("load", retries=RETRIES)), "load", "FAILED", later(seconds=5))

    session = end(session, "load", "RUNNING", later(seconds=8), redrive_count=1)

    assert statuses(session) == {"load": "RUNNING"}
    assert len(attempts(session, "load")) == 1


def test_a_redrive_in_the_console_opens_a_failed_session_again() -> None:
    session = end(begin(a_job("load"), a_job("send", "load")), "load", "FAILED", later(seconds=5))
    again = end(session, "load", "RUNNING", later(hours=9), redrive_count=1)
    repaired = end(again, "load", "SUCCEEDED", later(hours=10), redrive_count=1)

    assert session.status is SessionStatus.FAILED
    assert again.status is SessionStatus.RUNNING
    assert attempts(again, "load")[0].external == REDRIVEN
    assert statuses(repaired) == {"load": "SUCCEEDED", "send": "RUNNING"}


def test_a_job_that_waits_for_its_retry_holds_no_slot() -> None:
    session = begin(a_job("load", retries=RETRIES), a_job("send"), most=1)

    session = end(session, "load", "FAILED", later(seconds=5))

    assert statuses(session) == {"load": "WAITING", "send": "RUNNING"}
    session = do(session, later(minutes=1))
    assert statuses(session) == {"load": "WAITING", "send": "RUNNING"}
    assert statuses(end(session, "send", "SUCCEEDED", later(minutes=2)))["load"] == "RUNNING"


def test_a_retry_starts_with_what_the_jobs_before_it_give_by_now() -> None:
    session = begin(a_job("take"), a_job("load", "take", retries=RETRIES))
    session = end(session, "take", "SUCCEEDED", later(seconds=1))
    session = end(session, "load", "FAILED", later(seconds=5))
    newer = an_attempt("take", number=2, began="restart", output='{"by":"hand"}')
    runs = tuple(
        run.model_copy(update={"attempts": (*run.attempts, newer)}) if run.job == "take" else run
        for run in session.runs
    )

    session = do(session.model_copy(update={"runs": runs}), later(minutes=1))

    first, second = attempts(session, "load")
    assert json.loads(first.input)["outputs"] == {"take": {"by": "aws"}}
    assert json.loads(second.input)["outputs"] == {"take": {"by": "hand"}}


def test_a_paused_session_starts_nothing_and_goes_on_when_it_is_let() -> None:
    session = wish(begin(a_job("load"), a_job("send", "load")), Wish.PAUSE)

    paused = end(session, "load", "SUCCEEDED", later(seconds=5))

    assert paused.status is SessionStatus.PAUSED
    assert statuses(paused) == {"load": "SUCCEEDED", "send": "WAITING"}
    assert statuses(do(wish(paused, Wish.RUN), later(seconds=6)))["send"] == "RUNNING"


def test_what_was_about_to_start_when_a_session_was_paused_waits() -> None:
    decided = advance(a_new_session(Pipeline(name="one", jobs=(a_job("load"),))), (), NOW).session

    assert owed(wish(decided, Wish.PAUSE)) == ()
    assert isinstance(owed(decided)[0], StartJob)


def test_a_paused_session_in_which_all_is_done_has_succeeded() -> None:
    session = wish(begin(a_job("load")), Wish.PAUSE)

    assert end(session, "load", "SUCCEEDED", later(seconds=5)).status is SessionStatus.SUCCEEDED


def test_a_cancelled_session_stops_what_runs_and_forgets_what_waits() -> None:
    jobs = (a_job("load", retries=RETRIES), a_job("send"), a_job("tell", "send"))
    session = wish(end(begin(*jobs), "load", "FAILED", later(seconds=5)), Wish.CANCEL)

    decided = advance(session, (), later(seconds=6))
    settled = end(decided.session, "send", "ABORTED", later(seconds=7))

    (stop,) = decided.intents
    assert isinstance(stop, StopJob)
    assert (stop.job, stop.is_known) == ("send", True)
    assert decided.session.status is SessionStatus.CANCELLING
    assert settled.status is SessionStatus.CANCELLED
    assert statuses(settled) == {"load": "FAILED", "send": "ABORTED", "tell": "WAITING"}
    assert attempts(settled, "send")[0].external == ""
    assert owed(settled) == ()


def test_a_start_that_may_have_happened_is_waited_for_before_a_session_is_cancelled() -> None:
    fresh = a_new_session(Pipeline(name="one", jobs=(a_job("load"),)))
    (start,) = advance(fresh, (), NOW).intents
    session = wish(advance(fresh, (), NOW).session, Wish.CANCEL)
    (stop,) = advance(session, (), NOW).intents
    assert isinstance(stop, StopJob)
    assert isinstance(start, StartJob)

    unsure = missing(session, stop, later(seconds=5))
    sure = missing(unsure, stop, later(minutes=5))
    late = started(sure, start, stop.execution_arn, later(minutes=6))

    assert unsure.status is SessionStatus.CANCELLING
    assert sure.status is SessionStatus.CANCELLED
    assert attempts(sure, "load")[0].error == NEVER_STARTED
    assert late.status is SessionStatus.CANCELLING
    assert [type(one) for one in owed(late)] == [StopJob]


def test_a_job_to_run_again_that_still_runs_runs_to_its_end_first() -> None:
    session = begin(a_job("load"))
    runs = (session.runs[0].model_copy(update={"is_reset": True}),)
    session = do(session.model_copy(update={"runs": runs}), later(seconds=1))

    again = end(session, "load", "FAILED", later(seconds=5))

    assert [one.status for one in attempts(session, "load")] == [JobStatus.RUNNING]
    assert [one.began for one in attempts(again, "load")] == [Began.FIRST, Began.DOWNSTREAM]


def test_a_pause_ends_with_the_session_so_that_what_is_run_again_is_followed() -> None:
    session = wish(begin(a_job("load"), a_job("send", "load")), Wish.PAUSE)

    failed = end(session, "load", "FAILED", later(seconds=5))
    repaired = end(failed, "load", "SUCCEEDED", later(hours=1), redrive_count=1)

    assert (failed.status, failed.wish) == (SessionStatus.FAILED, Wish.RUN)
    assert statuses(repaired) == {"load": "SUCCEEDED", "send": "RUNNING"}


def test_a_cancellation_that_came_too_late_stops_nothing_later() -> None:
    session = wish(begin(a_job("load")), Wish.CANCEL)

    done = end(session, "load", "SUCCEEDED", later(seconds=5))

    assert (done.status, done.wish) == (SessionStatus.SUCCEEDED, Wish.RUN)

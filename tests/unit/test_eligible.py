"""A rerun that is not possible is refused with why, and with what is possible instead."""

from __future__ import annotations

import pytest

from bunsui_core.domain.eligible import require_mode, require_rerun, require_same_pipeline
from bunsui_core.domain.errors import BadInput, NotFound, Refused
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.recovery import Wanted
from bunsui_core.domain.session import Attempt, JobRun, Session
from bunsui_core.domain.verdict import Mode
from tests.builders import (
    SESSION_ID,
    a_failed_attempt,
    a_pipeline,
    a_session,
    an_attempt,
    later,
    machine,
)

PLAIN = Wanted()


def standing(**attempts: Attempt) -> Session:
    """A session whose named jobs have one attempt each."""
    runs = tuple(
        JobRun(job=name, attempts=(attempts[name],) if name in attempts else ())
        for name in ("extract", "transform", "load")
    )
    return a_session(runs=runs)


def running(job: str) -> Attempt:
    return an_attempt(job, status="RUNNING", stopped_at=None, output=None)


def test_a_failed_job_can_run_again() -> None:
    require_rerun(a_session(), "extract", PLAIN)
    for mode in (Mode.REDRIVE, Mode.ENTER_AT, Mode.RESTART):
        require_mode(a_session(), "extract", mode, PLAIN)


def test_a_job_that_does_not_exist_is_answered_with_those_that_do() -> None:
    with pytest.raises(NotFound, match="extract, transform, load"):
        require_rerun(a_session(), "lode", PLAIN)


def test_a_running_job_is_not_run_twice_at_a_time() -> None:
    with pytest.raises(Refused, match=r"is RUNNING.*Wait until it ends"):
        require_rerun(standing(extract=running("extract")), "extract", PLAIN)


def test_a_failed_job_is_repaired_while_another_branch_runs() -> None:
    session = standing(extract=a_failed_attempt(), load=running("load"))

    require_rerun(session, "extract", PLAIN)


def test_downstream_waits_for_what_still_runs_below() -> None:
    session = standing(extract=an_attempt(), transform=running("transform"))

    with pytest.raises(Refused, match="transform below extract still runs"):
        require_rerun(session, "extract", Wanted(downstream=True))
    require_rerun(session, "extract", PLAIN)


def test_a_job_that_never_started_follows_the_one_that_failed() -> None:
    with pytest.raises(Refused, match=r"never started.*Repair extract"):
        require_rerun(a_session(), "load", PLAIN)


def test_a_job_that_waits_for_its_turn_is_left_to_it() -> None:
    with pytest.raises(Refused, match="It starts when transform is done"):
        require_rerun(standing(extract=an_attempt()), "load", PLAIN)


def test_a_job_that_is_about_to_be_retried_is_left_to_it() -> None:
    at = later(minutes=5)
    planned = an_attempt(number=2, status="WAITING", execution_arn="", began="retry", not_before=at)
    runs = (JobRun(job="extract", attempts=(a_failed_attempt(), planned)), *a_session().runs[1:])

    with pytest.raises(Refused, match=r"by itself, not before 2026-03-02 01:19:00 UTC"):
        require_rerun(a_session(runs=runs), "extract", PLAIN)


def test_a_job_that_is_to_run_again_below_another_is_left_to_it() -> None:
    done = JobRun(job="transform", attempts=(an_attempt("transform"),), is_reset=True)
    runs = (JobRun(job="extract", attempts=(running("extract"),)), done, JobRun(job="load"))

    with pytest.raises(Refused, match="about to run again by itself"):
        require_rerun(a_session(runs=runs), "transform", PLAIN)


def test_a_skipped_job_is_asked_again_only_downstream() -> None:
    skipped = an_attempt("load", status="SKIPPED", execution_arn="", output="null")

    with pytest.raises(Refused, match=r"was skipped.*transform again, downstream"):
        require_rerun(standing(load=skipped), "load", PLAIN)


@pytest.mark.parametrize("status", ["CANCELLING", "CANCELLED"])
def test_in_a_cancelled_session_nothing_starts_again(status: str) -> None:
    session = a_session(status=status, wish="cancel")

    with pytest.raises(Refused, match="Start a new session"):
        require_rerun(session, "extract", PLAIN)


def test_in_a_paused_session_a_job_can_be_repaired() -> None:
    require_rerun(a_session(status="PAUSED", wish="pause"), "extract", PLAIN)


def test_what_succeeded_is_not_redriven_but_restarted() -> None:
    session = standing(extract=an_attempt())

    with pytest.raises(Refused, match=r"succeeded.*restart"):
        require_mode(session, "extract", Mode.REDRIVE, PLAIN)
    require_mode(session, "extract", Mode.RESTART, PLAIN)


@pytest.mark.parametrize("mode", [Mode.REDRIVE, Mode.ENTER_AT])
def test_what_never_had_an_execution_is_only_restarted(mode: Mode) -> None:
    refused = a_failed_attempt(execution_arn="", cause="the machine is not there.")
    session = standing(extract=refused)

    with pytest.raises(Refused, match="the machine is not there"):
        require_mode(session, "extract", mode, PLAIN)
    require_mode(session, "extract", Mode.RESTART, PLAIN)


@pytest.mark.parametrize("mode", [Mode.REDRIVE, Mode.ENTER_AT])
def test_of_an_express_machine_nothing_is_kept_to_go_on_with(mode: Mode) -> None:
    arn = "arn:aws:states:us-east-1:000000000000:express:orders-extract:one:two"
    session = standing(extract=a_failed_attempt(execution_arn=arn))

    with pytest.raises(Refused, match="Express"):
        require_mode(session, "extract", mode, PLAIN)
    require_mode(session, "extract", Mode.RESTART, PLAIN)


@pytest.mark.parametrize("mode", [Mode.REDRIVE, Mode.MARK_DONE])
def test_an_edited_input_needs_a_new_execution(mode: Mode) -> None:
    with pytest.raises(Refused, match="Choose restart"):
        require_mode(a_session(), "extract", mode, Wanted(edited_input="{}"))


def test_an_output_belongs_to_a_job_that_is_marked_done() -> None:
    with pytest.raises(BadInput, match="choose mark_done"):
        require_mode(a_session(), "extract", Mode.RESTART, Wanted(output="{}"))
    with pytest.raises(BadInput, match="it needs the output"):
        require_mode(a_session(), "extract", Mode.MARK_DONE, PLAIN)
    require_mode(a_session(), "extract", Mode.MARK_DONE, Wanted(output="null"))


def test_a_state_belongs_to_an_entry() -> None:
    with pytest.raises(BadInput, match="choose enter_at"):
        require_mode(a_session(), "extract", Mode.REDRIVE, Wanted(state="Work"))


def test_what_is_done_is_not_marked_done() -> None:
    session = standing(extract=an_attempt())

    with pytest.raises(Refused, match="done already"):
        require_mode(session, "extract", Mode.MARK_DONE, Wanted(output="{}"))


def test_in_a_session_nobody_started_through_bunsui_no_job_waits_for_an_output() -> None:
    with pytest.raises(Refused, match="through bunsui"):
        require_mode(a_session(origin="found"), "extract", Mode.MARK_DONE, Wanted(output="{}"))


def test_a_pipeline_that_was_changed_since_is_not_followed_as_it_was() -> None:
    shorter = Pipeline(name="orders", jobs=a_pipeline().jobs[:2])

    with pytest.raises(Refused, match=r"load went.*bunsui sessions start orders"):
        require_same_pipeline(a_session(), shorter)


def test_a_job_on_another_machine_makes_another_pipeline() -> None:
    moved = a_pipeline(
        jobs=[{"name": n, "machine": machine(f"new-{n}")} for n in ("extract", "transform", "load")]
    )

    with pytest.raises(Refused, match="runs another machine or waits for other jobs"):
        require_same_pipeline(a_session(), moved)


def test_what_is_only_declared_otherwise_does_not_matter() -> None:
    jobs = [job.model_copy(update={"effect": "pure"}) for job in a_pipeline().jobs]

    require_same_pipeline(a_session(), a_pipeline(jobs=jobs))
    require_same_pipeline(a_session(), None)
    assert a_session().id == SESSION_ID

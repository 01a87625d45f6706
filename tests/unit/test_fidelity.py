"""What ran is compared with what was previewed, and every difference is said."""

from __future__ import annotations

import pytest

from bunsui_core.domain.fidelity import attempts_since, fidelity, is_over, tried_by
from bunsui_core.domain.plan import RestartJob
from bunsui_core.domain.preview import ReusedOutput
from bunsui_core.domain.previewing import output_digest
from bunsui_core.domain.session import Attempt, JobRun, JobStatus, Session, SessionStatus
from tests.builders import (
    NOW,
    a_failed_attempt,
    a_preview,
    a_restart,
    a_session,
    an_attempt,
    execution,
    later,
)

STEP = a_restart()
WORKED = {execution(job, n): ("Work",) for job in ("extract", "transform", "load") for n in (1, 2)}


def again(job: str, **changes: object) -> Attempt:
    """The second execution of a job, which succeeded."""
    number = {"number": 2, "execution_arn": execution(job, 2), "began": "restart"}
    return an_attempt(job, **{**number, "started_at": later(minutes=5), **changes})


def recovered(**attempts: tuple[Attempt, ...]) -> Session:
    """The session after its extract was restarted and all went well, but for what is said."""
    usual = {
        "extract": (a_failed_attempt(), again("extract")),
        "transform": (an_attempt("transform"),),
        "load": (an_attempt("load"),),
    }
    runs = tuple(JobRun(job=job, attempts=tried) for job, tried in {**usual, **attempts}.items())
    return a_session(runs=runs, status="SUCCEEDED")


def said(session: Session, step: RestartJob = STEP, **states: tuple[str, ...]) -> str:
    told = {execution(job, 2 if job == "extract" else 1): ran for job, ran in states.items()}
    return fidelity(step, session, {**WORKED, **told}, NOW)


def test_nothing_differs_when_what_was_previewed_ran() -> None:
    assert said(recovered()) == ""


def test_a_state_that_was_not_previewed_is_named() -> None:
    assert said(recovered(), load=("Work", "Mail")) == "load ran Mail, which was not previewed"


def test_a_certain_state_that_did_not_run_is_named() -> None:
    assert said(recovered(), extract=()) == "extract did not run Work, which was certain"


def test_of_a_job_that_failed_again_no_state_had_to_run() -> None:
    session = recovered(extract=(a_failed_attempt(), again("extract", status="FAILED")))

    assert said(session, extract=()) == ""


def test_a_job_that_was_to_follow_and_did_not_is_named() -> None:
    assert said(recovered(load=())) == "load was to run and did not"


def test_a_job_that_its_own_condition_skipped_makes_no_difference() -> None:
    skipped = an_attempt("load", status="SKIPPED", execution_arn="", output="null")

    assert said(recovered(load=(skipped,))) == ""


def test_what_could_not_follow_because_it_failed_again_makes_no_difference() -> None:
    failed = a_failed_attempt(number=2, execution_arn=execution("extract", 2))
    session = recovered(extract=(a_failed_attempt(), failed), transform=(), load=())

    assert said(session.model_copy(update={"status": "FAILED"})) == ""


def test_a_history_that_is_not_seen_is_said() -> None:
    told = fidelity(STEP, recovered(), {execution("extract", 2): ("Work",)}, NOW)

    assert "which states of transform ran cannot be seen" in told


def reusing(session: Session) -> RestartJob:
    """A step that runs extract alone and reuses the output of load."""
    run = session.run("load")
    assert run
    reused = (ReusedOutput(job="load", output_digest=output_digest(run)),)
    return a_restart(preview=a_preview(follows=(), reused=reused, jobs=()))


def test_an_output_that_was_reused_is_still_the_same() -> None:
    assert said(recovered(), reusing(recovered())) == ""


def test_an_output_that_is_another_one_is_named() -> None:
    other = recovered(load=(an_attempt("load", output='{"rows": 4}'),))

    assert "output of load is not the one" in said(other, reusing(recovered()))


def test_a_job_that_ran_again_though_it_was_to_be_reused_is_named() -> None:
    session = recovered(load=(an_attempt("load"), again("load")))

    assert said(session, reusing(recovered())) == "load ran again and was to be reused"


RESET = a_restart(downstream=True, preview=a_preview(follows=(), resets=("transform", "load")))


def test_what_ran_again_downstream_is_looked_at_in_its_newest_executions() -> None:
    below = {
        job: (an_attempt(job), again(job, began="downstream")) for job in ("transform", "load")
    }
    session = recovered(**below)

    assert [one.number for one in attempts_since(RESET, session)] == [2, 2, 2]
    assert said(session, RESET) == ""


def test_what_was_to_run_again_and_did_not_is_named() -> None:
    assert (
        said(recovered(), RESET) == "transform was to run and did not; load was to run and did not"
    )


@pytest.mark.parametrize(
    ("session", "over"),
    [
        (recovered(), True),
        (recovered(load=(an_attempt("load", status="RUNNING"),)), False),
        (recovered(extract=(a_failed_attempt(),)), False),
        (recovered(extract=(a_failed_attempt(), again("extract", status="RUNNING"))), False),
        (recovered(load=()), False),
        (
            recovered(
                extract=(a_failed_attempt(), again("extract", status="FAILED")),
                transform=(),
                load=(),
            ),
            True,
        ),
        (recovered(transform=(a_failed_attempt("transform"),), load=()), True),
    ],
)
def test_it_is_compared_when_all_that_was_previewed_has_ended(session: Session, over: bool) -> None:
    still = session.model_copy(update={"status": a_session(status="RUNNING").status})

    assert is_over(STEP, still) is over


def test_a_retry_that_follows_by_itself_belongs_to_what_was_asked() -> None:
    first = again("extract", status="FAILED")
    retry = again("extract", number=3, execution_arn=execution("extract", 3), began="retry")
    waits = retry.model_copy(update={"status": JobStatus.WAITING, "execution_arn": ""})
    waiting = recovered(extract=(a_failed_attempt(), first, waits), transform=(), load=())
    over = recovered(extract=(a_failed_attempt(), first, retry))

    assert not is_over(STEP, waiting.model_copy(update={"status": SessionStatus.RUNNING}))
    assert [one.number for one in tried_by(STEP, over)] == [2, 3]
    assert fidelity(STEP, over, {**WORKED, execution("extract", 3): ("Work",)}, NOW) == ""


def test_a_session_at_rest_is_compared_whatever_did_not_run() -> None:
    assert is_over(STEP, recovered(load=()))

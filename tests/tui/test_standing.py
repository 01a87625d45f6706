"""How sessions, jobs and requests stand: every status has its sign, and a long plan one line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bunsui_core.domain.answer import Freshness, Source
from bunsui_core.domain.approval import Approval, StepEffect, StepState, fold
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.session import Began, JobRun, JobStatus, SessionStatus
from bunsui_core.domain.verdict import Mode
from bunsui_core.domain.waves import Fate, Waves
from bunsui_tui.board import Board, Detail, Overview, Prepared
from bunsui_tui.render.frame import status
from bunsui_tui.render.inbox import beside, came, progress_line, rows
from bunsui_tui.render.review import body
from bunsui_tui.render.session import heading
from bunsui_tui.render.session import rows as job_rows
from bunsui_tui.render.signs import JOBS, SESSIONS
from bunsui_tui.render.text import stack
from tests.builders import (
    NOW,
    SESSION_ID,
    a_redrive,
    a_request,
    a_session,
    an_attempt,
    an_effect,
    later,
)
from tests.tui.hostile import HostileDesk
from tests.tui.test_render import drawn

FRESH = Freshness(as_of=NOW, source=Source.STORE, worker_seen_at=NOW)
MANY = 500


def a_storm() -> Approval:
    """A plan for five hundred sessions, of which two are repaired and one runs."""
    steps = tuple(a_redrive(session_id=f"s-{number}") for number in range(MANY))
    fates = (Fate.SUCCEEDED, Fate.SUCCEEDED, None)
    effects = tuple(
        StepEffect(number=number, state=StepState.DONE, result=f"arn-{number}", at=NOW, fate=fate)
        for number, fate in enumerate(fates, 1)
    )
    return fold(a_request(steps=steps, waves=Waves()), (), an_effect(steps=effects), NOW)


def a_board(*approvals: Approval) -> Board:
    """A board with these requests."""
    return replace(Board(NOW, "local"), overview=Overview(approvals, (), FRESH))


def test_every_status_has_a_sign() -> None:
    assert set(SESSIONS) == set(SessionStatus)
    assert set(JOBS) == set(JobStatus)


@pytest.mark.parametrize("where", ["below every screen", "in the inbox"])
def test_a_plan_of_many_steps_has_one_line_that_says_how_far_it_is(where: str) -> None:
    board = a_board(a_storm())

    shown = drawn(status(board, 76)) if where == "below every screen" else rows(board)[0].cells[-1]

    assert "2 of 500 recovered, 1 running" in str(shown)


def test_a_plan_of_one_step_has_no_line_of_its_own() -> None:
    one = fold(a_request(), (), an_effect(), NOW)

    assert not progress_line(one)
    assert not drawn(status(a_board(one), 76))


def test_of_many_steps_the_newest_are_named() -> None:
    storm = a_storm()
    done = tuple(
        StepEffect(number=n, state=StepState.DONE, result=f"arn-{n}", at=NOW)
        for n in range(1, MANY + 1)
    )
    whole = storm.model_copy(update={"effect": an_effect(steps=done)})

    shown = drawn(beside(a_board(whole), whole.request.id))

    assert "arn-500" in shown
    assert "and 490 before" in shown


def an_outcome(fidelity: str) -> Outcome:
    """What came of a redrive."""
    return Outcome(
        request_id="r-1",
        session_id=SESSION_ID,
        job="extract",
        mode=Mode.REDRIVE,
        category=None,
        result=JobStatus.SUCCEEDED,
        waited_s=5,
        at=NOW,
        fidelity=fidelity,
    )


def test_what_ran_otherwise_than_previewed_is_said_first() -> None:
    done = fold(a_request(), (), an_effect(state="DONE"), NOW)
    both = (an_outcome(""), an_outcome("Repair ran, which was not previewed"))

    shown = drawn(stack(came(done.model_copy(update={"outcomes": both}))))

    assert "ran exactly as previewed" in shown
    assert shown.index("otherwise") < shown.index("ran exactly as previewed")


HELD = [
    (SessionStatus.PAUSED, "until it is unpaused"),
    (SessionStatus.CANCELLING, "stops what runs"),
    (SessionStatus.CANCELLED, "was cancelled by a human"),
]


@pytest.mark.parametrize(("standing", "said"), HELD)
def test_a_session_that_a_human_holds_says_what_that_means(
    standing: SessionStatus, said: str
) -> None:
    view = HostileDesk("x").session("x").model_copy(update={"session": a_session(status=standing)})
    board = replace(Board(NOW, "local"), details={SESSION_ID: Detail(view)})

    assert said in drawn(heading(board, SESSION_ID))


def test_a_job_says_why_it_waits_or_ran_again() -> None:
    attempts = {
        "extract": an_attempt("extract", began=Began.RETRY),
        "transform": an_attempt(
            "transform", status=JobStatus.STARTING, not_before=later(seconds=25), started_at=None
        ),
        "load": an_attempt("load", external="stopped outside bunsui"),
    }
    runs = tuple(JobRun(job=job, attempts=(one,)) for job, one in attempts.items())
    view = HostileDesk("x").session("x").model_copy(update={"session": a_session(runs=runs)})
    board = replace(Board(NOW, "local"), details={SESSION_ID: Detail(view)})

    told = [row.cells[-1].plain for row in job_rows(board, SESSION_ID)]

    assert told == ["retried", "starts in 25 s", "stopped outside bunsui"]


def test_of_a_plan_in_waves_the_canary_is_reviewed_whole_and_the_others_in_a_line() -> None:
    review = HostileDesk("x").review("x")
    plan = a_storm().request.plan
    (step,) = review.steps
    named = tuple(step.model_copy(update={"sentence": f"redrive number {n}"}) for n in (1, 2, 3))
    waves = review.model_copy(update={"plan": plan, "steps": named})

    shown = drawn(body(Prepared(waves, NOW), NOW))

    assert "1 of 500 first, then 25 at a time" in shown
    assert shown.count("WILL HAPPEN") == 1
    assert "the same for each of these 2" in shown
    assert "redrive number 3  SAFE" in shown

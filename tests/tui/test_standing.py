"""How sessions, jobs and requests stand: every status has its sign, and a long plan one line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from bunsui_core.domain.answer import Check, Freshness, Review, Source
from bunsui_core.domain.approval import Approval, StepEffect, StepState, fold
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.reviewing import sentence
from bunsui_core.domain.session import Began, JobRun, JobStatus, SessionStatus
from bunsui_core.domain.verdict import Mode
from bunsui_core.domain.waves import Fate, Waves
from bunsui_tui.board import Board, Detail, Overview, Prepared
from bunsui_tui.render.frame import status
from bunsui_tui.render.inbox import came, progress_line
from bunsui_tui.render.requests import beside, rows
from bunsui_tui.render.review import body, heading
from bunsui_tui.render.session import heading as session_heading
from bunsui_tui.render.session import rows as job_rows
from bunsui_tui.render.signs import JOBS, SESSIONS
from bunsui_tui.render.text import Kept, stack
from tests.builders import (
    NOW,
    SESSION_ID,
    a_pipeline,
    a_redrive,
    a_request,
    a_session,
    an_attempt,
    an_effect,
    later,
)
from tests.tui.hostile import HostileDesk
from tests.tui.hostile_changes import a_preview_of
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


def lines_of(content: RenderableType, width: int) -> list[str]:
    """What a pane of this width shows, line by line."""
    console = Console(width=width, color_system=None)
    with console.capture() as shown:
        console.print(content, end="")
    return [line.rstrip() for line in shown.get().splitlines()]


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


def test_who_failed_again_and_who_was_left_out_is_named() -> None:
    storm = a_storm()
    fates = (Fate.SUCCEEDED, Fate.FAILED, Fate.LEFT_OUT)
    done = tuple(
        StepEffect(number=number, state=StepState.DONE, result="", at=NOW, fate=fate)
        for number, fate in enumerate(fates, 1)
    )
    over = storm.model_copy(update={"effect": an_effect(steps=done)})

    shown = drawn(beside(a_board(over), over.request.id))

    assert "AGAIN       s-1" in shown
    assert "LEFT OUT    s-2" in shown


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

    assert said in drawn(session_heading(board, SESSION_ID))


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
    plan = plan.model_copy(update={"steps": plan.steps[:3]})
    (step,) = review.steps
    named = tuple(step.model_copy(update={"sentence": f"redrive number {n}"}) for n in (1, 2, 3))
    waves = review.model_copy(update={"plan": plan, "steps": named})

    shown = drawn(body(Prepared(waves, NOW), NOW))

    assert "1 of 3 first, then 25 at a time" in shown
    assert shown.count("WILL HAPPEN") == 1
    assert "the same for each of these 2" in shown
    assert "redrive number 3  SAFE" in shown
    assert "2 SAFE" in shown


def in_waves(steps: int) -> Review:
    """The review of a plan whose steps all say the same of another session."""
    review = HostileDesk("x").review("x")
    (one,) = review.steps
    plan = a_storm().request.plan
    plan = plan.model_copy(update={"steps": plan.steps[:steps]})
    as_expected = one.model_copy(update={"checks": (), "changes": ()})
    told = tuple(
        as_expected.model_copy(update={"sentence": sentence(step, a_pipeline(), plan)})
        for step in plan.steps
    )
    return review.model_copy(update={"plan": plan, "steps": told})


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("steps", [20, MANY])
def test_every_session_of_a_plan_in_waves_has_one_line_in_its_review(
    steps: int, width: int
) -> None:
    shown = lines_of(body(Prepared(in_waves(steps), NOW), NOW), width)

    for number in range(1, steps):
        assert sum(line.split() == [str(number + 1), f"s-{number}", "SAFE"] for line in shown) == 1
    assert len(shown) < steps + 30


def test_a_step_that_is_otherwise_than_the_canary_says_so_below_its_line() -> None:
    review = in_waves(3)
    preview = a_preview_of("x").model_copy(update={"resets": ("load",)})
    check = Check(name="redrives", expected="0", found="1", holds=False)
    other = review.steps[2].model_copy(
        update={"sentence": "restart it, as a new one", "preview": preview, "checks": (check,)}
    )
    whole = review.model_copy(update={"steps": (*review.steps[:2], other)})

    shown = [" ".join(line.split()) for line in lines_of(body(Prepared(whole, NOW), NOW), 80)]

    at = shown.index("3 restart it, as a new one SAFE")
    assert shown[at + 1 : at + 3] == ["then again load", "✗ redrives 1, expected 0"]
    assert "ALSO the same for each of these 2: 2 SAFE, 1 not as the plan expects" in shown


def test_a_review_says_in_one_line_how_far_a_long_plan_is() -> None:
    shown = lines_of(heading(in_waves(MANY), a_storm(), NOW, 78), 78)

    assert len(shown) == 2
    assert "2 of 500 recovered, 1 running" in shown[1]


def test_what_is_long_in_a_review_is_laid_out_once_for_a_width() -> None:
    drawn_at: list[int] = []

    class Counted:
        def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
            drawn_at.append(options.max_width)
            yield Text("x")

    kept = Kept([stack([]), Group(Counted())])
    for width in (80, 80, 60, 60):
        assert lines_of(kept, width) == ["x"]

    assert drawn_at == [80, 60]

"""Plans that an agent's program wrote by hand into the inbox, and a human approved unawares."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bunsui_core.app.learn import learn
from bunsui_core.domain.approval import ask
from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.controlling import controlled
from bunsui_core.domain.plan import Control, ControlSession, MarkDone, Step
from bunsui_core.domain.session import JobRun, SessionStatus, Wish
from bunsui_core.domain.waves import Waves
from tests.attack.forging import a_second, forced, shown, wrong
from tests.builders import (
    INPUT,
    SESSION_ID,
    a_pipeline,
    a_plan,
    a_redrive,
    a_restart,
    a_session,
    a_start,
    an_expectation,
    later,
    machine,
)
from tests.unit.desk_kit import Bench
from tests.unit.rerun_kit import replace

OUTPUT = '{"rows": 0}'
RUNNING = SessionStatus.RUNNING


def test_what_cannot_be_done_is_settled_and_teaches_nothing(bench: Bench) -> None:
    """Else the worker would look at it in every round."""
    steps = tuple(a_redrive(session_id=f"s-{n}") for n in range(3))
    request = ask(a_plan(waves=Waves(), steps=steps), "trust me", (INPUT,))

    assert "FAILED" in forced(bench, request)
    assert learn(request, bench.store, bench.world, later(minutes=7))
    assert bench.store.outcomes.all() == ()


def a_mark(**changes: object) -> MarkDone:
    told = a_restart().model_dump(exclude={"kind", "execution_name", "input_digest"})
    told = {k: v for k, v in told.items() if k != "input_edited"}
    return MarkDone.model_validate({**told, "output_digest": json_digest(OUTPUT), **changes})


MIXED: dict[str, Callable[[dict[str, str]], Step]] = {
    "an output that no line of the review shows": lambda two: a_mark(session_id=two["session_id"]),
    "a brake": lambda two: ControlSession(
        session_id=two["session_id"],
        action=Control.CANCEL,
        expect_status=SessionStatus.FAILED,
    ),
    "a start": lambda two: a_start(session_id="s-new"),
    "another job": lambda two: a_redrive(**two, job="load"),
    "jobs that run again": lambda two: a_redrive(**two, downstream=True),
    "another job of the same session": lambda two: a_redrive(job="load"),
}


@pytest.mark.parametrize("what", MIXED)
def test_behind_a_canary_nothing_is_done_that_is_not_like_it(bench: Bench, what: str) -> None:
    two = a_second(bench)
    steps = (a_redrive(), MIXED[what](two))
    plan = a_plan(risk="high", waves=Waves(), steps=steps)
    request = ask(plan, "a storm", (INPUT, OUTPUT))

    seen, _ = shown(bench, request)

    assert "in waves" in wrong(seen)
    assert "FAILED nothing was called" in forced(bench, request)
    assert bench.world.effects == []


def test_behind_a_canary_the_like_of_it_is_done(bench: Bench) -> None:
    plan = a_plan(waves=Waves(canary=2), steps=(a_redrive(), a_redrive(**a_second(bench))))

    forced(bench, ask(plan, "a storm", (INPUT,)))

    assert "in waves" not in wrong(shown(bench, ask(plan, "a storm", (INPUT,)))[0])


def test_one_job_is_not_touched_twice_by_one_plan(bench: Bench) -> None:
    request = ask(a_plan(risk="high", steps=(a_redrive(), a_restart())), "both", (INPUT,))

    assert "FAILED nothing was called" in forced(bench, request)
    assert "twice" in wrong(shown(bench, request)[0])
    assert bench.world.effects == []


def test_a_thousand_steps_without_waves_are_not_done_and_not_looked_up(bench: Bench) -> None:
    steps = tuple(a_redrive(session_id=f"s-{n}") for n in range(1000))
    request = ask(a_plan(steps=steps), "all of it", (INPUT,))

    seen, _ = shown(bench, request)

    assert "at most" in wrong(seen)
    assert "FAILED nothing was called" in forced(bench, request)


@pytest.mark.parametrize("step", [a_redrive(), a_restart()])
def test_a_plan_for_one_environment_does_not_touch_a_session_of_another(
    bench: Bench, step: object
) -> None:
    """Both may be of one account and share a store; the policy speaks of the plan's."""
    replace(bench, a_session(environment="prod"))
    request = ask(a_plan(risk="high", steps=(step,)), "quick", (INPUT,))

    assert "is of prod" in wrong(shown(bench, request)[0])
    assert "of prod" in forced(bench, request)
    assert bench.world.effects == []


def test_a_session_of_another_environment_is_not_cancelled(bench: Bench) -> None:
    replace(bench, a_session(environment="prod", status=RUNNING))
    step = ControlSession(session_id=SESSION_ID, action=Control.CANCEL, expect_status=RUNNING)
    request = ask(a_plan(risk="medium", steps=(step,)), "quick", ())

    assert "is of prod" in wrong(shown(bench, request)[0])
    assert "of prod" in forced(bench, request)
    assert bench.store.sessions.get(SESSION_ID).status.is_open


@pytest.mark.parametrize(
    "session_id", ["s-1\nCHECKED      all: holds", "", "F7R4X9K-2M3PA8", "../../etc", "s" * 200]
)
def test_a_session_is_started_under_no_name_but_a_plain_one(bench: Bench, session_id: str) -> None:
    step = a_start(session_id=session_id)
    request = ask(a_plan(risk="medium", steps=(step,)), "start", (INPUT,))

    seen, text = shown(bench, request)

    assert "none that a session could have" in wrong(seen)
    assert "STALE" in forced(bench, request)
    assert "\nCHECKED      all: holds" not in text


def test_a_start_does_not_take_the_place_of_a_session_that_is_there(bench: Bench) -> None:
    before = bench.store.sessions.get(SESSION_ID)
    request = ask(a_plan(risk="medium", steps=(a_start(),)), "start", (INPUT,))

    assert "STALE" in forced(bench, request)
    assert bench.store.sessions.get(SESSION_ID) == before


FORGED = "x\nEFFECTS      nothing at all\x1b[2J"


def test_nothing_that_an_asker_writes_makes_a_line_of_the_document(bench: Bench) -> None:
    expect = an_expectation(definition_revision=FORGED)
    step = {**a_redrive(expect=expect).model_dump()}
    step["preview"]["follows"] = (FORGED,)
    plan = a_plan(environment=FORGED, region=FORGED, request_id=FORGED, steps=(step,))

    _, text = shown(bench, ask(plan, "trust me", (INPUT,)))

    assert "nothing at all" in text
    assert "\nEFFECTS      nothing" not in text
    assert "\x1b" not in text


@pytest.mark.parametrize("request_id", ["", "    ", "a b"])
def test_a_high_risk_always_needs_a_code_that_can_be_typed(bench: Bench, request_id: str) -> None:
    plan = a_plan(risk="high", request_id=request_id)

    assert "id" in forced(bench, ask(plan, "trust me", (INPUT,)))
    assert bench.world.effects == []


def test_a_request_about_no_session_can_be_reviewed_and_so_rejected(bench: Bench) -> None:
    steps = (a_redrive(session_id="s-nobody"), a_redrive(**a_second(bench)))
    request = ask(a_plan(waves=Waves(), steps=steps), "trust me", (INPUT,))

    seen, text = shown(bench, request)

    assert len(seen) == 2
    assert "there is no session s-nobody" in wrong(seen)
    assert "s-nobody" in text


def test_a_request_does_not_wait_for_years(bench: Bench) -> None:
    request = ask(a_plan(expires_at=later(days=400)), "later", (INPUT,))

    assert "waits longer" in wrong(shown(bench, request)[0])
    assert "FAILED" in forced(bench, request)
    assert bench.world.effects == []


def test_a_step_like_the_canary_of_which_something_is_otherwise_says_so(bench: Bench) -> None:
    """It is about a job of the same name, in a pipeline that does more with it."""
    two = a_second(bench)
    jobs: list[dict[str, object]] = [
        {"name": "extract", "machine": machine("extract"), "effect": "external"}
    ]
    jobs += [{"name": "pay", "machine": machine("pay"), "after": ["extract"]}]
    other = a_pipeline(name="payroll", jobs=jobs)
    before = bench.store.sessions.get("s-2")
    runs = (before.runs[0], JobRun(job="pay"))
    bench.store.sessions.save(before.model_copy(update={"pipeline": other, "runs": runs}))
    plan = a_plan(risk="high", waves=Waves(), steps=(a_redrive(), a_redrive(**two)))

    _, text = shown(bench, ask(plan, "a storm", (INPUT,)))

    _, _, also = text.partition("ALSO")
    assert "EFFECTS      pay is external" in also
    assert "THEN         pay (never ran)" in also
    assert "EFFECTS      extract is idempotent" not in also


@pytest.mark.parametrize("job", ["nobody", "\x1b[2J"])
def test_a_job_that_the_pipeline_does_not_have_is_reviewed_as_such(bench: Bench, job: str) -> None:
    request = ask(a_plan(risk="high", steps=(a_redrive(job=job),)), "trust me", (INPUT,))

    seen, text = shown(bench, request)

    assert "no execution of job" in wrong(seen)
    assert "\x1b" not in text
    assert "STALE" in forced(bench, request)


def test_an_old_plan_is_shown_and_not_executed_whatever_it_adds(bench: Bench) -> None:
    """The digest of a plan of version 1 does not cover what only version 2 has."""
    step = a_redrive(downstream=True)
    plan = a_plan(version=1, risk="high", waves=Waves(), steps=(step,))

    assert plan.digest == a_plan(version=1, risk="high").digest
    assert "DONE" not in forced(bench, ask(plan, "as ever", (INPUT,)))
    assert bench.world.effects == []


def test_what_was_approved_as_one_version_is_not_run_as_the_other(bench: Bench) -> None:
    old, new = a_plan(version=1), a_plan()

    assert old.digest != new.digest


def test_an_end_of_a_pause_does_not_undo_a_cancellation_that_came_between(bench: Bench) -> None:
    cancelled = a_session(status="CANCELLING", wish="cancel")
    step = ControlSession(
        session_id=SESSION_ID, action=Control.UNPAUSE, expect_status=SessionStatus.PAUSED
    )

    assert controlled(cancelled, step, later(minutes=6)).wish is Wish.CANCEL

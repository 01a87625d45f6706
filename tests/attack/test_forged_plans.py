"""Plans that an agent's program wrote by hand into the inbox, and a human approved unawares."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bunsui_core.app.execute import Turn, execute
from bunsui_core.app.learn import learn
from bunsui_core.app.review import Looked, review_steps
from bunsui_core.domain.answer import StepReview
from bunsui_core.domain.approval import Request, ask
from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.controlling import controlled
from bunsui_core.domain.plan import Control, ControlSession, MarkDone, Plan, Step
from bunsui_core.domain.recovery import Proposal
from bunsui_core.domain.reviewing import document
from bunsui_core.domain.session import JobRun, SessionStatus, Wish
from bunsui_core.domain.verdict import Mode
from bunsui_core.domain.waves import Waves
from bunsui_core.ports.observe import Seeing
from tests.builders import (
    INPUT,
    SESSION_ID,
    a_failed_attempt,
    a_pipeline,
    a_plan,
    a_redrive,
    a_restart,
    a_session,
    a_start,
    an_expectation,
    execution,
    later,
    machine,
)
from tests.fakes import SilentLogs
from tests.unit.desk_kit import Bench
from tests.unit.rerun_kit import asking, desk, entering_stage, replace

OUTPUT = '{"rows": 0}'
RUNNING = SessionStatus.RUNNING


def turn() -> Turn:
    return Turn("worker-1", later(minutes=6))


def forced(bench: Bench, request: Request) -> str:
    """What the executor says of a request that was inserted by hand and approved."""
    bench.store.requests.submit(request)
    bench.decide(request)
    state = execute(request, bench.hands(), turn())
    effect = bench.store.requests.effect(request.id)
    return f"{state} {effect.note if effect else ''}"


def shown(bench: Bench, request: Request) -> tuple[tuple[StepReview, ...], str]:
    """What the approver's process shows of a request, and the document that she signs."""
    seeing = Seeing(bench.world, SilentLogs(), bench.inventory)
    steps = review_steps(request, Looked(bench.store, seeing, later(minutes=6)))
    return steps, document(request, steps, "one")


def wrong(steps: tuple[StepReview, ...]) -> str:
    return "; ".join(c.found for step in steps for c in step.checks if not c.holds)


def asked(bench: Bench, edited_input: str | None = None) -> Proposal:
    """An honest restart on a machine that can be entered."""
    agent = desk(entering_stage(bench))
    return agent.rerun_from(SESSION_ID, "extract", Mode.RESTART, edited_input=edited_input)


def a_second(bench: Bench, session_id: str = "s-2") -> dict[str, str]:
    """Another session that failed alike, and what a step names of it."""
    arn = execution("extract", session_id=session_id)
    runs = (JobRun(job="extract", attempts=(a_failed_attempt(execution_arn=arn),)),)
    bench.store.sessions.save(a_session(id=session_id, runs=(*runs, *a_session().runs[1:])))
    bench.world.add_failed(arn, INPUT)
    return {"session_id": session_id, "execution_arn": arn}


STATE = '"state":"Write"'
ENVELOPES = {
    "another state": (STATE, '"state":"Read"'),
    "another state, named twice": (STATE, f'"state":"Read",{STATE}'),
    "another payload": (INPUT, '{"source":"s3://mallory/day.csv"}'),
    "another input of the state": ("[1, 2, 3]", "[9]"),
    "other variables": ('"rows":3', '"rows":9'),
}


@pytest.mark.parametrize("edited", [True, False])
@pytest.mark.parametrize("what", ENVELOPES)
def test_a_job_is_entered_with_nothing_but_what_the_step_says(
    bench: Bench, what: str, edited: bool
) -> None:
    """An envelope of its own, under the digest that it has."""
    agent = desk(entering_stage(bench))
    found = agent.rerun_from(SESSION_ID, "extract", Mode.ENTER_AT)
    before, after = ENVELOPES[what]
    text = found.input.replace(before, after)
    told = found.plan.steps[0].model_dump()
    told |= {"input_digest": json_digest(text), "input_edited": edited}
    jobs = list(told["preview"]["jobs"])
    told["preview"]["jobs"] = [{**jobs[0], "input_digest": json_digest(text)}, *jobs[1:]]
    plan = Plan.model_validate({**found.plan.model_dump(), "risk": "high", "steps": (told,)})

    state = forced(bench, ask(plan, "as it was", (text,)))

    assert text != found.input
    is_said = edited and what == "another input of the state"
    assert ("DONE" if is_said else "STALE") in state
    assert len(bench.world.effects) == is_said


def test_another_state_than_the_envelope_names_is_not_entered(bench: Bench) -> None:
    agent = desk(entering_stage(bench))
    found = agent.rerun_from(SESSION_ID, "extract", Mode.ENTER_AT)
    told = {**found.plan.steps[0].model_dump(), "state": "Read"}

    assert "STALE" in forced(bench, asking(found, told))
    assert bench.world.effects == []


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
    "text",
    [
        '{"payload": {}, "bunsui": {"enter_at": {"state": "Write", "input": {}}}}',
        '{"input": {}, "outputs": {}, "bunsui": {"enter_at": {"state": "Write", "input": 1}}}',
    ],
)
def test_a_restart_does_not_enter_in_the_middle_by_its_input(bench: Bench, text: str) -> None:
    """Its preview says that the machine runs from its beginning."""
    found = desk(entering_stage(bench)).rerun_from(
        SESSION_ID, "extract", Mode.RESTART, edited_input='{"a": 1}'
    )
    (step,) = found.plan.steps
    told = {**step.model_dump(), "input_digest": json_digest(text)}
    told["preview"]["jobs"][0]["input_digest"] = json_digest(text)
    plan = Plan.model_validate({**found.plan.model_dump(), "risk": "high", "steps": (told,)})

    assert "enter_at" in forced(bench, ask(plan, "ok", (text,)))
    assert bench.world.effects == []


TWICE = '{"input": {"source": "s3://mallory/day.csv"}, ' + INPUT[1:]


def test_an_input_in_which_a_name_stands_twice_is_not_the_recorded_one(bench: Bench) -> None:
    """Its digest is that of the recorded one; who reads it may take the first of both."""
    found = asked(bench)
    request = ask(found.plan, "as it was", (TWICE,))

    assert json_digest(TWICE) == json_digest(INPUT)
    assert "STALE" in forced(bench, request)
    assert bench.world.effects == []


def test_no_input_is_given_in_which_a_name_stands_twice(bench: Bench) -> None:
    found = desk(entering_stage(bench)).rerun_from(
        SESSION_ID, "extract", Mode.RESTART, edited_input='{"a": 2}'
    )
    request = ask(found.plan, "as it was", ('{"a": 1, "a": 2}',))

    assert "STALE" in forced(bench, request)
    assert bench.world.effects == []


@pytest.mark.parametrize(
    "session_id", ["s-1\nCHECKED      all: holds", "", "F7R4X9K-2M3PA8", "../../etc", "s" * 200]
)
def test_a_session_is_started_under_no_name_but_a_plain_one(bench: Bench, session_id: str) -> None:
    step = a_start(session_id=session_id)
    request = ask(a_plan(risk="medium", steps=(step,)), "start", (INPUT,))

    _, text = shown(bench, request)

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


def test_a_preview_without_code_does_not_hide_which_states_run(bench: Bench) -> None:
    found = asked(bench)
    told = found.plan.steps[0].model_dump()
    told["preview"]["jobs"] = [*told["preview"]["jobs"]]
    told["preview"]["jobs"][0] |= {"code": (), "certain": ("Harmless",)}

    assert "STALE" in forced(bench, asking(found, told))
    assert bench.world.effects == []


def test_a_preview_that_hides_a_function_is_not_what_would_run(bench: Bench) -> None:
    """A function that the plan does not name could be another one when it runs."""
    found = asked(bench)
    told = found.plan.steps[0].model_dump()
    jobs = told["preview"]["jobs"]
    jobs[0]["code"] = tuple(one for one in jobs[0]["code"] if one["name"] == machine("extract"))

    assert "STALE" in forced(bench, asking(found, told))


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

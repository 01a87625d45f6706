"""A human sees of every mode what runs, with which input, and whether the plan says so."""

from __future__ import annotations

import pytest

from bunsui_core.app.learn import learn
from bunsui_core.app.review import Looked, review_steps
from bunsui_core.domain.answer import StepReview
from bunsui_core.domain.approval import EffectState, Request
from bunsui_core.domain.plan import Control
from bunsui_core.domain.reviewing import document
from bunsui_core.domain.session import JobRun, JobStatus
from bunsui_core.domain.verdict import Mode
from bunsui_core.ports.observe import Seeing
from tests.builders import INPUT, SESSION_ID, a_session, an_attempt, execution, later
from tests.fakes import FakeExecution, SilentLogs
from tests.unit.desk_kit import Bench
from tests.unit.rerun_kit import asking, desk, entering_stage, event, replace, run


@pytest.fixture
def stage(bench: Bench) -> Bench:
    return entering_stage(bench)


def reviewed(stage: Bench, request: Request) -> StepReview:
    """What the approver's process shows of a request of one step."""
    seeing = Seeing(stage.world, SilentLogs(), stage.inventory)
    (step,) = review_steps(request, Looked(stage.store, seeing, later(minutes=6)))
    return step


def request(
    stage: Bench, mode: Mode, edited_input: str | None = None, output: str | None = None
) -> Request:
    agent = desk(stage)
    found = agent.rerun_from(SESSION_ID, "extract", mode, False, edited_input, output)
    return agent.request(found.proposal_id, "it is repaired").request


def differing(step: StepReview) -> list[str]:
    return [check.found for check in step.checks if not check.holds]


@pytest.mark.parametrize("mode", [Mode.REDRIVE, Mode.ENTER_AT, Mode.RESTART])
def test_what_still_holds_is_checked_and_nothing_differs(stage: Bench, mode: Mode) -> None:
    step = reviewed(stage, request(stage, mode))

    assert differing(step) == []
    assert step.preview
    assert [one.job for one in step.preview.jobs] == ["extract", "transform", "load"]
    assert step.changes == ()


def test_an_edited_entry_shows_what_changes_in_the_input_of_its_state(stage: Bench) -> None:
    step = reviewed(stage, request(stage, Mode.ENTER_AT, edited_input='{"rows": []}'))

    assert [(c.path, c.before, c.after) for c in step.changes] == [("$.rows", "[1, 2, 3]", "[]")]
    assert "entering at Write with an edited input" in step.sentence


def test_a_job_to_be_marked_done_shows_the_output_it_is_given(stage: Bench) -> None:
    asked = request(stage, Mode.MARK_DONE, output='{"rows": 7}')
    step = reviewed(stage, asked)

    assert step.input == '{"rows": 7}'
    assert "mark job extract" in document(asked, (step,), "one")
    assert differing(step) == []


def test_the_document_names_states_code_and_what_runs_again(stage: Bench) -> None:
    asked = request(stage, Mode.RESTART)

    text = document(asked, (reviewed(stage, asked),), "one")

    assert "STATES       extract: Read, Write" in text
    assert "CODE         extract: orders-write code-1" in text
    assert "THEN         transform, load (never ran)" in text


def test_code_that_changed_since_it_was_asked_for_is_marked(stage: Bench) -> None:
    asked = request(stage, Mode.RESTART)
    stage.inventory.codes["orders-write"] = "code-2"

    assert differing(reviewed(stage, asked)) == [
        "orders-write, which extract runs, was changed since the plan was made"
    ]


def test_a_lie_about_the_preview_is_marked_and_the_truth_is_shown(stage: Bench) -> None:
    found = desk(stage).rerun_from(SESSION_ID, "extract", Mode.RESTART)
    (step,) = found.plan.steps
    told = {**step.model_dump(), "preview": {**found.preview.model_dump(), "follows": ()}}

    seen = reviewed(stage, asking(found, told))

    assert differing(seen) == [
        "follows: the plan says nothing, it would be transform, load",
    ]
    assert seen.preview
    assert seen.preview.follows == ("transform", "load")


def test_a_cancellation_says_what_is_stopped_and_what_never_starts(stage: Bench) -> None:
    attempt = an_attempt(status="RUNNING", stopped_at=None, output=None)
    runs = (JobRun(job="extract", attempts=(attempt,)), *a_session().runs[1:])
    replace(stage, a_session(runs=runs, status="RUNNING", stopped_at=None))
    stage.world.executions[execution("extract")] = FakeExecution(execution("extract"), INPUT)
    agent = desk(stage)
    found = agent.control(SESSION_ID, Control.CANCEL)

    step = reviewed(stage, agent.request(found.proposal_id, "the disk is full").request)

    assert step.effects == ("stopped: extract", "never starts: transform, load")
    assert "cannot be undone" in step.undo
    assert differing(step) == []


def test_what_came_of_it_says_whether_it_ran_as_previewed(stage: Bench) -> None:
    agent = desk(stage)
    found = agent.rerun_from(SESSION_ID, "extract", Mode.RESTART)
    asked = agent.request(found.proposal_id, "it is repaired")
    assert run(stage, asked) is EffectState.DONE
    session = stage.store.sessions.get(SESSION_ID)
    last = session.runs[0].attempts[-1]
    failed = {"status": JobStatus.FAILED, "stopped_at": later(minutes=9)}
    attempts = (session.runs[0].attempts[0], last.model_copy(update=failed))
    before = learn(asked.request, stage.store, stage.world, later(minutes=8))
    replace(stage, a_session(runs=(JobRun(job="extract", attempts=attempts), *session.runs[1:])))
    stage.world.told[last.execution_arn] = (
        event(1, "ExecutionStarted"),
        event(2, "TaskStateEntered", name="Mail"),
    )

    after = learn(asked.request, stage.store, stage.world, later(minutes=10))

    (outcome,) = stage.store.outcomes.all()
    assert (before, after) == (False, True)
    assert outcome.result is JobStatus.FAILED
    assert outcome.fidelity == "extract ran Mail, which was not previewed"

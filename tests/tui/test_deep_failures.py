"""What the screens show of a cause that lies below the failed state, or in a container."""

from __future__ import annotations

import pytest

from bunsui_core.domain.answer import Analysis, Freshness, SessionView, Source
from bunsui_core.domain.diagnosis import Category, Diagnosis
from bunsui_core.domain.failure import ContainerTask, Iterations, LogLine, Nested
from bunsui_core.domain.session import JobStatus
from bunsui_tui.board import Detail
from bunsui_tui.render.diagnosis import brief, full
from bunsui_tui.render.text import stack
from tests.builders import NOW, SESSION_ID, a_diagnosis, a_failure, a_session
from tests.tui.test_render import drawn

CHILD = "arn:aws:states:us-east-1:000000000000:execution:convert:one"
LINES = tuple(
    LogLine(at=NOW, text=text)
    for text in ("START RequestId: 1 ", "5 of 6 parts are there", "END RequestId: 1 ")
)


def detail(diagnosis: Diagnosis) -> Detail:
    """A session whose cause is known."""
    freshness = Freshness(as_of=NOW, source=Source.STORE, worker_seen_at=NOW)
    view = SessionView(session=a_session(), freshness=freshness, open_requests=())
    found = Analysis(session_id=SESSION_ID, diagnoses=(diagnosis,), note="")
    return Detail(view=view, analysis=found)


def shown(diagnosis: Diagnosis, width: int = 76) -> str:
    """Everything that is shown of a failed job."""
    return drawn(stack(full(detail(diagnosis), "extract")), width)


def test_the_way_down_names_each_machine_its_state_and_its_error() -> None:
    path = ("Each[3]", "Parse")
    child = Nested(
        execution_arn=CHILD, status=JobStatus.FAILED, state_path=path, error="ValueError"
    )

    found = shown(a_diagnosis(failure=a_failure(nested=(child,))))

    assert "below it convert: Each[3] → Parse ValueError" in found


def test_the_error_says_what_it_is_called_below() -> None:
    child = Nested(execution_arn=CHILD, status=JobStatus.FAILED, state_path=("Parse",))
    failure = a_failure(error="States.TaskFailed", exception="KeyError", nested=(child,))

    assert "States.TaskFailed, below it KeyError" in shown(a_diagnosis(failure=failure))


def test_a_map_says_how_its_iterations_ended() -> None:
    of = Iterations(total=11, succeeded=4, failed=1, aborted=3)

    found = shown(a_diagnosis(failure=a_failure(iterations=of)))

    assert "of 11 iterations 4 succeeded, 1 failed, 3 were aborted" in found


def test_an_execution_that_cannot_be_seen_says_why() -> None:
    child = Nested(execution_arn=CHILD, note="not visible because it is gone")

    found = shown(a_diagnosis(failure=a_failure(nested=(child,))))

    assert "below it convert: not visible because it is gone" in found


def test_a_catch_that_led_to_a_fail_state_is_shown_with_where_it_came_from() -> None:
    found = shown(a_diagnosis(failure=a_failure(state_path=("Stop",), caught_path=("Read",))))

    assert "STATE       Stopa Catch led there from Read" in found


def test_a_container_is_shown_with_what_ran_it() -> None:
    task = ContainerTask(arn="arn:task", container="merge", exit_code=3, platform="local process")

    found = shown(a_diagnosis(failure=a_failure(resource="ecs:runTask.sync", task=task)))

    assert "OPERATION   container merge, local process" in found


def test_what_the_failing_state_was_given_is_shown() -> None:
    found = shown(a_diagnosis(failure=a_failure(state_input='{"part": "007.json"}')))

    assert '│ {"part": "007.json"}' in found


def test_the_end_of_the_log_is_shown_without_the_lines_that_lambda_adds() -> None:
    found = shown(a_diagnosis(logs=LINES))

    assert "LOG ENDS    │ 5 of 6 parts are there" in found
    assert "RequestId" not in found


@pytest.mark.parametrize(("category", "is_shown"), [("unknown", True), ("throttling", False)])
def test_the_log_speaks_in_the_short_view_only_where_nothing_else_tells(
    category: str, is_shown: bool
) -> None:
    diagnosis = a_diagnosis(category=Category(category), logs=LINES)

    found = drawn(stack(brief(detail(diagnosis))))

    assert ("5 of 6 parts are there" in found) is is_shown

"""What a person sees: it fits, it says everything with signs, and outside text cannot act."""

from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from bunsui_cli.answers import ApprovalList, Rerun
from bunsui_cli.views.screen import age, parts
from bunsui_cli.views.words import status
from bunsui_core.domain.answer import Analysis, SessionPage, SessionView, Source
from bunsui_core.domain.approval import ApprovalStatus, StepEffect, StepState, fold
from bunsui_core.domain.demo import JobPlayed
from bunsui_core.domain.failure import LogLine, Nested
from bunsui_core.domain.plan import EnterJob
from bunsui_core.domain.session import summarize
from bunsui_core.domain.value import Value
from bunsui_core.domain.verdict import Mode
from bunsui_core.domain.waves import Fate, Waves
from tests.builders import (
    NOW,
    a_diagnosis,
    a_failed_attempt,
    a_failure,
    a_plan,
    a_redrive,
    a_request,
    a_restart,
    a_session,
    an_effect,
    an_outcome,
)
from tests.cli.answers import (
    FRESHNESS,
    a_proposal,
    a_report,
    a_waiting_approval,
    every_answer,
    some_logs,
)

HOSTILE = "\x1b[2J[/] [red]x[/red] [@click=app.quit]y[/] \x9b31m \u202eevil 受注データ\u200b"


def painted(value: Value, width: int = 80, colour: bool = False) -> str:
    """The value as a terminal of that width shows it."""
    file = io.StringIO()
    console = Console(
        file=file,
        width=width,
        color_system="standard" if colour else None,
        force_terminal=colour,
        highlight=False,
        markup=False,
        emoji=False,
    )
    for part in parts(value):
        console.print(part)
    return file.getvalue()


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("name", every_answer())
def test_a_view_fits_the_terminal(name: str, width: int) -> None:
    lines = painted(every_answer()[name], width).splitlines()

    assert lines
    assert max(map(cell_len, lines)) <= width


@pytest.mark.parametrize("name", every_answer())
def test_an_answer_has_a_view_of_its_own(name: str) -> None:
    assert not painted(every_answer()[name]).startswith("{")


def test_a_diagnosis_shows_the_way_down_the_operation_and_the_end_of_its_log() -> None:
    child = Nested(
        execution_arn="arn:aws:states:us-east-1:000000000000:execution:convert:one",
        state_path=("Each[3]", "Parse"),
        error="ValueError",
    )
    failure = a_failure(
        nested=(child,), caught_path=("Read",), resource="load", state_input='{"part": 3}'
    )
    line = LogLine(at=NOW, text="row 7 is bad")
    found = a_diagnosis(failure=failure, logs=(line,))

    text = painted(Analysis(session_id="s", diagnoses=(found,), note=""), 200)

    assert "execution:convert:one: Each[3] → Parse ValueError" in text
    for name, value in (
        ("caught in", "Read"),
        ("operation", "function load"),
        ("on", '{"part": 3}'),
        ("it logged", "row 7 is bad"),
    ):
        assert re.search(rf"{name} +{re.escape(value)}", text), name


def test_wide_characters_count_as_two_columns() -> None:
    lines = painted(some_logs("受注データ" * 30), 60).splitlines()

    assert max(map(cell_len, lines)) <= 60


def test_text_from_outside_is_shown_and_does_not_act() -> None:
    shown = painted(some_logs(HOSTILE)) + painted(a_waiting_approval(HOSTILE))

    assert "\x1b" not in shown
    assert "\x9b" not in shown
    assert "\u202e" not in shown
    assert "\u200b" not in shown
    assert shown.count("[@click=app.quit]") == 2
    assert "受注データ" in shown


def test_an_error_from_outside_stays_on_its_line_of_the_list() -> None:
    failed = a_failed_attempt(error=f"a\nb{HOSTILE}")
    run = a_session().runs[0].model_copy(update={"attempts": (failed,)})
    session = a_session(runs=(run, *a_session().runs[1:]))
    page = SessionPage(items=(summarize(session),), total=1, next_cursor="")

    lines = painted(page, 300).splitlines()

    assert len([line for line in lines if line.strip()]) == 4


def test_a_status_is_readable_without_colour() -> None:
    assert "✗ FAILED" in painted(every_answer()["sessions-list"], 120)


@pytest.mark.parametrize("value", ["REJECTED", "EXPIRED", "WITHDRAWN"])
def test_a_request_that_came_to_nothing_is_no_failure(value: str) -> None:
    assert status(ApprovalStatus(value)).plain == f"· {value}"


def test_the_list_of_sessions_says_how_to_go_on() -> None:
    assert "--cursor c2" in painted(every_answer()["sessions-list"], 120)


def test_an_empty_list_says_so() -> None:
    assert "Nobody has asked" in painted(ApprovalList(items=()))


def test_a_waiting_request_names_the_command_that_answers_it() -> None:
    waiting = a_waiting_approval()

    assert f"bunsui approvals approve {waiting.request.id}" in painted(waiting)


def test_a_plan_that_is_executed_in_waves_says_in_one_line_how_far_it_is() -> None:
    steps = tuple(a_redrive(session_id=f"s-{number}") for number in range(30))
    done = StepEffect(number=1, state=StepState.DONE, result="arn", at=NOW, fate=Fate.SUCCEEDED)
    request = a_request(steps=steps, waves=Waves())

    shown = painted(fold(request, (), an_effect(steps=(done,)), NOW))

    assert "1 of 30 recovered, 29 not touched" in shown
    assert "and 10 more" in shown


@pytest.mark.parametrize("more", [True, False])
def test_a_list_of_requests_says_whether_there_are_older_ones(more: bool) -> None:
    listed = ApprovalList(items=(a_waiting_approval(),), more=more)

    assert ("there are older ones" in painted(listed)) is more


def test_the_age_of_an_answer_says_where_it_was_read() -> None:
    live = FRESHNESS.model_copy(update={"source": Source.LIVE})

    assert "from the store" in age(FRESHNESS)
    assert "read from AWS" in age(live)


def test_each_scene_of_a_demo_is_one_line_of_80_columns() -> None:
    scene = (
        a_report()
        .scenes[0]
        .model_copy(
            update={
                "scene": "missing-permission",
                "category": "resource_exhausted",
                "verdicts": {"redrive": "UNKNOWN"},
                "seconds": 123.4,
            }
        )
    )
    lines = painted(a_report().model_copy(update={"scenes": (scene,) * 3})).splitlines()

    told = [line for line in lines if "missing-permission" in line]
    assert len(told) == 3
    assert all(word in told[0] for word in ("resource_exhausted", "redrive UNKNOWN", "123.4"))


def test_a_further_failed_job_of_a_scene_is_told_with_its_own_cause() -> None:
    other = JobPlayed(
        job="prices",
        category="bad_input_data",
        failed_state_path=("ReadTerms",),
        verdicts={"redrive": "SAFE"},
        request_id="r-2",
        mode="redrive",
    )
    (scene,) = a_report().scenes
    both = scene.model_copy(update={"others": (other,)})

    shown = painted(a_report().model_copy(update={"scenes": (both,)}))

    assert "prices: bad_input_data, redrive SAFE" in shown
    assert "Failed as well" not in painted(a_report())


def test_where_an_execution_would_enter_is_told_and_a_hostile_name_is_harmless() -> None:
    restart = a_restart().model_dump(exclude={"kind"})
    step = EnterJob.model_validate({**restart, "state": f"Load {HOSTILE}"})
    entering = a_proposal(Mode.ENTER_AT).model_copy(update={"plan": a_plan(steps=(step,))})

    shown = painted(Rerun(proposal=entering))

    assert "enter_at extract at Load" in shown
    assert "\x1b[2J" not in shown
    assert "at Load" not in painted(Rerun(proposal=a_proposal()))


@pytest.mark.parametrize(
    ("status", "said"), [("PAUSED", "sessions unpause s-"), ("RUNNING", "sessions logs s-")]
)
def test_what_is_paused_is_led_to_its_end_and_what_runs_to_its_log(status: str, said: str) -> None:
    session = a_session(id="s-17", status=status, stopped_at=None)

    shown = painted(SessionView(session=session, freshness=FRESHNESS, open_requests=()))

    assert said in shown


def test_what_came_of_many_sessions_alike_is_counted() -> None:
    outcomes = tuple(an_outcome(session_id=f"s-{number}") for number in range(3))
    shown = painted(a_waiting_approval().model_copy(update={"outcomes": outcomes}))

    assert shown.count("came of it") == 1
    assert "3 × extract SUCCEEDED" in shown

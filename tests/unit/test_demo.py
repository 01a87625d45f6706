"""Whether a scene went as its story says, and how that is told."""

from __future__ import annotations

import pytest

from bunsui_cli.demo import ended
from bunsui_cli.exits import ExitCode
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.demo import (
    DemoReport,
    DemoTotals,
    End,
    JobPlayed,
    ScenePlayed,
    difference,
)
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.pipeline import Job, Pipeline
from bunsui_core.domain.session import SessionStatus
from bunsui_core.domain.verdict import Mode, Ruling
from bunsui_core.wiring import telling
from tests.builders import a_request, a_session

RECOVERED = End(
    status=SessionStatus.SUCCEEDED,
    mode=Mode.REDRIVE,
    category=Category.THROTTLING,
    ruling=Ruling.SAFE,
    state="Write",
)
LONG = "a" * 300
OTHER = JobPlayed(
    job="load",
    category="timeout",
    failed_state_path=(),
    verdicts={},
    request_id=None,
    mode=None,
)


def a_played(**changes: object) -> ScenePlayed:
    """A throttled scene that a redrive recovered."""
    return ScenePlayed.model_validate(
        {
            "scene": "throttled",
            "pipeline": "orders",
            "session_id": "S-1",
            "session_ids": ("S-1",),
            "first_status": "FAILED",
            "category": "throttling",
            "failed_state_path": ("Write",),
            "verdicts": {"redrive": "SAFE", "restart": "SAFE"},
            "request_id": "R-1",
            "decision": "approve",
            "mode": "redrive",
            "final_status": "SUCCEEDED",
            "witness": "",
            "as_told": True,
            "difference": "",
            "later": "",
            "seconds": 1.0,
            **changes,
        }
    )


def a_report(*scenes: ScenePlayed) -> DemoReport:
    """A report of these scenes."""
    totals = DemoTotals(
        scenes=len(scenes), as_told=0, recovered=0, rejected=0, healthy=0, seconds=1.0
    )
    return DemoReport(seed=1, pipeline="orders", scenes=scenes, totals=totals)


def test_a_scene_that_went_as_told_differs_in_nothing() -> None:
    assert difference(RECOVERED, a_played()) == ""


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"category": "network"}, "category is network, the story says throttling"),
        ({"category": None}, "category is none, the story says throttling"),
        ({"failed_state_path": ("Write", "Read")}, "failed state is Read, the story says Write"),
        ({"failed_state_path": ()}, "failed state is none, the story says Write"),
        ({"root_path": ("Read",)}, "root is Read, the story says none"),
        ({"others": (OTHER,)}, "other categories is timeout, the story says none"),
        ({"mode": "restart"}, "approved mode is restart, the story says redrive"),
        ({"decision": "reject"}, "approved mode is none, the story says redrive"),
        ({"decision": None}, "approved mode is none, the story says redrive"),
        ({"verdicts": {"redrive": "UNSAFE"}}, "verdict is UNSAFE, the story says SAFE"),
        ({"final_status": "FAILED"}, "end is FAILED, the story says SUCCEEDED"),
        ({"final_status": "FAILED, SUCCEEDED"}, "end is FAILED, SUCCEEDED"),
    ],
)
def test_each_thing_that_went_otherwise_is_told(changes: dict[str, object], told: str) -> None:
    assert told in difference(RECOVERED, a_played(**changes))


def test_a_whole_path_and_a_deeper_root_count_where_the_story_names_them() -> None:
    deep = RECOVERED.model_copy(update={"path": ("Each[3]", "Write"), "root": "Parse"})
    right = a_played(failed_state_path=("Each[3]", "Write"), root_path=("arn:child", "Parse"))

    assert difference(deep, right) == ""
    assert "path is Write, the story says Each[3] > Write" in difference(deep, a_played())
    assert "root is none, the story says Parse" in difference(deep, a_played())


def test_a_verdict_counts_only_where_the_story_names_one() -> None:
    end = RECOVERED.model_copy(update={"ruling": None})

    assert difference(end, a_played(verdicts={"redrive": "UNKNOWN"})) == ""


def test_a_diagnosis_of_a_healthy_scene_is_a_difference() -> None:
    healthy = End(status=SessionStatus.SUCCEEDED)
    quiet = a_played(category=None, verdicts={}, request_id=None, decision=None, mode=None)

    assert difference(healthy, quiet) == ""
    assert difference(healthy, a_played(mode=None, decision=None)) != ""


def test_the_exit_code_tells_whether_every_scene_went_as_told() -> None:
    right, wrong = a_played(), a_played(as_told=False, difference="end is FAILED")

    assert ended(a_report(right, right)) is ExitCode.OK
    assert ended(a_report(right, wrong)) is ExitCode.UNEXPECTED


@pytest.mark.parametrize(
    "line",
    [
        telling.step(LONG, LONG),
        telling.step("scene", "two\nlines"),
        telling.deployed([Pipeline(name="p", jobs=(Job(name="j", machine="m"),))] * 40),
        telling.rested("scene", [a_session(id=LONG)]),
        telling.rested("scene", [a_session(), a_session()]),
        telling.asks("scene", a_request(), 1),
        telling.answers("scene", LONG, Answer.REJECT, 20),
        telling.ended("scene", "FAILED", LONG),
    ],
)
def test_a_step_is_one_line_of_less_than_80_columns(line: str) -> None:
    assert len(line) < 80
    assert "\n" not in line


def test_what_failed_and_what_is_asked_are_named() -> None:
    assert "✗ extract failed" in telling.rested("scene", [a_session()])
    assert "asks to redrive extract" in telling.asks("scene", a_request(), 1)
    assert "for each of 20 sessions" in telling.asks("scene", a_request(), 20)

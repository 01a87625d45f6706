from __future__ import annotations

import json

from bunsui_core.domain.diagnose import Where, diagnose
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.failure import LogLine
from tests.builders import NOW, a_failure, an_evidence, later

WHERE = Where(session_id="s-1", job="load", attempt=2, redrive_count=1)
ROW = {"errorMessage": "row 7: price is 'n/a'", "errorType": "RowError"}


def explained(*texts: str, **failure: object) -> Diagnosis:
    lines = tuple(LogLine(at=NOW, text=text, stream="s") for text in texts)
    defaults: dict[str, object] = {
        "error": "RowError",
        "cause": json.dumps(ROW),
        "message": ROW["errorMessage"],
        "exception": "RowError",
        "resource": "arn:aws:lambda:us-east-1:000000000000:function:orders-load",
        "state_path": ("Each[4]", "Load"),
        "evidence": (an_evidence(id="E6"),),
    }
    return diagnose(WHERE, a_failure(**{**defaults, **failure}), lines, "a note", later(minutes=2))


def test_a_diagnosis_says_which_run_of_which_job_it_is_about() -> None:
    found = explained()

    assert (found.session_id, found.job, found.attempt, found.redrive_count) == (
        "s-1",
        "load",
        2,
        1,
    )
    assert (found.logs_note, found.made_at) == ("a note", later(minutes=2))


def test_the_summary_says_where_what_and_in_whose_words() -> None:
    assert explained().summary == (
        "load failed in Each[4] > Load (function orders-load): probably a value in its data or "
        "input has the wrong form; RowError said “row 7: price is 'n/a'”."
    )


def test_the_summary_keeps_outside_words_on_one_line_and_short() -> None:
    summary = explained(message="a\nb " + "x" * 500).summary

    assert "\n" not in summary
    assert "“a b xxx" in summary
    assert len(summary) < 400


def test_the_summary_does_not_hedge_what_it_does_not_know() -> None:
    summary = explained(
        error="States.TaskFailed",
        cause="",
        message="exit code 1",
        exception="States.TaskFailed",
        resource="ecs:runTask.sync",
        state_path=(),
    ).summary

    assert summary == "load failed: the error does not tell why; it said “exit code 1”."


def test_an_error_without_words_is_named_and_said_by_nobody() -> None:
    summary = explained(
        error="States.Timeout", cause="", message="States.Timeout", exception="States.Timeout"
    ).summary

    assert summary.endswith("it did not finish within its time limit; the error is States.Timeout.")


def test_log_lines_are_evidence_under_their_own_ids() -> None:
    found = explained("START", "row 7 is bad")

    assert [(e.id, e.text) for e in found.evidence[1:]] == [("L1", "START"), ("L2", "row 7 is bad")]


def test_of_many_log_lines_the_last_are_cited_with_their_own_numbers() -> None:
    found = explained(*(f"line {n}" for n in range(1, 51)))
    cited = [e for e in found.evidence if e.id.startswith("L")]

    assert (cited[0].id, cited[-1].id, cited[-1].text) == ("L31", "L50", "line 50")
    assert len(found.logs) == 50


def test_a_log_line_cannot_change_the_category() -> None:
    plain, loud = explained(), explained("ThrottlingException: Rate exceeded, redrive is safe")

    assert plain.category == loud.category
    assert plain.transient == loud.transient

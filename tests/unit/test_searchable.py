"""What of a session can be searched for."""

from __future__ import annotations

import json

import pytest

from bunsui_core.domain.searchable import (
    LONGEST,
    MOST_SAID,
    MOST_VALUES,
    Held,
    Side,
    held_by,
    mark_of,
    names_of,
    said_by,
)
from bunsui_core.domain.session import JobRun, Session
from bunsui_core.domain.value import DEEPEST, Json
from tests.builders import SESSION_ID, a_failed_attempt, a_session, an_attempt


def with_input(document: Json, *runs: JobRun) -> Session:
    """A session of that input."""
    return a_session(input=json.dumps(document), runs=runs)


def held(session: Session) -> list[tuple[str, str]]:
    """Path and text of every value."""
    return [(one.path, one.text) for one in held_by(session)[0]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Abc", "abc"),
        (42, "42"),
        (42.0, "42"),
        (0.5, "0.5"),
        (True, "true"),
        (None, "null"),
        ("", ""),
        ("Cafe\u0301", "caf\u00e9"),
        ("STRASSE", "strasse"),
        ("x" * 300, "x" * LONGEST),
    ],
)
def test_a_value_is_compared_as(value: Json, text: str) -> None:
    assert held(with_input({"Key": value})) == [("key", text)]


def test_values_are_found_however_deep_they_are() -> None:
    document: Json = {"order": {"lines": [{"sku": "a"}, {"sku": "b"}], "paid": False}, "n": [1, 2]}

    assert held(with_input(document)) == [
        ("order.lines.sku", "a"),
        ("order.lines.sku", "b"),
        ("order.paid", "false"),
        ("n", "1"),
        ("n", "2"),
    ]


def test_the_envelope_of_a_job_is_not_searched() -> None:
    given = {"input": {"order_id": 1}, "outputs": {"extract": {"rows": 3}}}
    attempt = an_attempt(input=json.dumps(given), output='{"rows": 7}')

    found = held_by(with_input({"order_id": 1}, JobRun(job="extract", attempts=(attempt,))))[0]

    assert found == (
        Held(Side.INPUT, "order_id", "1", "order_id"),
        Held(Side.OUTPUT, "rows", "7", "rows"),
    )


def test_an_edited_input_is_found_as_well() -> None:
    edited = an_attempt(input='{"input": {"order_id": 2}, "outputs": {}}', output=None)

    found = held(with_input({"order_id": 1}, JobRun(job="extract", attempts=(edited,))))

    assert found == [("order_id", "1"), ("order_id", "2")]


def test_a_bare_output_has_the_name_of_its_job() -> None:
    attempt = an_attempt(input="{}", output='["Done", 3]')

    found = held(with_input({}, JobRun(job="Extract", attempts=(attempt,))))

    assert found == [("extract", "done"), ("extract", "3")]


def test_of_too_many_values_the_first_are_known_and_this_is_said() -> None:
    many = with_input({"n": list(range(MOST_VALUES + 1))})
    all_of_them = with_input({"n": list(range(MOST_VALUES))})

    assert len(held_by(many)[0]) == MOST_VALUES
    assert (held_by(many)[1], held_by(all_of_them)[1]) == (False, True)


def test_a_very_deep_document_is_walked() -> None:
    text = '{"a":' * DEEPEST + "1" + "}" * DEEPEST

    (found,) = held_by(a_session(input=text, runs=()))[0]

    assert (found.key, found.text, len(found.path)) == ("a", "1", LONGEST)


def test_names_are_those_of_session_pipeline_and_executions() -> None:
    attempt = an_attempt(execution_name="Run-7")

    names = names_of(a_session(runs=(JobRun(job="extract", attempts=(attempt,)),)))

    assert names.split("\n") == [SESSION_ID, "orders", "run-7"]


def test_what_failed_jobs_said_is_known_also_after_a_recovery() -> None:
    cause = json.dumps({"errorType": "ValueError", "errorMessage": "Bad Row"})
    broken = a_failed_attempt(error="Lambda.Unknown", cause=cause)
    attempts = (broken, an_attempt(number=2))

    said = said_by(a_session(status="SUCCEEDED", runs=(JobRun(job="extract", attempts=attempts),)))

    assert said == "extract lambda.unknown valueerror bad row"


def test_what_was_said_before_a_redrive_is_kept_once_and_behind_what_is_new() -> None:
    first = a_failed_attempt(error="Throttled", cause="too\nfast")
    second = a_failed_attempt(error="Denied", cause="no")
    once = a_session(runs=(JobRun(job="extract", attempts=(first,)),))
    again = a_session(runs=(JobRun(job="extract", attempts=(second,)),))
    healed = a_session(runs=(JobRun(job="extract", attempts=(an_attempt(),)),))

    said = said_by(once)
    assert said == said_by(once, before=said) == said_by(healed, before=said)
    assert said_by(again, before=said) == "extract denied no\nextract throttled too fast"
    assert len(said_by(again, before="x" * MOST_SAID)) == MOST_SAID


def test_the_mark_changes_with_a_value_and_not_with_a_status() -> None:
    running = an_attempt(status="RUNNING", output=None)
    before = a_session(runs=(JobRun(job="extract", attempts=(running,)),), status="RUNNING")
    stopped = before.model_copy(update={"status": "FAILED", "version": 4})
    done = a_session(runs=(JobRun(job="extract", attempts=(an_attempt(),)),))

    assert mark_of(before) == mark_of(stopped) != mark_of(done)

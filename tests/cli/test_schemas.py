"""`schemas/` says what programs get, and programs get what it says."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from bunsui_cli.envelope import Answer, Problem, answered, as_text, failed
from bunsui_cli.schemas import ANSWERS, differences, files
from bunsui_core import assets
from tests.cli.answers import FRESHNESS, every_answer

MADE = files()
"""The schemas as the values say them; to make them takes a second."""


def validator(name: str) -> Draft202012Validator:
    """What judges a document by a committed schema."""
    schema = json.loads((assets.folder("schemas") / name).read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def test_the_committed_schemas_are_what_the_values_say() -> None:
    assert differences(assets.folder("schemas"), MADE) == []


@pytest.mark.parametrize("name", MADE)
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(MADE[name]))


def test_every_answer_has_a_schema_and_an_example_here() -> None:
    assert set(every_answer()) == set(ANSWERS)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_keeps_to_its_schema(name: str) -> None:
    document = answered(Answer(name, every_answer()[name], FRESHNESS, "c2"))

    validator(f"cli.{name}.json").validate(json.loads(as_text(document, for_eyes=False)))


def test_a_schema_refuses_another_command_s_answer() -> None:
    document = answered(Answer("sessions-list", every_answer()["approvals-list"], FRESHNESS))

    assert not validator("cli.sessions-list.json").is_valid(document)


def test_a_refusal_keeps_to_its_schema() -> None:
    document = failed(Problem("not_found", "there is no session x.", "List them."))

    validator("cli.error.json").validate(document)


def test_a_document_on_one_line_and_one_for_eyes_say_the_same() -> None:
    document = answered(Answer("sessions-logs", every_answer()["sessions-logs"], FRESHNESS))

    one_line = as_text(document, for_eyes=False)
    assert "\n" not in one_line
    assert json.loads(one_line) == json.loads(as_text(document, for_eyes=True))


def test_a_document_for_eyes_cannot_act_on_a_terminal() -> None:
    logs = every_answer()["sessions-logs"].model_copy(update={"note": "\x1b[2J \x9b1m \u202e \x7f"})

    text = as_text(answered(Answer("sessions-logs", logs)), for_eyes=True)

    assert all(" " <= char <= "~" or char == "\n" for char in text)

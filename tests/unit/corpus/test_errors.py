"""Error texts as operators meet them, classified. Floors are what was reached."""

from __future__ import annotations

import json

import pytest

from bunsui_core.domain.cause import read_cause
from bunsui_core.domain.classify import classify
from bunsui_core.domain.failure import Failure
from bunsui_core.domain.value import Json
from tests.builders import a_failure
from tests.unit.corpus.recordings import CORPUS

CATEGORIES = 0.94

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"error texts are not at {CORPUS}: nothing is measured"
)


def errors() -> list[dict[str, Json]]:
    """Every labelled error text."""
    lines = (CORPUS / "errors.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def failure_of(text: str) -> Failure:
    """The failure that a text tells: an error with its cause, or words alone."""
    try:
        told = json.loads(text)
    except ValueError:
        told = {}
    error = str(told.get("error", ""))
    cause = str(told.get("cause", "")) if error else text
    read = read_cause(error, cause)
    return a_failure(
        error=error, cause=cause, message=read.message or error, exception=read.exception
    )


def labels_of(row: dict[str, Json]) -> dict[str, Json]:
    labels = row["labels"]
    assert isinstance(labels, dict)
    return labels


def test_the_category_of_an_error_text_is_named() -> None:
    wrong = []
    for row in errors():
        found, labels = classify(failure_of(str(row["text"]))), labels_of(row)
        others = labels["alt_categories"]
        assert isinstance(others, list)
        if found.category not in {labels["category"], *map(str, others)}:
            wrong.append((labels["category"], found.category, row["text"]))

    assert 1 - len(wrong) / len(errors()) >= CATEGORIES, wrong


def test_nothing_that_a_redrive_cannot_help_is_called_transient() -> None:
    hopeless = [row for row in errors() if labels_of(row)["redrive_ok"] is False]

    wrong = [row for row in hopeless if classify(failure_of(str(row["text"]))).transient]

    assert hopeless
    assert wrong == []

"""Requests that are reviewed together: no difference between them can be hidden."""

from __future__ import annotations

import pytest

from bunsui_core.domain.answer import Review
from bunsui_core.domain.kin import group_document, otherwise
from tests.builders import a_request
from tests.local_home import LocalHome

FIRST = """REVIEW r-1
WILL HAPPEN  1. redrive extract
RUNS         Extract
             Load
INPUT        {"day": 1}
| it frees itself
"""

HIDDEN = {
    "in another order": FIRST.replace("Extract\n             Load", "Load\n             Extract"),
    "twice": FIRST.replace("             Load\n", "             Load\n             Load\n"),
    "another value": FIRST.replace('"day": 1', '"day": 2'),
    "a line less": FIRST.replace("             Load\n", ""),
    "a line more": FIRST.replace("INPUT ", "ALSO         cancel load\nINPUT "),
    "the same words under another label": FIRST.replace("RUNS    ", "SKIPS   "),
    "the asker's words in the place of the line": FIRST.replace(
        'INPUT        {"day": 1}\n', ""
    ).replace("| it", '| INPUT        {"day": 1}\n| it'),
}


def reviewed(home: LocalHome, document: str) -> Review:
    return home.review(a_request()).model_copy(update={"document": document})


@pytest.mark.parametrize("what", HIDDEN)
def test_what_is_otherwise_in_one_of_a_group_is_shown(home: LocalHome, what: str) -> None:
    first, other = reviewed(home, FIRST), reviewed(home, HIDDEN[what])

    assert otherwise(first, other)
    assert "all of it as with the first" not in group_document((first, other))


def test_of_one_that_is_alike_it_is_said(home: LocalHome) -> None:
    first, other = reviewed(home, FIRST), reviewed(home, FIRST.replace("r-1", "r-2"))

    assert "all of it as with the first" in group_document((first, other))

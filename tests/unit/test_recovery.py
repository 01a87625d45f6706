"""What a human names and reads of a recovery."""

from __future__ import annotations

import pytest

from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.recovery import Odds, target
from bunsui_core.domain.reviewing import odds_text


@pytest.mark.parametrize(
    ("named", "found"),
    [("load", ("load", "")), ("load/Write", ("load", "Write")), ("load/A/B", ("load", "A/B"))],
)
def test_a_job_is_named_alone_or_with_a_state(named: str, found: tuple[str, str]) -> None:
    assert target(named) == found


@pytest.mark.parametrize("named", ["/Write", "load/", "/"])
def test_half_a_name_is_never_another_job(named: str) -> None:
    with pytest.raises(BadInput, match="names no state of a job"):
        target(named)


@pytest.mark.parametrize(("tries", "said"), [(0, "0 tries here"), (1, "1 try here")])
def test_few_tries_are_counted_in_words(tries: int, said: str) -> None:
    odds = Odds(successes=0, tries=tries, low=0.5, high=1.0, is_prior=True)

    assert odds_text(odds).startswith(said)

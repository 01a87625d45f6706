"""The word that was meant is the one with the fewest typing mistakes in what was typed."""

from __future__ import annotations

import pytest

from bunsui_core.adapters.aws.discovery import known_regions
from bunsui_core.domain.health import Health
from bunsui_core.domain.nearest import mistakes, nearest
from bunsui_core.wiring.regions import region_check


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("us-esat-1", "us-east-1"),
        ("us-wset-2", "us-west-2"),
        ("eu-wst-1", "eu-west-1"),
        ("eu-central1", "eu-central-1"),
        ("nowhere", ""),
    ],
)
def test_a_mistyped_region_is_told_apart_from_those_that_look_alike(typed: str, meant: str) -> None:
    assert nearest(typed, known_regions()) == meant


@pytest.mark.parametrize(
    ("said", "meant", "number"),
    [("", "abc", 3), ("ab", "ba", 1), ("abc", "abc", 0), ("esat", "east", 1), ("esat", "west", 2)],
)
def test_a_swap_of_neighbours_is_one_mistake(said: str, meant: str, number: int) -> None:
    assert mistakes(said, meant) == number


def test_a_region_that_nobody_knows_is_warned_of_and_one_that_is_known_is_not() -> None:
    (row,) = region_check("us-esat-1")

    assert (row.health, "Did you mean us-east-1?" in row.next) == (Health.WARN, True)
    assert not list(region_check("us-east-1"))

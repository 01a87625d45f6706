"""Which machines of an account are watched."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bunsui_core.domain.selection import Selection

DATA = {"team": "data-platform", "cost": ""}


def test_without_patterns_every_machine_is_watched() -> None:
    assert Selection().watches("orders", {})


@pytest.mark.parametrize(
    ("include", "watched"),
    [
        ("orders-*", True),
        ("orders-daily", True),
        ("orders", False),
        ("ORDERS-*", False),
        ("tag:team", True),
        ("tag:team=data-platform", True),
        ("tag:team=data*", True),
        ("tag:team=", False),
        ("tag:cost=", True),
        ("tag:owner", False),
    ],
)
def test_a_machine_is_included_by_its_name_or_a_tag(include: str, watched: bool) -> None:
    assert Selection(include=(include,)).watches("orders-daily", DATA) is watched


def test_one_of_several_patterns_is_enough() -> None:
    assert Selection(include=("billing-*", "tag:team=data*")).watches("orders-daily", DATA)


def test_what_is_excluded_is_not_watched_although_it_is_included() -> None:
    chosen = Selection(include=("orders-*",), exclude=("tag:team",))
    assert not chosen.watches("orders-daily", DATA)
    assert chosen.watches("orders-daily", {})


def test_tags_are_needed_only_where_a_pattern_names_one() -> None:
    assert not Selection(include=("orders-*",), exclude=("test-*",)).needs_tags
    assert Selection(exclude=("tag:env=test",)).needs_tags


@pytest.mark.parametrize("pattern", ["", "two words", "tags:team=data", "tag:", "tag:=data"])
def test_a_pattern_that_can_match_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError):
        Selection(include=(pattern,))

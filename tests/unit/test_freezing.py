"""When a freeze holds: by the clock of its zone, over midnight, and through to its thaw."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunsui_core.domain.freezing import Frozen, frozen
from bunsui_core.domain.policy import STARTER, parse_policy
from bunsui_core.domain.rules import Subject

PROD = Subject(
    environment="production", kinds=("redrive",), pipeline="orders", risk="low", requester="agent:c"
)

WEEKEND = """
[[freeze]]
name = "weekend"
days = ["fri"]
from = 18:00:00
to = 02:00:00
zone = "Asia/Tokyo"

[[freeze]]
days = ["sat", "sun"]
zone = "Asia/Tokyo"
"""

NEW_YORK = """
[[freeze]]
days = ["sun"]
from = 00:30:00
to = 02:30:00
zone = "America/New_York"
"""


def held(freezes: str, moment: str, subject: Subject = PROD) -> Frozen | None:
    """The freeze that holds at a moment."""
    return frozen(
        parse_policy(STARTER + freezes).freezes, (subject,), datetime.fromisoformat(moment)
    )


@pytest.mark.parametrize(
    ("moment", "is_frozen"),
    [
        ("2026-03-06T17:59:59+09:00", False),
        ("2026-03-06T18:00:00+09:00", True),
        ("2026-03-06T09:00:00Z", True),
        ("2026-03-08T23:59:59+09:00", True),
        ("2026-03-09T00:00:00+09:00", False),
        ("2026-03-05T18:00:00+09:00", False),
    ],
)
def test_a_weekly_window_holds_by_the_clock_of_its_zone(moment: str, is_frozen: bool) -> None:
    assert bool(held(WEEKEND, moment)) is is_frozen


def test_a_freeze_is_named_and_lasts_until_no_other_follows() -> None:
    found = held(WEEKEND, "2026-03-06T20:00:00+09:00")

    assert found
    assert found.name == "weekend"
    assert found.until == datetime(2026, 3, 8, 15, tzinfo=UTC)
    assert found.text == "frozen until 2026-03-08 15:00 UTC (weekend)"


def test_a_window_over_midnight_holds_on_the_day_after() -> None:
    friday = WEEKEND.split('[[freeze]]\ndays = ["sat"')[0]

    assert held(friday, "2026-03-07T01:59:00+09:00")
    assert not held(friday, "2026-03-07T02:00:00+09:00")
    assert not held(friday, "2026-03-06T01:00:00+09:00")


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-11-01T04:30:00Z", "2026-11-01T07:30:00Z"),  # the clocks go back at 06:00 UTC
        ("2026-11-01T06:10:00Z", "2026-11-01T07:30:00Z"),
        ("2026-03-08T05:30:00Z", "2026-03-08T07:30:00Z"),  # 02:30 is left out that night
    ],
)
def test_a_window_goes_by_the_clock_when_the_clock_is_changed(moment: str, until: str) -> None:
    found = held(NEW_YORK, moment)

    assert found
    assert found.until == datetime.fromisoformat(until)


@given(minutes=st.integers(0, 366 * 24 * 60))
def test_a_thaw_lies_ahead_and_nothing_is_frozen_then(minutes: int) -> None:
    freezes = parse_policy(STARTER + WEEKEND + NEW_YORK).freezes
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)

    found = frozen(freezes, (PROD,), now)

    if found:
        assert found.until
        assert found.until > now
        assert frozen(freezes, (PROD,), found.until) is None
        assert frozen(freezes, (PROD,), found.until - timedelta(seconds=1))


def test_a_freeze_of_every_day_has_no_end_in_sight() -> None:
    days = '["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'
    always = f'\n[[freeze]]\ndays = {days}\nzone = "UTC"\n'

    found = held(always, "2026-03-06T20:00:00Z")

    assert found
    assert found.until is None
    assert "no end in sight" in found.text


@pytest.mark.parametrize(
    ("match", "is_frozen"),
    [
        ('environment = "production"', True),
        ('environment = "staging"', False),
        ('pipeline = "ord*"', True),
        ('kind = "restart"', False),
        ('agent = "c"', True),
        ('requester = "human"', False),
    ],
)
def test_a_freeze_holds_for_what_it_matches(match: str, is_frozen: bool) -> None:
    once = "\n[[freeze]]\nfrom = 2026-03-01T00:00:00Z\nuntil = 2026-04-01T00:00:00Z\n"

    assert bool(held(f"{once}match = {{ {match} }}\n", "2026-03-06T20:00:00Z")) is is_frozen

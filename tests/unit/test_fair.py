"""Nobody is hidden by how much another asks, or by what another claims about the time."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bunsui_core.domain.fair import Asked, Window, looked_at, shared

FRESH = Window(since="100", until="200")


def newest(*asked: Asked) -> tuple[Asked, ...]:
    """Newest first."""
    return tuple(sorted(asked, reverse=True))


def looked(asked: Sequence[Asked], limit: int) -> tuple[str, ...]:
    """What is looked at of them."""

    def page(until: str, most: int) -> Sequence[Asked]:
        return [one for one in asked if one.at < until][:most]

    return looked_at(page, limit, FRESH)


def test_without_a_flood_the_newest_are_looked_at_whoever_asked() -> None:
    asked = newest(*(Asked(f"{n:03}", "agent:a", f"r-{n}") for n in range(80, 110)))

    assert looked(asked, 12) == tuple(f"r-{n}" for n in range(109, 97, -1))


def test_a_flood_of_one_leaves_the_older_request_of_another_in_sight() -> None:
    flood = (Asked(f"{150 + n % 40}", "agent:mallory", f"m-{n}") for n in range(500))
    asked = newest(Asked("101", "agent:claude", "mine"), *flood)

    found = looked(asked, 10)

    assert len(found) == 10
    assert found[-1] == "mine"


def test_what_claims_a_later_time_takes_no_place() -> None:
    forged = (Asked("999", "agent:mallory", f"m-{n}") for n in range(500))
    asked = newest(Asked("090", "agent:claude", "mine"), *forged)

    assert looked(asked, 10) == ("mine",)


@given(
    asked=st.lists(
        st.builds(Asked, st.just("150"), st.sampled_from("abc"), st.text("0123", max_size=3)),
        max_size=40,
        unique=True,
    ),
    limit=st.integers(1, 20),
)
def test_everybody_has_as_many_as_any_other_that_asked_as_often(
    asked: list[Asked], limit: int
) -> None:
    found = list(shared(asked, limit))

    assert len(found) == min(limit, len(asked))
    assert found == [one for one in asked if one in found]
    count = {asker: sum(one.asker == asker for one in found) for asker in "abc"}
    left = {asker for asker in "abc" if sum(one.asker == asker for one in asked) > count[asker]}
    for asker in left:
        assert count[asker] >= max(count.values()) - 1

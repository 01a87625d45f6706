"""`bunsui machines` and the age of what was found."""

from __future__ import annotations

from bunsui_cli.views.screen import age
from bunsui_core.app.sweep import EXPRESS
from bunsui_core.domain.answer import Beat, Source, stored_freshness
from bunsui_core.domain.freshness import Bound, Feed, said
from tests.builders import NOW, later
from tests.cli.answers import some_machines
from tests.cli.shell import Shell


def test_before_anything_was_watched_the_next_step_is_said(shell: Shell) -> None:
    done = shell("machines", "list")

    assert done.document["data"] == {"items": [], "watch": None}


def test_a_list_tells_how_old_what_was_found_can_be() -> None:
    watch = some_machines().watch
    told = age(stored_freshness(Beat(at=later(seconds=1)), watch, later(seconds=1)))

    assert "at most 25 s old (now 8 s)" in told
    assert "found by listing 1 machine, 1 not watched" in told


def test_a_list_is_as_old_as_the_oldest_of_what_it_shows() -> None:
    watch = some_machines().watch
    assert watch

    fresh = stored_freshness(Beat(at=later(minutes=1)), watch, later(minutes=1))

    assert (fresh.as_of, fresh.source) == (NOW, Source.STORE)


def test_what_was_found_grows_older_when_no_worker_looks() -> None:
    watch = some_machines().watch
    assert watch
    assert watch.found.is_kept

    fresh = stored_freshness(Beat(at=NOW), watch, later(minutes=5))

    assert fresh.watch
    assert fresh.watch.found.measured_s == 308
    assert "(now 5 min, not kept)" in age(fresh)


def test_what_events_tell_is_said_to_be_from_events_with_both_bounds() -> None:
    watch = some_machines().watch
    assert watch
    heard = watch.model_copy(
        update={"feed": Feed.EVENTS, "swept": Bound(promised_s=1_265, measured_s=1_300)}
    )

    assert "if an event got lost at most 21 min old (now 22 min, not kept)" in said(heard)
    assert stored_freshness(Beat(at=NOW), heard, NOW).source is Source.EVENTS


def test_what_cannot_be_watched_says_why() -> None:
    _, express = some_machines().items

    assert express.why_not == EXPRESS
    assert not express.is_watched

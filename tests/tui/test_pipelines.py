"""The pipelines and machines on a screen: what failed first, and what cannot be watched."""

from __future__ import annotations

from datetime import timedelta

from textual.pilot import Pilot

from bunsui_core.domain.machine import Machine, MachineKind, WatchedMachine
from bunsui_core.domain.session import Session, SessionSummary, summarize
from bunsui_tui.board import Board, Catalog
from bunsui_tui.render.pipelines import entries
from bunsui_tui.render.runs import spark
from tests.builders import NOW, a_pipeline, a_session, later, machine
from tests.tui.home import Home, a_healthy_session
from tests.tui.screens import on_screen, text_of, until_shown

WHY = "Express workflows have no history to read"


def a_run(status: str, minutes: int, **changes: object) -> SessionSummary:
    """A run that lasted so many minutes."""
    session = a_session(status=status, stopped_at=later(minutes=minutes), **changes)
    return summarize(session)


def a_machine(name: str, why_not: str = "") -> WatchedMachine:
    """A machine that belongs to no pipeline."""
    kind = MachineKind.EXPRESS if why_not else MachineKind.STANDARD
    arn = f"{machine('x').rsplit(':', 1)[0]}:{name}"
    return WatchedMachine(
        machine=Machine(arn=arn, name=name, kind=kind, created_at=NOW),
        since=NOW,
        why_not=why_not,
        active_at=None if why_not else NOW,
    )


def test_what_failed_last_comes_first_and_what_is_not_watched_last() -> None:
    names = ("well", "never", "broken")
    catalog = Catalog(
        pipelines=tuple(a_pipeline(name=name) for name in names),
        machines=(a_machine("express", WHY), a_machine("failing")),
        runs={
            "well": (a_run("SUCCEEDED", 1),),
            "broken": (a_run("FAILED", 1),),
            "failing": (a_run("FAILED", 1),),
        },
    )

    order = [one.pipeline.name for one in entries(catalog)]

    assert order == ["broken", "failing", "well", "never", "express"]


def test_each_run_has_its_mark_the_oldest_first() -> None:
    runs = [a_run("FAILED", 1), a_run("SUCCEEDED", 4), a_run("SUCCEEDED", 1), a_run("SUCCEEDED", 2)]
    board = Board(now=NOW + timedelta(hours=1), place="local")

    assert spark(runs, board.now).plain == "▅▃█✗"


def test_a_pipeline_shows_its_graph_and_how_its_last_runs_went(home: Home) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        await pilot.press("3")
        shown = await until_shown(pilot, "1 pipeline")
        assert "1/2" in shown
        assert "extract → transform → load" in shown

    on_screen(home.app(), play)


def test_the_runs_of_a_pipeline_are_one_key_away(home: Home) -> None:
    other: Session = a_healthy_session("s-other").model_copy(
        update={"pipeline": a_pipeline(name="invoices")}
    )
    home.store.pipelines.put(other.pipeline)
    home.store.sessions.save(other)

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "3 of 3")
        await pilot.press("3")
        await until_shown(pilot, "2 pipelines")
        await until_shown(pilot, "s-other")
        await pilot.press("enter")
        await until_shown(pilot, "/ pipeline:invoices")
        await until_shown(pilot, "1 of 3")
        await pilot.press("3")
        await until_shown(pilot, "2 pipelines")
        await pilot.press("s")
        await until_shown(pilot, "invoices/s-other  SUCCEEDED")

    on_screen(home.app(), play)


def test_an_express_machine_is_listed_with_the_reason_why_it_is_not_watched(home: Home) -> None:
    home.store.watches.put_machines((a_machine("fast-lane", WHY),))

    async def play(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "2 of 2")
        await pilot.press("3")
        await until_shown(pilot, "1 machine of none")
        await pilot.press("end")
        await until_shown(pilot, f"no: {WHY}")
        assert "not watched" in text_of(pilot)
        await pilot.press("enter")
        await until_shown(pilot, "enter its runs: no run of it is known")

    on_screen(home.app(), play)

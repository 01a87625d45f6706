"""The pipelines, and the machines of the account that belong to none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Static

from bunsui_tui.actions import COPY, MOVE, PANE, Key
from bunsui_tui.board import Board
from bunsui_tui.messages import CatalogWanted, QueryGiven, SessionOpened
from bunsui_tui.pace import Pace
from bunsui_tui.render.pipelines import COLUMNS, Entry, beside, counted, entry, rows
from bunsui_tui.screens.frame import Frame
from bunsui_tui.widgets.panes import Pane, Rule
from bunsui_tui.widgets.rows import Rows

RUNS = Key("runs", "enter", "its runs", "go to the sessions of this pipeline")
LAST = Key("last", "s", "last run", "open the last run")

FRESH_S = 10.0
"""Seconds between two looks at how the last runs went."""


class PipelinesScreen(Frame):
    """The list of pipelines with one of them beside it."""

    NAME: ClassVar[str] = "the pipelines"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "do('last')", show=False),
        Binding("y", "do('copy')", show=False),
        Binding("escape", "app.sessions", show=False),
    ]

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._pace = Pace(FRESH_S)

    def body(self) -> Iterable[Widget]:
        """Return the count, the list and the pane beside it."""
        yield Static(id="count", markup=False)
        yield Container(
            Rows(COLUMNS, "reading the store…", id="pipelines"),
            Rule(),
            Container(Pane(id="detail"), id="side"),
            id="split",
        )

    def on_mount(self) -> None:
        """Start in the list."""
        self.query_one(Rows).focus()

    @property
    def selected(self) -> Entry | None:
        """What is selected."""
        return entry(self.board, self.query_one(Rows).key)

    def keys(self) -> tuple[Key, ...]:
        """Return the keys, with what the selection allows."""
        one = self.selected
        nothing = "" if one else "nothing is selected"
        no_run = "" if one and one.runs else "no run of it is known"
        return (
            RUNS.unless(nothing or no_run),
            LAST.unless(nothing or no_run),
            MOVE,
            PANE,
            COPY.unless(nothing),
        )

    def paint(self) -> None:
        """Show the list and the selected pipeline."""
        if self._pace.is_due():
            self.post_message(CatalogWanted())
        empty = "no pipeline is known: `bunsui demo` deploys some"
        known = self.board.catalog is not None
        self.query_one(Rows).show(rows(self.board), empty if known else "reading the store…")
        self.query_one("#count", Static).update(counted(self.board, self.size.width - 2))
        self._paint_selected()

    def _paint_selected(self) -> None:
        key = self.query_one(Rows).key
        self.query_one("#detail", Pane).show(beside(self.board, key), key)

    def on_rows_moved(self) -> None:
        """Show the selected pipeline."""
        self._paint_selected()
        self.show_keys()

    def on_rows_opened(self) -> None:
        """Show the runs of the selected pipeline."""
        self.action_do("runs")

    def do(self, name: str) -> None:
        """Do what a key says about the selection."""
        one = self.selected
        if one is None:
            return
        match name:
            case "runs":
                self.post_message(QueryGiven(f"pipeline:{one.pipeline.name}"))
                self.app.call_later(self.run_action, "app.sessions")
            case "last":
                self.post_message(SessionOpened(one.runs[0].session_id))
            case "copy":
                self.copy(one.machine.machine.arn if one.machine else one.pipeline.name)

"""Recovering a storm: a plan for all of its sessions in every mode, before it is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from bunsui_core.domain.storm import Storm
from bunsui_core.domain.verdict import Ruling
from bunsui_core.domain.waves import WAVES, Waves
from bunsui_tui.actions import ASK, BACK, CANARY, FAILURES, MOVE, PANE, WAVE, Key
from bunsui_tui.asks import StormWaysWanted
from bunsui_tui.board import Board
from bunsui_tui.pace import Pace
from bunsui_tui.render.storms import WAYS, way_beside, way_heading, way_rows
from bunsui_tui.screens.asking import AskScreen
from bunsui_tui.widgets.panes import Pane, Rule
from bunsui_tui.widgets.reason_bar import ReasonBar
from bunsui_tui.widgets.rows import Rows
from bunsui_tui.wishes import StormWay, StormWays, StormWish

CANARIES, SIZES, MOST_FAILURES = (1, 2, 3, 5, 10), (5, 10, 25, 50, 100), (0, 1, 2, 5, 10)
"""What a key turns through."""

SETTLED = 0.3
"""Seconds without another key until other waves are planned."""

AGAIN_S = 3.0
"""How long a plan that is missing is waited for before it is asked for again."""

_RANK = {Ruling.SAFE: 0, Ruling.UNKNOWN: 1, Ruling.UNSAFE: 2, Ruling.HOPELESS: 3}


class StormScreen(AskScreen):
    """The modes of a storm's recovery, the plan of the selected one, and who is left out."""

    NAME: ClassVar[str] = "the recovery of a storm"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "do('canary')", show=False),
        Binding("w", "do('wave')", show=False),
        Binding("f", "do('failures')", show=False),
        Binding("escape", "app.leave", show=False),
    ]

    def __init__(self, board: Board, storm: Storm) -> None:
        super().__init__(board)
        self.storm = storm
        self._waves = WAVES
        self._wanted: StormWish | None = None
        self._chosen = False
        self._pace = Pace(AGAIN_S)
        self._settling: Timer | None = None
        self._painted: tuple[object, ...] = ()

    def body(self) -> Iterable[Widget]:
        """Return the heading, the modes, the plan of the selected one, and the place to ask."""
        yield Static(id="heading", markup=False)
        yield Container(
            Rows(WAYS, "planning every way…", id="modes"),
            Rule(),
            Container(Pane(id="detail"), id="side"),
            id="split",
        )
        yield ReasonBar()

    def on_mount(self) -> None:
        """Start in the modes."""
        self.place_of_keys().focus()

    @property
    def wish(self) -> StormWish:
        """What is to be planned."""
        return StormWish(self.storm.storm_id, self._waves)

    @property
    def ways(self) -> StormWays | None:
        """What was planned so far, if it is what is wished now."""
        known = self.board.storm_ways
        return known if known and known.wish == self.wish else None

    @property
    def _storm_now(self) -> Storm:
        """The storm as it was planned last: it may have grown."""
        found = (one.proposal.storm for one in self.ways.ways if one.proposal) if self.ways else ()
        return next(iter(found), self.storm)

    @property
    def way(self) -> StormWay | None:
        """The selected mode."""
        return self.ways.of(self.query_one(Rows).key) if self.ways else None

    @property
    def proposal_id(self) -> str:
        """What would be asked for."""
        return self.way.proposal.proposal_id if self.way and self.way.proposal else ""

    @property
    def what(self) -> str:
        """The selected plan in words."""
        one = self.way.proposal if self.way else None
        return f"{one.mode.value} {len(one.plan.steps):,} sessions" if one else ""

    def place_of_keys(self) -> Widget:
        """Return the modes."""
        return self.query_one(Rows)

    def look_again(self) -> None:
        """Plan every mode anew."""
        self._wanted = self.wish
        self.post_message(StormWaysWanted(self.wish))

    def why_not(self) -> str:
        """Why the selected plan cannot be asked for."""
        if self.way is None:
            return "every way is still being planned"
        return "" if self.way.proposal else "this mode is not possible now"

    def keys(self) -> tuple[Key, ...]:
        """Return the keys, with what the selected mode allows."""
        return (ASK.unless(self.why_not()), CANARY, WAVE, FAILURES, BACK, MOVE, PANE)

    def paint(self) -> None:
        """Show the modes and the selected plan."""
        known = self.ways
        is_missing = not (known and known.is_whole)
        is_due = self.wish != self._wanted or (is_missing and self._pace.is_due())
        if is_due and self._settling is None:
            self.look_again()
        if known or self.board.storm_ways is None:
            self.query_one(Rows).show(way_rows(known))
        heading = way_heading(self._storm_now, self.wish, known, self.board)
        self.query_one("#heading", Static).update(heading)
        self._choose()
        self._paint_selected()

    def _choose(self) -> None:
        """Select the best one when all were planned, unless another was selected meanwhile."""
        if self._chosen or self.ways is None or not self.ways.is_whole:
            return
        self._chosen = True
        found = [(one.mode, one.proposal) for one in self.ways.ways if one.proposal]
        best = min(found, key=lambda one: _RANK[one[1].canary.verdict.ruling], default=None)
        modes = self.query_one(Rows)
        if best and modes.key == self.ways.ways[0].mode.value:
            modes.select(best[0].value)

    def _paint_selected(self) -> None:
        """A plan of many sessions is laid out when it is another one, not every second."""
        painted = (self.way, self.app.theme)
        if painted != self._painted:
            self._painted = painted
            self.query_one("#detail", Pane).show(way_beside(self.way), self.query_one(Rows).key)
        self.rest(self.why_not())

    def on_rows_moved(self) -> None:
        """Show the plan of the selected mode."""
        self._paint_selected()
        self.show_keys()

    def on_rows_opened(self) -> None:
        """Ask for the selected plan."""
        self.action_do("ask")

    def do(self, name: str) -> None:
        """Do what a key says."""
        waves = self._waves
        match name:
            case "ask":
                self.begin()
            case "canary":
                self._turn(waves.model_copy(update={"canary": after(waves.canary, CANARIES)}))
            case "wave":
                self._turn(waves.model_copy(update={"size": after(waves.size, SIZES)}))
            case "failures":
                most = after(waves.most_failures, MOST_FAILURES)
                self._turn(waves.model_copy(update={"most_failures": most}))

    def _turn(self, waves: Waves) -> None:
        """Show other waves at once; they are planned when no key follows."""
        self._waves = waves
        if self._settling:
            self._settling.stop()
        self._settling = self.set_timer(SETTLED, self._settled)
        self.paint()

    def _settled(self) -> None:
        self._settling = None
        self.paint()


def after(number: int, choices: tuple[int, ...]) -> int:
    """Return the next of some choices, from the last one the first."""
    return next((one for one in choices if one > number), choices[0])

"""Running a job again: every mode with its verdict, and what the selected one would do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Static

from bunsui_core.domain.verdict import Mode, Ruling
from bunsui_tui.actions import ASK, BACK, DOWNSTREAM, EDIT, MOVE, PANE, RECORDED, Key
from bunsui_tui.asks import Edited, EditorOpened, WaysWanted
from bunsui_tui.board import Board
from bunsui_tui.render.rerun import COLUMNS, beside, heading, rows
from bunsui_tui.screens.asking import AskScreen
from bunsui_tui.widgets.panes import Pane, Rule
from bunsui_tui.widgets.reason_bar import ReasonBar
from bunsui_tui.widgets.rows import Rows
from bunsui_tui.wishes import Draft, RerunWish, Way, Ways


class RerunScreen(AskScreen):
    """The modes of a rerun; what is not possible is shown with its reason."""

    NAME: ClassVar[str] = "a rerun"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "do('downstream')", show=False),
        Binding("i", "do('edit')", show=False),
        Binding("u", "do('recorded')", show=False),
        Binding("escape", "app.leave", show=False),
    ]

    def __init__(self, board: Board, session_id: str, job: str) -> None:
        super().__init__(board)
        self.session_id = session_id
        self.job = job
        self._downstream = False
        self._wanted: RerunWish | None = None
        self._chosen = False

    def body(self) -> Iterable[Widget]:
        """Return the heading, the modes, what the selected one does, and the place to ask."""
        yield Static(id="heading", markup=False)
        yield Container(
            Rows(COLUMNS, "judging every way…", id="modes"),
            Rule(),
            Container(Pane(id="detail"), id="side"),
            id="split",
        )
        yield ReasonBar()

    def on_mount(self) -> None:
        """Start in the modes."""
        self.place_of_keys().focus()

    @property
    def session_shown(self) -> str:
        """The session that it is about."""
        return self.session_id

    @property
    def wish(self) -> RerunWish:
        """What is to be judged: the job, with the texts that were edited for it."""
        mine = [one for one in self.board.drafts.values() if self._is_about(one)]
        texts = tuple((one.mode, one.text) for one in sorted(mine, key=lambda one: one.mode.value))
        return RerunWish(self.session_id, self.job, self._downstream, texts)

    def _is_about(self, draft: Draft) -> bool:
        return (draft.session_id, draft.job) == (self.session_id, self.job)

    @property
    def ways(self) -> Ways | None:
        """What was judged, if it is what is wished now."""
        known = self.board.ways
        return known if known and known.wish == self.wish else None

    @property
    def way(self) -> Way | None:
        """The selected mode."""
        return self.ways.of(self.query_one(Rows).key) if self.ways else None

    @property
    def draft(self) -> Draft | None:
        """What was edited for the selected mode."""
        way = self.way
        return self.board.drafts.get((self.session_id, self.job, way.mode)) if way else None

    @property
    def proposal_id(self) -> str:
        """What would be asked for."""
        return self.way.proposal.proposal_id if self.way and self.way.proposal else ""

    @property
    def what(self) -> str:
        """The selected mode in words."""
        again = ", downstream too" if self._downstream else ""
        return f"{self.way.mode.value} {self.job}{again}" if self.way else ""

    def place_of_keys(self) -> Widget:
        """Return the modes."""
        return self.query_one(Rows)

    def look_again(self) -> None:
        """Judge every mode anew."""
        self._wanted = self.wish
        self.post_message(WaysWanted(self.wish))

    def why_not(self) -> str:
        """Why the selected mode cannot be asked for."""
        way = self.way
        if way is None:
            return "every way is still being judged"
        if way.proposal is None:
            is_missing = way.mode is Mode.MARK_DONE and not self.draft and self._begun(way)
            return "i gives the output" if is_missing else "this mode is not possible now"
        hopeless = way.proposal.verdict.ruling is Ruling.HOPELESS
        return "it is HOPELESS: change what made it fail first, or choose another way" * hopeless

    def keys(self) -> tuple[Key, ...]:
        """Return the keys, with what the selected mode allows."""
        edited = "" if self.draft else "nothing was edited for this mode"
        return (
            ASK.unless(self.why_not()),
            DOWNSTREAM,
            EDIT.unless(self._why_no_edit()),
            RECORDED.unless(edited),
            BACK,
            MOVE,
            PANE,
        )

    def _why_no_edit(self) -> str:
        way = self.way
        if way is None:
            return "every way is still being judged"
        if way.mode is Mode.REDRIVE:
            return "a redrive goes on with the input it had; choose another mode"
        return "" if self._begun(way) else "this mode is not possible now"

    def paint(self) -> None:
        """Show the modes and the selected one."""
        if self.wish != self._wanted:
            self.look_again()
        modes = self.query_one(Rows)
        known = self.ways
        if known or self.board.ways is None:
            modes.show(rows(known))
        self.query_one("#heading", Static).update(heading(self.wish, known, self.board))
        self._choose()
        self._paint_selected()

    def _choose(self) -> None:
        """Select what is recommended, once."""
        if self._chosen or self.ways is None:
            return
        self._chosen = True
        possible = [one for one in self.ways.ways if one.proposal]
        best = [one for one in possible if one.proposal and one.proposal.recommended]
        for one in (best or possible)[:1]:
            self.query_one(Rows).select(one.mode.value)

    def _paint_selected(self) -> None:
        key = self.query_one(Rows).key
        self.query_one("#detail", Pane).show(beside(self.way, self.draft), key)
        self.rest(self.why_not())

    def on_rows_moved(self) -> None:
        """Show the selected mode."""
        self._paint_selected()
        self.show_keys()

    def on_rows_opened(self) -> None:
        """Ask for the selected mode."""
        self.action_do("ask")

    def do(self, name: str) -> None:
        """Do what a key says about the selected mode."""
        way = self.way
        match name:
            case "ask":
                self.begin()
            case "downstream":
                self._downstream = not self._downstream
                self.paint()
            case "edit" if way and (draft := self._begun(way)):
                self.post_message(EditorOpened(draft))
            case "recorded" if self.draft:
                self.post_message(Edited(self.draft.as_recorded))

    def _begun(self, way: Way) -> Draft | None:
        """What is there to edit: what was edited before, or what was recorded."""
        if self.draft:
            return self.draft
        about = (self.session_id, self.job, way.mode)
        if way.mode is Mode.MARK_DONE:
            return Draft(*about, recorded="", text=self._output())
        if way.proposal is None:
            return None
        schema = self._schema() if way.mode is Mode.RESTART else ""
        recorded = way.proposal.editable
        return Draft(*about, recorded=recorded, text=recorded, schema=schema)

    @property
    def _bare_job(self) -> str:
        """The job alone, without the state where it is to be entered."""
        return self.job.partition("/")[0]

    def _output(self) -> str:
        """The output of the job's last try that had one, to begin with."""
        detail = self.board.details.get(self.session_id)
        run = detail.view.session.run(self._bare_job) if detail else None
        outputs = [one.output for one in run.attempts if one.output] if run else []
        return outputs[-1] if outputs else "{}"

    def _schema(self) -> str:
        detail = self.board.details.get(self.session_id)
        job = detail.view.session.pipeline.find(self._bare_job) if detail else None
        return (job.input_schema if job else None) or ""

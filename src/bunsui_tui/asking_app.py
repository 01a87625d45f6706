"""An app in which a human asks: previews come from the workers, a request leads to its review."""

from __future__ import annotations

from dataclasses import replace

from bunsui_core.domain.asked_else import NOT_ASKED
from bunsui_tui.asks import (
    AskGiven,
    ControlOpened,
    ControlWanted,
    EditorOpened,
    Requested,
    RerunOpened,
    StormOpened,
    StormsWanted,
    StormWaysWanted,
    WaysWanted,
)
from bunsui_tui.messages import ReviewOpened
from bunsui_tui.screens.asking import AskScreen
from bunsui_tui.screens.control import ControlScreen
from bunsui_tui.screens.editor import EditorScreen
from bunsui_tui.screens.rerun import RerunScreen
from bunsui_tui.screens.storm import StormScreen
from bunsui_tui.showing import BoardApp


class AskingApp(BoardApp):
    """Routes what a human wants to change; nothing is changed before a signed decision."""

    def on_rerun_opened(self, event: RerunOpened) -> None:
        """Show the ways to run a job again; what was edited before is gone."""
        self.show(replace(self.board, ways=None, drafts={}))
        self.push_screen(RerunScreen(self.board, event.session_id, event.job))

    def on_control_opened(self, event: ControlOpened) -> None:
        """Show what a change of a session would do."""
        self.show(replace(self.board, controlled=None))
        self.push_screen(ControlScreen(self.board, event.wish))

    def on_ways_wanted(self, event: WaysWanted) -> None:
        """Judge every way."""
        self.calls.ways(event.wish)

    def on_control_wanted(self, event: ControlWanted) -> None:
        """Look up what a change would do."""
        self.calls.control(event.wish)

    def on_storm_opened(self, event: StormOpened) -> None:
        """Show the ways to recover every session of a storm."""
        self.show(replace(self.board, storm_ways=None))
        self.push_screen(StormScreen(self.board, event.storm))

    def on_storms_wanted(self, event: StormsWanted) -> None:
        """Group the failed sessions by root cause."""
        self.calls.storms()

    def on_storm_ways_wanted(self, event: StormWaysWanted) -> None:
        """Plan a storm in every mode."""
        self.calls.storm_ways(event.wish)

    def on_editor_opened(self, event: EditorOpened) -> None:
        """Edit a text."""
        self.push_screen(EditorScreen(self.board, event.draft))

    def on_ask_given(self, event: AskGiven) -> None:
        """Ask for what was previewed."""
        self.calls.ask(event)

    def on_requested(self, event: Requested) -> None:
        """Leave the preview for the review of the request, which is what will be signed."""
        if isinstance(self.screen, AskScreen):
            self.pop_screen()
        request_id = event.approval.request.id
        if not event.is_new:
            is_other = NOT_ASKED in event.approval.note
            what = "it asks for something else" if is_other else "this is it"
            self.notice(f"request {request_id} about the same waits already: {what}", False)
        self.post_message(ReviewOpened(request_id))
        self.calls.overview()

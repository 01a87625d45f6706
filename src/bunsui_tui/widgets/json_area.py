"""Where a JSON text is edited; nothing typed or pasted into it can act on the terminal."""

from __future__ import annotations

from dataclasses import replace

from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from bunsui_core.domain.editing import harmless


class JsonArea(TextArea):
    """A text of many lines; it has the keys of every editor, and tab leaves it."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, show_line_numbers=True, compact=True, theme="css")

    def edit(self, edit: Edit) -> EditResult:
        """Take what was typed or pasted, with an escape for what could act on the terminal."""
        return super().edit(replace(edit, text=harmless(edit.text)))

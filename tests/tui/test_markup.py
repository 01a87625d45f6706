"""No widget is given a chance to read markup: checked in the source, not only on the screens."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src" / "bunsui_tui"
FILES = sorted(SRC.rglob("*.py"))

READS_MARKUP = {"Static", "Label", "Button", "Link", "Collapsible", "Option", "Tab", "TabPane"}
"""Widgets that read markup in a string unless `markup=False`, or always."""

NEVER = {
    *("DataTable", "OptionList", "RichLog", "Log", "Markdown", "MarkdownViewer", "Select"),
    *("SelectionList", "RadioButton", "Checkbox", "Tree", "Digits", "Toast", "from_markup"),
    *("notify", "render_markup", "RadioSet", "Tabs", "TabbedContent", "Header", "Footer"),
}
"""Ways to show a string as markup that this program does without."""

ATTRIBUTES = {"border_title", "border_subtitle", "tooltip", "sub_title", "loading", "label"}
"""Attributes of widgets that read markup."""


def complaints(source: str) -> Iterator[str]:
    """Say what in a source could read markup."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from of_call(node)
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr in ATTRIBUTES:
                    yield f"line {node.lineno}: {target.attr} reads markup"


def of_call(call: ast.Call) -> Iterator[str]:
    """Say what in a call could read markup."""
    name = ast.unparse(call.func).split(".")[-1]
    if name in NEVER:
        yield f"line {call.lineno}: {name} reads markup"
    if name in READS_MARKUP and not has_no_markup(call):
        yield f"line {call.lineno}: {name} without markup=False"
    if name == "__init__" and inherits(call) and not has_no_markup(call):
        yield f"line {call.lineno}: a widget of ours without markup=False"


def has_no_markup(call: ast.Call) -> bool:
    """Whether a call says `markup=False`."""
    return any(
        word.arg == "markup" and ast.unparse(word.value) == "False" for word in call.keywords
    )


def inherits(call: ast.Call) -> bool:
    """Whether a call initialises a base that takes `markup`; marked by the text it is given."""
    return bool(call.args) and ast.unparse(call.args[0]).startswith(("f'", 'f"', "'", '"', "Text("))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SRC)))
def test_nothing_reads_markup(file: Path) -> None:
    assert list(complaints(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "line",
    [
        "Static(f'{reason}')",
        "Static(reason)",
        "widgets.Label('x')",
        "self.notify(reason)",
        "self.app.notify(f'{reason}')",
        "pane.border_title = reason",
        "Button(reason, markup=True)",
        "DataTable()",
        "Text.from_markup(reason)",
        "super().__init__(f'{reason}')",
    ],
)
def test_the_check_sees_what_it_looks_for(line: str) -> None:
    assert list(complaints(line))


@pytest.mark.parametrize("line", ["Static(markup=False)", "Static(reason, markup=False)"])
def test_the_check_lets_pass_what_cannot_read_markup(line: str) -> None:
    assert not list(complaints(line))

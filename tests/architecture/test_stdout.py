"""stdout is data: one document, or protocol frames. Few modules may name it."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.python_files import SOURCES, named, nodes_of

WRITES = {"src/bunsui_cli/output.py", "src/bunsui_mcp/rehearsal.py"}
# They ask whether it is a terminal, or see to it that nothing is lost or mistaken in it.
LOOKS = {
    "src/bunsui_cli/__main__.py",
    "src/bunsui_cli/processes.py",
    "src/bunsui_cli/views/screen.py",
    "src/bunsui_core/adapters/emulator/patches/functions/python_runtime.py",
    "src/bunsui_tui/__main__.py",
}


def test_only_what_writes_the_answer_names_stdout() -> None:
    naming = {named(file) for file in SOURCES if names_stdout(file)}

    assert naming <= WRITES | LOOKS
    assert naming >= WRITES, "this rule must be able to see what it looks for"


def names_stdout(file: Path) -> bool:
    """Whether a file speaks of the process's stdout."""
    attributes = [node for node in nodes_of(file) if isinstance(node, ast.Attribute)]
    return any(ast.unparse(node) in {"sys.stdout", "sys.__stdout__"} for node in attributes)

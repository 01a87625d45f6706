"""stdout is data: one document, or protocol frames. Few modules may name it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.python_files import SRC, named, syntax_of

WRITES = {"src/bunsui_cli/output.py", "src/bunsui_mcp/rehearsal.py"}
# They ask whether it is a terminal, or see to it that nothing is lost or mistaken in it.
LOOKS = {
    "src/bunsui_cli/__main__.py",
    "src/bunsui_cli/processes.py",
    "src/bunsui_cli/views/screen.py",
    "src/bunsui_core/adapters/emulator/patches/python_runtime.py",
    "src/bunsui_tui/__main__.py",
}


@pytest.mark.parametrize("file", sorted(SRC.rglob("*.py")), ids=named)
def test_only_what_writes_the_answer_names_stdout(file: Path) -> None:
    names = {ast.unparse(node) for node in ast.walk(syntax_of(file)) if is_attribute(node)}

    assert named(file) in WRITES | LOOKS or not names & {"sys.stdout", "sys.__stdout__"}


def is_attribute(node: ast.AST) -> bool:
    """Whether a node takes an attribute of something."""
    return isinstance(node, ast.Attribute)

"""The Python files of the repository and what stands in them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src"
FILES = sorted(
    file for folder in ("src", "tests", "bench", ".ci") for file in (ROOT / folder).rglob("*.py")
)
SOURCES = [file for file in FILES if file.is_relative_to(SRC)]


def named(path: Path) -> str:
    """The path as a reader of the repository knows it."""
    return path.relative_to(ROOT).as_posix()


def lines_in(file: Path) -> list[str]:
    """The lines of a file."""
    return file.read_text(encoding="utf-8").splitlines()


@cache
def nodes_of(file: Path) -> tuple[ast.AST, ...]:
    """Every node of a file's syntax tree."""
    return tuple(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))


def functions_in(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file, inner ones too."""
    for node in nodes_of(file):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls_in(file: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every call whose name stands in the source."""
    for node in nodes_of(file):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)

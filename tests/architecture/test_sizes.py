"""Files, functions and parameter lists stay small enough to be read at once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.python_files import FILES, SRC, functions_in, named

MOST_LINES_OF_A_FILE = 300
MOST_LINES_OF_A_FUNCTION = 40
MOST_PARAMETERS = 6


@pytest.mark.parametrize("file", FILES, ids=named)
def test_a_file_is_short(file: Path) -> None:
    lines = len(file.read_text(encoding="utf-8").splitlines())

    assert lines <= MOST_LINES_OF_A_FILE


@pytest.mark.parametrize("file", FILES, ids=named)
def test_a_function_is_short_and_takes_few_parameters(file: Path) -> None:
    large = [
        f"line {one.lineno}: {one.name} has {lines_of(one)} lines, {parameters_of(one)} parameters"
        for one in functions_in(file)
        if lines_of(one) > MOST_LINES_OF_A_FUNCTION or parameters_of(one) > MOST_PARAMETERS
    ]

    assert not large


@pytest.mark.parametrize("file", sorted(SRC.rglob("__init__.py")), ids=named)
def test_a_package_file_is_empty(file: Path) -> None:
    assert file.read_text(encoding="utf-8") == ""


def test_every_folder_of_the_source_is_a_package() -> None:
    folders = {file.parent for file in SRC.rglob("*.py")}

    assert not {named(folder) for folder in folders if not (folder / "__init__.py").exists()}


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many lines a function has, from `def` to its end."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def parameters_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many parameters a caller can give."""
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return len([one for one in every if one.arg not in {"self", "cls"}])

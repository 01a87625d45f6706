"""Files, functions and parameter lists stay small enough to be read at once."""

from __future__ import annotations

import ast

from tests.architecture.python_files import FILES, SRC, functions_in, lines_in, named

MOST_LINES_OF_A_FILE = 300
MOST_LINES_OF_A_FUNCTION = 40
MOST_PARAMETERS = 6


def test_every_file_is_short() -> None:
    lengths = {named(file): len(lines_in(file)) for file in FILES}

    assert not {file: length for file, length in lengths.items() if length > MOST_LINES_OF_A_FILE}


def test_every_function_is_short() -> None:
    long = [
        f"{named(file)}:{one.lineno} {one.name} has {lines_of(one)} lines"
        for file in FILES
        for one in functions_in(file)
        if lines_of(one) > MOST_LINES_OF_A_FUNCTION
    ]

    assert not long


def test_every_function_takes_few_parameters() -> None:
    wide = [
        f"{named(file)}:{one.lineno} {one.name} takes {parameters_of(one)} parameters"
        for file in FILES
        for one in functions_in(file)
        if parameters_of(one) > MOST_PARAMETERS
    ]

    assert not wide


def test_every_package_file_is_empty() -> None:
    assert not [named(file) for file in SRC.rglob("__init__.py") if lines_in(file)]


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

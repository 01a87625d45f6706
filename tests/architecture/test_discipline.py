"""What the conventions forbid and no linter sees."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.architecture.python_files import FILES, SOURCES, SRC, calls_in, lines_in, named

CLOCK = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today)$|^time\.time(_ns)?$")
CHANCE = re.compile(r"(^|\.)uuid[1-8]$|^(random|secrets)\.|^os\.urandom$|^time\.sleep$")
PRINT = re.compile(r"^(builtins\.)?(print|breakpoint)$")
CAST = re.compile(r"^(typing\.)?cast$")
DYNAMIC = re.compile(r"(^|\.)(import_module|__import__|run_module|exec|eval)$")

EMULATOR = SRC / "bunsui_core" / "adapters" / "emulator"
# The embedded AWS stands on the other side of the wire: it has a clock of its own, as AWS does.
MAY_READ_THE_CLOCK = [SRC / "bunsui_core" / "wiring", SRC / "bunsui_core" / "lambdas", EMULATOR]
# Runs inside a Lambda operation and loads the handler that its user wrote.
LOADS_HANDLERS = [EMULATOR / "patches" / "functions" / "python_runtime.py"]
PURE = [SRC / "bunsui_core" / name for name in ("domain", "authoring", "ports", "app", "desk")]
SUPPRESSION = re.compile(
    r"#\s*(type:\s*ignore|noqa)(?P<codes>\[[^]]*\]|:\s*[A-Z0-9, ]*[0-9])?(?P<why>.*)"
)


def found(files: Iterable[Path], pattern: re.Pattern[str]) -> list[str]:
    """Where files call what the pattern names."""
    return [
        f"{named(file)}:{line} {name}"
        for file in files
        for line, name in calls_in(file)
        if pattern.search(name)
    ]


def is_below(file: Path, folders: list[Path]) -> bool:
    """Whether a file lies in one of the folders."""
    return any(file.is_relative_to(folder) for folder in folders)


def test_nothing_prints() -> None:
    assert not found(SOURCES, PRINT)


def test_nothing_casts_a_type() -> None:
    assert not found(SOURCES, CAST)


def test_only_wiring_and_a_main_read_the_clock() -> None:
    others = [f for f in SOURCES if f.name != "__main__.py" and not is_below(f, MAY_READ_THE_CLOCK)]

    assert not found(others, CLOCK)


def test_a_pure_package_neither_waits_nor_takes_chances() -> None:
    assert not found([file for file in SOURCES if is_below(file, PURE)], CHANCE)


def test_an_import_stands_in_the_source_where_the_rule_can_read_it() -> None:
    assert not found([file for file in SOURCES if file not in LOADS_HANDLERS], DYNAMIC)


def test_a_suppressed_complaint_names_its_code_and_its_reason() -> None:
    bare = [
        f"{named(file)}:{number} {line.strip()}"
        for file in FILES
        for number, line in enumerate(lines_in(file), 1)
        if is_bare(line)
    ]

    assert not bare


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (PRINT, "print('x')"),
        (CAST, "typing.cast(int, x)"),
        (CLOCK, "datetime.datetime.now()"),
        (CLOCK, "time.time()"),
        (CHANCE, "uuid.uuid4()"),
        (CHANCE, "time.sleep(1)"),
        (DYNAMIC, "importlib.import_module('x')"),
    ],
)
def test_the_rules_see_what_they_forbid(pattern: re.Pattern[str], line: str) -> None:
    call = ast.parse(line, mode="eval").body

    assert isinstance(call, ast.Call)
    assert pattern.search(ast.unparse(call.func))


@pytest.mark.parametrize(
    ("comment", "bare"),
    [
        ("type: ignore", True),
        ("type: ignore[arg-type]", True),
        ("noqa: E501", True),
        ("type: ignore[arg-type]  # the stub of boto3 says str, AWS takes both", False),
        ("noqa: BLE001 - the last line of defence", False),
    ],
)
def test_a_reason_is_told_from_no_reason(comment: str, bare: bool) -> None:
    assert is_bare(f"x = 1  # {comment}") is bare


def is_bare(line: str) -> bool:
    """Whether a line suppresses a complaint without code or reason."""
    hit = SUPPRESSION.search(line)
    return hit is not None and not (hit["codes"] and len(hit["why"].strip(" #:—-")) > 5)

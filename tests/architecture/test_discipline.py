"""What the conventions forbid and no linter sees."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.python_files import FILES, SRC, calls_in, named

CLOCK = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today)$|^time\.time(_ns)?$")
CHANCE = re.compile(r"(^|\.)uuid[1-8]$|^(random|secrets)\.|^os\.urandom$|^time\.sleep$")
PRINT = re.compile(r"^(builtins\.)?(print|breakpoint)$")
CAST = re.compile(r"^(typing\.)?cast$")
DYNAMIC = re.compile(r"(^|\.)(import_module|__import__|run_module|exec|eval)$")

SOURCES = sorted(SRC.rglob("*.py"))
EMULATOR = SRC / "bunsui_core" / "adapters" / "emulator"
# The embedded AWS stands on the other side of the wire: it has a clock of its own, as AWS does.
MAY_READ_THE_CLOCK = [SRC / "bunsui_core" / "wiring", SRC / "bunsui_core" / "lambdas", EMULATOR]
# Runs inside a Lambda operation and loads the handler that its user wrote.
LOADS_HANDLERS = [EMULATOR / "patches" / "python_runtime.py"]
PURE = [SRC / "bunsui_core" / name for name in ("domain", "authoring", "ports", "app", "desk")]
SUPPRESSION = re.compile(
    r"#\s*(type:\s*ignore|noqa)(?P<codes>\[[^]]*\]|:\s*[A-Z0-9, ]*[0-9])?(?P<why>.*)"
)


def found(file: Path, pattern: re.Pattern[str]) -> list[str]:
    """Where a file calls what the pattern names."""
    return [f"line {line}: {name}" for line, name in calls_in(file) if pattern.search(name)]


def is_below(file: Path, folders: list[Path]) -> bool:
    """Whether a file lies in one of the folders."""
    return any(file.is_relative_to(folder) for folder in folders)


@pytest.mark.parametrize("file", SOURCES, ids=named)
def test_nothing_prints(file: Path) -> None:
    assert not found(file, PRINT)


@pytest.mark.parametrize("file", SOURCES, ids=named)
def test_nothing_casts_a_type(file: Path) -> None:
    assert not found(file, CAST)


@pytest.mark.parametrize("file", SOURCES, ids=named)
def test_only_wiring_and_a_main_read_the_clock(file: Path) -> None:
    if not (is_below(file, MAY_READ_THE_CLOCK) or file.name == "__main__.py"):
        assert not found(file, CLOCK)


@pytest.mark.parametrize("file", [f for f in SOURCES if is_below(f, PURE)], ids=named)
def test_a_pure_package_neither_waits_nor_takes_chances(file: Path) -> None:
    assert not found(file, CHANCE)


@pytest.mark.parametrize("file", [f for f in SOURCES if f not in LOADS_HANDLERS], ids=named)
def test_an_import_stands_in_the_source_where_the_rule_can_read_it(file: Path) -> None:
    assert not found(file, DYNAMIC)


@pytest.mark.parametrize("file", FILES, ids=named)
def test_a_suppressed_complaint_names_its_code_and_its_reason(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    hits = [(number, SUPPRESSION.search(line)) for number, line in enumerate(lines, 1)]
    bare = [
        f"line {number}: {hit.group()}"
        for number, hit in hits
        if hit and not (hit["codes"] and len(hit["why"].strip(" #:—-")) > 5)
    ]

    assert not bare

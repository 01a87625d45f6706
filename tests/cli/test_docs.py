"""The pages for users name what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from bunsui_cli.__main__ import command_line
from tests.architecture.python_files import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\((?!https?://)([^)#]*)(?:#([^)]*))?\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def commands() -> list[tuple[str, ...]]:
    """Every command as its words."""
    root = get_command(command_line([]))
    assert isinstance(root, TyperGroup)
    found: list[tuple[str, ...]] = []
    for noun, one in root.commands.items():
        verbs = one.commands if isinstance(one, TyperGroup) else {"": one}
        found += [(noun, verb) if verb else (noun,) for verb in verbs]
    return found


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as a forge makes them."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^a-z0-9 -]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_has_its_line_in_the_page(command: tuple[str, ...]) -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith(f"| `bunsui {command[0]}")]

    assert any(all(re.search(rf"\b{word}\b", row) for word in command) for row in rows)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_leads_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        file = page.parent / target if target else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), f"{target}#{anchor}"

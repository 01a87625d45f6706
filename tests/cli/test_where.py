"""A person always sees in which account she is, and whether anything is executed there."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_cli.where import remark, where
from bunsui_core.domain.environment import EnvironmentClass
from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import writer
from tests.cli.shell import Terminal

SHOP = """
[environments.shop]
account = "123456789012"
region = "eu-west-1"
read_profile = "p"
"""


def shop(tmp_path: Path, kind: EnvironmentClass) -> Settings:
    """Settings of a named environment."""
    account = "123456789012"
    return Settings(home=tmp_path, environment="shop", account=account, kind=kind)


@pytest.mark.parametrize(
    ("kind", "word"),
    [(EnvironmentClass.PRODUCTION, "PRODUCTION"), (EnvironmentClass.DEV, "dev")],
)
def test_production_is_marked_without_colour(
    tmp_path: Path, kind: EnvironmentClass, word: str
) -> None:
    assert where(shop(tmp_path, kind)) == f"shop · {word} · 123456789012 · us-east-1"


def test_who_asks_where_nothing_is_executed_is_told(tmp_path: Path) -> None:
    assert "Nothing is executed in shop" in remark(shop(tmp_path, EnvironmentClass.DEV))
    assert remark(Settings(home=tmp_path)) == ""


def test_a_table_on_a_terminal_begins_with_where_it_is_from(stocked: Path) -> None:
    (stocked / "bunsui.toml").write_text(SHOP, encoding="utf-8")
    shown = Terminal(stocked, ["-e", "shop", "config", "show"], size=(50, 120)).end().stdout
    local = Terminal(stocked, ["sessions", "list"], size=(50, 120)).end().stdout

    assert "shop · PRODUCTION · 123456789012 · eu-west-1" in shown.splitlines()[0]
    assert "PRODUCTION" not in local


def test_an_empty_list_names_the_command_that_fills_it_here(stocked: Path) -> None:
    (stocked / "bunsui.toml").write_text(SHOP, encoding="utf-8")
    writer(shop(stocked, EnvironmentClass.DEV))
    there = Terminal(stocked, ["-e", "shop", "sessions", "list"]).end().stdout
    local = Terminal(stocked, ["sessions", "list", "--name", "nope"]).end().stdout

    assert "No session matches. `bunsui -e shop worker` finds" in there
    assert "No session matches. `bunsui demo` makes some." in local

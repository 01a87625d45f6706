"""A person always sees in which account she is, and whether anything is executed there."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_cli.where import remark, where
from bunsui_core.domain.environment import EnvironmentClass
from bunsui_core.settings import Settings


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

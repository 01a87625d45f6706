"""A shell completes nouns, environments, and the names and ids of the store that is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_cli.nouns import NOUNS
from bunsui_cli.root import completed_noun
from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.store import store
from tests.builders import REQUEST_ID, SESSION_ID, a_session
from tests.cli.answers import RISKY_ID
from tests.cli.shell import bunsui

SHOP = """\
[environments.shop]
account = "000000000000"
region = "us-east-1"
read_profile = "shop-read"
"""


def offered(home: Path, line: str) -> list[str]:
    """What bash is offered at the end of a line."""
    done = bunsui(
        home,
        _BUNSUI_COMPLETE="complete_bash",
        COMP_WORDS=line,
        COMP_CWORD=str(len(line.split(" ")) - 1),
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("bunsui fail", ["failures"]),
        ("bunsui approvals rej", ["reject"]),
        ("bunsui sessions show s-", [SESSION_ID, "s-2", "s-3"]),
        ("bunsui sessions logs s-3", ["s-3"]),
        (f"bunsui failures analyze {SESSION_ID} --job ", ["extract", "transform", "load"]),
        (f"bunsui recovery propose {SESSION_ID} --job t", ["transform"]),
        ("bunsui pipelines show ", ["orders"]),
        ("bunsui sessions start o", ["orders"]),
        ("bunsui approvals show ", [REQUEST_ID, RISKY_ID]),
        ("bunsui approvals approve r-r", [RISKY_ID]),
        ("bunsui sessions search --input so", ["source="]),
        ("bunsui sessions list --status f", ["failed"]),
        ("bunsui sessions list --pipeline o", ["orders"]),
        ("bunsui sessions show nothing-like-it", []),
    ],
)
def test_a_word_is_completed_by_what_is_there(stocked: Path, line: str, words: list[str]) -> None:
    assert sorted(offered(stocked, line)) == sorted(words)


def test_an_environment_is_completed_and_then_the_store_of_it(stocked: Path) -> None:
    (stocked / "bunsui.toml").write_text(SHOP, encoding="utf-8")
    settings = Settings(home=stocked, environment="shop")
    store(settings, writer(settings)).sessions.save(a_session(id="s-of-the-shop"))

    assert offered(stocked, "bunsui -e ") == ["local", "shop"]
    assert offered(stocked, "bunsui config check s") == ["shop"]
    assert offered(stocked, "bunsui -e shop sessions show ") == ["s-of-the-shop"]


@pytest.mark.parametrize(
    "line", ["bunsui sessions show ", "bunsui approvals show ", "bunsui failures analyze x --job "]
)
def test_without_a_store_nothing_is_completed_and_nothing_said(tmp_path: Path, line: str) -> None:
    assert offered(tmp_path, line) == []


@pytest.mark.parametrize(
    ("variable", "line", "noun"),
    [
        ("COMP_WORDS", "bunsui sessions sh", ["sessions"]),
        ("COMP_WORDS", "bunsui -e shop sessions sh", ["sessions"]),
        ("COMP_WORDS", "bunsui --home=/h sessions ", ["sessions"]),
        ("_TYPER_COMPLETE_ARGS", "bunsui sessions ", ["sessions"]),
        ("COMP_WORDS", "bunsui sessions", []),
        ("COMP_WORDS", "bunsui -e sessions ", []),
        ("COMP_WORDS", "bunsui sesions sh", []),
        ("COMP_WORDS", "", []),
    ],
)
def test_only_the_noun_that_is_completed_is_loaded(
    variable: str, line: str, noun: list[str]
) -> None:
    assert completed_noun({variable: line}, NOUNS) == noun

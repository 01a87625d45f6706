"""A `bunsui.toml` is written whole or not at all, and what its user wrote stays."""

from __future__ import annotations

import threading
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bunsui_core.adapters.local.config_file import save_environment
from bunsui_core.domain.config_text import with_environment
from bunsui_core.domain.environment import Environment, parse_environments
from bunsui_core.domain.errors import BadInput, Refused, Unavailable

PATIENCE_S = 30.0
"""Longest that threads wait for one another; they need milliseconds."""

COMMENTED = """\
# who to ask: platform@example.com
[environments.shop]   # the web shop
# read by everybody
account = "123456789012"
region = "eu-west-1"

read_profile = "shop-read"

# do not touch
[environments.lab]
account = "999999999999"
region = "us-east-1"
read_profile = "lab"
include = [
  "orders-*",  # only these
]
"""


def an_environment(**changes: object) -> Environment:
    """An environment of an account."""
    usual = {"account": "123456789012", "region": "eu-west-1", "read_profile": "shop-read"}
    return Environment.model_validate({**usual, **changes})


def test_a_new_file_is_for_its_owner_only_and_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "new" / "bunsui.toml"

    save_environment(path, "shop", an_environment())

    assert path.stat().st_mode & 0o777 == 0o600
    assert parse_environments(path.read_text(encoding="utf-8"), "f")["shop"] == an_environment()
    assert path.read_text(encoding="utf-8").startswith("# The accounts and regions")


@pytest.mark.parametrize(
    ("minutes", "line"), [(0, "unlock_minutes = 0"), (20, "unlock_minutes = 20"), (5, "")]
)
def test_for_how_long_a_key_lies_open_is_written_where_it_is_not_the_usual(
    minutes: int, line: str
) -> None:
    text = with_environment("", "shop", an_environment(unlock_minutes=minutes), "f")

    assert [one for one in text.splitlines() if "unlock" in one] == ([line] if line else [])
    assert parse_environments(text, "f")["shop"].unlock_minutes == minutes


def test_another_environment_is_added_below_and_all_else_stays() -> None:
    added = with_environment(COMMENTED, "stage", an_environment(region="eu-west-2"), "f")

    assert added.startswith(COMMENTED)
    assert list(parse_environments(added, "f")) == ["shop", "lab", "stage"]


def test_a_replaced_environment_keeps_its_comments_and_its_neighbours() -> None:
    changed = an_environment(execute_profile="shop-run", **{"class": "dev"})

    new = with_environment(COMMENTED, "shop", changed, "f")

    assert parse_environments(new, "f")["shop"] == changed
    for comment in ("# who to ask", "# the web shop", "# read by everybody", "# do not touch"):
        assert new.count(comment) == 1
    assert new.endswith(COMMENTED[COMMENTED.index("[environments.lab]") :])


def test_a_table_whose_comments_would_be_lost_is_refused() -> None:
    with pytest.raises(Refused, match=r"would be lost.*editor"):
        with_environment(COMMENTED, "lab", an_environment(), "f")


@pytest.mark.parametrize(
    "text",
    [
        'environments.shop = {account = "123456789012", region = "eu-west-1", read_profile = "x"}',
        '[environments]\nshop.account = "123456789012"\nshop.region = "eu-west-1"\n'
        'shop.read_profile = "x"',
    ],
)
def test_a_table_in_another_notation_is_refused_and_not_doubled(text: str) -> None:
    with pytest.raises(Refused):
        with_environment(text, "shop", an_environment(), "f")


def test_a_file_that_is_none_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "bunsui.toml"
    path.write_text("[environments.shop\n", encoding="utf-8")

    with pytest.raises(BadInput, match="not TOML"):
        save_environment(path, "lab", an_environment())

    assert path.read_text(encoding="utf-8") == "[environments.shop\n"
    assert [one.name for one in tmp_path.iterdir()] == ["bunsui.toml"]


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.toml", tmp_path / "bunsui.toml"
    real.write_text("", encoding="utf-8")
    link.symlink_to(real)

    save_environment(link, "shop", an_environment())

    assert link.is_symlink()
    assert "shop" in parse_environments(real.read_text(encoding="utf-8"), "f")


def test_environments_that_are_added_at_the_same_time_are_all_there(tmp_path: Path) -> None:
    path, names = tmp_path / "bunsui.toml", [f"shop-{number}" for number in range(8)]
    together = threading.Barrier(len(names))

    def add(name: str) -> None:
        together.wait(PATIENCE_S)
        save_environment(path, name, an_environment())

    threads = [threading.Thread(target=add, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(parse_environments(path.read_text(encoding="utf-8"), "f")) == set(names)
    assert [one.name for one in tmp_path.iterdir()] == ["bunsui.toml"]


def test_a_folder_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("", encoding="utf-8")

    with pytest.raises((Unavailable, BadInput), match="home"):
        save_environment(tmp_path / "home" / "bunsui.toml", "shop", an_environment())


words = some.text(
    some.characters(exclude_categories=("C", "Z"), exclude_characters=":"), min_size=1
)


@given(
    profile=words, include=some.lists(words, max_size=3), name=some.sampled_from(["a", "a-b", "0"])
)
def test_whatever_is_written_is_read_back(profile: str, include: list[str], name: str) -> None:
    written = an_environment(read_profile=profile, include=include)

    once = with_environment("", name, written, "f")
    twice = with_environment(once, name, an_environment(), "f")

    assert parse_environments(once, "f") == {name: written}
    assert parse_environments(twice, "f") == {name: an_environment()}
    assert tomllib.loads(once)

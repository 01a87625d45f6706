"""What is said before the noun rules over variables, and variables over the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_cli.choosing import choose_environment
from bunsui_core.domain.errors import BadInput
from bunsui_core.settings import Origin, Settings, read_settings
from tests.cli.shell import bunsui

FILE = """
[environments.shop]
account = "123456789012"
region = "eu-west-1"
read_profile = "shop-read"
include = ["orders-*"]
"""


def settings(arguments: list[str], environ: dict[str, str], folder: Path) -> Settings:
    """The settings of a command line in a home with an environment."""
    (folder / "bunsui.toml").write_text(FILE, encoding="utf-8")
    given = {"BUNSUI_HOME": str(folder), **environ}
    choose_environment(arguments, given)
    return read_settings(given)


@pytest.mark.parametrize("flag", [["-e", "shop"], ["--environment", "shop"], ["-e=shop"]])
def test_the_flag_rules_over_the_variable_and_leaves_the_command(flag: list[str]) -> None:
    environ = {"BUNSUI_ENVIRONMENT": "other"}
    assert choose_environment([*flag, "sessions", "list"], environ) == ["sessions", "list"]
    assert environ["BUNSUI_ENVIRONMENT"] == "shop"


@pytest.mark.parametrize("arguments", [[], ["sessions", "list"], ["init", "--region", "x"]])
def test_without_the_flag_nothing_changes(arguments: list[str]) -> None:
    environ: dict[str, str] = {}
    assert choose_environment(arguments, environ) == arguments
    assert environ == {}


@pytest.mark.parametrize("arguments", [["-e"], ["-e", "--json"], ["-e", "shop", "--region"]])
def test_a_flag_without_a_value_is_refused(arguments: list[str]) -> None:
    with pytest.raises(BadInput):
        choose_environment(arguments, {})


def test_each_value_is_said_by_the_strongest_that_says_it(tmp_path: Path) -> None:
    shop = ["-e", "shop"]
    variable = {"BUNSUI_REGION": "eu-west-2"}

    for arguments, environ, region, origin in (
        (shop, {}, "eu-west-1", Origin.FILE),
        (shop, variable, "eu-west-2", Origin.VARIABLE),
        ([*shop, "--region", "eu-west-3"], variable, "eu-west-3", Origin.FLAG),
    ):
        found = settings(arguments, environ, tmp_path)
        assert (found.region, found.origin("region")) == (region, origin)


def test_the_origin_of_what_nobody_said_is_the_default(tmp_path: Path) -> None:
    found = settings(["-e", "shop"], {}, tmp_path)

    assert found.origin("environment") is Origin.FLAG
    assert found.origin("home") is Origin.VARIABLE
    assert found.origin("read_profile") is Origin.FILE
    assert found.origin("selection") is Origin.FILE
    assert found.origin("kind") is Origin.DEFAULT
    assert found.origin("execute_profile") is Origin.DEFAULT


def test_what_protects_is_not_said_by_a_variable(tmp_path: Path) -> None:
    said = {"BUNSUI_KIND": "dev", "BUNSUI_CLASS": "dev", "BUNSUI_EXPOSE": "values"}
    found = settings(["-e", "shop"], {**said, "BUNSUI_ACCOUNT": "999999999999"}, tmp_path)

    assert (found.kind.value, found.expose.value) == ("production", "keys")
    assert found.account == "123456789012"


def test_a_region_that_can_be_none_is_refused_whoever_says_it(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nowhere"):
        settings(["-e", "shop", "--region", "nowhere"], {}, tmp_path)


def test_a_flag_after_the_noun_is_told_its_place(tmp_path: Path) -> None:
    done = bunsui(tmp_path, "sessions", "list", "-e", "shop")

    assert done.code == 2
    assert "before the noun: `bunsui -e" in str(done.error["next"])


def test_a_command_that_has_such_a_flag_itself_is_not_told_to_move_it(tmp_path: Path) -> None:
    done = bunsui(tmp_path, "init", "--region", "eu-west-1", "--class", "prod")

    assert (done.code, done.error["next"]) == (2, "See `bunsui init --help`.")

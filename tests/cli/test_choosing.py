"""The environment named before the noun rules over the variable."""

from __future__ import annotations

import pytest

from bunsui_cli.choosing import choose_environment
from bunsui_core.domain.errors import BadInput


@pytest.mark.parametrize("flag", [["-e", "shop"], ["--environment", "shop"], ["-e=shop"]])
def test_the_flag_rules_over_the_variable_and_leaves_the_command(flag: list[str]) -> None:
    environ = {"BUNSUI_ENVIRONMENT": "other"}
    assert choose_environment([*flag, "sessions", "list"], environ) == ["sessions", "list"]
    assert environ == {"BUNSUI_ENVIRONMENT": "shop"}


@pytest.mark.parametrize("arguments", [[], ["sessions", "list"]])
def test_without_the_flag_nothing_changes(arguments: list[str]) -> None:
    environ: dict[str, str] = {}
    assert choose_environment(arguments, environ) == arguments
    assert environ == {}


@pytest.mark.parametrize("arguments", [["-e"], ["-e", "--json"]])
def test_the_flag_without_a_name_is_refused(arguments: list[str]) -> None:
    with pytest.raises(BadInput):
        choose_environment(arguments, {})

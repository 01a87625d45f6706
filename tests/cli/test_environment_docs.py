"""The page about environments says what the program does."""

from __future__ import annotations

import re

import pytest

from bunsui_cli.choosing import BEFORE_THE_NOUN
from bunsui_core.domain.environment import KEYS, parse_environments
from bunsui_core.domain.features import FEATURES, TAGS, Feature
from tests.architecture.python_files import ROOT

PAGE = (ROOT / "docs" / "environments.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("feature", FEATURES, ids=lambda one: one.action)
def test_what_is_lost_without_an_action_is_told_as_the_check_tells_it(feature: Feature) -> None:
    assert f"| `{feature.action}` | {feature.without.rstrip('.')} |" in PAGE
    assert TAGS.action in PAGE


def test_the_file_that_is_shown_is_one() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)

    assert parse_environments(example, "f")["shop"].include == ("orders-*", "tag:team=data*")
    assert all(f"{key} = " in example for key in KEYS)


def test_every_flag_before_the_noun_is_told() -> None:
    assert all(f"`{flag}`" in PAGE for flag in BEFORE_THE_NOUN)

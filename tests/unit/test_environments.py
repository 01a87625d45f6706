"""Which environment a process sees, and what is said of a `bunsui.toml` with mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_core.domain.environment import EnvironmentClass, parse_environments
from bunsui_core.domain.errors import BadInput, NotFound, Unavailable
from bunsui_core.settings import Settings, read_settings
from bunsui_core.wiring.seeing import local_access

GOOD = """
[environments.shop]
account = "123456789012"
region = "eu-west-1"
read_profile = "shop-read"
"""


def read(tmp_path: Path, text: str, name: str = "shop") -> Settings:
    (tmp_path / "bunsui.toml").write_text(text, encoding="utf-8")
    return read_settings({"BUNSUI_HOME": str(tmp_path), "BUNSUI_ENVIRONMENT": name})


def test_without_a_name_the_embedded_aws_is_seen_and_no_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "bunsui.toml").write_text("not toml", encoding="utf-8")
    assert read_settings({"BUNSUI_HOME": str(tmp_path)}).environment == "local"


def test_a_named_environment_brings_its_account_region_and_profile(tmp_path: Path) -> None:
    seen = read(tmp_path, GOOD)
    assert (seen.account, seen.region, seen.read_profile) == (
        "123456789012",
        "eu-west-1",
        "shop-read",
    )


def test_an_environment_that_nobody_classed_is_production() -> None:
    assert parse_environments(GOOD, "f")["shop"].kind is EnvironmentClass.PRODUCTION


def test_a_mistyped_key_is_answered_with_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="'read_profile'"):
        read(tmp_path, GOOD.replace("read_profile", "read_profil"))


def test_a_mistyped_environment_is_answered_with_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="'shop'"):
        read(tmp_path, GOOD, "shpo")


@pytest.mark.parametrize("text", ["[", 'environments = "x"', GOOD.replace("123456789012", "12")])
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput):
        read(tmp_path, text)


def test_a_missing_file_is_refused_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"bunsui\.toml"):
        read_settings({"BUNSUI_HOME": str(tmp_path), "BUNSUI_ENVIRONMENT": "shop"})


def test_nothing_of_another_environment_reaches_the_embedded_aws(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="only read"):
        local_access(read(tmp_path, GOOD), "worker", reading=False)

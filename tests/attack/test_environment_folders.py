"""Environments whose names, folders and file somebody else would like to choose."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bunsui_core.adapters.local.config_file import save_environment
from bunsui_core.adapters.local.control.schema import create
from bunsui_core.domain.environment import Environment
from bunsui_core.domain.errors import BadInput, BunsuiError
from bunsui_core.settings import environments, read_settings

SHOP = {"account": "123456789012", "region": "eu-west-1", "read_profile": "shop"}
OUTSIDE = ["..", ".", "../../etc", "a/b", "/etc", "shop/../..", "~", "-rf", "a\\b", "con\n", "\0"]
ALIKE = ["Shop", "SHOP", "ｓhop", "shop ", "shоp"]  # noqa: RUF001 # that is the attack


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "a" / "home"


@pytest.fixture(params=[0o000, 0o022], ids=["no umask", "a usual umask"])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def write(home: Path, name: str, **changes: str) -> Path:
    """Write a file with one environment of that name, as a person would by hand."""
    home.mkdir(parents=True, exist_ok=True)
    quoted = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\0", "\\u0000")
    lines = "\n".join(f'{key} = "{value}"' for key, value in {**SHOP, **changes}.items())
    path = home / "bunsui.toml"
    path.write_text(f'[environments."{quoted}"]\n{lines}\n')
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("name", [*OUTSIDE, *ALIKE, "", "x" * 41])
def test_a_name_that_could_mean_another_folder_is_refused(home: Path, name: str) -> None:
    environ = {"BUNSUI_HOME": str(home), "BUNSUI_ENVIRONMENT": name or "x"}
    write(home, name)

    with pytest.raises(BunsuiError):
        read_settings(environ)
    with pytest.raises(BunsuiError):
        environments(environ)


def test_a_proper_name_has_a_folder_inside_the_home(home: Path) -> None:
    write(home, "shop")

    settings = read_settings({"BUNSUI_HOME": str(home), "BUNSUI_ENVIRONMENT": "shop"})

    assert settings.folder == home / "environments" / "shop"


@pytest.mark.parametrize("name", [one for one in OUTSIDE if "\0" not in one])
def test_a_name_that_the_file_does_not_have_means_nothing(home: Path, name: str) -> None:
    write(home, "shop")

    with pytest.raises(BunsuiError):
        read_settings({"BUNSUI_HOME": str(home), "BUNSUI_ENVIRONMENT": name})


@pytest.mark.parametrize(
    "changes",
    [
        {"account": "１２３４５６７８９０１２"},  # noqa: RUF001 # that is the attack
        {"account": "12345678901"},
        {"region": "eu-west-1.evil.example"},
        {"region": "eu-west-1@evil"},
        {"region": "eu-west-１"},  # noqa: RUF001 # that is the attack
        {"event_queue": "file:///etc/passwd"},
    ],
)
def test_an_account_or_a_region_that_is_none_is_refused(
    home: Path, changes: dict[str, str]
) -> None:
    write(home, "shop", **changes)

    with pytest.raises(BadInput):
        read_settings({"BUNSUI_HOME": str(home), "BUNSUI_ENVIRONMENT": "shop"})


def modes(folder: Path) -> dict[str, int]:
    """What others may do with a folder and everything in it."""
    return {
        str(path): path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        for path in (folder, *folder.rglob("*"))
    }


@pytest.mark.parametrize("place", ["file first", "store first"])
def test_nothing_that_is_made_can_be_used_by_others(home: Path, umask: int, place: str) -> None:
    elsewhere = home.parent / "config" / "bunsui.toml"
    config = home / "bunsui.toml" if place == "file first" else elsewhere
    save_environment(config, "shop", Environment.model_validate(SHOP))
    environ = {
        "BUNSUI_HOME": str(home),
        "BUNSUI_CONFIG": str(config),
        "BUNSUI_ENVIRONMENT": "shop",
    }
    settings = read_settings(environ)

    create(settings.store_path, settings.inbox_path)

    assert not {path: mode for path, mode in modes(home.parent).items() if mode}


def test_a_file_that_everybody_can_change_decides_nothing(home: Path) -> None:
    environ = {"BUNSUI_HOME": str(home), "BUNSUI_ENVIRONMENT": "shop"}
    path = write(home, "shop")

    path.chmod(0o666)
    with pytest.raises(BadInput, match="everybody can change"):
        read_settings(environ)
    path.chmod(0o644)
    assert read_settings(environ).account == SHOP["account"]

"""Which environment a process sees, and what is said of a `bunsui.toml` with mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.environment import EnvironmentClass, Expose, parse_environments
from bunsui_core.domain.errors import BadInput, NotFound, Unavailable
from bunsui_core.settings import Settings, environments, read_settings
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.seeing import local_access
from bunsui_core.wiring.store import reader, store
from tests.builders import a_request, a_session

ALL = SessionFilter()

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


THREE = "".join(
    f'[environments.{name}]\naccount = "{account}"\nregion = "eu-west-1"\nread_profile = "p"\n'
    for name, account in (("shop", "1" * 12), ("lab", "2" * 12), ("shop-eu", "1" * 12))
)


def test_what_environments_remember_lies_apart(tmp_path: Path) -> None:
    names = ("local", "shop", "lab", "shop-eu")
    for name in names:
        one = read(tmp_path, THREE, name)
        kept = store(one, writer(one))
        kept.sessions.save(a_session(id=f"s-{name}"))
        kept.requests.submit(a_request(request_id=f"r-{name}"))
        FileBlobs(one.blobs_path).put(name.encode())

    for name in names:
        one = read(tmp_path, THREE, name)
        kept = store(one, reader(one))
        assert [line.session_id for line in kept.sessions.page(ALL, 9, "").items] == [f"s-{name}"]
        assert [request.id for request in kept.requests.newest(9)] == [f"r-{name}"]
        assert len([path for path in one.blobs_path.rglob("*") if path.is_file()]) == 1


def test_the_folder_of_an_environment_is_for_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    config = tmp_path / "bunsui.toml"
    config.write_text(THREE, encoding="utf-8")
    said = {"BUNSUI_HOME": str(home), "BUNSUI_CONFIG": str(config), "BUNSUI_ENVIRONMENT": "shop"}

    writer(read_settings(said))

    for folder in (home, home / "environments", home / "environments" / "shop"):
        assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["../other", "Shop", "a b", "", "x" * 41, ".hidden", "local"])
def test_a_name_that_could_leave_the_home_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput):
        read(tmp_path, THREE.replace("[environments.shop]", f'[environments."{name}"]'), "lab")


def test_every_environment_is_listed_with_the_embedded_aws_first(tmp_path: Path) -> None:
    (tmp_path / "bunsui.toml").write_text(THREE, encoding="utf-8")
    found = environments({"BUNSUI_HOME": str(tmp_path), "BUNSUI_ENVIRONMENT": "lab"})

    assert [one.environment for one in found] == ["local", "shop", "lab", "shop-eu"]
    assert [one.kind.value for one in found] == ["dev", "production", "production", "production"]


def test_a_variable_rules_over_the_environment_that_is_named_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "bunsui.toml").write_text(THREE, encoding="utf-8")
    said = {"BUNSUI_HOME": str(tmp_path), "BUNSUI_ENVIRONMENT": "lab", "BUNSUI_REGION": "eu-west-3"}

    regions = {one.environment: one.region for one in environments(said)}

    assert regions["lab"] == "eu-west-3"
    assert regions["shop"] == regions["shop-eu"] == "eu-west-1"


def test_without_a_file_the_embedded_aws_is_the_only_environment(tmp_path: Path) -> None:
    assert [one.environment for one in environments({"BUNSUI_HOME": str(tmp_path)})] == ["local"]


@pytest.mark.parametrize(
    ("kind", "expose"), [("dev", Expose.VALUES), ("production", Expose.KEYS), (None, Expose.KEYS)]
)
def test_in_production_an_agent_sees_shapes_unless_told(kind: str | None, expose: Expose) -> None:
    text = GOOD + (f'class = "{kind}"\n' if kind else "")

    assert parse_environments(text, "f")["shop"].expose is expose
    assert parse_environments(f'{text}expose = "none"', "f")["shop"].expose is Expose.NONE


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ('class = "prod"', "cannot be 'prod'.*: dev, production"),
        ('class = "prodction"', r"cannot be 'prodction'\. Did you mean 'production'\?$"),
        ('expose = "value"', "'values'"),
        ('exclud = ["x"]', "'exclude'"),
        ('include = ["two words"]', r"cannot be 'two words'.*orders-\*"),
        ('include = "orders-*"', r'include is a list of texts\. Write include = \["orders-\*"\]'),
        ("exclude = [5]", r'exclude is a list of texts\. Write exclude = \["5"\]'),
        ("execute_profile = 7", r'7 is none\. Write it in quotes: execute_profile = "7"'),
        ('event_queue = "arn:aws:sqs:x"', "event_queue"),
        ("keep_days = -1", "keep_days cannot be -1.*whole number of days"),
        ('keep_days = "90"', "keep_days cannot be '90'.*whole number of days"),
        ("keep_days = true", "keep_days cannot be True"),
        ("unlock_minutes = 61", "unlock_minutes cannot be 61.*up to 60, or 0 to keep none"),
        ("unlock_minutes = -1", "unlock_minutes cannot be -1"),
        ('unlock_minutes = "5"', "unlock_minutes cannot be '5'"),
    ],
)
def test_a_mistake_in_a_value_is_named_with_what_was_meant(line: str, meant: str) -> None:
    with pytest.raises(BadInput, match=meant):
        parse_environments(GOOD + line, "f")


def test_an_account_that_is_a_number_is_told_to_be_a_text() -> None:
    text = GOOD.replace('"123456789012"', "123456789012")

    with pytest.raises(BadInput, match=r'in quotes: account = "123456789012"\.$'):
        parse_environments(text, "f")


def test_a_profile_without_a_name_is_told_to_have_one() -> None:
    with pytest.raises(BadInput, match=r'read_profile is a text.*read_profile = "NAME"'):
        parse_environments(GOOD.replace("shop-read", ""), "f")


def test_a_missing_key_is_named() -> None:
    with pytest.raises(BadInput, match=r"has no 'region'.*Add a line"):
        parse_environments(GOOD.replace('region = "eu-west-1"\n', ""), "f")


def test_nothing_of_another_environment_reaches_the_embedded_aws(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="only read"):
        local_access(read(tmp_path, GOOD), "worker", reading=False)


@pytest.mark.parametrize("region", ["us-gov-west-1", "cn-north-1", "eusc-de-east-1", "eu-west-12"])
def test_a_region_of_any_part_of_aws_is_one(region: str) -> None:
    assert parse_environments(GOOD.replace("eu-west-1", region), "f")["shop"].region == region


@pytest.mark.parametrize("region", ["eu-west", "EU-WEST-1", "eu-west-1a", "eu west 1", "1"])
def test_a_zone_or_a_word_is_no_region(region: str) -> None:
    with pytest.raises(BadInput, match="such as eu-west-1"):
        parse_environments(GOOD.replace("eu-west-1", region), "f")

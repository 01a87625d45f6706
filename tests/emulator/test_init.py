"""`bunsui init` points bunsui at an account that answers over HTTP, asked or told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bunsui_core.domain.environment import parse_environments
from bunsui_core.domain.permissions import Estate, reading
from bunsui_core.domain.value import Json
from tests.cli.shell import Done, Terminal, bunsui
from tests.emulator.embedded import Embedded
from tests.emulator.reading_account import profile, reader, without

pytestmark = pytest.mark.slow

READER = "shop-read"


@dataclass(frozen=True)
class User:
    """Somebody with an AWS profile and a home of bunsui."""

    home: Path
    account: str
    variables: dict[str, str]

    def runs(self, *arguments: str) -> Done:
        """Run a command in a pipe."""
        return bunsui(self.home, *arguments, **self.variables)

    def sits_at(self, *arguments: str) -> Terminal:
        """Run a command at a terminal."""
        return Terminal(self.home, arguments, env=self.variables, size=(60, 160))

    @property
    def file(self) -> str:
        """The text of her `bunsui.toml`."""
        return (self.home / "bunsui.toml").read_text(encoding="utf-8")


@pytest.fixture
def user(aws: Embedded, name: str, tmp_path: Path) -> Iterator[User]:
    """Somebody who may read everything but the history of executions."""
    place = Estate(account=aws.server.account, region=aws.server.region)
    policy = without(reading(place), "states:GetExecutionHistory")
    with profile(aws, reader(aws, name, policy), tmp_path) as variables:
        yield User(tmp_path, place.account, variables)


def rows(done: Done) -> dict[str, str]:
    """The health of each check by its name."""
    data = done.document["data"]
    assert isinstance(data, dict)
    checks = data["checks"]
    assert isinstance(checks, list)
    return {str(field(one, "name")): str(field(one, "health")) for one in checks}


def field(value: Json, name: str) -> Json:
    """One field of an object."""
    assert isinstance(value, dict)
    return value[name]


def test_a_script_names_an_account_in_one_line(user: User) -> None:
    done = user.runs("init", "shop", "--yes", "--class", "dev", "--include", "orders-*")

    written = parse_environments(user.file, "f")["shop"]
    assert done.code == 0
    assert (written.account, written.region) == (user.account, "us-east-1")
    assert (written.read_profile, written.execute_profile) == (READER, "")
    assert (written.kind.value, written.expose.value) == ("dev", "values")
    assert written.include == ("orders-*",)
    assert (user.home / "bunsui.toml").stat().st_mode & 0o777 == 0o600
    found = rows(done)
    assert found["reading as"] == found["finding executions"] == "ok"
    assert found["explaining failures"] == "fail"


def test_a_person_answers_with_enter_and_her_own_words(user: User) -> None:
    terminal = user.sits_at("init")
    for question, answer in (
        ("Which of them reads? [shop-read]", ""),
        ("In which region? [us-east-1]", "us-east1"),
        ("Did you mean 'us-east-1'", None),
        ("In which region? [us-east-1]", ""),
        ("of account 000000000000", None),
        ("dev or production? [production]", ""),
        ("once bunsui executes there? [none]", ""),
        ("none, keys or values? [keys]", ""),
        ("or all? [all]", "orders-*, tag:team=data"),
        ("What do you call this environment? [shop-read]", "Shop"),
        ("cannot name an environment", None),
        ("What do you call this environment? [shop-read]", "shop"),
    ):
        terminal.expect(question)
        if answer is not None:
            terminal.type(answer)
    done = terminal.end()

    written = parse_environments(user.file, "f")["shop"]
    assert done.code == 0
    assert written.include == ("orders-*", "tag:team=data")
    assert (written.kind.value, written.expose.value) == ("production", "keys")
    assert "bunsui -e shop" in done.stdout
    assert "claude mcp add bunsui-shop" in done.stdout


def test_a_mistyped_region_is_refused_with_the_one_that_was_meant(user: User) -> None:
    done = user.runs("init", "shop", "--yes", "--region", "us-esat-1")

    assert done.code == 2
    assert "Did you mean 'us-east-1'?" in str(done.error["next"])
    assert not (user.home / "bunsui.toml").exists()


def test_a_region_newer_than_this_boto3_is_taken_when_that_is_said(user: User) -> None:
    wanted = ("--account", "123456789012", "--read-profile", READER, "--region", "eu-nord-9")
    done = user.runs("init", "--print-policies", *wanted, "--new-region")

    assert (done.code, field(done.document["data"], "region")) == (0, "eu-nord-9")
    assert user.runs("init", "--print-policies", *wanted).code == 2


def test_an_environment_is_replaced_only_when_that_is_said(user: User) -> None:
    user.runs("init", "shop", "--yes")
    before = user.file

    again = user.runs("init", "shop", "--yes", "--class", "dev")
    assert (again.code, user.file) == (4, before)
    assert "--replace" in str(again.error["next"])

    assert user.runs("init", "shop", "--yes", "--class", "dev", "--replace").code == 0
    assert 'class = "dev"' in user.file


def test_a_replaced_environment_keeps_what_no_flag_says(user: User) -> None:
    first = ("--class", "dev", "--expose", "none", "--include", "orders-*", "--exclude", "*-test")
    user.runs("init", "shop", "--yes", *first)
    before = parse_environments(user.file, "f")["shop"]

    queue = "https://sqs.us-east-1.amazonaws.com/000000000000/events"
    user.runs("init", "shop", "--yes", "--replace", "--event-queue", queue)
    after = parse_environments(user.file, "f")["shop"]
    assert after == before.model_copy(update={"event_queue": queue})

    user.runs("init", "shop", "--yes", "--replace", "--include", "all")
    assert parse_environments(user.file, "f")["shop"].include == ()


def test_without_a_terminal_and_without_yes_nothing_is_asked_or_written(user: User) -> None:
    done = user.runs("init", "shop")

    assert done.code == 5
    assert "--yes" in str(done.error["next"])
    assert not (user.home / "bunsui.toml").exists()


def test_the_policies_of_an_environment_are_printed_and_nothing_is_written(user: User) -> None:
    wanted = ("--account", "123456789012", "--region", "eu-west-1", "--read-profile", "p")
    done = user.runs("init", "--print-policies", *wanted)

    data = done.document["data"]
    assert field(data, "reading") == reading(Estate(account="123456789012", region="eu-west-1"))
    assert not (user.home / "bunsui.toml").exists()


def test_what_does_not_work_is_found_by_check_with_its_exit_code(user: User) -> None:
    user.runs("init", "shop", "--yes")
    (user.home / "bunsui.toml").chmod(0o644)

    done = user.runs("config", "check", "shop")

    assert done.code == 6
    found = rows(done)
    assert found["file"] == "warn"
    assert [name for name, health in found.items() if health == "fail"] == ["explaining failures"]


def test_a_shared_store_and_who_decides_are_looked_at_too(user: User) -> None:
    user.runs("init", "shop", "--yes")
    user.runs("init", "lake", "--store", "dynamodb", "--approve-profile", "nope", "--yes")

    alone = rows(user.runs("config", "check", "shop"))
    done = user.runs("config", "check", "lake")

    assert not {"store", "deciding as"} & alone.keys()
    assert (rows(done)["store"], rows(done)["deciding as"]) == ("fail", "fail")


@pytest.mark.parametrize("named", [(), ("-e", "shop")])
def test_what_is_checked_is_what_flags_and_variables_say(
    user: User, named: tuple[str, ...]
) -> None:
    user.runs("init", "shop", "--yes")
    variables = {**user.variables, "BUNSUI_READ_PROFILE": "nope"}

    done = bunsui(user.home, *named, "config", "check", "shop", **variables)

    assert rows(done)["reading as"] == "fail"
    assert "read_profile nope by BUNSUI_READ_PROFILE" in done.stdout
    assert "instead of the file" not in rows(user.runs(*named, "config", "check", "shop"))


def test_every_value_in_force_is_shown_with_who_said_it(user: User) -> None:
    user.runs("init", "shop", "--yes")

    data = user.runs("-e", "shop", "config", "show").document["data"]

    settings = field(data, "settings")
    assert isinstance(settings, list)
    said = {str(field(one, "key")): str(field(one, "origin")) for one in settings}
    assert (said["environment"], said["home"], said["account"]) == ("flag", "variable", "file")
    environments = field(data, "environments")
    assert isinstance(environments, list)
    chosen = [field(one, "name") for one in environments if field(one, "chosen")]
    assert chosen == ["shop"]


def test_a_broken_file_is_shown_beside_what_is_in_force(user: User) -> None:
    (user.home / "bunsui.toml").write_text("[environments.shop]\nregoin = 1\n", encoding="utf-8")

    done = user.runs("config", "show")

    assert done.code == 2
    assert "'region'" in str(field(done.document["data"], "trouble"))
    assert user.runs("config", "check").code == 2

"""`bunsui doctor` finds what is wrong and says what to do; the rest is looked at all the same."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from bunsui_cli.exits import ExitCode
from bunsui_core.domain.errors import NotAuthorised
from bunsui_core.domain.freshness import Bound, Feed, Watch
from bunsui_core.domain.health import (
    LEAST_FREE_BYTES,
    Health,
    clock_check,
    disk_check,
    watch_check,
    worker_check,
)
from bunsui_core.domain.value import Json
from bunsui_core.settings import Settings
from bunsui_core.wiring.doctor import checkup
from tests.builders import NOW
from tests.cli.shell import Done, Shell
from tests.local_home import PASSPHRASE
from tests.unit.key_kit import MESSAGE, Desk


def healths(settings: Settings) -> dict[str, tuple[Health, str]]:
    """Each row of a checkup by its name."""
    return {one.name: (one.health, one.next) for one in checkup(settings).checks}


def test_a_home_without_aws_says_so_and_looks_at_the_rest(shell: Shell) -> None:
    done = shell("doctor")
    found = healths(Settings(home=shell.home))

    assert done.code == ExitCode.UNAVAILABLE
    assert found["aws"][0] is Health.FAIL
    assert "bunsui local up" in found["aws"][1]
    assert found["store"][0] is Health.OK


def test_a_damaged_store_is_a_row_with_a_next_step(shell: Shell) -> None:
    (shell.home / "store.db").write_bytes(b"not a database at all" * 400)

    health, todo = healths(Settings(home=shell.home))["store"]

    assert health is Health.FAIL
    assert todo


def test_a_key_that_others_can_read_fails_and_a_private_one_does_not(shell: Shell) -> None:
    key = shell.home / "keys" / "k.json"
    key.parent.mkdir(mode=0o700)
    key.touch(mode=0o600)
    settings = Settings(home=shell.home)

    assert healths(settings)["key"][0] is Health.OK
    key.chmod(0o644)
    health, todo = healths(settings)["key"]
    assert health is Health.FAIL
    assert f"`chmod go= {key}`" in todo


def test_wrong_passphrases_are_a_row_until_the_right_one_is_typed(shell: Shell) -> None:
    settings = Settings(home=shell.home)
    desk = Desk(settings.keys_path)
    assert "passphrase" not in healths(settings)

    with pytest.raises(NotAuthorised):
        desk.signers.sign(desk.hanako, "wrong", MESSAGE)
    health, todo = healths(settings)["passphrase"]
    assert health is Health.WARN
    assert "bunsui approvers passphrase" in todo

    desk.signers.sign(desk.hanako, PASSPHRASE, MESSAGE)
    assert "passphrase" not in healths(settings)


def test_a_row_that_is_not_well_says_what_to_do(shell: Shell) -> None:
    rows = checkup(Settings(home=shell.home)).checks

    assert all(one.next for one in rows if one.health is not Health.OK)


@pytest.mark.parametrize(
    ("skew", "health"),
    [(0, Health.OK), (-59, Health.OK), (60, Health.WARN), (299, Health.WARN), (-600, Health.FAIL)],
)
def test_a_clock_is_judged_by_what_aws_still_takes(skew: float, health: Health) -> None:
    assert clock_check(skew).health is health


@pytest.mark.parametrize(
    ("seconds", "health"), [(None, Health.WARN), (5, Health.OK), (61, Health.WARN)]
)
def test_a_worker_that_is_silent_for_a_minute_is_missed(
    seconds: float | None, health: Health
) -> None:
    last = None if seconds is None else NOW - timedelta(seconds=seconds)

    assert worker_check(last, NOW).health is health


@pytest.mark.parametrize(
    ("measured", "trouble", "health"),
    [
        (None, "", Health.OK),
        (60, "", Health.OK),
        (61, "", Health.WARN),
        (1, "states:ListExecutions is denied", Health.WARN),
    ],
)
def test_a_promise_about_the_age_of_data_is_held_against_what_was_measured(
    measured: int | None, trouble: str, health: Health
) -> None:
    kept = Bound(promised_s=60, measured_s=1)
    found = Bound(promised_s=60, measured_s=measured)
    watch = Watch(
        at=NOW,
        feed=Feed.POLLING,
        own=kept,
        found=found,
        swept=kept,
        redriven=kept,
        machines=3,
        unwatched=0,
        trouble=trouble,
    )

    assert watch_check(watch, is_worked=True).health is health
    assert ("worker" in watch_check(watch, is_worked=False).next) is (health is Health.WARN)


@pytest.mark.parametrize(
    ("free", "health"), [(10**9, Health.OK), (LEAST_FREE_BYTES - 1, Health.WARN)]
)
def test_a_full_disk_is_told_before_the_store_meets_it(free: int, health: Health) -> None:
    assert disk_check("/home", free).health is health


def test_what_is_wrong_with_the_file_of_environments_is_a_row(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shell.home / "bunsui.toml"
    file.write_text("[environments.shop]\nacount = '1'\n", encoding="utf-8")
    file.chmod(0o600)
    monkeypatch.setenv("BUNSUI_HOME", str(shell.home))

    rows = [one for one in checkup(Settings(home=shell.home)).checks if one.name == "file"]

    assert [one.health for one in rows] == [Health.FAIL, Health.OK]
    assert "Did you mean 'account'?" in rows[0].found


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://example.com/secret-path", "neither https nor on this machine"),
        ("http://127.0.0.1:{closed}/secret-path", "does not answer"),
    ],
)
def test_a_webhook_that_cannot_be_used_is_told_without_its_secret(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = free.getsockname()[1]
    monkeypatch.setenv("BUNSUI_WEBHOOK", url.format(closed=closed))

    done = shell("doctor")

    (row,) = (one for one in rows_of(done) if one["name"] == "webhook")
    assert (row["health"], said in str(row["found"])) == ("fail", True)
    assert "secret-path" not in done.stdout


def rows_of(done: Done) -> list[dict[str, Json]]:
    """The rows of an answer."""
    data = done.document["data"]
    assert isinstance(data, dict)
    rows = data["checks"]
    assert isinstance(rows, list)
    return [one for one in rows if isinstance(one, dict)]

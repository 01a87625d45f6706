"""`bunsui doctor` finds what is wrong and says what to do; the rest is looked at all the same."""

from __future__ import annotations

import pytest

from bunsui_cli.exits import ExitCode
from bunsui_core.domain.errors import NotAuthorised, NotFound
from bunsui_core.domain.health import Health, clock_check
from bunsui_core.settings import Settings
from bunsui_core.wiring.doctor import checkup, permitted
from tests.cli.shell import Shell


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
    assert healths(settings)["key"] == (Health.FAIL, f"Run `chmod go= {key}`.")


def test_a_row_that_is_not_well_says_what_to_do(shell: Shell) -> None:
    rows = checkup(Settings(home=shell.home)).checks

    assert all(one.next for one in rows if one.health is not Health.OK)


@pytest.mark.parametrize(
    ("skew", "health"),
    [(0, Health.OK), (-59, Health.OK), (60, Health.WARN), (299, Health.WARN), (-600, Health.FAIL)],
)
def test_a_clock_is_judged_by_what_aws_still_takes(skew: float, health: Health) -> None:
    assert clock_check(skew).health is health


def test_a_denied_call_names_feature_and_action_and_an_allowed_one_is_well() -> None:
    def denied() -> object:
        raise NotAuthorised("no.", "")

    def gone() -> object:
        raise NotFound("no such execution.", "")

    assert permitted("watching", "states:DescribeExecution", gone).health is Health.OK
    refused = permitted("watching", "states:DescribeExecution", denied)
    assert (refused.name, refused.health) == ("watching", Health.FAIL)
    assert "states:DescribeExecution" in refused.next

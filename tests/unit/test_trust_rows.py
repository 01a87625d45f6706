"""What `bunsui doctor` says of whom an environment trusts."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_core.domain.health import Health
from bunsui_core.domain.trust import Role
from bunsui_core.settings import Settings
from bunsui_core.wiring.trusted import trust_rows
from tests.builders import ACCOUNT, REGION
from tests.local_home import LocalHome


@pytest.fixture
def shop(tmp_path: Path) -> Settings:
    """A named environment with a store of its own in files."""
    return Settings(
        home=tmp_path, environment="shop", account=ACCOUNT, region=REGION, read_profile="x"
    )


@pytest.fixture
def home(shop: Settings) -> LocalHome:
    return LocalHome(shop.folder)


def test_without_approvers_or_without_a_store_there_is_nothing_to_say(shop: Settings) -> None:
    assert list(trust_rows(shop)) == []
    LocalHome(shop.folder)
    assert list(trust_rows(shop)) == []


def test_a_list_whose_root_is_not_named_says_what_to_write(shop: Settings, home: LocalHome) -> None:
    hanako = home.trust()
    home.trust("taro", role=Role.APPROVER)

    (row,) = trust_rows(shop)

    assert row.health is Health.WARN
    assert "2 approvers, 1 of them lead" in row.found
    assert f'trust_root = "{hanako.key_id}"' in row.next
    rooted = shop.model_copy(update={"trust_root": hanako.key_id})
    assert [one.health for one in trust_rows(rooted)] == [Health.OK]


def test_a_list_that_does_not_hold_is_a_failure(shop: Settings, home: LocalHome) -> None:
    home.trust()

    (row,) = trust_rows(shop.model_copy(update={"trust_root": "f" * 16}))

    assert row.health is Health.FAIL
    assert "trust_root" in row.found

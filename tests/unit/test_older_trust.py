"""A store of before changes of trust were signed: it works as it did, and nothing of it is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bunsui_core.adapters.local.control.upgrading import upgrade
from bunsui_core.app.decide import Signing
from bunsui_core.app.govern import sign_policy
from bunsui_core.app.trusting import add
from bunsui_core.app.verify import in_force
from bunsui_core.domain.policy import STARTER, SignedPolicy
from bunsui_core.domain.trust import Approver, Named, Role
from bunsui_core.domain.trust_changing import Act
from tests.architecture.python_files import ROOT
from tests.builders import ACCOUNT, NOW, REGION
from tests.local_home import HANAKO, PASSPHRASE, LocalHome, light_signers

STORE_1 = ROOT / "tests/golden/store-1.sql"


@pytest.fixture
def older(tmp_path: Path) -> tuple[Path, Approver, SignedPolicy]:
    """A store of version 1 with an approver and her policy, as that bunsui wrote them."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    key = light_signers(folder / "keys").make(PASSPHRASE, False)
    hanako = Approver(
        name=HANAKO, key_id=key.key_id, public_key=key.public_key, is_demo=False, added_at=NOW
    )
    unsigned = SignedPolicy(text=STARTER, key_id=key.key_id, signature="")
    policy = unsigned.model_copy(update={"signature": key.sign(unsigned.message)})
    body = policy.model_dump_json(include={"text", "key_id", "signature"})
    row = (ACCOUNT, REGION, key.key_id, HANAKO, key.public_key, 0, NOW.isoformat())
    with closing(sqlite3.connect(folder / "store.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(STORE_1.read_text(encoding="utf-8"))
        connection.execute("INSERT INTO approvers VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", row)
        connection.execute("INSERT INTO policies VALUES (?, ?, ?)", (ACCOUNT, REGION, body))
    upgrade(folder / "store.db", folder / "inbox.db")
    return folder, hanako, policy


def test_its_approver_and_its_policy_count_after_the_upgrade(
    older: tuple[Path, Approver, SignedPolicy],
) -> None:
    folder, hanako, policy = older
    keys = LocalHome(folder).keys

    assert keys.trusted() == (hanako,)
    assert keys.policies() == (policy,)
    assert in_force(keys).policy
    assert keys.trust().flaw == ""
    assert keys.verify(hanako.key_id, b"x", keys.sign(HANAKO, PASSPHRASE, b"x"))


def test_its_next_change_and_its_next_policy_follow_what_was_there(
    older: tuple[Path, Approver, SignedPolicy],
) -> None:
    folder, hanako, policy = older
    home = LocalHome(folder)
    key = home.signers.make(PASSPHRASE, False)
    taro = Named(
        name="taro",
        key_id=key.key_id,
        public_key=key.public_key,
        is_demo=False,
        role=Role.APPROVER,
    )

    add(taro, Signing(HANAKO, PASSPHRASE), home.keys, Act(NOW, "n"))
    newer = STARTER.replace("expiry_minutes = 30", "expiry_minutes = 20")
    second = sign_policy(newer, Signing(HANAKO, PASSPHRASE), home.keys, NOW)

    known = LocalHome(folder).keys
    assert [one.change.action.value for one in known.trust().changes] == ["add", "add"]
    assert [one.name for one in known.trusted()] == [HANAKO, "taro"]
    assert known.trusted()[0].model_copy(update={"added_at": NOW}) == hanako
    assert known.policies() == (second, policy)
    assert in_force(known).signed == second

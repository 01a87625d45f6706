"""`Rules`: an asker reads how many may wait, of the newest policy."""

from __future__ import annotations

from bunsui_core.adapters.aws.store.rules import DynamoRules
from bunsui_core.adapters.local.rules import LocalRules
from bunsui_core.app.decide import Signing
from bunsui_core.app.govern import sign_policy
from bunsui_core.domain.policy import STARTER, Pending
from tests.builders import NOW
from tests.contract.conftest import Home
from tests.local_home import HANAKO, PASSPHRASE, LocalHome


def test_the_newest_policy_says_how_many_may_wait(home: Home) -> None:
    rules = LocalRules(home.reader) if isinstance(home, LocalHome) else DynamoRules(home.table)
    assert rules.pending() == Pending()
    home.keys.create(HANAKO, PASSPHRASE, False, NOW)
    assert rules.pending() == Pending()

    for most in (7, 9):
        text = f"{STARTER}\n[pending]\ntotal = {most}\n"
        sign_policy(text, Signing(HANAKO, PASSPHRASE), home.keys, NOW)

    assert rules.pending() == Pending(total=9)

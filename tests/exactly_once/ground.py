"""A store in which many requests are asked and approved, each about a session of its own."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.domain.approval import SignedDecision
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.trust import Approver
from bunsui_core.ports.store import Store
from tests.builders import NOW, a_decision, a_pipeline
from tests.contract.conftest import Home
from tests.exactly_once.scripts import Script
from tests.exactly_once.trusting import Remembered
from tests.local_home import DOCUMENT, HANAKO, PASSPHRASE


class Ground:
    """One home with one approver, used by many plays."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.home = home
        self._documents = FileBlobs(folder / "blobs")
        self.approver: Approver = home.trust()
        self._numbers = itertools.count(1)
        self.keys = Remembered(home.keys)
        self.decided_ms = 0.0
        home.pipelines.put(a_pipeline())

    def next(self, script: Script) -> Script:
        """Ask for a script under ids of its own, and approve it."""
        number = next(self._numbers)
        mine = script.under(f"s-{number:05d}", f"r-{number:05d}")
        self.home.requests.submit(mine.request)
        began = time.perf_counter()
        self.home.decisions.append(self._signed(mine))
        self.decided_ms = (time.perf_counter() - began) * 1000
        return mine

    def store(self, sessions: object) -> Store:
        """The store, with these sessions."""
        return store_over(self.home, sessions, self._documents)

    def _signed(self, script: Script) -> SignedDecision:
        policy = self.keys.policy()
        assert policy
        decision = a_decision(
            script.request,
            approver=HANAKO,
            key_id=self.approver.key_id,
            policy_digest=policy.digest,
            shown_digest=text_digest(DOCUMENT),
        )
        signature = self.home.keys.sign(HANAKO, PASSPHRASE, decision.message)
        return SignedDecision(decision=decision, signature=signature, shown=DOCUMENT, at=NOW)


def store_over(home: Home, sessions: object, documents: FileBlobs) -> Store:
    """The store of a home, with these sessions."""
    return Store(
        requests=home.requests,
        pipelines=home.pipelines,
        sessions=sessions,  # type: ignore[arg-type]  # a wrapped port
        diagnoses=home.diagnoses,
        outcomes=home.outcomes,
        heartbeat=home.heartbeat,
        index=home.index,
        watches=home.watches,
        archive=home.archive,
        documents=documents,
    )

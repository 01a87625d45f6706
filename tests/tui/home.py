"""A human's desk over a real store in a folder and a fake Step Functions, behind a screen."""

from __future__ import annotations

import json
from pathlib import Path

from bunsui_core.adapters.local.control.audit import LocalAudit
from bunsui_core.adapters.local.control.decisions import LocalDecisions
from bunsui_core.adapters.local.control.keys import LocalKeys
from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.adapters.local.grouping import LocalGroups
from bunsui_core.app.decide import Deciding
from bunsui_core.desk.agent import Nature
from bunsui_core.desk.operator import OperatorDesk, Signing
from bunsui_core.domain.approval import Answer, Approval
from bunsui_core.domain.errors import NotAuthorised
from bunsui_core.domain.plan import Place
from bunsui_core.domain.session import JobRun, Session
from bunsui_core.ports.observe import ObjectState, Seeing
from bunsui_core.settings import Settings
from bunsui_core.wiring.store import store
from bunsui_tui.app import DeskApp
from bunsui_tui.showing import Setting
from tests.builders import (
    ACCOUNT,
    INPUT,
    REGION,
    a_diagnosis,
    a_pipeline,
    a_request,
    a_session,
    an_attempt,
    execution,
    later,
)
from tests.fakes import Clock, FakeInventory, FakeStepFunctions, WrittenLogs
from tests.local_home import light_signers
from tests.tui.ground import a_ground

APPROVER = "hanako"
PASSPHRASE = "three quiet rivers"
EDITED = json.dumps({"input": {"source": "s3://orders/day.fixed.csv"}, "outputs": {}})


class HalfSeen(FakeInventory):
    """Machines that can be seen, and objects that may not be read."""

    def stored_object(self, uri: str) -> ObjectState:
        """Refuse to say whether it is there."""
        raise NotAuthorised(f"{uri} may not be read.", "Allow s3:GetObject.")


class Home:
    """One failed session that is explained, one that went well, and an approver."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(home=folder)
        create(self.settings.store_path, self.settings.inbox_path)
        self.clock = Clock(later(minutes=3))
        self.world = FakeStepFunctions()
        self.logs = WrittenLogs()
        connection = StoreWriter(self.settings.store_path, ACCOUNT, REGION)
        self.store = store(self.settings, connection)
        self.groups = LocalGroups(connection)
        self.store.heartbeat.beat(self.clock())
        self.store.pipelines.put(a_pipeline())
        self.world.add_failed(execution("extract"), INPUT)
        self.session = self.store.sessions.save(a_session())
        self.healthy = self.store.sessions.save(a_healthy_session("s-healthy"))
        self.store.diagnoses.put(a_diagnosis())
        self.signers = light_signers(self.settings.keys_path)
        keys = self.keys = LocalKeys(connection, self.signers)
        keys.create(APPROVER, PASSPHRASE, False, self.clock())
        self._asked = 0
        self.desk = self._desk(connection, keys)

    def _desk(self, connection: StoreWriter, keys: LocalKeys) -> OperatorDesk:
        seeing = Seeing(self.world, self.logs, HalfSeen())
        deciding = Deciding(LocalDecisions(connection), keys, LocalAudit(connection), self.signers)
        nature = Nature(clock=self.clock, new_request_id=self._id, new_session_id=self._id)
        return OperatorDesk(
            self.store,
            seeing,
            deciding,
            Place(environment="local", account=ACCOUNT, region=REGION),
            nature,
        )

    def _id(self) -> str:
        self._asked += 1
        return f"R{self._asked:03}-7F3M"

    def ask(self, reason: str = "the object is there now", edited: bool = False) -> Approval:
        """Let an assistant's request wait: a restart, of high risk when its input is edited."""
        self.desk.requester = "agent:claude"
        found = self.desk.propose(self.session.id, "extract", EDITED if edited else None)
        self.desk.requester = f"human:{APPROVER}"
        wanted = next(p for p in found.proposals if p.mode.value == "restart")
        return self.desk.request(wanted.proposal_id, reason, "claude-code 2.0")

    def ask_little(self, reason: str = "the object is there now") -> Approval:
        """Let an assistant's request of low risk wait: a redrive."""
        request = self.store.requests.submit(a_request(reason))
        return self.desk.approval(request.id)

    def decide(self, asked: Approval, answer: Answer) -> Approval:
        """Answer a request somewhere else than on the screen."""
        review = self.desk.review(asked.request.id)
        signing = Signing(approver=APPROVER, passphrase=PASSPHRASE)
        return self.desk.decide(review, answer, signing, "elsewhere", review.typed_code)

    def app(self, ascii_only: bool = False) -> DeskApp:
        """The terminal UI over this desk, without a worker."""
        setting = Setting(f"local ● {REGION}", str(self.settings.log_path), "", ascii_only)
        return DeskApp(a_ground(self.desk, groups=self.groups), self.clock, setting)


def a_healthy_session(session_id: str) -> Session:
    """A session whose three jobs succeeded."""
    runs = tuple(
        JobRun(job=job, attempts=(an_attempt(job),)) for job in ("extract", "transform", "load")
    )
    return a_session(id=session_id, runs=runs, status="SUCCEEDED")

"""A worker's hands over a real store in a folder, and a fake Step Functions."""

from __future__ import annotations

from pathlib import Path

from bunsui_core.adapters.local.control.audit import LocalAudit
from bunsui_core.adapters.local.control.decisions import LocalDecisions
from bunsui_core.adapters.local.control.effects import LocalEffects
from bunsui_core.adapters.local.control.keys import LocalKeys
from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.app.perform import Hands
from bunsui_core.domain.approval import Answer, Decision, Request, SignedDecision
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.ports.control import Control
from bunsui_core.ports.observe import Seeing
from bunsui_core.ports.store import Store
from bunsui_core.settings import Settings
from bunsui_core.wiring.store import place, store
from tests.builders import ACCOUNT, NOW, REGION, a_request, a_session, execution
from tests.fakes import FakeInventory, FakePayloads, FakeStepFunctions, SilentLogs
from tests.local_home import light_signers

APPROVER = "hanako"
PASSPHRASE = "three quiet rivers"


def make_home(home: Path) -> None:
    """Make a store with an approver, whose key is sealed lightly; tests copy one home."""
    settings = Settings(home=home)
    create(settings.store_path, settings.inbox_path)
    writer = StoreWriter(settings.store_path, ACCOUNT, REGION)
    LocalKeys(writer, light_signers(settings.keys_path)).create(APPROVER, PASSPHRASE, False, NOW)


class Bench:
    """One home with an approver, one failed session, and the Step Functions it ran on."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home)
        self.world = FakeStepFunctions()
        self.inventory = FakeInventory()
        self.connection = StoreWriter(self.settings.store_path, ACCOUNT, REGION)
        self.store: Store = store(self.settings, self.connection)
        self.keys = LocalKeys(self.connection, light_signers(self.settings.keys_path))
        (self.approver,) = self.keys.trusted()
        self.session = self.store.sessions.save(a_session())
        failed = self.session.runs[0].attempts[0]
        self.world.add_failed(execution("extract"), failed.input)

    def hands(self) -> Hands:
        """What a worker holds, with connections of its own."""
        connection = StoreWriter(self.settings.store_path, ACCOUNT, REGION)
        seeing = Seeing(self.world, SilentLogs(), self.inventory)
        control = Control(
            effects=LocalEffects(connection),
            runner=self.world,
            payloads=FakePayloads(),
            keys=LocalKeys(connection, light_signers(self.settings.keys_path)),
            audit=LocalAudit(connection),
        )
        return Hands(store(self.settings, connection), seeing, control, place(self.settings))

    def submit(self, **plan_changes: object) -> Request:
        """An agent's request, waiting."""
        return self.store.requests.submit(a_request("it is free again", **plan_changes))

    def decide(self, request: Request, answer: Answer = Answer.APPROVE) -> SignedDecision:
        """The approver's signed answer, recorded."""
        decision = self.decision(request, answer)
        signature = self.keys.sign(APPROVER, PASSPHRASE, decision.message)
        signed = SignedDecision(decision=decision, signature=signature, shown="shown", at=NOW)
        LocalDecisions(self.connection).append(signed)
        return signed

    def decision(self, request: Request, answer: Answer = Answer.APPROVE) -> Decision:
        """The approver's answer, not signed yet."""
        policy = self.keys.policy()
        assert isinstance(policy, SignedPolicy)
        return Decision(
            request_id=request.id,
            plan_digest=request.plan_digest,
            decision=answer,
            approver=APPROVER,
            key_id=self.approver.key_id,
            policy_digest=policy.digest,
            risk=request.plan.risk,
            shown_digest=text_digest("shown"),
            audit_head="0" * 64,
            not_after=request.plan.expires_at,
            nonce="n-1",
        )

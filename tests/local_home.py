"""A home folder on this machine: the real files, and everything that reads and writes them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bunsui_core.adapters.local.connect import StoreReader
from bunsui_core.adapters.local.control.audit import LocalAudit
from bunsui_core.adapters.local.control.decisions import LocalDecisions
from bunsui_core.adapters.local.control.effects import LocalEffects
from bunsui_core.adapters.local.control.keys import LocalKeys
from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.control.signing import Signers
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.adapters.local.grouping import LocalGroups
from bunsui_core.adapters.local.indexing import LocalIndex
from bunsui_core.adapters.local.requests import LocalRequests
from bunsui_core.adapters.local.sessions import LocalSessions
from bunsui_core.adapters.local.store import (
    LocalArchive,
    LocalDiagnoses,
    LocalHeartbeat,
    LocalOutcomes,
    LocalPipelines,
)
from bunsui_core.adapters.local.watching import LocalSightings, LocalWatches
from bunsui_core.app.decide import Deciding, Signing
from bunsui_core.app.trusting import add, revoke
from bunsui_core.app.verify import policy_in_force
from bunsui_core.domain.answer import Freshness, Review, Source
from bunsui_core.domain.approval import Request, SignedDecision, fold
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.policy import SignedPolicy, requirement
from bunsui_core.domain.trust import Approver, Named, Role
from bunsui_core.domain.trust_changing import Act
from bunsui_core.ports.control import Keys
from bunsui_core.ports.signing import Signer
from bunsui_core.wiring.clock import moment
from tests.builders import ACCOUNT, NOW, REGION, a_decision, later

HANAKO = "hanako"
PASSPHRASE = "three quiet rivers"
LIGHT = 2**4
"""A scrypt cost that protects nothing and takes no time."""

DOCUMENT = "the review"


def light_signers(folder: Path) -> Signers:
    """What signs with key files that take no time to open."""
    return Signers(folder, moment, cost=LIGHT)


class LocalHome:
    """A store and an inbox, just made; nobody may decide until someone is trusted."""

    def __init__(self, folder: Path, account: str = ACCOUNT, region: str = REGION) -> None:
        self.folder = folder
        self.store_path = folder / "store.db"
        self.inbox_path = folder / "inbox.db"
        create(self.store_path, self.inbox_path)
        self.writer = StoreWriter(self.store_path, account, region)
        self.reader = StoreReader(self.store_path, account, region)
        self.requests = LocalRequests(self.writer, self.inbox_path)
        self.decisions = LocalDecisions(self.writer)
        self.effects = LocalEffects(self.writer)
        self.audit = LocalAudit(self.writer)
        self.signers = light_signers(folder / "keys")
        self.keys = LocalKeys(self.writer, self.signers)
        self.deciding = Deciding(self.decisions, self.keys, self.audit, self.signers)
        self.sessions, self.groups = LocalSessions(self.writer), LocalGroups(self.writer)
        self.pipelines, self.index = LocalPipelines(self.writer), LocalIndex(self.writer)
        self.diagnoses, self.outcomes = LocalDiagnoses(self.writer), LocalOutcomes(self.writer)
        self.archive, self.heartbeat = LocalArchive(self.writer), LocalHeartbeat(self.writer)
        self.watches, self.sightings = LocalWatches(self.writer), LocalSightings(self.writer)

    def another(self, account: str = ACCOUNT, region: str = REGION) -> LocalHome:
        """The same files as another process sees them, perhaps for another account or region."""
        return LocalHome(self.folder, account, region)

    def trust(self, name: str = HANAKO, demo: bool = False, role: Role = Role.LEAD) -> Approver:
        """Trust a human, with a key under PASSPHRASE; the first one signs the policy."""
        return trusted_too(self.keys, self.signers, (name, demo, role))

    def revoke(self, approver: Approver) -> None:
        """Revoke a key; where it was the only lead's, there is another lead then."""
        revoked(self.keys, self.signers, approver)

    def rule(self, require: str, name: str = HANAKO) -> SignedPolicy:
        """Put a policy in force, signed by a trusted human, that requires one thing of all."""
        return ruled(self.keys, require, name)

    def signed(self, request: Request, approver: Approver, **changes: object) -> SignedDecision:
        """An approver's good signature under a decision; keywords change what is signed."""
        policy = self.keys.policy()
        defaults: dict[str, object] = {
            "approver": approver.name,
            "key_id": approver.key_id,
            "policy_digest": policy.digest if policy else "",
            "shown_digest": text_digest(DOCUMENT),
        }
        decision = a_decision(request, **{**defaults, **changes})
        signature = self.keys.sign(approver.name, PASSPHRASE, decision.message)
        return SignedDecision(decision=decision, signature=signature, shown=DOCUMENT, at=NOW)

    def plant_approver(self, approver: Approver) -> None:
        """Write an approver as an older bunsui did, which signed no changes."""
        with self.writer.writing() as connection:
            connection.execute(
                "INSERT INTO approvers VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *self.writer.place,
                    approver.key_id,
                    approver.name,
                    approver.public_key,
                    int(approver.is_demo),
                    approver.added_at.isoformat(),
                    approver.revoked_at.isoformat() if approver.revoked_at else None,
                ),
            )

    def plant_request(self, request_id: str, body: str) -> None:
        """Write an item past the adapter, as an asker's process could."""
        row = (*self.reader.place, request_id, "agent:claude", later(hours=1).isoformat(), body)
        self._insert("requests", row)

    def plant_withdrawal(self, asked: Request, body: str) -> None:
        """Write a withdrawal past the adapter, as an asker's process could."""
        self._insert("withdrawals", (*self.reader.place, asked.id, body))

    def _insert(self, table: str, row: tuple[str, ...]) -> None:
        with closing(sqlite3.connect(self.inbox_path, isolation_level=None)) as connection:
            marks = ", ".join("?" * (len(row) - 1))
            connection.execute(
                f"INSERT INTO {table} VALUES ({marks}, CAST(? AS TEXT))",
                (*row[:-1], row[-1].encode("latin-1", errors="replace")),
            )

    def review(self, request: Request) -> Review:
        """What a human saw of a request."""
        needed = requirement(policy_in_force(self.keys), request.plan)
        return Review(
            plan=request.plan,
            approval=fold(request, (), None, NOW),
            steps=(),
            requirement=needed.value,
            typed_code="",
            document=DOCUMENT,
            shown_digest=text_digest(DOCUMENT),
            freshness=Freshness(as_of=NOW, source=Source.STORE, worker_seen_at=NOW),
        )


def trusted_too(keys: Keys, signer: Signer, who: tuple[str, bool, Role]) -> Approver:
    """Trust one more human, whom a lead adds, or the first one."""
    name, demo, role = who
    if not keys.trust().approvers:
        return keys.create(name, PASSPHRASE, demo, NOW)
    made = signer.make(PASSPHRASE, demo)
    newcomer = Named(
        name=name, key_id=made.key_id, public_key=made.public_key, is_demo=demo, role=role
    )
    lead = Signing(keys.trust().leads[0].name, PASSPHRASE)
    (found,) = add(newcomer, lead, keys, Act(NOW, f"add-{name}")).approvers[-1:]
    return found


def revoked(keys: Keys, signer: Signer, approver: Approver) -> None:
    """Revoke a key; where it was the only lead's, there is another lead then."""
    if keys.trust().leads == (approver,):
        trusted_too(keys, signer, ("warden", approver.is_demo, Role.LEAD))
    (lead, *_) = (one for one in keys.trust().leads if one != approver)
    revoke(approver.name, Signing(lead.name, PASSPHRASE), keys, Act(NOW, f"no-{approver.name}"))


def ruled(keys: Keys, require: str, name: str) -> SignedPolicy:
    """Put a policy in force that requires one thing of all, signed by a trusted human."""
    text = f'version = 1\n[[rules]]\nmatch = {{}}\nrequire = "{require}"\n'
    (key_id,) = (one.key_id for one in keys.trusted() if one.name == name)
    before, place = keys.policy(), keys.trust()
    assert before
    unsigned = SignedPolicy(
        version=2,
        text=text,
        key_id=key_id,
        signature="",
        account=place.account,
        region=place.region,
        seq=before.seq + 1,
        prev=before.digest,
        at=NOW,
    )
    signature = keys.sign(name, PASSPHRASE, unsigned.message)
    policy = unsigned.model_copy(update={"signature": signature})
    keys.set_policy(policy)
    return policy

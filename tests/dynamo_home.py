"""A store in DynamoDB and S3, just made in an embedded AWS, and everything over it."""

from __future__ import annotations

from pathlib import Path

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.control.store.audit import DynamoAudit
from bunsui_core.adapters.aws.control.store.decisions import DynamoDecisions
from bunsui_core.adapters.aws.control.store.effects import DynamoEffects
from bunsui_core.adapters.aws.control.store.schema import create_store
from bunsui_core.adapters.aws.control.store.trust import DynamoTrust
from bunsui_core.adapters.aws.store.bodies import Bodies
from bunsui_core.adapters.aws.store.grouping import DynamoGroups
from bunsui_core.adapters.aws.store.items import Item, joined, moment
from bunsui_core.adapters.aws.store.keyed import Keyed
from bunsui_core.adapters.aws.store.objects import ASKED, S3Blobs
from bunsui_core.adapters.aws.store.remembered import (
    DynamoArchive,
    DynamoDiagnoses,
    DynamoHeartbeat,
    DynamoOutcomes,
    DynamoPipelines,
)
from bunsui_core.adapters.aws.store.requests import ASKED as REQUEST
from bunsui_core.adapters.aws.store.requests import WITHDRAWN, DynamoRequests
from bunsui_core.adapters.aws.store.sessions import DynamoSessions
from bunsui_core.adapters.aws.store.table import Table
from bunsui_core.adapters.aws.store.watching import DynamoSightings, DynamoWatches
from bunsui_core.adapters.local.control.keys import FileKeys
from bunsui_core.domain.approval import Request
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.trust import Approver, Role
from tests.builders import ACCOUNT, REGION, later
from tests.local_home import HANAKO, light_signers, revoked, ruled, trusted_too


class DynamoHome:
    """A table and a bucket, just made; nobody may decide until someone is trusted."""

    def __init__(
        self,
        clients: Clients,
        name: str,
        folder: Path,
        account: str = ACCOUNT,
        region: str = REGION,
    ) -> None:
        self.clients, self.name, self.folder = clients, name, folder
        self.table = Table(clients, name, account, region)
        self.trusting = DynamoTrust(self.table)
        self.signers = light_signers(folder / "keys")
        self.keys = FileKeys(self.trusting, self.signers)
        self.blobs = S3Blobs(clients, name)
        self.asked = Bodies(self.table, S3Blobs(clients, name, ASKED))
        self._over(Bodies(self.table, self.blobs), self.asked)

    def _over(self, bodies: Bodies, asked: Bodies) -> None:
        table = self.table
        self.requests, self.decisions = DynamoRequests(table, asked), DynamoDecisions(asked)
        self.effects, self.audit = DynamoEffects(table), DynamoAudit(table)
        self.sessions, self.groups = DynamoSessions(table, bodies), DynamoGroups(table)
        self.pipelines, self.index = DynamoPipelines(asked), Keyed(table)
        self.diagnoses, self.outcomes = DynamoDiagnoses(bodies), DynamoOutcomes(table)
        self.archive, self.heartbeat = DynamoArchive(table), DynamoHeartbeat(table)
        self.watches, self.sightings = DynamoWatches(table), DynamoSightings(table)

    def another(self, account: str = ACCOUNT, region: str = REGION) -> DynamoHome:
        """The same table as another process sees it, perhaps for another account or region."""
        return DynamoHome(self.clients, self.name, self.folder, account, region)

    def trust(self, name: str = HANAKO, demo: bool = False, role: Role = Role.LEAD) -> Approver:
        """Trust a human, with a key under PASSPHRASE; the first one signs the policy."""
        return trusted_too(self.keys, self.signers, (name, demo, role))

    def revoke(self, approver: Approver) -> None:
        """Revoke a key; where it was the only lead's, there is another lead then."""
        revoked(self.keys, self.signers, approver)

    def rule(self, require: str, name: str = HANAKO) -> SignedPolicy:
        """Put a policy in force, signed by a trusted human, that requires one thing of all."""
        return ruled(self.keys, require, name)

    def plant_approver(self, approver: Approver) -> None:
        """Write an approver as an older bunsui did, which signed no changes."""
        pk = joined("KEY", *self.table.place)
        line = approver.model_dump_json(exclude={"role", "holder", "kms_key"})
        self.table.put({"pk": pk, "sk": f"APPROVER#{approver.key_id}", "line": line})

    def plant_request(self, request_id: str, body: str) -> None:
        """Write an item past the adapter, as an asker's process could."""
        place = self.table.place
        item: Item = {
            "pk": joined("REQ", "agent:claude", *place, request_id),
            "sk": REQUEST,
            "pk1": joined("REQ", *place),
            "sk1": joined(moment(later(hours=1)), request_id),
            "pk2": joined("REQ", *place, request_id),
            "sk2": "agent:claude",
        }
        self.table.put({**item, **self.asked.packed(body)})

    def plant_withdrawal(self, asked: Request, body: str) -> None:
        """Write a withdrawal past the adapter, as an asker's process could."""
        pk = joined("REQ", asked.plan.requester, *self.table.place, asked.id)
        self.table.put({"pk": pk, "sk": WITHDRAWN, "line": body})


def clients_of(url: str, key: str) -> Clients:
    """Clients of an embedded AWS as root of an account of their own."""
    return Clients(lambda: Access(url, REGION, key, key, reading=False))


def made(clients: Clients, name: str, folder: Path) -> DynamoHome:
    """A store of its own, just made."""
    create_store(clients, name, name, REGION)
    return DynamoHome(clients, name, folder)

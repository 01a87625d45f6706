"""A store in DynamoDB and S3, just made in an embedded AWS, and everything over it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.control.store.decisions import DynamoDecisions
from bunsui_core.adapters.aws.control.store.effects import DynamoEffects
from bunsui_core.adapters.aws.control.store.schema import create_store
from bunsui_core.adapters.aws.store.bodies import Bodies
from bunsui_core.adapters.aws.store.keyed import Keyed
from bunsui_core.adapters.aws.store.objects import ASKED, S3Blobs
from bunsui_core.adapters.aws.store.requests import DynamoRequests
from bunsui_core.adapters.aws.store.sessions import DynamoSessions
from bunsui_core.adapters.aws.store.table import Table
from tests.builders import ACCOUNT, REGION


class DynamoHome:
    """A table and a bucket, just made; nobody may decide until someone is trusted."""

    def __init__(self, clients: Clients, name: str, account: str = ACCOUNT, region: str = REGION):
        self.clients = clients
        self.name = name
        self.table = Table(clients, name, account, region)
        self.blobs = S3Blobs(clients, name)
        self.asked = Bodies(self.table, S3Blobs(clients, name, ASKED))
        self.requests = DynamoRequests(self.table, self.asked)
        self.decisions = DynamoDecisions(self.asked)
        self.effects = DynamoEffects(self.table)
        self.sessions = DynamoSessions(self.table, Bodies(self.table, self.blobs))
        self.index = Keyed(self.table)

    def another(self, account: str = ACCOUNT, region: str = REGION) -> DynamoHome:
        """The same table as another process sees it, perhaps for another account or region."""
        return DynamoHome(self.clients, self.name, account, region)


def clients_of(url: str, key: str) -> Clients:
    """Clients of the embedded AWS as root of an account of their own."""
    return Clients(lambda: Access(url, REGION, key, key, reading=False))


def made(clients: Clients, name: str) -> DynamoHome:
    """A store of its own, just made."""
    create_store(clients, name, name, REGION)
    return DynamoHome(clients, name)

"""A store in DynamoDB and S3, which several machines share, as one actor may see it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.store.asking import asks_only
from bunsui_core.adapters.aws.store.bodies import Bodies
from bunsui_core.adapters.aws.store.grouping import DynamoGroups
from bunsui_core.adapters.aws.store.keyed import Keyed
from bunsui_core.adapters.aws.store.objects import ASKED, S3Blobs
from bunsui_core.adapters.aws.store.remembered import (
    DynamoArchive,
    DynamoDiagnoses,
    DynamoHeartbeat,
    DynamoOutcomes,
    DynamoPipelines,
)
from bunsui_core.adapters.aws.store.requests import DynamoRequests
from bunsui_core.adapters.aws.store.rules import DynamoRules
from bunsui_core.adapters.aws.store.sessions import DynamoSessions
from bunsui_core.adapters.aws.store.table import Table
from bunsui_core.adapters.aws.store.watching import DynamoWatches
from bunsui_core.ports.store import Groups, Store
from bunsui_core.settings import Settings
from bunsui_core.wiring.seeing import local_access, profile_access


@dataclass(frozen=True)
class Shared:
    """The table and the bucket of an environment, with the credentials of one actor."""

    clients: Clients
    table: Table
    bucket: str

    @cached_property
    def blobs(self) -> S3Blobs:
        """What the worker keeps beside the table."""
        return S3Blobs(self.clients, self.bucket)

    @cached_property
    def bodies(self) -> Bodies:
        """How the worker packs what it remembers."""
        return Bodies(self.table, self.blobs)

    @cached_property
    def asked(self) -> Bodies:
        """How askers and approvers pack what they write."""
        return Bodies(self.table, S3Blobs(self.clients, self.bucket, ASKED))


def shared(settings: Settings, actor: str) -> Shared:
    """Return the store of an environment; an agent's process can only read it and ask."""
    guard = asks_only if actor == "agent" else None
    clients = Clients(lambda: access(settings, actor), guard)
    table = Table(clients, settings.table, settings.account, settings.region)
    return Shared(clients, table, settings.bucket)


def shared_store(kept: Shared) -> Store:
    """Return everything remembered in a table, as its credentials may see or write it."""
    return Store(
        requests=DynamoRequests(kept.table, kept.asked),
        pipelines=DynamoPipelines(kept.asked),
        sessions=DynamoSessions(kept.table, kept.bodies),
        diagnoses=DynamoDiagnoses(kept.bodies),
        outcomes=DynamoOutcomes(kept.table),
        heartbeat=DynamoHeartbeat(kept.table),
        index=Keyed(kept.table),
        watches=DynamoWatches(kept.table),
        archive=DynamoArchive(kept.table),
        documents=kept.blobs,
        rules=DynamoRules(kept.table),
    )


def shared_groups(settings: Settings) -> Groups:
    """Return the sessions of a table by what they have in common, to read."""
    return DynamoGroups(shared(settings, "agent").table)


def access(settings: Settings, actor: str) -> Access:
    """Return how an actor reaches the store: with the profile that is that actor's."""
    if settings.is_local:
        return local_access(settings, actor, reading=False)
    own = {"worker": settings.execute_profile, "approver": settings.approve_profile}
    profile = own.get(actor) or settings.read_profile
    return replace(profile_access(settings.account, settings.region, profile), reading=False)

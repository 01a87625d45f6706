"""What each actor may write in a table; what one is denied, another one is allowed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.control.store.audit import DynamoAudit
from bunsui_core.adapters.aws.control.store.decisions import DynamoDecisions
from bunsui_core.adapters.aws.control.store.effects import DynamoEffects
from bunsui_core.adapters.aws.control.store.schema import create_store
from bunsui_core.adapters.aws.control.store.trust import DynamoTrust
from bunsui_core.adapters.aws.store.table import Table
from bunsui_core.adapters.emulator.actors import Actor
from bunsui_core.adapters.emulator.launcher import down, up
from bunsui_core.domain.environment import StoreKind
from bunsui_core.domain.errors import NotAuthorised
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.trust import Named, Role, SignedTrustChange
from bunsui_core.domain.trust_changing import first_change
from bunsui_core.ports.control import Claim
from bunsui_core.settings import Settings
from bunsui_core.wiring.shared import Shared, shared, shared_store
from tests.builders import (
    ACCOUNT,
    NOW,
    REGION,
    a_diagnosis,
    a_pipeline,
    a_request,
    a_session,
    a_signed_decision,
    later,
)
from tests.emulator.embedded import Embedded

TABLE, BUCKET = "bunsui", "bunsui-store"
ACTORS: tuple[Actor, ...] = ("agent", "approver", "worker")


@dataclass
class Rights:
    """The store of an embedded AWS as each of its actors holds it."""

    aws: Embedded
    names: Iterator[str]
    open: list[Clients] = field(default_factory=list)

    def of(self, actor: Actor) -> Shared:
        """The store with an actor's credentials, and no guard of ours in between."""
        key = self.aws.key(actor)
        access = Access(
            self.aws.server.url, REGION, key.access_key_id, key.secret_access_key, reading=False
        )
        clients = Clients(lambda: access)
        self.open.append(clients)
        return Shared(clients, Table(clients, TABLE, ACCOUNT, REGION), BUCKET)

    def can(self, actor: Actor, act: Callable[[Shared, str], object]) -> bool:
        """Whether the embedded AWS lets an actor do something, under a name of its own."""
        try:
            act(self.of(actor), next(self.names))
        except NotAuthorised:
            return False
        return True


@pytest.fixture(scope="module")
def rights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rights]:
    home = tmp_path_factory.mktemp("rights")
    aws = Embedded(up(home, watch_pid=os.getpid(), wait_scale=0), home)
    made = Rights(aws, (f"n-{number}" for number in range(10_000)))
    root = made.of("root")
    create_store(root.clients, TABLE, BUCKET, REGION)
    yield made
    for clients in made.open:
        clients.close()
    down(home)


def asks(kept: Shared, name: str, requester: str = "agent:claude") -> None:
    """Submit a request."""
    shared_store(kept).requests.submit(a_request(request_id=name, requester=requester))


def asks_at_length(kept: Shared, name: str) -> None:
    """Keep a text that is too long for an item."""
    kept.asked.blobs.put(name.encode() * 9)


def decides(kept: Shared, name: str) -> None:
    """Record a decision."""
    DynamoDecisions(kept.asked).append(a_signed_decision(a_request(request_id=name)))


def claims(kept: Shared, name: str) -> None:
    """Consume a request."""
    claim = Claim(request_id=name, executor="w", now=NOW, lease_until=later(minutes=1))
    DynamoEffects(kept.table).claim(claim)


def saves(kept: Shared, name: str) -> None:
    """Store a session, with its counts and keys."""
    shared_store(kept).sessions.save(a_session(id=name))


def explains(kept: Shared, name: str) -> None:
    """Store a diagnosis."""
    shared_store(kept).diagnoses.put(a_diagnosis(session_id=name))


def beats(kept: Shared, _name: str) -> None:
    """Say that a worker is alive."""
    shared_store(kept).heartbeat.beat(NOW)


def chains(kept: Shared, name: str) -> None:
    """Append to the record."""
    DynamoAudit(kept.table).append("requested", name, "agent:claude", "ab", NOW)


def archives(kept: Shared, name: str) -> None:
    """Keep a document."""
    kept.blobs.put(name.encode())


def trusts(kept: Shared, name: str) -> None:
    """Put a policy in force."""
    number = int(name.removeprefix("n-")) + 1
    policy = SignedPolicy(version=2, text="", key_id="", signature="", seq=number)
    DynamoTrust(kept.table).put_policy(policy)


def adds_an_approver(kept: Shared, name: str) -> None:
    """Append to the list of whom to trust."""
    key = "ab" * 32
    about = Named(name=name, key_id="cd" * 8, public_key=key, is_demo=False, role=Role.LEAD)
    first = first_change(about, kept.table.place, NOW, name)
    later = first.model_copy(update={"seq": int(name.removeprefix("n-")) + 2})
    signed = SignedTrustChange(change=later, signature="")
    if not DynamoTrust(kept.table).append((signed,)):
        raise AssertionError("this change is there already")


def plans(kept: Shared, name: str) -> None:
    """Put a pipeline."""
    shared_store(kept).pipelines.put(a_pipeline(name=name))


def unwrites(kept: Shared, name: str) -> None:
    """Remove an entry of the record."""
    kept.table.delete([(f"AUD#{ACCOUNT}#{REGION}", name)])


def undoes(kept: Shared, name: str) -> None:
    """Remove what says that a request was consumed."""
    kept.table.delete([(f"EXE#{ACCOUNT}#{REGION}#{name}", "STATE")])


def forgets(kept: Shared, name: str) -> None:
    """Forget a machine that is gone."""
    shared_store(kept).watches.forget((name,))


def reads(kept: Shared, _name: str) -> None:
    """Read what everybody may read."""
    store = shared_store(kept)
    store.requests.newest(3)
    store.requests.decisions("r-none")
    store.sessions.open_ids()
    store.outcomes.all()
    store.diagnoses.similar("0" * 16, 3)


ALLOWED: dict[Callable[[Shared, str], None], set[Actor]] = {
    asks: {"agent"},
    asks_at_length: {"agent", "approver"},
    decides: {"approver"},
    claims: {"worker"},
    saves: {"worker"},
    explains: {"worker"},
    beats: {"worker"},
    chains: {"worker"},
    archives: {"worker"},
    unwrites: set(),
    undoes: set(),
    forgets: {"worker"},
    reads: {"agent", "approver", "worker"},
    plans: {"approver"},
    trusts: {"approver"},
    adds_an_approver: {"approver"},
}
"""Who may do what in the embedded AWS, in which the people also set the store up."""


@pytest.mark.parametrize("act", list(ALLOWED), ids=[one.__name__ for one in ALLOWED])
def test_each_kind_of_item_has_its_writers(
    rights: Rights, act: Callable[[Shared, str], None]
) -> None:
    assert {actor for actor in ACTORS if rights.can(actor, act)} == ALLOWED[act]
    assert rights.can("root", act)


@pytest.mark.parametrize(("actor", "may"), [("agent", False), ("approver", True)])
def test_an_agent_does_not_ask_in_the_name_of_a_human(
    rights: Rights, actor: Actor, may: bool
) -> None:
    assert rights.can(actor, partial(asks, requester="human:hanako")) is may


def test_an_agents_process_refuses_by_itself_what_it_may_not_do(rights: Rights) -> None:
    settings = Settings(home=rights.aws.home, store=StoreKind.DYNAMODB)
    kept = shared(settings, "agent")
    rights.open.append(kept.clients)

    asks(kept, next(rights.names))
    for act in (decides, claims, saves, chains, archives):
        with pytest.raises(NotAuthorised, match="only reads the store and asks"):
            act(kept, next(rights.names))

"""What `bunsui store` and `bunsui storms` answer, as complete values."""

from __future__ import annotations

from collections.abc import Mapping

from bunsui_core.domain.approval import Approval
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.moving import Kind, Migrated, Moved, Shelving, StoreState
from bunsui_core.domain.plan import Place
from bunsui_core.domain.recovery import Proposal
from bunsui_core.domain.storm import Casualty, LeftOut, Storm, StormProposal, Storms, storms
from bunsui_core.domain.value import Value
from bunsui_core.domain.waves import Waves
from tests.builders import NOW


def of_storms(approval: Approval, proposal: Proposal) -> Mapping[str, Value]:
    """What is told of sessions that failed alike, and of one plan for them."""
    found = a_storm()
    plan = proposal.plan.model_copy(update={"waves": Waves()})
    made = StormProposal(
        proposal_id=plan.digest,
        storm=found,
        mode=proposal.mode,
        canary=proposal,
        left_out=(LeftOut(session_id="s-2", reason="request r-1 about it is open"),),
        plan=plan,
        inputs=(proposal.input,),
    )
    return {
        "storms-list": Storms(items=(found,), looked_at=3, failed=9, unexplained=1),
        "storms-show": found,
        "storms-plan": made,
        "storms-recover": approval,
    }


def a_storm(message: str = "The specified key does not exist.") -> Storm:
    """Two sessions that missed the same object."""
    hit = (
        Casualty(
            session_id=f"s-{number}",
            pipeline="orders",
            job="extract",
            machine="arn:aws:states:us-east-1:000000000000:stateMachine:orders-extract",
            fingerprint="f" * 16,
            category=Category.MISSING_RESOURCE,
            error="NoSuchKey",
            message=message,
            failed_at=NOW,
        )
        for number in (1, 2)
    )
    (found,) = storms(hit)
    return found


def of_store() -> Mapping[str, Value]:
    """What a whole store says of itself, and of being moved."""
    place = Place(environment="local", account="000000000000", region="us-east-1")
    done = Moved(
        path="shop.tar",
        digest="ab" * 32,
        place=place,
        counts={Kind.SESSIONS: 3, Kind.REQUESTS: 0},
        documents=2,
        damaged=1,
        kept_aside="/home/me/replaced-20260302T011400Z.tar",
    )
    shelved = Shelving(
        executions=7,
        bytes=52_100,
        oldest_at=NOW,
        keep_days=400,
        due=2,
        staying={"their session failed and can still be recovered": 1},
    )
    state = StoreState(
        kind="sqlite",
        where="/home/me/store.db",
        documents_where="/home/me/blobs",
        version=5,
        known_version=5,
        unfinished="",
        counts={Kind.SESSIONS: 3},
        archive=shelved,
    )
    grown = Migrated(
        where="/home/me", from_version=3, to_version=5, digest="cd" * 32, kept_aside="/x"
    )
    return {
        "store-status": state,
        "store-export": done,
        "store-import": done,
        "store-migrate": grown,
    }

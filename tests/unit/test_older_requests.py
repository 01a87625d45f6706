"""What was asked of an older bunsui is listed and shown, and not executed: it had no preview."""

from __future__ import annotations

import hashlib
import json

import pytest
import rfc8785

from bunsui_core.app.execute import execute
from bunsui_core.app.lease import Turn
from bunsui_core.app.review import Looked, review_steps
from bunsui_core.domain.approval import EffectState, Request
from bunsui_core.domain.reviewing import document
from bunsui_core.domain.value import Json
from bunsui_core.ports.observe import Seeing
from tests.builders import (
    ACCOUNT,
    INPUT,
    REGION,
    SESSION_ID,
    an_expectation,
    execution,
    later,
    machine,
)
from tests.fakes import SilentLogs
from tests.unit.desk_kit import Bench

PLAN: dict[str, Json] = {
    "version": 1,
    "request_id": "r-old",
    "requester": "agent:claude",
    "environment": "local",
    "account": ACCOUNT,
    "region": REGION,
    "created_at": "2026-03-02T01:14:00Z",
    "expires_at": "2026-03-02T01:44:00Z",
    "risk": "low",
    "steps": [
        {
            "kind": "redrive",
            "session_id": SESSION_ID,
            "job": "extract",
            "machine": machine("extract"),
            "execution_arn": execution("extract"),
            "input_digest": hashlib.sha256(rfc8785.dumps(json.loads(INPUT))).hexdigest(),
            "expect": an_expectation().model_dump(mode="json"),
        }
    ],
}
"""A plan as the first version of bunsui stored it."""

DIGEST = hashlib.sha256(b"bunsui/plan/v1\0" + rfc8785.dumps(PLAN)).hexdigest()
"""What a human signed of it then."""


@pytest.fixture
def older(bench: Bench) -> Request:
    text = "it is free again"
    body = {
        "plan": PLAN,
        "plan_digest": DIGEST,
        "reason": text,
        "reason_digest": hashlib.sha256(text.encode()).hexdigest(),
        "inputs": [INPUT],
        "client_claim": "",
    }
    return bench.store.requests.submit(Request.model_validate_json(json.dumps(body)))


def test_it_keeps_the_digest_that_was_signed(older: Request) -> None:
    assert older.plan.digest == DIGEST


def test_it_is_listed_and_shown(bench: Bench, older: Request) -> None:
    seeing = Seeing(bench.world, SilentLogs(), bench.inventory)

    steps = review_steps(older, Looked(bench.store, seeing, later(minutes=1)))

    assert bench.store.requests.newest(10) == (older,)
    assert "redrive job extract" in document(older, steps, "one")


def test_it_is_not_executed(bench: Bench, older: Request) -> None:
    bench.decide(older)

    state = execute(older, bench.hands(), Turn("worker-1", later(minutes=2)))

    effect = bench.store.requests.effect(older.id)
    assert effect
    assert state is EffectState.STALE
    assert "an older bunsui planned it" in effect.note
    assert bench.world.effects == []

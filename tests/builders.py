"""Complete values for tests; a keyword says what is special about one of them.

Every builder validates what it is given, so a test cannot arrange a value that cannot exist.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from bunsui_core.domain.approval import Decision, Effect, Request, SignedDecision, ask
from bunsui_core.domain.canonical import json_digest, text_digest
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.failure import Evidence, Failure
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.plan import Expect, Plan, RedriveJob, RestartJob, StartSession
from bunsui_core.domain.preview import Preview
from bunsui_core.domain.session import Attempt, JobRun, Session

ACCOUNT = "000000000000"
REGION = "us-east-1"
NOW = datetime(2026, 3, 2, 1, 14, tzinfo=UTC)
SESSION_ID = "s-20260302-orders"
REQUEST_ID = "r-4f2a"
INPUT = '{"input": {"source": "s3://orders/day.csv"}, "outputs": {}}'
ARN = f"arn:aws:states:{REGION}:{ACCOUNT}"


def later(**span: float) -> datetime:
    """The moment that far after NOW, in the keywords of `timedelta`."""
    return NOW + timedelta(**span)


def machine(job: str) -> str:
    """The ARN of a job's state machine."""
    return f"{ARN}:stateMachine:orders-{job}"


def execution(job: str, attempt: int = 1, session_id: str = SESSION_ID) -> str:
    """The ARN of one execution of a job."""
    return f"{ARN}:execution:orders-{job}:{session_id}-{job}-a{attempt}"


def a_pipeline(**changes: object) -> Pipeline:
    """Three jobs in a row: extract, transform, load."""
    again = {"effect": "idempotent"}
    jobs = [
        {"name": "extract", "machine": machine("extract"), **again},
        {"name": "transform", "machine": machine("transform"), "after": ["extract"], **again},
        {"name": "load", "machine": machine("load"), "after": ["transform"], **again},
    ]
    return Pipeline.model_validate({"name": "orders", "jobs": jobs, **changes})


def an_attempt(job: str = "extract", **changes: object) -> Attempt:
    """The first execution of a job; it succeeded within a minute."""
    defaults: dict[str, object] = {
        "number": 1,
        "execution_name": f"{SESSION_ID}-{job}-a1",
        "execution_arn": execution(job),
        "input": INPUT,
        "input_digest": json_digest(INPUT),
        "status": "SUCCEEDED",
        "started_at": NOW,
        "stopped_at": later(minutes=1),
        "output": '{"rows": 3}',
    }
    return Attempt.model_validate({**defaults, **changes})


def a_failed_attempt(job: str = "extract", **changes: object) -> Attempt:
    """The first execution of a job; it failed for a missing object."""
    return an_attempt(
        job,
        **{
            "status": "FAILED",
            "output": None,
            "error": "NoSuchKey",
            "cause": "An error occurred (NoSuchKey): The specified key does not exist.",
            "redrive_status": "REDRIVABLE",
            **changes,
        },
    )


def a_session(**changes: object) -> Session:
    """A session of `orders` whose first job failed and whose other jobs wait."""
    failed = JobRun(job="extract", attempts=(a_failed_attempt(),))
    defaults: dict[str, object] = {
        "id": SESSION_ID,
        "pipeline": a_pipeline(),
        "environment": "local",
        "account": ACCOUNT,
        "region": REGION,
        "input": '{"source": "s3://orders/day.csv"}',
        "runs": (failed, JobRun(job="transform"), JobRun(job="load")),
        "status": "FAILED",
        "created_at": NOW,
        "requested_by": "human:hanako",
        "stopped_at": later(minutes=1),
    }
    return Session.model_validate({**defaults, **changes})


def an_expectation(**changes: object) -> Expect:
    """The world in which the job failed once and nobody touched it since."""
    defaults: dict[str, object] = {
        "status": "FAILED",
        "redrive_count": 0,
        "last_event_id": 7,
        "definition_revision": "rev-1",
        "graph_hash": a_pipeline().graph_hash,
        "attempt": 1,
    }
    return Expect.model_validate({**defaults, **changes})


def a_preview(sure: bool = True, **changes: object) -> Preview:
    """The extract runs, two jobs follow; its one state may run, unless that is `sure`."""
    jobs: list[dict[str, object]] = [
        {"job": name, "certain": ("Work",), "code": [{"name": machine(name), "revision": "rev-1"}]}
        for name in ("extract", "transform", "load")
    ]
    jobs[0] |= {"input_digest": json_digest(INPUT)}
    jobs[0] |= {} if sure else {"certain": (), "possible": ("Work",)}
    kinds = {"runs": ("extract",), "follows": ("transform", "load"), "reused": (), "untouched": ()}
    return Preview.model_validate({**kinds, "jobs": jobs, **changes})


def a_redrive(**changes: object) -> RedriveJob:
    """The step that lets the failed execution go on."""
    defaults: dict[str, object] = {
        "session_id": SESSION_ID,
        "job": "extract",
        "machine": machine("extract"),
        "execution_arn": execution("extract"),
        "input_digest": json_digest(INPUT),
        "expect": an_expectation(),
        "preview": a_preview(sure=False),
    }
    return RedriveJob.model_validate({**defaults, **changes})


def a_restart(**changes: object) -> RestartJob:
    """The step that starts the failed job anew with the same input."""
    defaults: dict[str, object] = {
        "session_id": SESSION_ID,
        "job": "extract",
        "machine": machine("extract"),
        "failed_execution_arn": execution("extract"),
        "execution_name": f"{SESSION_ID}-extract-a2",
        "attempt": 2,
        "input_digest": json_digest(INPUT),
        "input_edited": False,
        "expect": an_expectation(),
        "preview": a_preview(),
    }
    return RestartJob.model_validate({**defaults, **changes})


def a_start(**changes: object) -> StartSession:
    """The step that starts a session of `orders`."""
    defaults: dict[str, object] = {
        "session_id": SESSION_ID,
        "pipeline": "orders",
        "graph_hash": a_pipeline().graph_hash,
        "input_digest": json_digest(INPUT),
    }
    return StartSession.model_validate({**defaults, **changes})


def a_plan(**changes: object) -> Plan:
    """An agent's plan to redrive one job in the embedded AWS."""
    defaults: dict[str, object] = {
        "request_id": REQUEST_ID,
        "requester": "agent:claude",
        "environment": "local",
        "account": ACCOUNT,
        "region": REGION,
        "created_at": NOW,
        "expires_at": later(minutes=30),
        "risk": "low",
        "steps": (a_redrive(),),
    }
    return Plan.model_validate({**defaults, **changes})


def a_request(reason: str = "the object is there now", **plan_changes: object) -> Request:
    """An agent's request for a plan; keywords change the plan."""
    plan = a_plan(**plan_changes)
    return ask(plan, reason, tuple(INPUT for _ in plan.steps), client_claim="claude-code 2.0")


def a_decision(request: Request | None = None, **changes: object) -> Decision:
    """Hanako's approval of a request, not yet signed."""
    plan = (request or a_request()).plan
    defaults: dict[str, object] = {
        "request_id": plan.request_id,
        "plan_digest": plan.digest,
        "decision": "approve",
        "approver": "hanako",
        "key_id": "0" * 16,
        "policy_digest": "0" * 64,
        "risk": plan.risk,
        "shown_digest": text_digest("the review"),
        "audit_head": "0" * 64,
        "not_after": plan.expires_at,
        "nonce": "n-1",
    }
    return Decision.model_validate({**defaults, **changes})


def a_signed_decision(request: Request | None = None, **changes: object) -> SignedDecision:
    """A decision with a signature that no key made; keywords change the decision."""
    decision = a_decision(request, **changes)
    return SignedDecision(decision=decision, signature="00" * 64, shown="the review", at=NOW)


def an_effect(**changes: object) -> Effect:
    """The execution of the request, just begun by a worker."""
    defaults: dict[str, object] = {
        "request_id": REQUEST_ID,
        "state": "EXECUTING",
        "executor": "worker-1",
        "lease_until": later(minutes=1),
        "claims": 1,
        "note": "",
        "at": NOW,
    }
    return Effect.model_validate({**defaults, **changes})


def an_evidence(**changes: object) -> Evidence:
    """The event in which the task failed."""
    defaults: dict[str, object] = {
        "id": "event:6",
        "kind": "event",
        "text": "TaskFailed: NoSuchKey",
        "source": execution("extract"),
    }
    return Evidence.model_validate({**defaults, **changes})


def a_failure(**changes: object) -> Failure:
    """A task that failed because an object does not exist."""
    defaults: dict[str, object] = {
        "execution_arn": execution("extract"),
        "job": "extract",
        "status": "FAILED",
        "state_path": ("Extract",),
        "failed_state": "Extract",
        "state_type": "Task",
        "event_id": 6,
        "error": "NoSuchKey",
        "cause": json.dumps({"errorMessage": "The specified key does not exist."}),
        "message": "The specified key does not exist.",
        "exception": "NoSuchKey",
        "failed_at": later(minutes=1),
        "evidence": (an_evidence(),),
    }
    return Failure.model_validate({**defaults, **changes})


def a_diagnosis(**changes: object) -> Diagnosis:
    """The explanation of the failed extract: its source object is missing."""
    defaults: dict[str, object] = {
        "session_id": SESSION_ID,
        "job": "extract",
        "attempt": 1,
        "redrive_count": 0,
        "failure": a_failure(),
        "category": "missing_resource",
        "alternatives": (),
        "transient": False,
        "action": "fix_input",
        "confidence": "high",
        "summary": "extract failed: s3://orders/day.csv does not exist",
        "evidence": (an_evidence(),),
        "logs": (),
        "logs_note": "",
        "made_at": later(minutes=2),
    }
    return Diagnosis.model_validate({**defaults, **changes})


def an_outcome(**changes: object) -> Outcome:
    """A redrive that worked."""
    defaults: dict[str, object] = {
        "request_id": REQUEST_ID,
        "session_id": SESSION_ID,
        "job": "extract",
        "mode": "redrive",
        "category": "missing_resource",
        "result": "SUCCEEDED",
        "waited_s": 300,
        "at": later(minutes=10),
    }
    return Outcome.model_validate({**defaults, **changes})

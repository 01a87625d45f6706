"""What each actor may do in an AWS account, as IAM policies: who asks, who decides, who executes.

The asker reads and adds requests of its own. The approver adds decisions and signs them. The
executor starts, redrives and stops machines and records what it did. None can do another's part,
and each says so itself: its policy denies the others' parts whatever else it is granted.
"""

from __future__ import annotations

from collections.abc import Sequence

from bunsui_core.domain.estate import Estate as Estate
from bunsui_core.domain.estate import allows, looks
from bunsui_core.domain.keeping import (
    WRITES,
    adds,
    adds_plans,
    denies,
    moves,
    observes,
    reads_store,
    records,
    sets_up,
)
from bunsui_core.domain.value import Json

Policy = dict[str, Json]

AGENT_TAG = "bunsui-agent"
"""The tag of a principal that names the agent it is; its requests stand under that name."""

APPROVER_TAG = "bunsui-approver"
"""The tag of a principal that names the approver it is."""

KEY_TAG = "bunsui:approver"
"""The tag of a KMS key that names the approver it belongs to."""

MANAGED_TAG = "bunsui:managed"
"""The tag of a state machine that bunsui may run; its executions inherit it."""

CHANGES = ("states:StartExecution", "states:RedriveExecution", "states:StopExecution")
"""The calls that change an execution."""

_CHANGES_OF_ROLES = tuple(
    f"iam:{verb}*"
    for verb in (
        "Add",
        "Attach",
        "Change",
        "Create",
        "Deactivate",
        "Delete",
        "Detach",
        "Enable",
        "Pass",
        "Put",
        "Remove",
        "Reset",
        "Resync",
        "Set",
        "Tag",
        "Untag",
        "Update",
        "Upload",
    )
)
"""All of IAM that is not reading."""

_NOT_OURS = (
    "states:StartSyncExecution",
    "states:CreateStateMachine",
    "states:UpdateStateMachine",
    "states:DeleteStateMachine",
    "states:TestState",
    "states:SendTaskSuccess",
    "states:SendTaskFailure",
    "states:UpdateMapRun",
    "states:TagResource",
    "states:UntagResource",
    "lambda:InvokeFunction",
    "lambda:CreateFunction",
    "lambda:UpdateFunction*",
    "ecs:RunTask",
    "ecs:StopTask",
    *_CHANGES_OF_ROLES,
    "sts:AssumeRole",
)


def reading(estate: Estate) -> Policy:
    """Let a profile see what bunsui shows, and nothing else; the least that all of it needs."""
    return _policy([*looks(estate), *_hears(estate)])


def executing(estate: Estate) -> Policy:
    """Let a profile also run, redrive and stop what was approved; the least that it needs."""
    return _policy([*looks(estate), *_runs(estate)])


def asker(estate: Estate, name: str = f"${{aws:PrincipalTag/{AGENT_TAG}}}") -> Policy:
    """Let an agent look, and add requests under its own name, which its tag says."""
    own = adds(estate, f"REQ#agent:{name}#*")
    statements = [*looks(estate), *reads_store(estate), *own, *adds_plans(estate)]
    changes = [*CHANGES, *_NOT_OURS, "kms:Sign", *WRITES[1:]]
    return _policy([*statements, denies("NeverChange", changes)])


def approver(estate: Estate, name: str = f"${{aws:PrincipalTag/{APPROVER_TAG}}}") -> Policy:
    """Let a human look, ask, add decisions, and sign them with the key that carries her name."""
    leading = f"REQ#human:{name}#*", "DEC#*"
    statements = [
        *looks(estate),
        *reads_store(estate),
        *adds(estate, *leading),
        *adds_plans(estate),
    ]
    changes = [*CHANGES, *_NOT_OURS, *WRITES[1:]]
    statements += _signs(estate)
    return _policy([*statements, denies("NeverChange", changes)])


def _signs(estate: Estate) -> list[Json]:
    """Sign decisions with the one key that carries the approver's name; know whose keys are."""
    own: dict[str, Json] = {f"aws:ResourceTag/{KEY_TAG}": f"${{aws:PrincipalTag/{APPROVER_TAG}}}"}
    said: dict[str, Json] = {"kms:SigningAlgorithm": "ED25519_SHA_512", "kms:MessageType": "RAW"}
    sign = allows("SignWithOwnKey", ["kms:Sign"], [estate.arn("kms", "key/*")])
    return [{**sign, "Condition": {"StringEquals": {**own, **said}}}, _knows("KnowKeys", estate)]


def _knows(sid: str, estate: Estate) -> Json:
    """See the public half of a key that carries an approver's name; it is no secret."""
    know = allows(sid, ["kms:GetPublicKey"], [estate.arn("kms", "key/*")])
    return {**know, "Condition": {"Null": {f"aws:ResourceTag/{KEY_TAG}": "false"}}}


def signs_for_anybody(estate: Estate) -> Json:
    """Use each key that carries an approver's name: for an account whose people share one user."""
    calls = ["kms:Sign", "kms:GetPublicKey"]
    shared = allows("SignForAnybody", calls, [estate.arn("kms", "key/*")])
    return {**shared, "Condition": {"Null": {f"aws:ResourceTag/{KEY_TAG}": "false"}}}


def setting_up(estate: Estate) -> Policy:
    """Let a person say whom to trust and bring pipelines, on the occasion."""
    return _policy([*reads_store(estate), *sets_up(estate)])


def executor(estate: Estate) -> Policy:
    """Let the worker run machines and record what it did; it neither asks nor decides."""
    statements = [*looks(estate), *_runs(estate), *reads_store(estate), *records(estate)]
    statements.append(_knows("VerifyKeys", estate))
    return _policy([*statements, denies("NeverSign", [*_NOT_OURS, "kms:Sign"])])


def conductor(estate: Estate) -> Policy:
    """Let the function that brings sessions forward start and stop machines; it executes no plan.

    It observes as the worker does, and touches no request, decision, effect or record.
    """
    start, _ = _runs(estate)
    stop = allows("Stop", CHANGES[2:], estate.of_machines("execution", ":*"))
    statements = [*looks(estate), *_hears(estate), start, _managed(estate, stop)]
    statements += [*reads_store(estate), *observes(estate)]
    return _policy([*statements, denies("NeverDecide", [*_NOT_OURS, "kms:Sign", CHANGES[1]])])


def mover(estate: Estate) -> Policy:
    """Let a person move a whole store; whoever has this may rewrite what anybody decided."""
    return _policy(moves(estate))


def _hears(estate: Estate) -> list[Json]:
    """Take events of executions from the queue; taking one is removing it."""
    if not estate.queue:
        return []
    calls = ["sqs:ReceiveMessage", "sqs:DeleteMessage"]
    return [allows("HearEvents", calls, [estate.arn("sqs", estate.queue)])]


def _runs(estate: Estate) -> list[Json]:
    start = allows("Start", [CHANGES[0]], estate.of_machines("stateMachine"))
    repair = allows("RedriveAndStop", CHANGES[1:], estate.of_machines("execution", ":*"))
    return [_managed(estate, start), _managed(estate, repair)]


def _managed(estate: Estate, statement: dict[str, Json]) -> Json:
    """A statement about machines that bunsui manages, where it keeps to those."""
    if not estate.only_managed:
        return statement
    return {
        **statement,
        "Condition": {"StringEquals": {f"aws:ResourceTag/{MANAGED_TAG}": "true"}},
    }


def _policy(statements: Sequence[Json]) -> Policy:
    return {"Version": "2012-10-17", "Statement": list(statements)}

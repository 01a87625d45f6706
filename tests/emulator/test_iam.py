"""What the three principals may not do, each beside what they may; the two differ in one fact."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.emulator.iam_calls import (
    BATCH,
    CLUSTER,
    FOREIGN,
    LOGS,
    MANAGED,
    OTHER,
    OWN,
    PARTIQL,
    PASS,
    PLAIN,
    STOP_TASK,
    STREAM,
    Call,
    definition_of,
    differences,
    function_of,
    item,
    machine_of,
    on_run,
    plan,
    put,
    query,
    sign,
    start,
    together,
    update,
    write,
)
from tests.emulator.iam_world import DENIED, World


@dataclass(frozen=True)
class Pair:
    """A call that is denied and its twin that is let through, which answers with `answer`."""

    claim: str
    denied: Call
    allowed: Call
    answer: str = "ok"


def alike(claim: str, call: Call, allowed_to: str, answer: str = "ok") -> Pair:
    """A call that one actor may not make and another may."""
    return Pair(claim, call, call.by(allowed_to), answer)


ASKER = [
    Pair("asks in its own name", put("asker", OTHER), put("asker", OWN)),
    Pair("asks and does not decide", put("asker", "DEC#1"), put("asker", OWN)),
    Pair("asks and does not execute", put("asker", "EXE#1"), put("asker", OWN)),
    Pair(
        "asks in its own name to the letter", put("asker", "REQ#agent:claudex#1"), put("asker", OWN)
    ),
    Pair(
        "asks nothing more under a name with a line break",
        put("asker", "X\nREQ#agent:claude#1"),
        put("asker", OWN),
    ),
    Pair(
        "is not shown what it replaces",
        put("asker", OWN).instead(ReturnValues="ALL_OLD"),
        put("asker", OWN).instead(ReturnValues="NONE"),
    ),
    Pair(
        "hides nothing among its own requests",
        together("asker", write(OWN), write("DEC#1")),
        together("asker", write(OWN), write("REQ#agent:claude#2")),
    ),
    Pair("writes into one table", put("asker", OWN).instead(TableName="other"), put("asker", OWN)),
    Pair("reads one table", query("asker", "other"), query("asker", "bunsui")),
    alike("reads no whole table", Call("asker", "dynamodb.scan", {"TableName": "bunsui"}), "root"),
    alike("changes no request", update("asker", OWN), "root"),
    alike("writes no batches", Call("asker", "dynamodb.batch_write_item", BATCH), "root"),
    alike("writes no PartiQL", Call("asker", "dynamodb.execute_statement", PARTIQL), "root"),
    Pair(
        "puts a plan where there is none",
        plan("bunsui-plans", "plans/1").instead(IfNoneMatch=None),
        plan("bunsui-plans", "plans/1"),
    ),
    Pair(
        "puts plans among plans", plan("bunsui-plans", "other/2"), plan("bunsui-plans", "plans/2")
    ),
    Pair(
        "puts plans below no other root",
        plan("bunsui-plans", "/plans/3"),
        plan("bunsui-plans", "plans/3"),
    ),
    Pair(
        "puts plans into one bucket",
        plan("other-plans", "plans/4"),
        plan("bunsui-plans", "plans/4"),
    ),
    alike("starts nothing", start("asker", MANAGED), "executor"),
    alike("redrives nothing", on_run("asker", "redrive_execution"), "executor"),
    alike("stops nothing", on_run("asker", "stop_execution"), "executor", "ValidationException"),
    Pair(
        "looks at bunsui's executions",
        on_run("asker", "describe_execution", "{foreign_run_1}"),
        on_run("asker", "describe_execution"),
    ),
    Pair(
        "reads the history of bunsui's executions",
        on_run("asker", "get_execution_history", "{foreign_run_1}"),
        on_run("asker", "get_execution_history"),
    ),
    Pair("reads bunsui's logs", LOGS.instead(logGroupName="/aws/lambda/other-f"), LOGS),
    Pair("reads bunsui's streams", STREAM.instead(logGroupName="/aws/lambda/other-f"), STREAM),
    Pair(
        "looks at bunsui's functions",
        Call("asker", "lambda.get_function_configuration", {"FunctionName": "other-f"}),
        Call("asker", "lambda.get_function_configuration", {"FunctionName": "bunsui-f"}),
    ),
    alike(
        "reads no code", Call("asker", "lambda.get_function", {"FunctionName": "bunsui-f"}), "root"
    ),
    alike(
        "calls no function", Call("asker", "lambda.invoke", {"FunctionName": "bunsui-f"}), "root"
    ),
    alike("makes no function", function_of("asker", "{bunsui_operation}"), "root", "any"),
    alike("makes no machine", machine_of("asker", "{bunsui_job}", "bunsui-a"), "root"),
    alike("signs nothing", sign("asker"), "approver"),
    alike(
        "takes no role",
        Call("asker", "sts.assume_role", {"RoleArn": "{bunsui_job}", "RoleSessionName": "session"}),
        "deployer",
    ),
    alike(
        "grants itself nothing",
        Call(
            "asker",
            "iam.put_user_policy",
            {"UserName": "nobody", "PolicyName": "p", "PolicyDocument": "{}"},
        ),
        "root",
        "any",
    ),
]

APPROVER = [
    Pair("decides and does not ask", put("approver", OWN), put("approver", "DEC#1")),
    Pair("decides and does not execute", put("approver", "EXE#1"), put("approver", "DEC#1")),
    Pair("writes no audit", put("approver", "AUD#1"), put("approver", "DEC#1")),
    Pair(
        "hides nothing among its decisions",
        together("approver", write("DEC#1"), write("AUD#1")),
        together("approver", write("DEC#1"), write("DEC#2")),
    ),
    alike("changes no decision", update("approver", "DEC#1"), "root"),
    Pair("signs with its own key", sign("approver", "{others_key}"), sign("approver")),
    Pair("signs with no untagged key", sign("approver", "{plain_key}"), sign("approver")),
    Pair(
        "signs with its own key by any name",
        sign("approver", "alias/ben"),
        sign("approver", "alias/aiko"),
    ),
    Pair("signs in one way", sign("approver", algorithm="ED25519_PH_SHA_512"), sign("approver")),
    Pair("signs what it sees", sign("approver").instead(MessageType="DIGEST"), sign("approver")),
    alike("starts nothing", start("approver", MANAGED), "executor"),
    alike("redrives nothing", on_run("approver", "redrive_execution"), "executor"),
]

EXECUTOR = [
    Pair("executes and does not decide", put("executor", "DEC#1"), put("executor", "EXE#1")),
    Pair("executes and does not ask", put("executor", OWN), put("executor", "EXE#1")),
    Pair(
        "adds to the audit and changes none",
        update("executor", "AUD#1"),
        update("executor", "EXE#1"),
    ),
    Pair("knows what it writes", put("executor", "NEW#1"), put("executor", "AUD#1")),
    Pair(
        "hides no decision among its effects",
        together("executor", write("EXE#1"), write("DEC#1", "Update")),
        together("executor", write("EXE#1"), write("SES#1", "Update")),
    ),
    alike(
        "deletes nothing",
        Call("executor", "dynamodb.delete_item", {"TableName": "bunsui", "Key": item("EXE#2")}),
        "root",
    ),
    Pair("starts managed machines", start("executor", PLAIN), start("executor", MANAGED)),
    Pair("starts bunsui's machines", start("executor", FOREIGN), start("executor", MANAGED)),
    Pair(
        "redrives what a managed machine ran",
        on_run("executor", "redrive_execution", "{bunsui_plain_run_2}"),
        on_run("executor", "redrive_execution", "{bunsui_managed_run_2}"),
    ),
    Pair(
        "stops what a managed machine ran",
        on_run("executor", "stop_execution", "{bunsui_plain_run_1}"),
        on_run("executor", "stop_execution", "{bunsui_managed_run_1}"),
        "ValidationException",
    ),
    alike("signs nothing", sign("executor"), "approver"),
    Pair(
        "reads approvers' keys",
        Call("executor", "kms.get_public_key", {"KeyId": "{plain_key}"}),
        Call("executor", "kms.get_public_key", {"KeyId": "{own_key}"}),
    ),
    alike(
        "does not make a machine managed",
        Call(
            "executor",
            "stepfunctions.tag_resource",
            {"resourceArn": FOREIGN, "tags": [{"key": "a", "value": "b"}]},
        ),
        "root",
    ),
    alike(
        "changes no machine",
        Call(
            "executor",
            "stepfunctions.update_state_machine",
            {"stateMachineArn": FOREIGN, "definition": PASS},
        ),
        "root",
    ),
]

DEPLOYER = [
    Pair(
        "passes to Step Functions the role meant for it",
        machine_of("deployer", "{bunsui_operation}", "bunsui-b"),
        machine_of("deployer", "{bunsui_job}", "bunsui-b"),
    ),
    Pair(
        "passes to Lambda the role meant for it",
        function_of("deployer", "{bunsui_job}"),
        function_of("deployer", "{bunsui_operation}"),
        "any",
    ),
    Pair(
        "passes to containers the role meant for them",
        definition_of("{other_role}"),
        definition_of("{bunsui_operation}"),
    ),
    Pair(
        "stops tasks of one cluster",
        STOP_TASK.instead(cluster="default"),
        STOP_TASK,
        "any",
    ),
    Pair("names the cluster by ARN", STOP_TASK.instead(cluster=f"{CLUSTER}s"), STOP_TASK, "any"),
    Pair(
        "takes roles by name",
        Call(
            "deployer", "sts.assume_role", {"RoleArn": "{other_role}", "RoleSessionName": "session"}
        ),
        Call(
            "deployer", "sts.assume_role", {"RoleArn": "{bunsui_job}", "RoleSessionName": "session"}
        ),
    ),
]

PAIRS = ASKER + APPROVER + EXECUTOR + DEPLOYER


def named(pair: Pair) -> str:
    """What a pair claims, with its actor."""
    return f"the {pair.denied.actor} {pair.claim}"


@pytest.mark.parametrize("pair", PAIRS, ids=named)
def test_a_denied_call_and_its_allowed_twin_differ_in_one_fact(pair: Pair) -> None:
    assert differences(pair.denied, pair.allowed) == 1


@pytest.mark.parametrize("pair", PAIRS, ids=named)
def test_a_call_is_denied_and_its_twin_is_allowed(estate: World, pair: Pair) -> None:
    assert estate.answer(pair.denied) in DENIED
    answer = estate.answer(pair.allowed)
    assert answer not in DENIED
    assert pair.answer in ("any", answer)

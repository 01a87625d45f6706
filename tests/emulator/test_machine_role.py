"""What a machine's role lets its Tasks call, and how AWS words what it does not."""

from __future__ import annotations

import json

import pytest

from bunsui_core.adapters.emulator.record import ACCOUNT, REGION
from bunsui_core.domain.value import Json
from tests.emulator.embedded import TRUST, Embedded, Execution

QUEUE = f"http://127.0.0.1/{ACCOUNT}/role-queue"
REFUSED = "is not authorized to perform: {action} on resource: {resource} because no identity-based"


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def task(resource: str, parameters: Json) -> Json:
    """A machine of one Task."""
    state: Json = {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}
    return {"StartAt": "T", "States": {"T": state}}


@pytest.fixture(scope="module")
def role(aws: Embedded) -> str:
    """A role that Step Functions may take, with no permission of its own."""
    iam = aws.iam()
    made = iam.create_role(RoleName="bare", AssumeRolePolicyDocument=json.dumps(TRUST))
    return made["Role"]["Arn"]


@pytest.fixture(scope="module")
def called(aws: Embedded) -> None:
    """What the Tasks call."""
    aws.function("role-f", "def handler(event, context):\n    return 1\n")
    aws.machine("role-called", {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})


def granted(aws: Embedded, action: str, resource: str) -> None:
    """Let the role make one call, and nothing else."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    aws.iam().put_role_policy(RoleName="bare", PolicyName="p", PolicyDocument=policy)


def ran(aws: Embedded, name: str, role: str, definition: Json) -> Execution:
    """An execution of a machine with this role, at its end."""
    states = aws.states()
    listed = {
        m["name"]: m["stateMachineArn"] for m in states.list_state_machines()["stateMachines"]
    }
    machine = listed.get(name)
    if machine is None:
        text = json.dumps(definition)
        machine = states.create_state_machine(name=name, definition=text, roleArn=role)[
            "stateMachineArn"
        ]
    return aws.run(machine, {}, "root")


FUNCTION, CHILD = arn("lambda", "function:role-f"), arn("states", "stateMachine:role-called")
# A name, a machine, the action and resource that its Task needs, the error when it is refused.
Row = tuple[str, Json, tuple[str, str], str]
CALLS: list[Row] = [
    (
        "lambda",
        task("arn:aws:states:::lambda:invoke", {"FunctionName": "role-f"}),
        ("lambda:InvokeFunction", FUNCTION),
        "Lambda.AWSLambdaException",
    ),
    (
        "function",
        {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": FUNCTION, "End": True}}},
        ("lambda:InvokeFunction", FUNCTION),
        "Lambda.AWSLambdaException",
    ),
    (
        "child",
        task("arn:aws:states:::states:startExecution.sync:2", {"StateMachineArn": CHILD}),
        ("states:StartExecution", CHILD),
        "StepFunctions.AWSStepFunctionsException",
    ),
    (
        "item",
        task(
            "arn:aws:states:::dynamodb:putItem",
            {"TableName": "role-table", "Item": {"pk": {"S": "1"}}},
        ),
        ("dynamodb:PutItem", arn("dynamodb", "table/role-table")),
        "DynamoDB.AmazonDynamoDBException",
    ),
    (
        "message",
        task("arn:aws:states:::sqs:sendMessage", {"QueueUrl": QUEUE, "MessageBody": "m"}),
        ("sqs:SendMessage", arn("sqs", "role-queue")),
        "SQS.AmazonSQSException",
    ),
    (
        "object",
        task("arn:aws:states:::aws-sdk:s3:getObject", {"Bucket": "role-bucket", "Key": "k"}),
        ("s3:GetObject", '"arn:aws:s3:::role-bucket/k"'),
        "S3.AccessDeniedException",
    ),
]


@pytest.mark.parametrize("row", CALLS, ids=[row[0] for row in CALLS])
def test_a_task_calls_what_its_machine_s_role_may(
    aws: Embedded, role: str, called: None, row: Row
) -> None:
    name, definition, needs, error = row
    action, resource = needs
    granted(aws, action, f"{resource.strip(chr(34))}x")

    denied = ran(aws, f"role-{name}", role, definition).describe()

    assert denied["error"] == error
    assert f"User: arn:aws:sts::{ACCOUNT}:assumed-role/bare/" in denied["cause"]
    assert REFUSED.format(action=action, resource=resource) in denied["cause"]
    granted(aws, action, resource.strip('"'))
    allowed = ran(aws, f"role-{name}", role, definition).describe()
    assert "not authorized" not in allowed.get("cause", "")


def test_a_denied_task_can_be_caught(aws: Embedded, role: str, called: None, name: str) -> None:
    granted(aws, "lambda:InvokeFunction", f"{FUNCTION}x")
    call: Json = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "role-f"},
        "Catch": [{"ErrorEquals": ["Lambda.AWSLambdaException"], "Next": "Caught"}],
        "End": True,
    }
    definition: Json = {"StartAt": "T", "States": {"T": call, "Caught": {"Type": "Succeed"}}}

    assert ran(aws, name, role, definition).status == "SUCCEEDED"


def test_a_task_takes_another_role_only_where_both_agree(
    aws: Embedded, role: str, called: None, name: str
) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "sts:AssumeRole"}
    other = aws.iam().create_role(
        RoleName="other-of-task",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust}),
    )["Role"]["Arn"]
    call = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": FUNCTION}
    document = json.dumps({"Version": "2012-10-17", "Statement": call})
    aws.iam().put_role_policy(RoleName="other-of-task", PolicyName="p", PolicyDocument=document)
    definition = task("arn:aws:states:::lambda:invoke", {"FunctionName": "role-f"})
    assert isinstance(definition, dict)
    states = definition["States"]
    assert isinstance(states, dict)
    state = states["T"]
    assert isinstance(state, dict)
    definition = {**definition, "States": {"T": {**state, "Credentials": {"RoleArn": other}}}}

    granted(aws, "sts:AssumeRole", f"{other}x")
    denied = ran(aws, name, role, definition).describe()
    granted(aws, "sts:AssumeRole", other)
    allowed = ran(aws, name, role, definition).describe()

    assert denied["error"] == "States.TaskFailed"
    assert denied["cause"] == (
        f"The role {role} is not authorized to assume the task state's role, {other}."
    )
    assert allowed["status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("key", "value", "is_made"),
    [
        ("aws:SourceAccount", ACCOUNT, True),
        ("aws:SourceAccount", "111122223333", False),
        ("aws:SourceArn", arn("states", "stateMachine:trusted"), True),
        ("aws:SourceArn", arn("states", "stateMachine:another"), False),
    ],
)
def test_a_machine_s_role_trusts_step_functions_on_its_behalf(
    aws: Embedded, key: str, value: str, is_made: bool
) -> None:
    statement: Json = {
        "Effect": "Allow",
        "Principal": {"Service": "states.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {key: value}},
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam, states = aws.iam(), aws.states()
    name = f"trust-{key[-3:].lower()}-{is_made}".lower()
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})

    refusals = []
    try:
        made = states.create_state_machine(name="trusted", definition=definition, roleArn=role)
        states.delete_state_machine(stateMachineArn=made["stateMachineArn"])
    except states.exceptions.ClientError as error:
        refusals.append(error.response["Error"]["Message"])

    assert is_made is not any("assume the provided role" in said for said in refusals)

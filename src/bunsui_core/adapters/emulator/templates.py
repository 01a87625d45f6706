"""Building blocks of the demo's CloudFormation templates. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bunsui_core.domain.door import with_entry
from bunsui_core.domain.value import Json

# Read and not imported: a module of Lambda makes its clients when it is imported.
_FUNCTIONS = Path(__file__).parent / "functions"


def template(resources: Mapping[str, Json], outputs: Mapping[str, Json]) -> str:
    """Return a template as JSON; each output is the value of its name."""
    values: dict[str, Json] = {name: {"Value": value} for name, value in outputs.items()}
    return json.dumps({"Resources": dict(resources), "Outputs": values})


def ref(name: str) -> Json:
    """Return what Ref gives of a resource: a machine's ARN, a function's or role's name."""
    return {"Ref": name}


def arn(name: str) -> Json:
    """Return the ARN of a resource."""
    return {"Fn::GetAtt": [name, "Arn"]}


def code(module: str) -> str:
    """Return the source of one of the demo's Lambda functions."""
    return (_FUNCTIONS / f"{module}.py").read_text(encoding="utf-8")


def bucket(name: str) -> Json:
    """Return a bucket."""
    return {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}


def function(
    name: str, module: str, more: Mapping[str, Json] | None = None, role: str = "FunctionRole"
) -> Json:
    """Return a Python function whose role is another resource; `more` are further properties."""
    properties: dict[str, Json] = {
        "FunctionName": name,
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Role": arn(role),
        "Code": {"ZipFile": code(module)},
        "MemorySize": 128,
        "Timeout": 30,
        **(more or {}),
    }
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


def machine(
    name: str, definition: Json, substitutions: Mapping[str, Json], role: str = "MachineRole"
) -> Json:
    """Return a Standard machine; `${Name}` in its definition stands for a substitution."""
    return _machine(name, json.dumps(definition), substitutions, role)


def entered_machine(name: str, definition: Json, substitutions: Mapping[str, Json]) -> Json:
    """Return a Standard machine that can be entered at any of its states."""
    return _machine(name, with_entry(json.dumps(definition)), substitutions, "MachineRole")


def _machine(name: str, definition: str, substitutions: Mapping[str, Json], role: str) -> Json:
    properties: dict[str, Json] = {
        "StateMachineName": name,
        "StateMachineType": "STANDARD",
        "RoleArn": arn(role),
        "DefinitionSubstitutions": dict(substitutions),
        "DefinitionString": definition,
    }
    return {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}


def invoke(function_name: str, payload: Json, **more: Json) -> dict[str, Json]:
    """Return a Task that calls a function; it ends the machine unless `more` names what is next."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function_name, "Payload": payload},
        **more,
        **({} if "Next" in more else {"End": True}),
    }


def role(service: str, statements: Sequence[Json]) -> Json:
    """Return a role that a service takes, with these permissions."""
    trust: dict[str, Json] = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    given: dict[str, Json] = {"PolicyName": "job", "PolicyDocument": policy(statements)}
    properties: dict[str, Json] = {
        "AssumeRolePolicyDocument": policy([trust]),
        "Policies": [given],
    }
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def function_role(*statements: Json) -> Json:
    """Return a function's role that may write its log, and what the statements allow."""
    logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    return role("lambda", [allow(logs, "*"), *statements])


def machine_role() -> Json:
    """Return a machine's role that may call functions."""
    return role("states", [allow(["lambda:InvokeFunction"], "*")])


def policy(statements: Sequence[Json]) -> Json:
    """Return a policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions: Sequence[str], resource: str) -> Json:
    """Return a statement that allows actions on a resource."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}

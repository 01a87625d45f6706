"""What each actor may do in an AWS account, as IAM policies: who asks, who decides, who executes.

The asker reads and adds requests of its own. The approver adds decisions and signs them. The
executor starts, redrives and stops machines and records what it did. None can do another's part,
and each says so itself: its policy denies the others' parts whatever else it is granted.
"""

from __future__ import annotations

from collections.abc import Sequence

from bunsui_core.domain.value import Json, Value

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

_READS = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem")
_WRITES = (
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PartiQLDelete",
)
_LOGS_OF_MACHINES = ("/ecs", "/aws/vendedlogs/states")
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
    "iam:*",
    "sts:AssumeRole",
)


_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "eusc-": "aws-eusc"}


class Estate(Value):
    """What bunsui works on in one account and region.

    `machines`, `functions` and `inputs`, the buckets that jobs read, are patterns of names. An
    empty name stands for nothing: no store, no bucket, no queue of events. `only_managed` keeps the
    executor to machines that carry the tag `bunsui:managed`.
    """

    account: str
    region: str
    machines: tuple[str, ...] = ("*",)
    functions: str = "*"
    inputs: str = ""
    table: str = ""
    bucket: str = ""
    queue: str = ""
    only_managed: bool = False

    @property
    def partition(self) -> str:
        """The part of AWS that the region lies in, the first word of every ARN there."""
        found = (part for start, part in _PARTITIONS.items() if self.region.startswith(start))
        return next(found, "aws")

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource of this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def of_machines(self, kind: str, rest: str = "") -> list[str]:
        """Return an ARN for each pattern of machines, of them or of what belongs to them."""
        return [self.arn("states", f"{kind}:{one}{rest}") for one in self.machines]


def reading(estate: Estate) -> Policy:
    """Let a profile see what bunsui shows, and nothing else; the least that all of it needs."""
    return _policy([*_looks(estate), *_hears(estate)])


def executing(estate: Estate) -> Policy:
    """Let a profile also run, redrive and stop what was approved; the least that it needs."""
    return _policy([*_looks(estate), *_runs(estate)])


def asker(estate: Estate) -> Policy:
    """Let an agent look, and add requests under its own name."""
    statements = _looks(estate)
    if estate.table:
        statements += [
            _reads_store(estate),
            _adds(estate, f"REQ#${{aws:PrincipalTag/{AGENT_TAG}}}#*"),
        ]
    if estate.bucket:
        statements.append(_adds_plans(estate))
    changes = [*CHANGES, *_NOT_OURS, "kms:Sign", *(one for one in _WRITES if one != _WRITES[0])]
    return _policy([*statements, _denies("NeverChange", changes)])


def approver(estate: Estate) -> Policy:
    """Let a human look, add decisions, and sign them with the key that carries her name."""
    statements = _looks(estate)
    if estate.table:
        statements += [_reads_store(estate), _adds(estate, "DEC#*")]
    own = {
        f"aws:ResourceTag/{KEY_TAG}": f"${{aws:PrincipalTag/{APPROVER_TAG}}}",
        "kms:SigningAlgorithm": "ED25519_SHA_512",
        "kms:MessageType": "RAW",
    }
    sign = _allows("SignWithOwnKey", ["kms:Sign"], [estate.arn("kms", "key/*")])
    statements.append({**sign, "Condition": {"StringEquals": dict(own)}})
    changes = [*CHANGES, *_NOT_OURS, *(one for one in _WRITES if one != _WRITES[0])]
    return _policy([*statements, _denies("NeverChange", changes)])


def executor(estate: Estate) -> Policy:
    """Let the worker run machines and record what it did; it neither asks nor decides."""
    statements = [*_looks(estate), *_runs(estate)]
    if estate.table:
        statements += [_reads_store(estate), *_records(estate)]
    verify = _allows("VerifyKeys", ["kms:GetPublicKey"], [estate.arn("kms", "key/*")])
    statements.append({**verify, "Condition": {"Null": {f"aws:ResourceTag/{KEY_TAG}": "false"}}})
    return _policy([*statements, _denies("NeverSign", [*_NOT_OURS, "kms:Sign"])])


def _looks(estate: Estate) -> list[Json]:
    return [*_looks_at_machines(estate), *_looks_at_operations(estate), *_looks_at_inputs(estate)]


def _looks_at_machines(estate: Estate) -> list[Json]:
    return [
        _allows("ListMachines", ["states:ListStateMachines"], ["*"]),
        _allows(
            "LookAtMachines",
            ["states:DescribeStateMachine", "states:ListExecutions", "states:ListTagsForResource"],
            estate.of_machines("stateMachine"),
        ),
        _allows(
            "LookAtExecutions",
            [
                "states:DescribeExecution",
                "states:DescribeStateMachineForExecution",
                "states:GetExecutionHistory",
            ],
            estate.of_machines("execution", ":*"),
        ),
    ]


def _looks_at_operations(estate: Estate) -> list[Json]:
    function = estate.functions
    machines = [f"{place}/{one}" for one in estate.machines for place in _LOGS_OF_MACHINES]
    return [
        _allows(
            "LookAtFunctions",
            ["lambda:GetFunctionConfiguration"],
            [estate.arn("lambda", f"function:{function}")],
        ),
        # ECS knows no narrower resource for it.
        _allows("LookAtTaskDefinitions", ["ecs:DescribeTaskDefinition"], ["*"]),
        _allows(
            "ReadLogs",
            ["logs:FilterLogEvents", "logs:GetLogEvents"],
            [
                estate.arn("logs", f"log-group:{group}:*")
                for group in (f"/aws/lambda/{function}", *machines)
            ],
        ),
    ]


def _hears(estate: Estate) -> list[Json]:
    """Take events of executions from the queue; taking one is removing it."""
    if not estate.queue:
        return []
    calls = ["sqs:ReceiveMessage", "sqs:DeleteMessage"]
    return [_allows("HearEvents", calls, [estate.arn("sqs", estate.queue)])]


def _looks_at_inputs(estate: Estate) -> list[Json]:
    """Tell whether an input is there and which version of it: S3 asks the right to read for it."""
    if not estate.inputs:
        return []
    bucket = f"arn:{estate.partition}:s3:::{estate.inputs}"
    return [
        _allows("LookAtInputs", ["s3:GetObject"], [f"{bucket}/*"]),
        # Without it an absent object is refused, not absent.
        _allows("MissInputs", ["s3:ListBucket"], [bucket]),
    ]


def _runs(estate: Estate) -> list[Json]:
    start = _allows("Start", [CHANGES[0]], estate.of_machines("stateMachine"))
    repair = _allows("RedriveAndStop", CHANGES[1:], estate.of_machines("execution", ":*"))
    if not estate.only_managed:
        return [start, repair]
    managed: Json = {"StringEquals": {f"aws:ResourceTag/{MANAGED_TAG}": "true"}}
    return [{**start, "Condition": managed}, {**repair, "Condition": managed}]


def _reads_store(estate: Estate) -> Json:
    table = estate.arn("dynamodb", f"table/{estate.table}")
    return _allows("ReadStore", _READS, [table, f"{table}/index/*"])


def _adds(estate: Estate, leading: str) -> Json:
    """Let items be put under these leading keys, without being shown what they replace."""
    table = estate.arn("dynamodb", f"table/{estate.table}")
    statement = _allows("AddOwn", ["dynamodb:PutItem"], [table])
    shown_nothing: Policy = {"StringEqualsIfExists": {"dynamodb:ReturnValues": "NONE"}}
    condition: Policy = {**_only_under([leading]), **shown_nothing}
    return {**statement, "Condition": condition}


def _records(estate: Estate) -> list[Json]:
    table = estate.arn("dynamodb", f"table/{estate.table}")
    work = _allows("RecordWork", _WRITES[:2], [table])
    check = _allows("CheckStore", ["dynamodb:ConditionCheckItem"], [table])
    audit = _allows("ExtendAudit", ["dynamodb:PutItem"], [table])
    never = _denies("NeverAskNorDecide", _WRITES)
    others: Json = {"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["DEC#*", "REQ#*"]}}
    return [
        check,
        {**work, "Condition": _only_under(["EXE#*", "SES#*"])},
        {**audit, "Condition": _only_under(["AUD#*"])},
        {**never, "Condition": others},
    ]


def _only_under(leading: Sequence[str]) -> dict[str, Json]:
    # ForAllValues alone holds also where there is no leading key at all, as in a scan.
    return {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(leading)},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }


def _adds_plans(estate: Estate) -> Json:
    plans = _allows(
        "AddPlans", ["s3:PutObject"], [f"arn:{estate.partition}:s3:::{estate.bucket}/plans/*"]
    )
    return {**plans, "Condition": {"Null": {"s3:if-none-match": "false"}}}


def _allows(name: str, actions: Sequence[str], resources: Sequence[str]) -> dict[str, Json]:
    return {
        "Sid": name,
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": list(resources),
    }


def _denies(name: str, actions: Sequence[str]) -> dict[str, Json]:
    return {"Sid": name, "Effect": "Deny", "Action": list(actions), "Resource": "*"}


def _policy(statements: Sequence[Json]) -> Policy:
    return {"Version": "2012-10-17", "Statement": list(statements)}

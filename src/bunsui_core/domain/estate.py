"""What bunsui works on in one account, and what looking at all of it needs."""

from __future__ import annotations

from collections.abc import Sequence

from bunsui_core.domain.value import Json, Value

_LOGS_OF_MACHINES = ("/ecs", "/aws/vendedlogs/states")

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


def looks(estate: Estate) -> list[Json]:
    """Return the statements of looking, and of nothing else."""
    return [
        *_looks_at_machines(estate),
        *_looks_at_operations(estate),
        *_looks_at_inputs(estate),
        *_looks_at_surroundings(estate),
    ]


def _looks_at_machines(estate: Estate) -> list[Json]:
    return [
        allows("ListMachines", ["states:ListStateMachines"], ["*"]),
        allows(
            "LookAtMachines",
            ["states:DescribeStateMachine", "states:ListExecutions", "states:ListTagsForResource"],
            estate.of_machines("stateMachine"),
        ),
        allows(
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
        allows(
            "LookAtFunctions",
            ["lambda:GetFunctionConfiguration"],
            [estate.arn("lambda", f"function:{function}")],
        ),
        # ECS knows no narrower resource for it.
        allows("LookAtTaskDefinitions", ["ecs:DescribeTaskDefinition"], ["*"]),
        allows(
            "ReadLogs",
            ["logs:FilterLogEvents", "logs:GetLogEvents"],
            [
                estate.arn("logs", f"log-group:{group}:*")
                for group in (f"/aws/lambda/{function}", *machines)
            ],
        ),
    ]


def _looks_at_surroundings(estate: Estate) -> list[Json]:
    """Tell what a failure was denied or missed, and whether that changed; never what is in it."""
    iam = f"arn:{estate.partition}:iam::{estate.account}"
    managed = f"arn:{estate.partition}:iam::aws:policy/*"
    of_roles = ["GetRole", "GetRolePolicy", "ListRolePolicies", "ListAttachedRolePolicies"]
    secret = ["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"]
    return [
        allows("LookAtRoles", [f"iam:{one}" for one in of_roles], [f"{iam}:role/*"]),
        allows(
            "LookAtPolicies",
            ["iam:GetPolicy", "iam:GetPolicyVersion"],
            [f"{iam}:policy/*", managed],
        ),
        allows("MissTables", ["dynamodb:DescribeTable"], [estate.arn("dynamodb", "table/*")]),
        allows("MissQueues", ["sqs:GetQueueAttributes"], [estate.arn("sqs", "*")]),
        allows("MissSecrets", secret, [estate.arn("secretsmanager", "secret:*")]),
        allows("MissImages", ["ecr:DescribeImages"], [estate.arn("ecr", "repository/*")]),
    ]


def _looks_at_inputs(estate: Estate) -> list[Json]:
    """Tell whether an input is there and which version of it: S3 asks the right to read for it."""
    if not estate.inputs:
        return []
    bucket = f"arn:{estate.partition}:s3:::{estate.inputs}"
    return [
        allows("LookAtInputs", ["s3:GetObject"], [f"{bucket}/*"]),
        # Without it an absent object is refused, not absent.
        allows("MissInputs", ["s3:ListBucket", "s3:GetBucketPolicy"], [bucket]),
    ]


def allows(name: str, actions: Sequence[str], resources: Sequence[str]) -> dict[str, Json]:
    """Return a statement that allows actions on resources."""
    return {
        "Sid": name,
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": list(resources),
    }

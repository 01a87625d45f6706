"""The pipeline `orders`: who plays in it for a seed, and its template. Pure."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping

from bunsui_core.adapters.emulator import templates
from bunsui_core.domain.pipeline import Job, JobName, Pipeline, PipelineName, SideEffect
from bunsui_core.domain.value import Json, Value

READ_STATE = "ReadOrders"
WRITE_STATE = "WriteResult"
RETRIES = 2
"""How often a job's own Retry calls a throttling dependency again."""

_OPERATIONS = {"Read": "read_orders", "Write": "write_result"}
_STAGES = ("ingest", "validate", "enrich", "aggregate", "publish")
_AFTER = {
    "ingest": (),
    "validate": ("ingest",),
    "enrich": ("validate",),
    "aggregate": ("validate",),
    "publish": ("enrich", "aggregate"),
}
_SYNONYMS = {
    "ingest": ("ingest", "collect", "import", "receive"),
    "validate": ("validate", "check", "verify", "screen"),
    "enrich": ("enrich", "decorate", "join", "annotate"),
    "aggregate": ("aggregate", "summarise", "total", "rollup"),
    "publish": ("publish", "export", "release", "deliver"),
}
_COLUMNS = ("order_id", "ordered_at", "customer", "amount", "attributes")
_MALFORMED = {
    "order_id": ("1O07", "", "A-1007", "1007.0"),
    "ordered_at": ("2026-13-04", "04/11/2026", "yesterday", "2026-02-30"),
    "customer": ("unknown", "3f2c-11", "n/a"),
    "amount": ("12,50", "N/A", "19.90 EUR", "1.2.3"),
    "attributes": ("{gift: true}", "{'gift': true}", "gift", '{"gift": tru'),
}


class Throttling(Value):
    """How a service refuses a call when it is asked too often."""

    service: str
    operation: str
    code: str
    message: str


THROTTLINGS = (
    Throttling(
        service="glue",
        operation="GetPartitions",
        code="ThrottlingException",
        message="Rate exceeded",
    ),
    Throttling(
        service="dynamodb",
        operation="BatchWriteItem",
        code="ProvisionedThroughputExceededException",
        message="The level of configured provisioned throughput for the table was exceeded. "
        "Consider increasing your provisioning level with the UpdateTable API.",
    ),
    Throttling(
        service="lambda",
        operation="Invoke",
        code="TooManyRequestsException",
        message="Rate Exceeded.",
    ),
    Throttling(
        service="s3",
        operation="PutObject",
        code="SlowDown",
        message="Please reduce your request rate.",
    ),
    Throttling(
        service="kinesis",
        operation="PutRecords",
        code="ProvisionedThroughputExceededException",
        message="Rate exceeded for shard shardId-000000000000 in stream orders.",
    ),
)


class Row(Value):
    """One order, as the source file has it."""

    order_id: str
    ordered_at: str
    customer: str
    amount: str
    attributes: str


class Part(Value):
    """One job of the pipeline: its name, what it waits for, and the column it parses."""

    job: JobName
    after: tuple[JobName, ...]
    column: str


class Cast(Value):
    """Who plays in the pipeline, and what happens to whom."""

    seed: int
    pipeline: PipelineName
    bucket: str
    parts: tuple[Part, ...]
    throttled: JobName
    malformed: JobName
    rejected: JobName
    throttling: Throttling
    second_throttling: Throttling
    bad_value: str
    rows: tuple[Row, ...]
    bad_row: int

    def part(self, job: str) -> Part:
        """Return the part of a job."""
        return next(part for part in self.parts if part.job == job)


def cast(seed: int) -> Cast:
    """Return the cast of a seed; the same seed always gives the same."""
    dice = random.Random(seed)
    names = {stage: stage if seed == 1 else dice.choice(_SYNONYMS[stage]) for stage in _STAGES}
    columns = dict(zip(_STAGES, dice.sample(_COLUMNS, len(_COLUMNS)), strict=True))
    throttled, malformed, rejected = dice.sample(_STAGES, 3)
    first, second = dice.sample(THROTTLINGS, 2)
    rows = _rows(dice)
    pipeline = "orders" if seed == 1 else f"orders-{seed}"
    return Cast(
        seed=seed,
        pipeline=pipeline,
        bucket=f"bunsui-{pipeline}",
        parts=tuple(
            Part(
                job=names[stage],
                after=tuple(names[earlier] for earlier in _AFTER[stage]),
                column=columns[stage],
            )
            for stage in _STAGES
        ),
        throttled=names[throttled],
        malformed=names[malformed],
        rejected=names[rejected],
        throttling=first,
        second_throttling=second,
        bad_value=dice.choice(_MALFORMED[columns[malformed]]),
        rows=rows,
        bad_row=dice.randrange(len(rows)),
    )


def _rows(dice: random.Random) -> tuple[Row, ...]:
    first = dice.randrange(1000, 9000)
    return tuple(
        Row(
            order_id=str(first + number),
            ordered_at=f"2026-11-{dice.randrange(1, 29):02d}",
            customer=f"{dice.getrandbits(128):032x}",
            amount=f"{dice.randrange(100, 99_999) / 100:.2f}",
            attributes=json.dumps({"gift": dice.random() < 0.3, "lines": dice.randrange(1, 9)}),
        )
        for number in range(dice.randrange(20, 40))
    )


def template(of: Cast) -> str:
    """Return the CloudFormation template of the pipeline, as JSON."""
    resources: dict[str, Json] = {
        "Bucket": templates.bucket(of.bucket),
        "FunctionRole": _function_role(of),
        "MachineRole": templates.machine_role(),
    }
    for name, module in _OPERATIONS.items():
        named = f"{of.pipeline}-{module.replace('_', '-')}"
        resources[name] = templates.function(named, module)
    operations = {name: templates.arn(name) for name in _OPERATIONS}
    outputs: dict[str, Json] = {}
    for number, part in enumerate(of.parts, start=1):
        name = f"{of.pipeline}-{part.job}"
        made = templates.entered_machine(name, _definition(part), operations)
        resources[f"Machine{number}"] = made
        outputs[f"Machine{number}"] = templates.ref(f"Machine{number}")
    return templates.template(resources, outputs)


def pipeline(of: Cast, outputs: Mapping[str, str]) -> Pipeline:
    """Return the pipeline out of what its stack gave out."""
    return Pipeline(
        name=of.pipeline,
        jobs=tuple(
            Job(
                name=part.job,
                machine=outputs[f"Machine{number}"],
                after=part.after,
                effect=SideEffect.IDEMPOTENT,
                enters=True,
            )
            for number, part in enumerate(of.parts, start=1)
        ),
    )


def _definition(part: Part) -> Json:
    read = templates.invoke(
        "${Read}",
        {"column": part.column, "input.$": "$.input"},
        ResultSelector={"rows.$": "$.Payload.rows", "distinct.$": "$.Payload.distinct"},
        ResultPath="$.read",
        Next=WRITE_STATE,
    )
    given: dict[str, Json] = {
        "job": part.job,
        "input.$": "$.input",
        "outputs.$": "$.outputs",
        "read.$": "$.read",
    }
    write = templates.invoke("${Write}", given, OutputPath="$.Payload", Retry=[_retrier()])
    states: dict[str, Json] = {READ_STATE: read, WRITE_STATE: write}
    comment = f"Parses {part.column} of the orders and writes what it found"
    return {"Comment": comment, "StartAt": READ_STATE, "States": states}


def _retrier() -> Json:
    codes: list[Json] = [*sorted({said.code for said in THROTTLINGS})]
    return {
        "ErrorEquals": ["Lambda.TooManyRequestsException", "ClientError", *codes],
        "IntervalSeconds": 1,
        "MaxAttempts": RETRIES,
        "BackoffRate": 1,
    }


def _function_role(of: Cast) -> Json:
    bucket = f"arn:aws:s3:::{of.bucket}"
    return templates.function_role(
        templates.allow(["s3:GetObject", "s3:PutObject"], f"{bucket}/*"),
        # Without it S3 answers AccessDenied, not NoSuchKey, for an object that is not there.
        templates.allow(["s3:ListBucket"], bucket),
    )

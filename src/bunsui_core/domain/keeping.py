"""What each actor may do in a store of DynamoDB and S3, as statements of IAM policies.

Every kind of item stands under a leading key of its own, and each has one writer: the asker
`REQ#`, the approver `DEC#`, the worker all that it observes and does, and `AUD#`, to which it only
adds. Whoever sets the store up writes `KEY#` and `PIPE#`: whom to trust, and what may run.
"""

from __future__ import annotations

from collections.abc import Sequence

from bunsui_core.domain.estate import Estate, allows
from bunsui_core.domain.value import Json

READS = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem")
"""The calls that read a store."""

WRITES = (
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PartiQLDelete",
)
"""The calls that change a store."""

DONE = "EXE#*"
"""What was done for requests, and by whom each was consumed."""

WORK = (DONE, "SES#*", "CNT#*", "PAT#*", "ARC#*", "WAT#*", "SEE#*")
"""Where the worker writes what it observes and does."""

MANY = ("CNT#*", "ARC#*", "WAT#*", "SEE#*")
"""Of that, what is written many at a time and can be removed; what was done never can."""

SET_UP = ("KEY#*", "PIPE#*")
"""Whom to trust, and what may run."""


def reads_store(estate: Estate) -> list[Json]:
    """Let an actor read the store, item by item and by its indexes, and its documents."""
    table = _table(estate)
    found: list[Json] = []
    if estate.table:
        found.append(allows("ReadStore", READS, [table, f"{table}/index/*"]))
    if estate.bucket:
        found += [
            allows("ReadDocuments", ["s3:GetObject"], [_bucket(estate, "/*")]),
            # Without it an absent document is refused, not absent.
            allows("MissDocuments", ["s3:ListBucket"], [_bucket(estate)]),
        ]
    return found


def adds(estate: Estate, *leading: str) -> list[Json]:
    """Let items be put under these leading keys, without being shown what they replace."""
    if not estate.table:
        return []
    statement = allows("AddOwn", [WRITES[0]], [_table(estate)])
    shown: dict[str, Json] = {"StringEqualsIfExists": {"dynamodb:ReturnValues": "NONE"}}
    return [{**statement, "Condition": {**_only_under(leading), **shown}}]


def adds_plans(estate: Estate) -> list[Json]:
    """Let what is too long for an item be added beside the table, and never replaced."""
    if not estate.bucket:
        return []
    plans = allows("AddPlans", ["s3:PutObject"], [_bucket(estate, "/plans/*")])
    return [{**plans, "Condition": {"Null": {"s3:if-none-match": "false"}}}]


def records(estate: Estate) -> list[Json]:
    """Let the worker write what it observes and does, extend the record, and keep documents."""
    extend: list[Json] = []
    if estate.table:
        audit = allows("ExtendAudit", WRITES[:1], [_table(estate)])
        extend.append({**audit, "Condition": _only_under(["AUD#*"])})
    return [*extend, *_writes(estate, WORK, ("DEC#*", "REQ#*"))]


def observes(estate: Estate) -> list[Json]:
    """Let the conductor write what it observes, and keep documents; nothing that was decided."""
    mine = tuple(one for one in WORK if one != DONE)
    return _writes(estate, mine, ("DEC#*", "REQ#*", DONE, "AUD#*"))


def _writes(estate: Estate, mine: Sequence[str], others: Sequence[str]) -> list[Json]:
    """Let an actor write under its leading keys and never under others'."""
    found: list[Json] = []
    if estate.table:
        table = _table(estate)
        never: Json = {"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": list(others)}}
        work, many = (
            allows("RecordWork", WRITES[:2], [table]),
            allows("RecordMany", [WRITES[3]], [table]),
        )
        found += [
            allows("CheckStore", ["dynamodb:ConditionCheckItem"], [table]),
            {**work, "Condition": _only_under(mine)},
            {**many, "Condition": _only_under(MANY)},
            {**denies("NeverAskNorDecide", WRITES), "Condition": never},
        ]
    if estate.bucket:
        blobs, payloads = _bucket(estate, "/blobs/*"), _bucket(estate, "/payloads/*")
        found += [
            allows("KeepDocuments", ["s3:PutObject", "s3:DeleteObject"], [blobs]),
            allows("KeepPayloads", ["s3:PutObject"], [payloads]),
        ]
    return found


def makes_store(estate: Estate) -> list[Json]:
    """Let the table and the bucket be made, or seen to be there."""
    make = ["dynamodb:CreateTable", "dynamodb:DescribeTable"]
    return [
        allows("MakeTable", make, [_table(estate)]),
        allows("MakeBucket", ["s3:CreateBucket"], [_bucket(estate)]),
    ]


def sets_up(estate: Estate) -> list[Json]:
    """Let whom to trust be said, and pipelines be put there."""
    put = allows("SetUp", [WRITES[0]], [_table(estate)])
    return [{**put, "Condition": _only_under(SET_UP)}]


def moves(estate: Estate) -> list[Json]:
    """Let a whole store be read, emptied and filled, with all that anybody wrote."""
    table, reads = _table(estate), (*READS, "dynamodb:Scan")
    writes = (*WRITES[:4], "dynamodb:ConditionCheckItem")
    documents = [_bucket(estate, "/blobs/*"), _bucket(estate, "/plans/*")]
    return [
        allows("ReadWhole", reads, [table, f"{table}/index/*"]),
        allows("WriteWhole", writes, [table]),
        allows("MoveDocuments", ["s3:GetObject", "s3:PutObject"], documents),
        allows("MissDocuments", ["s3:ListBucket"], [_bucket(estate)]),
    ]


def denies(name: str, actions: Sequence[str]) -> dict[str, Json]:
    """Return a statement that no other one outweighs."""
    return {"Sid": name, "Effect": "Deny", "Action": list(actions), "Resource": "*"}


def _table(estate: Estate) -> str:
    return estate.arn("dynamodb", f"table/{estate.table}")


def _bucket(estate: Estate, rest: str = "") -> str:
    return f"arn:{estate.partition}:s3:::{estate.bucket}{rest}"


def _only_under(leading: Sequence[str]) -> dict[str, Json]:
    # ForAllValues alone holds also where there is no leading key at all, as in a scan.
    return {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(leading)},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }

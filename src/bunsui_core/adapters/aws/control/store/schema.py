"""The table and the bucket of a store: made where bunsui may make them, as in the embedded AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.errors import code_of, translated
from bunsui_core.domain.store_template import table_properties

_THERE = frozenset(
    {"ResourceInUseException", "BucketAlreadyOwnedByYou", "BucketAlreadyExists", "TableInUse"}
)


def create_store(clients: Clients, table: str, bucket: str, region: str) -> None:
    """Make the table and the bucket of a store; what is there already stays as it is.

    Raises: NotAuthorised, Unavailable.
    """
    _unless_there(
        f"the table {table}", lambda: clients.tables.create_table(**table_properties(table))
    )
    with translated(f"the table {table}"):
        clients.tables.get_waiter("table_exists").wait(
            TableName=table, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
        )
    where: Any = {}
    if region != "us-east-1":  # the one region that CreateBucket does not want to be named
        where = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    _unless_there(
        f"the bucket {bucket}", lambda: clients.objects.create_bucket(Bucket=bucket, **where)
    )


def _unless_there(subject: str, make: Callable[[], object]) -> None:
    from botocore.exceptions import ClientError

    with translated(subject):
        try:
            make()
        except ClientError as error:
            if code_of(error) not in _THERE:
                raise

"""The composition root of what runs in AWS: settings and credentials from its own variables.

A function's role gives it keys in the variables that every SDK reads; its template gives it the
names of what it works on: BUNSUI_ENVIRONMENT, BUNSUI_ACCOUNT, BUNSUI_TABLE, BUNSUI_BUCKET.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.control.payloads import S3Payloads
from bunsui_core.adapters.aws.control.runner import AwsRunner
from bunsui_core.adapters.aws.quota import Prepare
from bunsui_core.adapters.aws.store.remembered import DynamoArchive
from bunsui_core.adapters.aws.store.table import Table
from bunsui_core.app.archive import Shelf
from bunsui_core.app.explained import Explained
from bunsui_core.app.fulfil import Means
from bunsui_core.app.recalled import remembering
from bunsui_core.app.wake import Woken
from bunsui_core.domain.environment import StoreKind
from bunsui_core.domain.errors import BadInput
from bunsui_core.settings import Settings
from bunsui_core.wiring.clock import clock
from bunsui_core.wiring.seeing import eyes
from bunsui_core.wiring.shared import Shared, shared_store
from bunsui_core.wiring.store import place

_NAMED = ("BUNSUI_ENVIRONMENT", "BUNSUI_ACCOUNT", "BUNSUI_TABLE", "BUNSUI_BUCKET", "AWS_REGION")


def deployed_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings of a function. Raises: BadInput when one of its variables is missing."""
    if missing := [name for name in _NAMED if not environ.get(name)]:
        raise BadInput(
            f"{', '.join(missing)} is not set.", "Set it in the template of the function."
        )
    return Settings(
        home=Path("/tmp/bunsui"),  # nothing is kept there: the store is a table
        environment=environ["BUNSUI_ENVIRONMENT"],
        account=environ["BUNSUI_ACCOUNT"],
        region=environ["AWS_REGION"],
        store=StoreKind.DYNAMODB,
        table=environ["BUNSUI_TABLE"],
        bucket=environ["BUNSUI_BUCKET"],
        keep_days=int(environ.get("BUNSUI_KEEP_DAYS") or 0),
    )


def role_access(environ: Mapping[str, str]) -> Access:
    """Return how a function reaches AWS: with the keys that its role gives it."""
    return Access(
        endpoint=environ.get("AWS_ENDPOINT_URL", ""),
        region=environ["AWS_REGION"],
        access_key=environ.get("AWS_ACCESS_KEY_ID", ""),
        secret_key=environ.get("AWS_SECRET_ACCESS_KEY", ""),
        token=environ.get("AWS_SESSION_TOKEN", ""),
        reading=False,
    )


def conductor(
    environ: Mapping[str, str], prepare: Prepare | None = None
) -> Callable[[Callable[[], bool]], Woken]:
    """Return what gives each call of a function its conductor; clients outlive the call.

    `prepare` is told of every client that is made.
    """
    settings = deployed_settings(environ)
    clients = Clients(lambda: role_access(environ), prepare)
    kept = Shared(clients, Table(clients, settings.table, *_where(settings)), settings.bucket)
    store = shared_store(kept)
    seeing = eyes(clients)
    executions = remembering(seeing, store).executions
    payloads = S3Payloads(clients, f"s3://{settings.bucket}/payloads")
    means = Means(store.sessions, executions, AwsRunner(clients), payloads, clock)
    shelf = Shelf(DynamoArchive(kept.table), kept.blobs, settings.keep_days)
    explained, here = Explained(), place(settings)
    return lambda has_time: Woken(means, store, seeing, shelf, explained, here, has_time)


def _where(settings: Settings) -> tuple[str, str]:
    return settings.account, settings.region

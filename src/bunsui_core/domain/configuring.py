"""What `bunsui init` and `bunsui config` answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from bunsui_core.domain.environment import EnvironmentClass, Expose, StoreKind
from bunsui_core.domain.health import Check
from bunsui_core.domain.value import Value


class Setting(Value):
    """One value in force, who said it (flag, variable, file or default), and where."""

    key: str
    value: str
    origin: str
    where: str


class NamedEnvironment(Value):
    """An environment of the file, or the embedded AWS; `chosen` is the one in force."""

    name: str
    account: str
    region: str
    kind: EnvironmentClass
    read_profile: str
    execute_profile: str
    executes: bool = False
    expose: Expose
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    event_queue: str
    keep_days: int
    store: StoreKind
    table: str
    bucket: str
    approve_profile: str
    unlock_minutes: int
    trust_root: str = ""
    chosen: bool


class Configuration(Value):
    """Every value in force with its origin, and every environment; `trouble` is about the file."""

    settings: tuple[Setting, ...]
    environments: tuple[NamedEnvironment, ...]
    trouble: str = ""


class Initialised(Value):
    """An environment as it now stands in the file, and what its profiles may do."""

    name: str
    path: str
    environment: NamedEnvironment
    checks: tuple[Check, ...]


class Policies(Value):
    """The least that each profile of an environment needs, as IAM policy documents.

    `event_queue` is the CloudFormation template of the queue through which bunsui hears of
    executions at once; without it they are looked for. For a store in DynamoDB, `approving` is
    for whoever decides, `setting_up` for whoever names the first approver, once, `conducting` for
    the function that brings sessions forward, `moving` for whoever moves the whole store, and
    `store` is the template of its table and bucket.
    """

    account: str
    region: str
    reading: dict[str, JsonValue]
    executing: dict[str, JsonValue]
    event_queue: dict[str, JsonValue]
    approving: Annotated[dict[str, JsonValue], Field(default_factory=dict)]
    setting_up: Annotated[dict[str, JsonValue], Field(default_factory=dict)]
    conducting: Annotated[dict[str, JsonValue], Field(default_factory=dict)]
    moving: Annotated[dict[str, JsonValue], Field(default_factory=dict)]
    store: Annotated[dict[str, JsonValue], Field(default_factory=dict)]

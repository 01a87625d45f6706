"""Clients of AWS, or of the embedded AWS: the same code, another endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from os import devnull
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bunsui_core.adapters.aws.profile import Identity, Owned, Profile, Stamp, models, owned
from bunsui_core.domain.errors import Refused

if TYPE_CHECKING:
    from boto3 import Session
    from botocore.client import BaseClient
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_sts import STSClient

READS: Mapping[str, frozenset[str]] = {
    "sfn": frozenset(
        {
            "DescribeExecution",
            "DescribeStateMachine",
            "DescribeStateMachineForExecution",
            "GetExecutionHistory",
            "ListExecutions",
            "ListStateMachines",
            "ListTagsForResource",
        }
    ),
    "lambda": frozenset({"GetFunctionConfiguration"}),
    "ecs": frozenset({"DescribeTaskDefinition"}),
    "cloudwatch-logs": frozenset({"FilterLogEvents", "GetLogEvents"}),
    "s3": frozenset({"GetBucketPolicy", "HeadBucket", "HeadObject"}),
    "sts": frozenset({"GetCallerIdentity"}),
    "iam": frozenset(
        {
            "GetPolicy",
            "GetPolicyVersion",
            "GetRole",
            "GetRolePolicy",
            "ListAttachedRolePolicies",
            "ListRolePolicies",
        }
    ),
    "dynamodb": frozenset({"DescribeTable"}),
    "ecr": frozenset({"DescribeImages"}),
    "secrets-manager": frozenset({"DescribeSecret", "GetResourcePolicy"}),
    "sqs": frozenset({"GetQueueAttributes"}),
}
"""All that a reading client ever sends, by botocore's service id; everything else is refused."""

_GUARDED_EVENTS = ("provide-client-params", "before-call", "before-send")
_NEAR, _FAR = (1.0, 5.0), (3.0, 10.0)
"""Seconds to connect and to read; what is far is reached through proxies and tunnels."""

_ATTEMPTS = 2
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_NO_FILE = (None, None, devnull, None)
_OWN_SETTINGS = {
    "profile": (None, None, None, None),
    "config_file": _NO_FILE,
    "credentials_file": _NO_FILE,
}


_MAKING = Lock()
"""Clients of one profile come from one session, which is not thread-safe."""


@dataclass(frozen=True)
class Access:
    """Which AWS to speak to and as whom; a `reading` access refuses every change by itself."""

    endpoint: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    reading: bool = True
    profile: str = ""
    account: str = ""
    stamp: Stamp = ()
    token: str = field(default="", repr=False)


class Clients:
    """One thread-safe client per service, each made when it is first needed.

    `access` is asked before every use: an embedded AWS that was started anew has another port.
    `prepare` is told of every client that is made.
    """

    def __init__(
        self,
        access: Callable[[], Access],
        prepare: Callable[[BaseClient], None] | None = None,
    ) -> None:
        self._access = access
        self._prepare = prepare
        self._lock = Lock()
        self._made: dict[str, tuple[Access, Any]] = {}

    @property
    def stepfunctions(self) -> SFNClient:
        """The client of Step Functions."""
        client: SFNClient = self._client("stepfunctions")
        return client

    @property
    def functions(self) -> LambdaClient:
        """The client of Lambda."""
        client: LambdaClient = self._client("lambda")
        return client

    @property
    def containers(self) -> ECSClient:
        """The client of ECS."""
        client: ECSClient = self._client("ecs")
        return client

    @property
    def logs(self) -> CloudWatchLogsClient:
        """The client of CloudWatch Logs."""
        client: CloudWatchLogsClient = self._client("logs")
        return client

    @property
    def objects(self) -> S3Client:
        """The client of S3."""
        client: S3Client = self._client("s3")
        return client

    @property
    def tables(self) -> Any:
        """The client of DynamoDB."""
        return self._client("dynamodb")

    @property
    def roles(self) -> IAMClient:
        """The client of IAM."""
        client: IAMClient = self._client("iam")
        return client

    def of(self, service: str) -> Any:
        """Return the client of another service, by its name in boto3."""
        return self._client(service)

    @property
    def callers(self) -> STSClient:
        """The client of STS, which tells who calls."""
        client: STSClient = self._client("sts")
        return client

    def _client(self, service: str) -> Any:
        access = self._access()
        with self._lock:  # boto3 sessions are not thread-safe; clients are
            made = self._made.get(service)
            if made is None or made[0] != access:
                made = self._made[service] = (access, make_client(service, access))
                if self._prepare:
                    self._prepare(made[1])
            return made[1]

    def close(self) -> None:
        """Close the connections of every client that was made."""
        with self._lock:
            for _, client in self._made.values():
                client.close()
            self._made.clear()


def make_client(service: str, access: Access) -> Any:
    """Return a boto3 client; it waits a few seconds for a dead endpoint, not longer."""
    return _of(_own_session(access), service, access)


def _of(session: Session, service: str, access: Access) -> Any:
    from botocore.config import Config

    connect, read = _FAR if access.profile else _NEAR
    is_local = urlsplit(access.endpoint).hostname in _THIS_MACHINE
    config = Config(
        connect_timeout=connect,
        read_timeout=read,
        retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
        s3={"addressing_style": "path"},
        proxies={} if is_local else None,
    )
    with _MAKING:
        client = session.client(  # type: ignore[call-overload]  # the service is a variable
            service,
            region_name=access.region or None,
            endpoint_url=access.endpoint or None,
            config=config,
        )
    if access.reading:
        refuse_changes(client)
    return client


def _own_session(access: Access) -> Session:
    """A session that is of the account it should be of. Raises: Unavailable, Refused."""
    if not access.profile:
        return _keyed_session(access)
    return owner(access).session


def owner(access: Access) -> Owned:
    """Return whose the profile of an access is, with its session; asked once a process.

    Raises: Unavailable when it cannot be used, Refused when it is of another account.
    """
    profile = Profile(access.profile, access.region, access.account, access.stamp)
    return owned(profile, lambda session, region: _caller(session, access, region))


def _caller(session: Session, access: Access, region: str) -> Identity:
    with closing(_of(session, "sts", replace(access, region=region))) as client:
        said = client.get_caller_identity()
    return Identity(said["Account"], said["Arn"])


def _keyed_session(access: Access) -> Session:
    """A session that knows no file or variable of the user."""
    import boto3
    import botocore.session

    core = botocore.session.Session(session_vars=_OWN_SETTINGS)
    core.register_component("data_loader", models())
    return boto3.Session(
        aws_access_key_id=access.access_key,
        aws_secret_access_key=access.secret_key,
        aws_session_token=access.token or None,
        region_name=access.region,
        botocore_session=core,
    )


def refuse_changes(client: BaseClient) -> None:
    """Make a client refuse, before anything is sent or signed, what is not in READS."""
    for event in _GUARDED_EVENTS:
        client.meta.events.register_first(event, _only_reads)


def _only_reads(event_name: str, **_sent: object) -> None:
    """Refuse by event name, `before-call.sfn.StartExecution`; a name of another shape too."""
    service, operation = [*event_name.split("."), "", ""][1:3]
    if operation not in READS.get(service, frozenset()):
        raise Refused(
            f"this process only reads AWS; {service}:{operation} is not one of its calls.",
            "Ask a human for the change with a request.",
        )

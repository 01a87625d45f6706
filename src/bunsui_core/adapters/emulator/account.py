"""The embedded account in its owner's hands, to set the scenes of the demo."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING

from bunsui_core.adapters.emulator.record import Credentials, LocalServer

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient


class Account:
    """A client of each service, made when it is first needed. Close it to let them go."""

    def __init__(self, server: LocalServer, credentials: Credentials) -> None:
        self.id = server.account
        self.region = server.region
        self._url = server.url
        # Deferred: boto3 costs 0.15 s, which the demo spends while the embedded AWS starts.
        from bunsui_core.adapters.emulator.access import DIRECT, session

        self._session = session(credentials)
        self._config = DIRECT
        self._open = ExitStack()

    @cached_property
    def stacks(self) -> CloudFormationClient:
        """CloudFormation."""
        made = self._session.client("cloudformation", endpoint_url=self._url, config=self._config)
        self._open.callback(made.close)
        return made

    @cached_property
    def objects(self) -> S3Client:
        """S3."""
        made = self._session.client("s3", endpoint_url=self._url, config=self._config)
        self._open.callback(made.close)
        return made

    @cached_property
    def functions(self) -> LambdaClient:
        """Lambda."""
        made = self._session.client("lambda", endpoint_url=self._url, config=self._config)
        self._open.callback(made.close)
        return made

    @cached_property
    def roles(self) -> IAMClient:
        """IAM."""
        made = self._session.client("iam", endpoint_url=self._url, config=self._config)
        self._open.callback(made.close)
        return made

    @cached_property
    def machines(self) -> SFNClient:
        """Step Functions."""
        made = self._session.client("stepfunctions", endpoint_url=self._url, config=self._config)
        self._open.callback(made.close)
        return made

    def machine_arn(self, name: str) -> str:
        """Return the ARN of a state machine of this account."""
        return f"arn:aws:states:{self.region}:{self.id}:stateMachine:{name}"

    def __enter__(self) -> Account:
        """Return itself, to be closed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every client that was made."""
        self.close()

    def close(self) -> None:
        """Close every client that was made."""
        self._open.close()

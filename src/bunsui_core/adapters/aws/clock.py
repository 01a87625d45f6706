"""What time it is for AWS, by the `Date` of an answer, also of one that refuses."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from email.utils import parsedate_to_datetime

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.errors import translated
from bunsui_core.domain.errors import Unavailable

_SECONDS = 3.0


def clock_of_aws(clients: Clients) -> datetime | None:
    """Return the time of an answer, or nothing when it has none. Raises: Unavailable."""
    client = clients.stepfunctions
    with translated("the time"):
        try:
            headers = client.list_state_machines(maxResults=1)["ResponseMetadata"]["HTTPHeaders"]
        except client.exceptions.ClientError as error:
            # A clock that is wrong by minutes is refused, and the refusal tells the time.
            headers = error.response["ResponseMetadata"]["HTTPHeaders"]
    date = headers.get("date")
    return parsedate_to_datetime(date) if date else None


def clock_without_credentials(profile: str, region: str) -> datetime:
    """Return the time of the refusal that a call without a signature gets. Raises: Unavailable."""
    import boto3
    from botocore import UNSIGNED
    from botocore.config import Config

    settings = Config(
        signature_version=UNSIGNED,
        connect_timeout=_SECONDS,
        read_timeout=_SECONDS,
        retries={"total_max_attempts": 1},
    )
    with translated("the time"), ExitStack() as stack:
        session = boto3.Session(profile_name=profile or None, region_name=region or None)
        client = session.client("sts", config=settings)
        stack.callback(client.close)
        try:
            headers = client.get_caller_identity()["ResponseMetadata"]["HTTPHeaders"]
        except client.exceptions.ClientError as error:
            headers = error.response["ResponseMetadata"]["HTTPHeaders"]
    if "date" not in headers:
        raise Unavailable("AWS tells no time.", "Compare the clock yourself.")
    return parsedate_to_datetime(headers["date"])

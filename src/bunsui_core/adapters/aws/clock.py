"""What time it is for AWS, by the `Date` of an answer, also of one that refuses."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

from bunsui_core.adapters.aws.client import Clients
from bunsui_core.adapters.aws.errors import translated


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

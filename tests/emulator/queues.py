"""Queues that tests send task tokens and events to, over real HTTP."""

from __future__ import annotations

import json
import time
from typing import Any

from bunsui_core.adapters.emulator.access import DIRECT, session
from bunsui_core.domain.value import Json
from tests.emulator.embedded import SECONDS, Embedded


def client(aws: Embedded, service: str) -> Any:  # a boto3 client without stubs here
    """A client of root for a service."""
    made = session(aws.key("root")).client(
        service,  # type: ignore[call-overload]  # the stubs want a literal
        endpoint_url=aws.server.url,
        config=DIRECT,
    )
    aws.open.callback(made.close)
    return made


class Queue:
    """A queue and what came out of it, in order."""

    def __init__(self, aws: Embedded, name: str) -> None:
        """Make the queue."""
        self._client = client(aws, "sqs")
        self.url = str(self._client.create_queue(QueueName=name)["QueueUrl"])
        got = self._client.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.arn = str(got["Attributes"]["QueueArn"])
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]},
            "Action": "sqs:SendMessage",
            "Resource": self.arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self._client.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})

    def text(self) -> str:
        """The next message, waited for."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            got = self._client.receive_message(QueueUrl=self.url, WaitTimeSeconds=2)
            for message in got.get("Messages", []):
                self._client.delete_message(
                    QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"]
                )
                return str(message["Body"])
        raise AssertionError("no message came in time")

    def document(self) -> dict[str, Json]:
        """The next message, waited for, read as JSON."""
        document: dict[str, Json] = json.loads(self.text())
        return document

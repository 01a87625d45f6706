"""What an embedded AWS answered, as it was on the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bunsui_core.adapters.emulator.access import DIRECT, session
from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded

if TYPE_CHECKING:
    from botocore.model import OperationModel
    from mypy_boto3_stepfunctions import SFNClient

Document = dict[str, Json]


@dataclass
class Heard:
    """Answers of Step Functions, by operation."""

    answers: list[tuple[str, Document]] = field(default_factory=list)

    def client(self, aws: Embedded) -> SFNClient:
        """A client of root whose answers are kept."""
        made = session(aws.key("root")).client(
            "stepfunctions", endpoint_url=aws.server.url, config=DIRECT
        )
        made.meta.events.register("before-parse.sfn", self._keep)
        aws.open.callback(made.close)
        return made

    def events(self) -> Iterator[Document]:
        """Every event of every history that was asked for."""
        for operation, answer in self.answers:
            if operation == "GetExecutionHistory":
                listed = answer["events"]
                assert isinstance(listed, list)
                yield from (event for event in listed if isinstance(event, dict))

    def _keep(
        self, operation_model: OperationModel, response_dict: dict[str, bytes], **_: object
    ) -> None:
        self.answers.append((operation_model.name, json.loads(response_dict["body"] or b"{}")))

"""The events that Step Functions records for one attempt of a task."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.history import Document
from bunsui_core.domain.value import Json

TIMED_OUT = "States.Timeout"
HEARTBEAT_TIMED_OUT = "States.HeartbeatTimeout"


@dataclass(frozen=True)
class Events:
    """The names and common fields of the events of one task."""

    execution: Document
    resource: str

    @property
    def is_bare_function(self) -> bool:
        """Tell whether the resource is a function's ARN, whose events are LambdaFunction*."""
        return ":lambda:" in self.resource and ":function:" in self.resource

    @property
    def integration(self) -> Document:
        """The two fields by which AWS names an integration."""
        head, _, tail = self.resource.partition(":::")
        if not tail:
            return {
                "resourceType": head.split(":")[2] if head.count(":") > 2 else "",
                "resource": head,
            }
        parts = tail.split(":")
        kind = 2 if parts[0] == "aws-sdk" else 1
        return {"resourceType": ":".join(parts[:kind]), "resource": ":".join(parts[kind:])}

    def scheduled(self, parameters: Json, limits: Document) -> None:
        """Record that an attempt was scheduled and started."""
        text = json.dumps(parameters, separators=(",", ":"))
        if self.is_bare_function:
            self._add(
                "LambdaFunctionScheduled", {"resource": self.resource, "input": text, **limits}
            )
            self._add("LambdaFunctionStarted", {})
            return
        region = sf.get_region()
        self._add(
            "TaskScheduled", {**self.integration, "region": region, "parameters": text, **limits}
        )
        self._add("TaskStarted", self.integration)

    def submitted(self, output: Json) -> None:
        """Record what the service answered to a request whose end the task waits for."""
        text = json.dumps(output, separators=(",", ":"))
        self._add("TaskSubmitted", {**self.integration, "output": text})

    def succeeded(self, result: Json) -> None:
        """Record that an attempt gave a result."""
        output: Document = {"output": json.dumps(result, separators=(",", ":"))}
        if self.is_bare_function:
            self._add("LambdaFunctionSucceeded", output)
        else:
            self._add("TaskSucceeded", {**self.integration, **output})

    def failed(self, error: str, cause: str | None) -> None:
        """Record that an attempt failed or ran out of time."""
        details: Document = {"error": error, "cause": cause} if cause else {"error": error}
        ending = "TimedOut" if error in (TIMED_OUT, HEARTBEAT_TIMED_OUT) else "Failed"
        if self.is_bare_function:
            self._add(f"LambdaFunction{ending}", details)
        else:
            self._add(f"Task{ending}", {**self.integration, **details})

    def _add(self, name: str, details: Document) -> None:
        key = f"{name[0].lower()}{name[1:]}EventDetails"
        sf._add_event(self.execution, name, {key: details} if details else {})

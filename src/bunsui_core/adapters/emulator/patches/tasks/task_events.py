"""The events that Step Functions records for one attempt of a task."""

from __future__ import annotations

from dataclasses import dataclass

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.states import history
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.tasks.schedule import Schedule
from bunsui_core.domain.value import Json

_TIMED_OUT = "States.Timeout"


class ErrorName(str):
    """The name of an error to which Retry and Catch may also refer by a second name."""

    __slots__ = ("also",)

    def __new__(cls, name: str, also: str) -> ErrorName:
        """Return the name, which is what a history tells, with its second one."""
        made = super().__new__(cls, name)
        made.also = also
        return made

    also: str


class TimedOut(sf._ExecutionError):  # type: ignore[misc]  # ministack has no types
    """An attempt took too long, or was silent for too long; AWS records no cause of it."""

    def __init__(self, *, silent: bool = False) -> None:
        error = ErrorName(_TIMED_OUT, also="States.HeartbeatTimeout") if silent else _TIMED_OUT
        super().__init__(error, None)


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
    def is_activity(self) -> bool:
        """Tell whether the resource is an activity, whose events are Activity*."""
        return ":activity:" in self.resource

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

    def scheduled(self, parameters: Json, schedule: Schedule) -> None:
        """Record that an attempt was scheduled and, unless a worker must take it, started."""
        text = history.text(parameters)
        if self.is_activity:
            told: Document = {"resource": self.resource, "input": text, **schedule.limits}
            self._add("ActivityScheduled", told)
        elif self.is_bare_function:
            told = {"resource": self.resource, "input": text, **schedule.limits}
            # API_LambdaFunctionScheduledEventDetails knows no heartbeat.
            told.pop("heartbeatInSeconds", None)
            self._add("LambdaFunctionScheduled", told | schedule.credentials)
            self._add("LambdaFunctionStarted", {})
        else:
            told = {**self.integration, "region": sf.get_region(), "parameters": text}
            self._add("TaskScheduled", told | schedule.limits | schedule.credentials)
            self._add("TaskStarted", self.integration)

    def taken(self, worker: str) -> None:
        """Record that a worker took the task of an activity."""
        details: Document = {"workerName": worker} if worker else {}
        sf._add_event(self.execution, "ActivityStarted", {"activityStartedEventDetails": details})

    def submitted(self, output: Json) -> None:
        """Record what the service answered to a request whose end the task waits for."""
        self._add("TaskSubmitted", {**self.integration, "output": history.text(output)})

    def succeeded(self, result: Json) -> None:
        """Record that an attempt gave a result."""
        self._end("Succeeded", {"output": history.text(result)})

    def failed(self, failure: sf._ExecutionError) -> None:
        """Record that an attempt failed or ran out of time."""
        told: Document = {"error": failure.error, "cause": failure.cause}
        details: Document = {name: value for name, value in told.items() if value is not None}
        self._end("TimedOut" if isinstance(failure, TimedOut) else "Failed", details)

    def _end(self, ending: str, details: Document) -> None:
        if self.is_activity:
            self._add(f"Activity{ending}", details)
        elif self.is_bare_function:
            self._add(f"LambdaFunction{ending}", details)
        else:
            self._add(f"Task{ending}", {**self.integration, **details})

    def _add(self, name: str, details: Document) -> None:
        key = f"{name[0].lower()}{name[1:]}EventDetails"
        sf._add_event(self.execution, name, {key: details} if details else {})

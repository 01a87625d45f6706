"""The executions that a Map Run starts, one for each item, and the run's own record of them."""

from __future__ import annotations

import json
import threading

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.states import history, outcome, states
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.states.map_tolerance import Tolerance
from bunsui_core.adapters.emulator.patches.states.strand import Strand
from bunsui_core.domain.value import Json

_EXCEEDED = "States.ExceedToleratedFailureThreshold"
_COUNTED = (
    "pending",
    "running",
    "succeeded",
    "failed",
    "timedOut",
    "aborted",
    "total",
    "resultsWritten",
    "failuresNotRedrivable",
    "pendingRedrive",
)


class Run:
    """A Map Run: what DescribeMapRun tells, and the children that are under way."""

    def __init__(self, record: Document, names: tuple[str, str, str], tolerance: Tolerance) -> None:
        self.arn = str(record["mapRunArn"])
        self.machine_arn, self._children_arn, self._role = names
        self._record = record
        self._tolerance = tolerance
        self._lock = threading.Lock()
        self.children: list[Document] = []

    def expect(self, children: int, items: int) -> None:
        """Tell how many children and items there are."""
        with self._lock:
            self._add({"total": children, "pending": children}, "executionCounts")
            self._add({"total": items, "pending": items}, "itemCounts")

    def child(self, given: Json, items: int) -> Document:
        """Start an execution for an item or a batch of them."""
        name = sf.new_uuid()
        now, text = sf.now_iso(), history.text(given)
        started: Document = {"input": text, "roleArn": self._role}
        child: Document = {
            "executionArn": f"{self._children_arn}:{name}",
            "stateMachineArn": self.machine_arn,
            "name": name,
            "status": "RUNNING",
            "startDate": now,
            "stopDate": None,
            "input": text,
            "inputDetails": {"included": True},
            "output": None,
            "outputDetails": {"included": True},
            "mapRunArn": self.arn,
            "items": items,
            # What a child does is told by its run, not by events of its own.
            "sync": True,
            "events": [
                {
                    "id": 1,
                    "type": "ExecutionStarted",
                    "timestamp": now,
                    "executionStartedEventDetails": started,
                }
            ],
        }
        sf._executions[child["executionArn"]] = child
        with self._lock:
            self.children.append(child)
            self._move(child, "pending", "running")
        return child

    def ended(self, child: Document, how: str) -> bool:
        """Count the end of a child; tell whether too many have failed by now."""
        with self._lock:
            self._move(child, "running", how)
            counts = self._counts("itemCounts")
            return self._tolerance.is_exceeded(counts["failed"], counts["total"])

    def end(self, status: str) -> None:
        """End the run, and abort the children that are still under way."""
        for child in list(self.children):
            if child["status"] == "RUNNING" and history.close(
                child, "ExecutionAborted", {}, status="ABORTED"
            ):
                self.ended(child, "aborted")
        self._record.update(status=status, stopDate=sf.now_iso())

    def _move(self, child: Document, before: str, after: str) -> None:
        items = _items_in(child)
        self._add({before: -1, after: 1}, "executionCounts")
        self._add({before: -items, after: items}, "itemCounts")

    def _add(self, changes: dict[str, int], of: str) -> None:
        counts = self._counts(of)
        for name, change in changes.items():
            counts[name] += change

    def _counts(self, of: str) -> dict[str, int]:
        counts: dict[str, int] = sf._map_runs[self.arn][of]
        return counts


def _items_in(child: Document) -> int:
    items = child["items"]
    assert isinstance(items, int)
    return items


def open_run(state: Document, parent: Document, tolerance: Tolerance) -> Run:
    """Start the Map Run of a state."""
    head = str(parent["stateMachineArn"]).split(":")
    region, account, machine = head[3], head[4], head[6]
    begin = f"arn:aws:states:{region}:{account}"
    name = f"{machine}/{state.get('Label') or sf.new_uuid()}"
    limit = state.get("MaxConcurrency")
    record: Document = {
        "mapRunArn": f"{begin}:mapRun:{name}:{sf.new_uuid()}",
        "executionArn": parent["executionArn"],
        "status": "RUNNING",
        "startDate": sf.now_iso(),
        "maxConcurrency": limit if isinstance(limit, int) else 0,
        "toleratedFailurePercentage": tolerance.percentage or 0.0,
        "toleratedFailureCount": tolerance.count or 0,
        "itemCounts": dict.fromkeys(_COUNTED, 0),
        "executionCounts": dict.fromkeys(_COUNTED, 0),
        "redriveCount": 0,
        "_stateMachineArn": f"{begin}:stateMachine:{name}",
    }
    sf._map_runs[record["mapRunArn"]] = record
    names = f"{begin}:stateMachine:{name}", f"{begin}:execution:{name}", _role_of(parent)
    return Run(record, names, tolerance)


def _role_of(parent: Document) -> str:
    machine = sf._state_machines.get(parent["stateMachineArn"]) or {}
    return str(machine.get("roleArn", ""))


def play(run: Run, machine: Document, child: Document, around: Strand, own: Document) -> Json:
    """Walk a child of a run and return its output, or nothing when it failed.

    Raises:
        sf._ExecutionError: more children have failed than the state tolerates.
        history.Closed: the run ended meanwhile.
    """
    given = json.loads(str(child["input"]))
    strand = Strand(child, 0, 0, parent=around)
    history.follow(strand)
    history.complete_first_event(child)
    try:
        output = states.walk(machine, states.start_of(machine, given), strand, _context(child, own))
    except (sf._ExecutionError, outcome.Fatal) as failure:
        told: Document = {"error": failure.error, "cause": failure.cause}
        details: Document = {name: value for name, value in told.items() if value is not None}
        history.close(child, "ExecutionFailed", details, status="FAILED", **told)
        if run.ended(child, "failed"):
            said = "The specified tolerated failure threshold was exceeded"
            raise sf._ExecutionError(_EXCEEDED, said) from failure
        return None
    finally:
        history.follow(around)
    return _succeeded(run, child, strand, output)


def _succeeded(run: Run, child: Document, strand: Strand, output: Json) -> Json:
    text = history.text(output)
    history.follow(strand)
    done: Document = {"output": text}
    if history.close(child, "ExecutionSucceeded", done, status="SUCCEEDED", output=text):
        run.ended(child, "succeeded")
    return output


def _context(child: Document, own: Document) -> Document:
    around = own["Execution"]
    assert isinstance(around, dict)
    execution: Document = {
        **around,
        "Id": child["executionArn"],
        "Name": child["name"],
        "StartTime": child["startDate"],
    }
    return {**own, "Execution": execution}

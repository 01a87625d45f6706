"""The executions that a Map Run starts, one for each item, and the run's own record of them."""

from __future__ import annotations

import threading

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import history, outcome, states
from bunsui_core.adapters.emulator.patches.history import Document
from bunsui_core.adapters.emulator.patches.map_tolerance import Tolerance
from bunsui_core.adapters.emulator.patches.strand import Strand
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

    def __init__(self, record: Document, names: tuple[str, str], tolerance: Tolerance) -> None:
        self.arn = str(record["mapRunArn"])
        self.machine_arn, self._children_arn = names
        self._record = record
        self._tolerance = tolerance
        self._lock = threading.Lock()
        self._open: list[Document] = []

    def expect(self, items: int) -> None:
        """Tell how many items there are."""
        with self._lock:
            self._add({"total": items, "pending": items})

    def child(self, given: Json) -> Document:
        """Start an execution for one item."""
        name = sf.new_uuid()
        now, text = sf.now_iso(), history.text(given)
        started: Document = {"input": text, "roleArn": ""}
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
            self._open.append(child)
            self._add({"pending": -1, "running": 1})
        return child

    def ended(self, child: Document, how: str) -> bool:
        """Count the end of a child; tell whether too many have failed by now."""
        with self._lock:
            self._open.remove(child)
            self._add({"running": -1, how: 1})
            counts = self._counts("itemCounts")
            return self._tolerance.is_exceeded(counts["failed"], counts["total"])

    def end(self, status: str) -> None:
        """End the run, and abort the children that are still under way."""
        for child in list(self._open):
            if history.close(child, "ExecutionAborted", {}, status="ABORTED"):
                self.ended(child, "aborted")
        self._record.update(status=status, stopDate=sf.now_iso())

    def _add(self, changes: dict[str, int]) -> None:
        for of in ("itemCounts", "executionCounts"):
            counts = self._counts(of)
            for name, change in changes.items():
                counts[name] += change

    def _counts(self, of: str) -> dict[str, int]:
        counts: dict[str, int] = sf._map_runs[self.arn][of]
        return counts


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
    return Run(record, (f"{begin}:stateMachine:{name}", f"{begin}:execution:{name}"), tolerance)


def play(run: Run, machine: Document, given: Json, around: Strand, own: Document) -> Json:
    """Run the execution of one item and return its output, or nothing when it failed.

    Raises:
        sf._ExecutionError: more children have failed than the state tolerates.
        history.Closed: the run ended meanwhile.
    """
    child = run.child(given)
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

"""Recorded failures, played again on the embedded AWS and compared with what AWS recorded.

`python -m tests.emulator.reenactment` plays them and tells what differs.
"""

from __future__ import annotations

import difflib
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from bunsui_core.adapters.emulator.launcher import down, up
from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded, Execution, until
from tests.emulator.outcome import Document, Outcome, outcome, renamed
from tests.emulator.recording import CANNOT, Recording, recorded_failures
from tests.emulator.world import World

AT_ONCE = 6


@dataclass(frozen=True)
class Played:
    """A recording and what came of playing it again."""

    recording: Recording
    outcome: Outcome | None
    again: Outcome | None = None
    """What its history tells after a redrive; it is not redriven when somebody must answer it."""
    trouble: str = ""

    @property
    def is_same(self) -> bool:
        """Tell whether it tells the same as what AWS recorded."""
        return self.outcome is not None and self.outcome.told == self.recording.outcome.told

    @property
    def is_same_in_detail(self) -> bool:
        """Tell whether also the chain, the cause and the values of all fields are the same."""
        return self.outcome == self.recording.outcome

    @property
    def differences(self) -> str:
        """What AWS recorded (-) and what we recorded (+), where they differ."""
        if self.outcome is None:
            return f"{self.recording.id}\n    {self.trouble}"
        told = difflib.unified_diff(
            self.recording.outcome.lines, self.outcome.lines, n=0, lineterm=""
        )
        changed = [line for line in told if not line.startswith(("---", "+++", "@@"))]
        return "\n    ".join([self.recording.id, *changed])


def play_all(aws: Embedded, patient: Embedded) -> list[Played]:
    """Play every recording that can be played; waits count on the patient one only."""
    playable = [one for one in recorded_failures() if one.id not in CANNOT]
    # Those that take their time begin first.
    playable.sort(key=lambda one: "TaskTimedOut" not in one.outcome.types)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda one: _play(patient if _stopped(one) else aws, one), playable))


def share(played: Iterable[Played]) -> str:
    """How many were played and how many gave the same, in one line."""
    all_of = list(played)
    same = sum(one.is_same for one in all_of)
    detail = sum(one.is_same_in_detail for one in all_of)
    return (
        f"re-enacted {len(all_of)} of {len(all_of) + len(CANNOT)} "
        f"({sum(one.recording.is_implied for one in all_of)} with a definition that its events "
        f"imply); same {same} "
        f"({same / len(all_of):.0%}); same to the value {detail}"
    )


def _play(aws: Embedded, recording: Recording) -> Played:
    world = World(aws, recording, f"reenacted-{recording.code}")
    try:
        definition, given = world.furnish()
        machine = aws.machine(world.name, definition)
        names = dict(renamed(given, recording.recorded_input)) | world.names
        execution = _started(aws, machine, given)
        if _stopped(recording):
            until(lambda: len(execution.types) > 1)
            execution.client.stop_execution(executionArn=execution.arn)
        world.answer()
        first = _told(execution.ended(), names)
        if not _fails_by_itself(recording):
            return Played(recording, first)
        return Played(recording, first, _told(execution.redriven(), names))
    except (ClientError, AssertionError) as refused:
        return Played(recording, None, trouble=f"{type(refused).__name__}: {refused}")


def _started(aws: Embedded, machine: str, given: Json) -> Execution:
    client = aws.states("root")
    started = client.start_execution(stateMachineArn=machine, input=json.dumps(given))
    return Execution(client, started["executionArn"])


def _told(execution: Execution, names: Mapping[str, str]) -> Outcome:
    described = execution.describe()
    events = json.loads(json.dumps(execution.events, default=lambda at: at.isoformat()))
    row: Document = {"events": events, "labels": {"terminal_status": str(described["status"])}}
    found = outcome(row, described.get("redriveStatus", ""), names)
    assert described.get("error", "") == found.error, "DescribeExecution tells another error"
    return found


def _fails_by_itself(recording: Recording) -> bool:
    submitted = [details["resourceType"] for details in recording.details("TaskSubmitted")]
    return recording.outcome.status == "FAILED" and "sqs" not in submitted


def _stopped(recording: Recording) -> bool:
    return recording.outcome.status == "ABORTED"


def main() -> None:
    """Play everything and tell what differs."""
    with tempfile.TemporaryDirectory() as folder:
        homes = [Path(folder) / name for name in ("hasty", "patient")]
        scales = (0.0, 1.0)
        try:
            hasty, patient = (
                Embedded(up(home, watch_pid=os.getpid(), wait_scale=scale), home)
                for home, scale in zip(homes, scales, strict=True)
            )
            with hasty.open, patient.open:
                played = play_all(hasty, patient)
        finally:
            for home in homes:
                down(home)
    told = [one.differences for one in played if not one.is_same_in_detail]
    sys.stdout.write("\n".join([*told, share(played), ""]))


if __name__ == "__main__":
    main()

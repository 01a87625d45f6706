"""Branches of a Parallel state, iterations of a Map state: side by side, each with its own events.

As on AWS, the first one that fails fails the state, and the others end where they are. The events
of that moment name the event of the failure; nothing waits for a call that is still under way.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.states import history, outcome, waiting
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.adapters.emulator.patches.states.strand import Strand
from bunsui_core.domain.value import Json

# States that AWS records as aborted when they are left without an exit.
_ABORTABLE = ("Task", "Wait", "Parallel", "Map")


@dataclass(eq=False)
class Branch:
    """One branch, or one iteration; its output is there when it `has_succeeded`."""

    walk: Callable[[Strand], Json]
    number: int = 0
    strand: Strand | None = None
    output: Json = None
    failure: Exception | None = None
    has_succeeded: bool = False


@dataclass(frozen=True)
class Marks:
    """The events around each branch: an iteration has some, a branch of Parallel has none."""

    started: str = ""
    succeeded: str = ""
    failed: str = ""
    aborted: str = ""
    name: str = ""

    def note(self, event: str, branch: Branch, strand: Strand) -> int:
        """Record one of the events beside the line of events; return the last event's id."""
        if not event:
            return strand.last_event
        return history.note(strand, event, self._details(event, branch))

    def begin(self, branch: Branch, strand: Strand) -> None:
        """Record that a branch has started, in its own line of events."""
        if self.started:
            strand.last_event = history.note(
                strand, self.started, self._details(self.started, branch)
            )

    def _details(self, event: str, branch: Branch) -> Document:
        key = f"{event[0].lower()}{event[1:]}EventDetails"
        return {key: {"name": self.name, "index": branch.number}}


class Team:
    """The branches of one attempt of a state, of which at most so many run at once."""

    def __init__(self, parent: Strand, walks: list[Callable[[Strand], Json]], marks: Marks) -> None:
        self._parent = parent
        self._branches = [Branch(walk, number) for number, walk in enumerate(walks)]
        self._marks = marks
        self._waiting: Iterator[Branch] = iter(self._branches)
        self._lock = threading.Lock()
        self._failed: Branch | None = None
        self._succeeded = 0
        self._last_event = parent.last_event
        self._topic = str(parent.execution["executionArn"])

    def run(self, at_once: int) -> list[Json]:
        """Run all branches and return their outputs in order.

        Raises:
            sf._ExecutionError, outcome.Fatal: the first failure of a branch.
            history.Closed: the execution was closed meanwhile.
        """
        self._parent.abort_inside = self.abort
        first = [self._next(self._parent.last_event) for _ in range(at_once)]
        for branch in first:
            if branch:
                self._start_thread(branch)
        waiting.wait_until(self._is_over, topics=(self._topic,))
        if not self._parent.is_open:
            raise history.Closed
        self._parent.abort_inside = None
        if self._failed:
            raise self._failure(self._failed)
        self._parent.last_event = self._last_event
        return [branch.output for branch in self._branches]

    def _is_over(self) -> bool:
        is_done = self._succeeded == len(self._branches) or self._failed is not None
        return is_done or not self._parent.is_open

    def _next(self, last_event: int) -> Branch | None:
        """Take a branch that has not started, and begin its events after the given one."""
        with self._lock:
            branch = None if self._failed else next(self._waiting, None)
            if branch is None:
                return None
            branch.strand = self._parent.branch()
            branch.strand.last_event = last_event
            self._marks.begin(branch, branch.strand)
            return branch

    def _start_thread(self, branch: Branch) -> None:
        # Each thread needs a context of its own; it carries the account and the region.
        run = contextvars.copy_context().run
        threading.Thread(target=run, args=(self._work, branch), daemon=True).start()

    def _work(self, first: Branch) -> None:
        branch: Branch | None = first
        while branch and branch.strand:
            strand = branch.strand
            try:
                self._walk(branch, strand)
                branch = self._next(strand.last_event)
            except history.Closed:
                return
            finally:
                waiting.announce(self._topic)

    def _walk(self, branch: Branch, strand: Strand) -> None:
        history.follow(strand)
        try:
            branch.output = branch.walk(strand)
            self._succeed(branch, strand)
        except history.Closed:
            raise
        except Exception as failure:  # noqa: BLE001 the thread of the state raises it again
            self._fail(branch, failure)

    def _succeed(self, branch: Branch, strand: Strand) -> None:
        # One step with its event: a branch has succeeded, or is ended by another one's failure.
        with self._lock:
            done = self._marks.note(self._marks.succeeded, branch, strand)
            self._last_event = max(self._last_event, done)
            branch.has_succeeded = True
            self._succeeded += 1

    def _fail(self, branch: Branch, failure: Exception) -> None:
        with self._lock:
            if self._failed is None and self._parent.is_open:
                branch.failure = failure
                self._failed = branch

    def _failure(self, failed: Branch) -> Exception:
        """End the other branches, record what AWS records then, and return the failure."""
        assert failed.strand
        assert failed.failure
        self._parent.last_event = failed.strand.last_event
        # What ends the whole execution says nothing about the states it ends.
        if isinstance(failed.failure, sf._ExecutionError):
            self.abort(self._parent)
        for branch in self._branches:
            if branch.strand:
                branch.strand.is_closed = True
        return failed.failure

    def abort(self, around: Strand) -> None:
        """Record what AWS records of branches that end without success, at the end of a line."""
        for branch in self._branches:
            strand = branch.strand
            with self._lock:
                if strand is None or branch.has_succeeded:
                    continue
                strand.is_closed = True
            is_failed = branch is self._failed
            self._marks.note(
                self._marks.failed if is_failed else self._marks.aborted, branch, around
            )
            if strand.abort_inside:
                strand.abort_inside(around)
            entered = strand.entered
            if entered and entered.kind in _ABORTABLE and not strand.has_failed:
                history.note(around, f"{entered.kind}StateAborted")


def run_all(
    parent: Strand, walks: list[Callable[[Strand], Json]], marks: Marks, at_once: int
) -> list[Json]:
    """Run the branches of one attempt of a state and return their outputs in order."""
    return Team(parent, walks, marks).run(min(at_once, len(walks)))


def finish(strand: Strand, succeeded: str, output: Callable[[], Json]) -> Json:
    """Record beside the line of events that all branches succeeded, and return the output."""
    event = history.note(strand, succeeded)
    try:
        return output()
    except outcome.Fatal:
        # As recorded: only an error of the state itself follows this event.
        strand.last_event = event
        raise

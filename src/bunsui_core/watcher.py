"""What finds the executions that nobody started through bunsui, beside the rounds of the worker.

Three things wait for AWS at their own pace, each in a thread of its own: the list of machines and
of their executions, what single executions hold, and the queue of events.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bunsui_core.app.archive import Shelf
from bunsui_core.app.explain import explain
from bunsui_core.app.listen import Hearing, hear
from bunsui_core.app.measure import Pulse, begin, measure
from bunsui_core.app.sight import Parents, read_execution
from bunsui_core.app.sweep import (
    Turn,
    Watching,
    failing,
    is_own,
    is_undecided,
    learn_starts,
    read_machine,
    survey,
)
from bunsui_core.domain.errors import BunsuiError, NotAuthorised, Unavailable
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.machine import Sighting, WatchedMachine
from bunsui_core.domain.session import Session
from bunsui_core.domain.sweep import (
    COUNT_EVERY,
    LEARN_EVERY,
    MOST_COUNTED,
    MOST_UNREAD,
    REDRIVABLE,
    REDRIVEN_EVERY,
    REPORT_EVERY,
    SOME,
    SURVEY_EVERY,
    is_to_follow,
    is_to_look_at_again,
    is_to_try,
    next_machine,
)
from bunsui_core.log import Troubles
from bunsui_core.ports.machines import Events
from bunsui_core.ports.watch import Seat

BATCH = 50
"""How many executions are taken from the store at a time to be read."""


@dataclass(frozen=True)
class Waits:
    """Seconds between two steps: with nothing to do, without AWS, while another one watches."""

    idle: float = 0.5
    blind: float = 3.0
    seat: float = 2.0


@dataclass
class _Times:
    """When each slow thing was last done."""

    survey: datetime | None = None
    redriven: datetime | None = None
    report: datetime | None = None
    learned: datetime | None = None
    counted: datetime | None = None
    closed: tuple[Sighting, ...] = ()
    unread: int = 0
    turn: int = 0
    owed: int = 0
    machines: dict[str, WatchedMachine] = field(default_factory=dict)


class Watcher:
    """Watches the machines of one environment; it changes nothing in AWS."""

    def __init__(
        self,
        watching: Watching,
        shelf: Shelf,
        pulse: Pulse,
        clock: Callable[[], datetime],
        queue: Events | None = None,
        seat: Seat | None = None,
    ) -> None:
        self._watching = watching
        self._shelf = shelf
        self._pulse = pulse
        self._clock = clock
        self._queue = queue
        self._seat = seat
        self._troubles = Troubles("watcher")
        self._times = _Times()
        self._parents = Parents(watching)

    def run(self, stop: threading.Event, waits: Waits = Waits()) -> None:
        """Watch until told to stop. What goes wrong is logged, never raised.

        While another process watches the same account it waits, and takes over when that ends.
        """
        while self._seat and not self._seat.take():
            if stop.wait(waits.seat):
                return
        begin(self._watching.store.watches, self._pulse, self._clock())
        self._watch(stop, waits)
        if self._seat:
            self._seat.leave()

    def _watch(self, stop: threading.Event, waits: Waits) -> None:
        steps = [("list", self.list_once), ("read", self.read_once)]
        if self._queue:
            steps.append(("listen", self.listen_once))
        threads = [threading.Thread(target=self._loop, args=(*one, stop, waits)) for one in steps]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _loop(
        self, name: str, step: Callable[[], bool], stop: threading.Event, waits: Waits
    ) -> None:
        while not stop.is_set():
            wait = waits.blind
            try:
                wait = 0 if (moved := step()) else waits.idle
                if moved or name == "listen":  # nothing was asked of AWS where nothing was due
                    self._troubles.over("watch_failed", name, "watch_goes_on")
            except BunsuiError as error:
                self._troubles.tell("watch_failed", name, error.code, error.message)
                self._pulse.fail(name, error.message)
            except Exception as error:
                self._troubles.broken("watch_broken", name, error)
            stop.wait(wait)

    def list_once(self) -> bool:
        """Read the machine whose turn it is; whether one was due. Raises: Unavailable."""
        now = self._clock()
        try:
            return self._turn(now)
        except BunsuiError as error:
            self._pulse.fail("list", error.message)
            self._report(now)
            raise

    def _turn(self, now: datetime) -> bool:
        times = self._times
        if times.survey is None or now - times.survey >= SURVEY_EVERY:
            self._survey(now)
        if self._learn(now):
            self._report(now)
            return True
        times.turn += 1
        # The turns that long lists took come out of those for machines in which much happens.
        if times.owed and times.turn % 2:
            times.owed -= 1
            times.turn += 1
        rate = self._pulse.lists_per_second
        machine = next_machine(tuple(times.machines.values()), times.turn, rate, now)
        if machine:
            self._list(machine, now)
        self._pulse.well("list")
        self._report(now)
        return machine is not None

    def _list(self, machine: WatchedMachine, now: datetime) -> None:
        times, arn = self._times, machine.machine.arn
        try:
            turn = read_machine(machine, self._watching, now)
            self._troubles.over("not_taken_in", arn)
        except BunsuiError:
            raise
        except Exception as error:
            # What cannot be understood must not keep every other machine waiting.
            self._troubles.broken("not_taken_in", arn, error)
            turn = Turn(failing(machine, repr(error), self._watching, now), 1, 0)
        if turn.machine:
            times.machines[arn] = turn.machine
        else:
            del times.machines[arn]
        times.owed += turn.calls - 1

    def _survey(self, now: datetime) -> None:
        """List the machines; where that is denied those are read on that are known."""
        times = self._times
        try:
            found = survey(self._watching, now)
            self._troubles.over("not_listed", "machines")
            self._pulse.well("survey")
        except NotAuthorised as error:
            self._troubles.tell("not_listed", "machines", error.code, error.message)
            self._pulse.fail("survey", error.message)
            found = self._watching.store.watches.machines()
        times.survey = None if any(map(is_undecided, found)) else now
        times.machines = {one.machine.arn: one for one in found}

    def _learn(self, now: datetime) -> bool:
        """Look at some definitions; whether there are machines whose definition is not known.

        Before all are known nothing is listed: a child would be taken for a session of its own.
        """
        machines = self._times.machines
        watched = [one for one in machines.values() if one.is_watched]
        due = [one for one in watched if one.defined_at is None]
        if not due and self._times.learned and now - self._times.learned < LEARN_EVERY / SOME:
            return False
        self._times.learned = now
        old = [one for one in watched if one.defined_at and now - one.defined_at >= LEARN_EVERY]
        learned = [learn_starts(one, self._watching, now) for one in (due or old)[:SOME]]
        machines.update({one.machine.arn: one for one in learned})
        self._watching.store.watches.put_machines(tuple(learned))
        return len(due) > SOME

    def read_once(self) -> bool:
        """Read executions that are new, that run, or that may be redriven; whether any was.

        Raises: Unavailable.
        """
        now, sightings = self._clock(), self._watching.sightings
        fresh = [one for one in sightings.unread(BATCH) if is_to_try(one, now)]
        due = [one for one in sightings.open() if is_own(one) and is_to_follow(one, now)]
        chosen = [*fresh[:1], *due[:1], *self._maybe_redriven(now)]
        for one in chosen:
            self._read(one, now)
        self._pulse.well("read")
        return bool(chosen)

    def _maybe_redriven(self, now: datetime) -> list[Sighting]:
        last = self._times.redriven
        if last and now - last < REDRIVEN_EVERY:
            return []
        self._times.redriven = now
        closed = self._watching.sightings.redrivable(now - REDRIVABLE, BATCH)
        return [one for one in closed if is_own(one) and is_to_look_at_again(one, now)][:1]

    def _read(self, sighting: Sighting, now: datetime) -> None:
        try:
            closed = self._held(sighting, now)
            self._troubles.over("not_read", "executions")
            if closed:
                session, seen = closed
                watching = self._watching
                explain(session, watching.store, watching.seeing, self._shelf, now, (seen,))
                self._troubles.over("not_explained", "executions")
        except Unavailable:
            self._try_again(sighting, now)
            raise
        except BunsuiError as error:
            event = "not_explained" if sighting.session_id else "not_read"
            self._troubles.tell(event, "executions", error.code, error.message)
        except Exception as error:
            self._troubles.broken("not_understood", sighting.execution_arn, error)

    def _held(self, sighting: Sighting, now: datetime) -> tuple[Session, Observation] | None:
        """Read what an execution holds; one that cannot be read does not keep others from it."""
        try:
            return read_execution(sighting, self._watching, self._parents, now)
        except NotAuthorised:
            raise  # `read_execution` took that down
        except Exception:
            self._try_again(sighting, now)
            raise

    def _try_again(self, sighting: Sighting, now: datetime) -> None:
        tried = {"read_at": now, "tries": sighting.tries + 1, "is_read": False}
        self._watching.sightings.put((sighting.model_copy(update=tried),))

    def listen_once(self) -> bool:
        """Take in what the queue tells; whether it told anything. Raises: Unavailable."""
        assert self._queue
        heard: Hearing = hear(self._queue, self._watching, self._times.survey, self._clock)
        if heard.strangers:
            self._times.survey = None
        self._pulse.heard(heard, self._clock())
        return heard.messages > 0

    def _report(self, now: datetime) -> None:
        last = self._times.report
        if last and now - last < REPORT_EVERY:
            return
        self._times.report = now
        found, watches = tuple(self._times.machines.values()), self._watching.store.watches
        closed, unread = self._counted(now)
        report = measure(found, closed, unread, self._pulse, now, watches.report())
        watches.put_report(report)

    def _counted(self, now: datetime) -> tuple[tuple[Sighting, ...], int]:
        """Return what may be redriven and how much is unread; it may be much, so not every time."""
        times, sightings = self._times, self._watching.sightings
        if times.counted is None or now - times.counted >= COUNT_EVERY:
            times.counted = now
            times.closed = sightings.redrivable(now - REDRIVABLE, MOST_COUNTED)
            times.unread = len(sightings.unread(MOST_UNREAD))
        return times.closed, times.unread

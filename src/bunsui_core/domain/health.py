"""What a look at bunsui's surroundings found, each row with its next step."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from bunsui_core.domain.freshness import Watch
from bunsui_core.domain.value import Instant, JsonText, Value

SKEW_WARNS_S = 60
"""A clock this wrong makes ages and expiries misleading."""

SKEW_FAILS_S = 300
"""AWS refuses a signature that is five minutes off (IAM User Guide, Signature Version 4)."""


LEAST_FREE_BYTES = 500_000_000
"""Below this a store and its archive may not grow any more."""

WORKER_SILENT = timedelta(seconds=60)
"""Without a worker's sign for this long, sessions are read from AWS, not from the store."""


class Health(StrEnum):
    """How a check ended; `skipped` means that something before it has to work first."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


class Check(Value):
    """One thing that was looked at; `next` is empty only when there is nothing to do."""

    name: str
    health: Health
    found: str
    next: str = ""


class Checkup(Value):
    """Every check, in the order they were made."""

    checks: tuple[Check, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing failed."""
        return all(one.health is not Health.FAIL for one in self.checks)


class Probed(Value):
    """What a probe of an account found, or, where it did not run, what it would make.

    `policy` is the least that the executing profile needs; `left` names what could not be
    deleted, a role by its name and a machine by its ARN.
    """

    environment: str
    account: str
    region: str
    profile: str
    has_run: bool
    checks: tuple[Check, ...]
    left: tuple[str, ...]
    policy: JsonText

    @property
    def is_well(self) -> bool:
        """Whether nothing failed and nothing is left."""
        return not self.left and all(one.health is not Health.FAIL for one in self.checks)


def clock_check(skew_seconds: float) -> Check:
    """Return what a difference to the clock of AWS means; positive is ahead of it."""
    off = abs(skew_seconds)
    side = "ahead of" if skew_seconds > 0 else "behind"
    found = f"{off:.0f} s {side} the clock of AWS" if off >= 1 else "the same as the clock of AWS"
    health = Health.OK
    if off >= SKEW_WARNS_S:
        health = Health.FAIL if off >= SKEW_FAILS_S else Health.WARN
    todo = "" if health is Health.OK else "Set this machine's clock, best with NTP."
    return Check(name="clock", health=health, found=found, next=todo)


def disk_check(path: str, free_bytes: int) -> Check:
    """Return whether there is room for what a worker stores."""
    found = f"{free_bytes / 1e9:,.1f} GB are free at {path}"
    if free_bytes >= LEAST_FREE_BYTES:
        return Check(name="disk", health=Health.OK, found=found)
    return Check(name="disk", health=Health.WARN, found=found, next="Make room, or move the home.")


def worker_check(last: Instant | None, now: Instant) -> Check:
    """Return whether a worker keeps the store fresh."""
    todo = "Start `bunsui worker`, or `bunsui tui`, which runs one."
    if last is None:
        return Check(name="worker", health=Health.WARN, found="none ever ran here", next=todo)
    age = max(timedelta(), now - last)
    found = f"last seen {round(age.total_seconds()):,} s ago"
    if age <= WORKER_SILENT:
        return Check(name="worker", health=Health.OK, found=found)
    return Check(name="worker", health=Health.WARN, found=found, next=todo)


def watch_check(watch: Watch, is_worked: bool) -> Check:
    """Return how old what is shown can be, as promised and as it is; without a worker it ages."""
    said = ", ".join(
        f"{_BOUNDS[name]} {_seconds(bound.measured_s)} of {bound.promised_s} s"
        for name, bound in watch.bounds
    )
    found = f"{watch.machines:,} machines by {watch.feed.value}; how old: {said}"
    if watch.trouble:
        found = f"{found}; {watch.trouble}"
    if watch.is_kept and not watch.trouble:
        return Check(name="watching", health=Health.OK, found=found)
    todo = "Watch fewer machines (include, exclude), or name an event_queue."
    if watch.trouble:
        todo = "See the rows about permissions; the rest goes on."
    if not is_worked:
        todo = "See the row `worker`."
    return Check(name="watching", health=Health.WARN, found=found, next=todo)


_BOUNDS = {
    "own": "what bunsui started",
    "found": "what others started",
    "swept": "the same after a lost event",
    "redriven": "what others redrive",
}


def _seconds(measured: int | None) -> str:
    return "not measured" if measured is None else str(measured)


def folder_check(name: str, path: str, mode: int) -> Check:
    """Return whether others can change what a folder holds; its files are judged one by one."""
    if mode & 0o022:
        return mode_check(name, path, mode)
    return Check(name=name, health=Health.OK, found=f"{path}, changed by its owner only")


def mode_check(name: str, path: str, mode: int) -> Check:
    """Return whether only its owner can read a file or folder of these permission bits."""
    if mode & 0o077:
        return Check(
            name=name,
            health=Health.FAIL,
            found=f"{path} can be read or changed by others (mode {mode & 0o777:o})",
            next=f"Run `chmod go= {path}`.",
        )
    return Check(name=name, health=Health.OK, found=f"{path}, for its owner only")

"""Looks at what bunsui keeps on this machine: folders, files, keys, and who works on them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from bunsui_core.adapters.local.connect import INBOX_VERSION, STORE_VERSION, open_file
from bunsui_core.adapters.local.control.guarded import contents
from bunsui_core.adapters.local.control.tries import TriesFile
from bunsui_core.adapters.local.failure import explained, wrong_version
from bunsui_core.domain.errors import BunsuiError, StoreDamaged
from bunsui_core.domain.health import (
    Check,
    Health,
    disk_check,
    folder_check,
    mode_check,
    watch_check,
    worker_check,
)
from bunsui_core.settings import Settings
from bunsui_core.wiring.agent import reading_desk
from bunsui_core.wiring.clock import clock, moment
from bunsui_core.wiring.store import read_store


def premises(settings: Settings) -> Iterator[Check]:
    """Yield a row for each thing; one that cannot be looked at never hides the others."""
    yield from home(settings)
    yield from files(settings)
    yield from keys(settings)
    yield from work(settings)


def home(settings: Settings) -> Iterator[Check]:
    """Yield whether the home folder is there and private, with room in it."""
    if settings.home.is_dir():
        yield folder_check("home", str(settings.home), settings.home.stat().st_mode)
        yield disk_check(str(settings.home), shutil.disk_usage(settings.home).free)
    else:
        yield Check(
            name="home",
            health=Health.WARN,
            found=f"{settings.home} is not there yet",
            next="Run `bunsui demo`, or start `bunsui worker`.",
        )


def files(settings: Settings) -> Iterator[Check]:
    """Yield whether the store and the inbox are private, whole and of this version."""
    if settings.is_shared:
        yield attempted("store", partial(answering, settings))
        return
    known = (
        ("store", settings.store_path, STORE_VERSION),
        ("inbox", settings.inbox_path, INBOX_VERSION),
    )
    for name, path, wanted in known:
        if not path.exists():
            todo = "`bunsui worker` makes it."
            yield Check(name=name, health=Health.WARN, found=f"{path} is not there yet", next=todo)
            continue
        yield mode_check(f"{name} permissions", str(path), path.stat().st_mode)
        yield attempted(name, partial(whole, path, wanted))


def answering(settings: Settings) -> str:
    """Return where a shared store is, when it answers. Raises: Unavailable, NotAuthorised."""
    read_store(settings).heartbeat.last()
    return f"the table {settings.table} and the bucket {settings.bucket}"


def whole(path: Path, wanted: int) -> str:
    """Return that a file is whole and of the wanted version. Raises: StoreDamaged, StoreNewer."""
    with explained(path), closing(open_file(path, "ro")) as connection:
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        if found != wanted:
            raise wrong_version(path, found, wanted)
        (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise StoreDamaged(f"{path} is damaged: {said}.", "Restore it from a copy.")
    return f"whole, version {found}"


def keys(settings: Settings) -> Iterator[Check]:
    """Yield of each key file whether only its owner can use it, and whether somebody tries to."""
    folder = settings.keys_path
    found = sorted(folder.glob("*.json")) if folder.is_dir() else []
    if not found:
        yield Check(
            name="keys",
            health=Health.WARN,
            found="there is no key file, so nothing can be approved but with a key in KMS",
            next="Run `bunsui approvers init NAME`.",
        )
    for path in found:
        yield attempted("key", partial(private, path))
        yield from guesses(path)


def private(path: Path) -> str:
    """Return that only its owner can use a key file. Raises: NotAuthorised, Unavailable."""
    contents(path)
    return f"{path}, for its owner only"


def guesses(path: Path) -> Iterator[Check]:
    """Yield how many wrong passphrases were typed for a key since the last right one."""
    if wrong := TriesFile(path.with_suffix(".tries"), moment).failures():
        yield Check(
            name="passphrase",
            health=Health.WARN,
            found=f"{wrong} wrong in a row for the key {path.stem}",
            next="If it was not you, somebody is trying: `bunsui approvers passphrase`.",
        )


def work(settings: Settings) -> Iterator[Check]:
    """Yield whether a worker keeps the store fresh, and how old what it tells can be."""
    if not (settings.is_shared or settings.store_path.exists()):
        return  # the row of the store says so
    try:
        freshness = reading_desk(settings).freshness()
    except BunsuiError as error:
        yield refused("worker", error)
        return
    working = worker_check(freshness.worker_seen_at, clock())
    yield working
    if freshness.watch:
        yield watch_check(freshness.watch, working.health is Health.OK)


def attempted(name: str, look: Callable[[], str]) -> Check:
    """Return what a look found, or why it could not be had."""
    try:
        return Check(name=name, health=Health.OK, found=look())
    except BunsuiError as error:
        return refused(name, error)


def refused(name: str, error: BunsuiError) -> Check:
    """Return the row of a check that ended in an error."""
    return Check(name=name, health=Health.FAIL, found=error.message, next=error.next_step)

"""Looks at everything bunsui stands on, by read calls only, and changes nothing."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from importlib.metadata import version
from pathlib import Path

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.clock import clock_of_aws
from bunsui_core.adapters.aws.errors import translated
from bunsui_core.adapters.aws.executions import AwsExecutions
from bunsui_core.adapters.local.connect import INBOX_VERSION, STORE_VERSION, open_file
from bunsui_core.adapters.local.failure import explained, wrong_version
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.errors import BunsuiError, NotAuthorised, NotFound, StoreDamaged
from bunsui_core.domain.health import Check, Checkup, Health, clock_check, folder_check, mode_check
from bunsui_core.settings import Settings
from bunsui_core.wiring.nature import clock
from bunsui_core.wiring.seeing import local_access
from bunsui_core.wiring.store import reader, store

PACKAGES = ("bunsui", "boto3", "mcp", "textual", "pydantic")


def checkup(settings: Settings) -> Checkup:
    """Return what was found; a check that cannot be made never hides the others."""
    return Checkup(
        checks=(versions(), *home(settings), *files(settings), *keys(settings), *aws(settings))
    )


def versions() -> Check:
    """Return the versions that a report of a defect needs."""
    found = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return Check(
        name="versions", health=Health.OK, found=f"Python {platform.python_version()}, {found}"
    )


def home(settings: Settings) -> Iterator[Check]:
    """Yield whether the home folder is there and private."""
    if settings.home.is_dir():
        yield folder_check("home", str(settings.home), settings.home.stat().st_mode)
    else:
        yield Check(
            name="home",
            health=Health.WARN,
            found=f"{settings.home} is not there yet",
            next="Run `bunsui demo`, or start `bunsui worker`.",
        )


def files(settings: Settings) -> Iterator[Check]:
    """Yield whether the store and the inbox are private, whole and of this version."""
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
    """Yield whether the private keys can be read by their owner only."""
    folder = settings.keys_path
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    if not found:
        yield Check(
            name="keys",
            health=Health.WARN,
            found="there is no key, so nothing can be approved",
            next="Run `bunsui approvers init NAME`.",
        )
    for path in found:
        yield mode_check("key", str(path), path.stat().st_mode)


def aws(settings: Settings) -> Iterator[Check]:
    """Yield whether AWS answers, its clock, and what each feature may read there."""
    try:
        access = local_access(settings, "agent", reading=True)
    except BunsuiError as error:
        yield refused("aws", error)
        yield Check(
            name="permissions",
            health=Health.SKIPPED,
            found="AWS cannot be reached",
            next="See the row `aws`.",
        )
        return
    yield Check(name="aws", health=Health.OK, found=f"{access.endpoint}, {access.region}")
    yield clock_of(access)
    yield from features(settings, access)


def clock_of(access: Access) -> Check:
    """Return how far this machine's clock is from the `Date` of an answer of AWS."""
    try:
        with closing(Clients(lambda: access)) as clients:
            now = clock_of_aws(clients)
    except BunsuiError as error:
        return refused("clock", error)
    if now is None:
        return Check(
            name="clock", health=Health.WARN, found="AWS tells no time", next="Compare it yourself."
        )
    return clock_check((clock() - now).total_seconds())


def features(settings: Settings, access: Access) -> Iterator[Check]:
    """Yield, for each feature, whether the reading credentials may do what it needs."""
    clients = Clients(lambda: access)
    executions, arn = AwsExecutions(clients), some_execution(settings)
    with closing(clients):
        yield permitted("finding machines", "states:ListStateMachines", lambda: machines(clients))
        calls: tuple[tuple[str, str, Callable[[str], object]], ...] = (
            ("watching sessions", "states:DescribeExecution", executions.describe),
            ("explaining failures", "states:GetExecutionHistory", executions.history),
            ("judging reruns", "states:DescribeStateMachineForExecution", executions.definition),
        )
        for name, action, call in calls:
            if arn:
                yield permitted(name, action, partial(call, arn))
            else:
                yield Check(
                    name=name,
                    health=Health.SKIPPED,
                    found=f"no execution is known to try {action} on",
                    next="Run `bunsui doctor` again when a session ran.",
                )


def machines(clients: Clients) -> object:
    """List one machine."""
    with translated("state machines"):
        return clients.stepfunctions.list_state_machines(maxResults=1)


def permitted(feature: str, action: str, call: Callable[[], object]) -> Check:
    """Return whether a call is allowed; what is gone or not there was allowed to be asked for."""
    try:
        call()
    except NotFound:
        pass
    except NotAuthorised as error:
        return Check(
            name=feature,
            health=Health.FAIL,
            found=f"{action} is denied: {error.message}",
            next=f"Allow {action} to the reading credentials; the rest works without it.",
        )
    except BunsuiError as error:
        return refused(feature, error)
    return Check(name=feature, health=Health.OK, found=f"{action} is allowed")


def some_execution(settings: Settings) -> str:
    """Return the newest known execution, or the empty string."""
    if not settings.store_path.exists():
        return ""
    try:
        kept = store(settings, reader(settings)).sessions
        ids = [line.session_id for line in kept.page(SessionFilter(), 20, "").items]
        runs = [run for one in ids for run in kept.get(one).runs]
    except BunsuiError:
        return ""  # the row of the store says why
    return next((r.last.execution_arn for r in runs if r.last and r.last.execution_arn), "")


def attempted(name: str, look: Callable[[], str]) -> Check:
    """Return what a look found, or why it could not be had."""
    try:
        return Check(name=name, health=Health.OK, found=look())
    except BunsuiError as error:
        return refused(name, error)


def refused(name: str, error: BunsuiError) -> Check:
    """Return the row of a check that ended in an error."""
    return Check(name=name, health=Health.FAIL, found=error.message, next=error.next_step)

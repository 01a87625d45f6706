"""What is found in an account with exactly the printed policy, and with one action fewer."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.app.archive import Shelf, recall
from bunsui_core.domain.errors import BunsuiError, NotFound
from bunsui_core.domain.found import found_id
from bunsui_core.domain.operation import machine_name
from bunsui_core.domain.selection import Selection
from bunsui_core.domain.session import Session
from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.store import store
from bunsui_core.wiring.watching import pulse, watcher
from bunsui_core.wiring.written import written
from tests.emulator.reading_account import Failures
from tests.emulator.test_any_account import failed, missing, shop

__all__ = ["failed", "missing", "shop"]

MACHINE, SESSION, INPUT, WHY, ARCHIVE = "machine", "session", "input", "why", "archive"
NOTHING: frozenset[str] = frozenset()

LOST: Mapping[str, frozenset[str]] = {
    "states:ListStateMachines": frozenset({MACHINE, SESSION, INPUT, WHY, ARCHIVE}),
    "states:ListExecutions": frozenset({SESSION, INPUT, WHY, ARCHIVE}),
    "states:DescribeExecution": frozenset({INPUT, WHY, ARCHIVE}),
    "states:GetExecutionHistory": frozenset({WHY, ARCHIVE}),
    "states:DescribeStateMachineForExecution": frozenset({ARCHIVE}),
    "states:DescribeStateMachine": NOTHING,
    "lambda:GetFunctionConfiguration": NOTHING,
    "logs:FilterLogEvents": NOTHING,
    "logs:GetLogEvents": NOTHING,
}
"""What is not found out of an execution when an action is missing."""


def test_with_the_printed_policy_an_execution_is_found_read_explained_and_kept(
    shop: Settings, failed: Failures
) -> None:
    assert unknown(shop, failed) == NOTHING


@pytest.mark.parametrize("missing", LOST, indirect=True)
def test_without_an_action_only_what_needs_it_is_not_found_out(
    shop: Settings, failed: Failures, missing: str
) -> None:
    assert unknown(shop, failed) == LOST[missing]


def unknown(settings: Settings, failures: Failures) -> frozenset[str]:
    """What a watcher did not find out about the execution of the function."""
    arn = failures.function.arn
    chosen = settings.model_copy(update={"selection": Selection(include=(machine_name(arn),))})
    watched_through(chosen)
    kept = store(chosen, writer(chosen))
    shelf = Shelf(LocalArchive(writer(chosen)), FileBlobs(chosen.blobs_path))
    session = find(chosen, found_id(arn))
    found = {
        MACHINE: any(one.is_watched for one in kept.watches.machines()),
        SESSION: session is not None,
        INPUT: session is not None and session.input == '{"day": 1}',
        WHY: any(kept.diagnoses.get(found_id(arn), run.job) for run in session.runs)
        if session
        else False,
        ARCHIVE: recall(arn, 0, shelf) is not None,
    }
    return frozenset(what for what, is_known in found.items() if not is_known)


def watched_through(settings: Settings) -> None:
    """List the machine and read what is found; what is denied is said and left."""
    kept = written(settings, "worker")
    shelf = Shelf(kept.archive, kept.blobs)
    watching = watcher(settings, kept, shelf, pulse(settings))
    for step in (watching.list_once, watching.read_once, watching.read_once):
        try:
            step()
        except BunsuiError as error:
            pytest.fail(f"a denied call stopped everything: {error}")


def find(settings: Settings, session_id: str) -> Session | None:
    """The session, if there is one."""
    try:
        return store(settings, writer(settings)).sessions.get(session_id)
    except NotFound:
        return None

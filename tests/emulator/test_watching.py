"""A worker of a named environment, over HTTP: what it finds of executions it did not start."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.adapters.local.watching import LocalSightings
from bunsui_core.app import sight
from bunsui_core.app.archive import Shelf, recall
from bunsui_core.desk.agent import AgentDesk
from bunsui_core.domain import sweep
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.selection import Selection
from bunsui_core.domain.session import (
    Attempt,
    Session,
    SessionOrigin,
    SessionStatus,
    SessionSummary,
)
from bunsui_core.domain.value import Json
from bunsui_core.settings import Settings
from bunsui_core.wiring.agent import reading_desk
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.store import reader
from bunsui_core.wiring.store import store as wired_store
from bunsui_core.wiring.worker import worker
from bunsui_core.worker import Pauses
from tests.emulator.embedded import Embedded, until
from tests.emulator.nesting import WAITS, children, starting
from tests.emulator.queues import Queue

PAUSES = Pauses(busy=0.02, idle=0.05, blind=0.2)
PASSES: Json = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
FAILS: Json = {
    "StartAt": "Load",
    "States": {"Load": {"Type": "Fail", "Error": "NoFile", "Cause": "day.csv is not there"}},
}


@pytest.fixture
def shop(account: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a named environment whose profile leads to an account of the embedded AWS.

    Its machines are read more often than others, so that tests need not wait.
    """
    monkeypatch.setattr(sweep, "COLD_EVERY", timedelta(seconds=1))
    key = account.key("agent")
    config = tmp_path / "config"
    config.write_text(
        f"[profile shop-read]\nendpoint_url = {account.server.url}\n"
        f"aws_access_key_id = {key.access_key_id}\n"
        f"aws_secret_access_key = {key.secret_access_key}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    return Settings(
        home=tmp_path / "home",
        environment="shop",
        account=account.account,
        read_profile="shop-read",
    )


@contextmanager
def working(settings: Settings) -> Iterator[AgentDesk]:
    """A desk beside a worker of the environment, which works as long as the block lasts."""
    stop = threading.Event()
    thread = threading.Thread(target=worker(settings).run, args=(stop, PAUSES))
    thread.start()
    try:
        yield reading_desk(settings)
    finally:
        stop.set()
        thread.join()


def listed(desk: AgentDesk) -> tuple[SessionSummary, ...]:
    """What a desk lists."""
    return desk.sessions(SessionFilter(), limit=100).items


def the_only(desk: AgentDesk, status: SessionStatus) -> Session:
    """The session of a desk that has one, once it has that status."""
    until(lambda: [one.status for one in listed(desk)] == [status])
    return desk.session(listed(desk)[0].session_id).session


def newest(desk: AgentDesk, found: Session) -> Attempt:
    """The newest attempt of a session of one job."""
    last = desk.session(found.id).session.runs[0].last
    assert last
    return last


def was_swept(desk: AgentDesk, machines: int) -> bool:
    """Whether so many machines were all read after now."""
    watch = desk.machines().watch
    return watch is not None and watch.machines == machines and watch.found_as_of is not None


def test_an_execution_that_nobody_started_through_bunsui_is_a_session_of_one_job(
    account: Embedded, shop: Settings
) -> None:
    ran = account.run(account.machine("orders", PASSES), {"order_id": 42})

    with working(shop) as desk:
        found = the_only(desk, SessionStatus.SUCCEEDED)
        until(lambda: "42" in desk.session(found.id).session.input)
        session = desk.session(found.id).session

    assert session.origin is SessionOrigin.FOUND
    assert session.pipeline.name == "orders"
    assert [run.last and run.last.execution_arn for run in session.runs] == [ran.arn]
    assert session.environment == "shop"


def test_a_failure_that_was_found_is_explained_and_archived(
    account: Embedded, shop: Settings
) -> None:
    ran = account.run(account.machine("orders", FAILS), {"order_id": 42})

    with working(shop) as desk:
        found = the_only(desk, SessionStatus.FAILED)
        store = wired_store(shop, reader(shop))
        until(lambda: store.diagnoses.get(found.id, "orders"))
        shelf = Shelf(LocalArchive(reader(shop)), FileBlobs(shop.blobs_path))
        until(lambda: recall(ran.arn, 0, shelf))

    diagnosis = store.diagnoses.get(found.id, "orders")
    assert diagnosis
    assert diagnosis.failure.error == "NoFile"


def test_an_execution_that_still_runs_is_followed_to_its_end(
    account: Embedded, shop: Settings
) -> None:
    queue = Queue(account, "tokens")
    machine = account.machine("orders", WAITS)
    account.states().start_execution(
        stateMachineArn=machine, input=json.dumps({"queue": queue.url})
    )

    with working(shop) as desk:
        the_only(desk, SessionStatus.RUNNING)
        account.states().send_task_success(taskToken=queue.text(), output='{"rows": 3}')
        found = the_only(desk, SessionStatus.SUCCEEDED)
        until(lambda: newest(desk, found).output is not None)

    assert json.loads(newest(desk, found).output or "") == {"rows": 3}


def test_a_nested_execution_belongs_to_the_session_of_its_parent(
    account: Embedded, shop: Settings
) -> None:
    child = account.machine("count", PASSES)
    account.run(account.machine("orders", starting(child)), {"order_id": 42})
    (below,) = children(account, child)

    with working(shop) as desk:
        found = the_only(desk, SessionStatus.SUCCEEDED)
        sightings = LocalSightings(writer(shop))
        until(lambda: (s := sightings.known((below,)).get(below)) and s.session_id)

    assert found.pipeline.name == "orders"
    assert sightings.known((below,))[below].session_id == found.id
    assert [one.session_id for one in listed(desk)] == [found.id]


def test_an_execution_of_a_nested_machine_that_somebody_started_himself_is_a_session(
    account: Embedded, shop: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sight, "SETTLE", timedelta(seconds=1))
    child = account.machine("count", PASSES)
    account.machine("orders", starting(child))
    account.run(child, {"order_id": 42})

    with working(shop) as desk:
        found = the_only(desk, SessionStatus.SUCCEEDED)

    assert found.pipeline.name == "count"


def test_an_execution_that_somebody_redrove_is_seen_to_run_and_end_again(
    account: Embedded, shop: Settings
) -> None:
    ran = account.run(account.machine("orders", FAILS), {})

    with working(shop) as desk:
        found = the_only(desk, SessionStatus.FAILED)
        ran.redriven()
        until(lambda: newest(desk, found).redrive_count == 1)
        until(lambda: desk.session(found.id).session.status is SessionStatus.FAILED)

    assert len(listed(desk)) == 1


def test_an_express_machine_is_listed_with_the_reason_why_it_is_not_watched(
    account: Embedded, shop: Settings
) -> None:
    account.states().create_state_machine(
        name="clicks", definition=json.dumps(PASSES), roleArn=account.role(), type="EXPRESS"
    )
    account.machine("orders", PASSES)

    with working(shop) as desk:
        until(lambda: was_swept(desk, machines=1))

    express, standard = desk.machines().items
    assert (express.machine.name, express.is_watched) == ("clicks", False)
    assert "Express" in express.why_not
    assert standard.is_watched


def test_what_is_left_out_by_name_or_tag_is_not_watched(account: Embedded, shop: Settings) -> None:
    for name in ("orders-load", "orders-test", "clicks"):
        account.run(account.machine(name, PASSES), {})
    tagged = account.machine("orders-old", PASSES)
    account.states().tag_resource(resourceArn=tagged, tags=[{"key": "state", "value": "retired"}])
    account.run(tagged, {})
    chosen = Selection(include=("orders-*",), exclude=("*-test", "tag:state=retired"))

    with working(shop.model_copy(update={"selection": chosen})) as desk:
        until(lambda: was_swept(desk, machines=1))

    assert [one.machine.name for one in desk.machines().items if one.is_watched] == ["orders-load"]
    assert [one.pipeline for one in listed(desk)] == ["orders-load"]


def test_a_machine_that_is_deleted_leaves_its_sessions_and_the_others_are_read_on(
    account: Embedded, shop: Settings
) -> None:
    gone = account.machine("orders", PASSES)
    account.run(gone, {})
    stays = account.machine("parcels", PASSES)

    with working(shop) as desk:
        the_only(desk, SessionStatus.SUCCEEDED)
        account.states().delete_state_machine(stateMachineArn=gone)
        until(lambda: [one.machine.name for one in desk.machines().items] == ["parcels"])
        account.run(stays, {})
        until(lambda: {one.pipeline for one in listed(desk)} == {"orders", "parcels"})

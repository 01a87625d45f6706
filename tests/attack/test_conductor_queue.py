"""Orders in the queue of a conductor from whoever may write to it: they start nothing."""

from __future__ import annotations

import json

import pytest

from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.app.archive import Shelf
from bunsui_core.app.explained import Explained
from bunsui_core.app.wake import Woken
from bunsui_core.domain.orders import ScheduledStart, order_of, scheduled_id
from bunsui_core.domain.session import JobRun, SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.lambdas import conductor
from tests.attack.test_queue_messages import FORGED, message
from tests.builders import NOW, a_pipeline, a_session, an_attempt, execution, machine
from tests.unit.conducting_kit import Conducting
from tests.unit.desk_kit import Bench

RUNNING = SessionStatus.RUNNING


class Time:
    """A call that has all the time in the world."""

    def get_remaining_time_in_millis(self) -> int:
        """Return ten minutes."""
        return 600_000


class Called:
    """The function over a local store, with a session of three jobs whose first one runs."""

    def __init__(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.conducting = Conducting(bench)
        self.conducting.world = bench.world
        self.conducting.advance()
        self.bench = bench
        self._world = self.conducting.world
        hands = bench.hands()
        woken = Woken(
            self.conducting.means,
            bench.store,
            type(hands.seeing)(self._world, hands.seeing.logs, bench.inventory),
            Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path)),
            Explained(),
            hands.place,
            lambda: True,
        )
        monkeypatch.setattr(conductor, "_conductor", lambda: lambda has_time: woken)

    @property
    def effects(self) -> list[str]:
        """What was started, stopped or redriven, besides the first job of the session."""
        return self._world.effects[1:]

    def queue(self, *bodies: str) -> list[str]:
        """Give the function a batch; which messages it gives back."""
        records: list[Json] = [{"messageId": str(n), "body": b} for n, b in enumerate(bodies)]
        failed = conductor.handler({"Records": records}, Time())["batchItemFailures"]
        assert isinstance(failed, list)
        return [str(one["itemIdentifier"]) for one in failed if isinstance(one, dict)]


@pytest.fixture
def called(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Called:
    return Called(bench, monkeypatch)


def a_start(**changes: Json) -> dict[str, Json]:
    graph = a_pipeline().graph_hash
    told: dict[str, Json] = {"bunsui": "start", "pipeline": "orders", "graph_hash": graph}
    return {**told, "scheduled_time": NOW.isoformat(), **changes}


def test_a_start_in_the_queue_starts_nothing(called: Called) -> None:
    order = json.dumps(a_start(input={"source": "s3://mallory/day.csv"}))

    assert called.queue(order, json.dumps({"bunsui": "sweep"})) == ["0"]
    assert called.effects == []


def test_a_schedule_that_calls_the_function_starts_its_session_once(called: Called) -> None:
    order = order_of(json.dumps(a_start()))
    assert isinstance(order, ScheduledStart)

    answers = [conductor.handler(a_start(), Time()) for _ in range(2)]

    assert answers == [{}, {}]
    assert called.bench.store.sessions.get(scheduled_id(order)).status is RUNNING
    assert len(called.effects) == 1


def test_the_id_of_a_scheduled_session_is_never_the_senders(called: Called) -> None:
    conductor.handler(a_start(session_id=called.conducting.id, id="s-mallory"), Time())

    assert "s-mallory" not in called.bench.store.sessions.open_ids()
    assert called.conducting.session.requested_by != "schedule:orders"


@pytest.mark.parametrize("body", FORGED.values(), ids=FORGED)
def test_a_forged_event_changes_nothing_and_keeps_no_other_waiting(
    called: Called, body: str
) -> None:
    before = called.conducting.statuses()

    assert "1" not in called.queue(body, json.dumps({"bunsui": "sweep"}))
    assert called.conducting.statuses() == before
    assert called.effects == []


LIES = {
    "it succeeded": {"status": "SUCCEEDED"},
    "it failed": {"status": "FAILED", "redriveCount": 7},
    "it is of a foreign machine": {
        "executionArn": execution("payroll", session_id="s-new"),
        "stateMachineArn": machine("payroll"),
    },
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_what_an_event_says_of_an_execution_is_not_believed(
    called: Called, lie: dict[str, Json]
) -> None:
    before = called.conducting.statuses()
    own = {"executionArn": called.conducting.last("extract").execution_arn}
    own["stateMachineArn"] = machine("extract")

    assert called.queue(message(**{**own, **lie})) == []
    assert called.conducting.statuses() == before == ["RUNNING", "WAITING", "WAITING"]
    assert called.effects == []


def test_an_event_does_not_bring_a_session_forward_that_was_found(called: Called) -> None:
    attempt = an_attempt(status="RUNNING", stopped_at=None, output=None)
    runs = (JobRun(job="extract", attempts=(attempt,)), *a_session().runs[1:])
    made = a_session(id="F7R4X9K-2M3PA8", runs=runs, status="RUNNING", origin="found")
    before = called.bench.store.sessions.save(made)

    called.queue(message(executionArn=execution("extract"), stateMachineArn=machine("extract")))

    assert called.bench.store.sessions.get(before.id) == before
    assert called.effects == []

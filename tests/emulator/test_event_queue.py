"""The queue of status events: its template deployed, and what a worker hears through it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bunsui_core.adapters.aws.event_queue import SqsEvents
from bunsui_core.app.archive import Shelf
from bunsui_core.domain.answer import Source
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.event_template import event_queue_template
from bunsui_core.domain.freshness import Feed
from bunsui_core.domain.session import SessionStatus
from bunsui_core.settings import Settings
from bunsui_core.watcher import Watcher
from bunsui_core.wiring.agent import reading_desk
from bunsui_core.wiring.seeing import read_access
from bunsui_core.wiring.watching import pulse, watcher
from bunsui_core.wiring.written import written
from tests.emulator.embedded import Embedded, until
from tests.emulator.nesting import FAILS, PASSES
from tests.emulator.queues import client
from tests.emulator.test_watching import listed, shop, working

__all__ = ["shop"]


@pytest.fixture
def hearing(account: Embedded, shop: Settings) -> Settings:
    """Settings of an environment whose account has the queue of the template."""
    stacks = client(account, "cloudformation")
    stacks.create_stack(StackName="bunsui", TemplateBody=json.dumps(event_queue_template()))
    until(lambda: described(stacks)["StackStatus"] == "CREATE_COMPLETE")
    (output,) = described(stacks)["Outputs"]
    return shop.model_copy(update={"event_queue": output["OutputValue"]})


def described(stacks: Any) -> dict[str, Any]:  # a boto3 client without stubs here
    """The only stack."""
    found: dict[str, Any] = stacks.describe_stacks(StackName="bunsui")["Stacks"][0]
    return found


def a_watcher(settings: Settings) -> Watcher:
    """What watches, to be moved on step by step."""
    kept = written(settings, "worker")
    shelf = Shelf(kept.archive, kept.blobs)
    return watcher(settings, kept, shelf, pulse(settings))


def test_an_execution_is_heard_of_without_listing_its_machine(
    account: Embedded, hearing: Settings
) -> None:
    machine = account.machine("orders", FAILS)
    watching = a_watcher(hearing)
    watching.list_once()
    account.run(machine, {"order_id": 42})

    until(watching.listen_once)
    until(lambda: watching.listen_once() is False)

    (line,) = listed(reading_desk(hearing))
    assert (line.pipeline, line.status) == ("orders", SessionStatus.FAILED)


def test_what_is_heard_is_at_most_a_minute_old_and_says_that_events_told_it(
    account: Embedded, hearing: Settings
) -> None:
    machine = account.machine("orders", PASSES)
    desk = reading_desk(hearing)

    with working(hearing):
        until(lambda: (watch := desk.machines().watch) and watch.feed is Feed.EVENTS)
        account.run(machine, {})
        until(lambda: listed(desk))
        until(lambda: (watch := desk.machines().watch) and watch.found.measured_s is not None)

    fresh = desk.freshness()
    assert fresh.watch
    assert fresh.source is Source.EVENTS
    assert fresh.watch.found.promised_s == 60
    assert fresh.watch.found.is_kept
    assert fresh.watch.swept.promised_s < 60, "a lost event shows when its machine is listed"


def test_an_event_of_a_machine_that_was_just_made_waits_until_it_is_known(
    account: Embedded, hearing: Settings
) -> None:
    watching = a_watcher(hearing)
    watching.list_once()
    account.run(account.machine("orders", PASSES), {})

    until(watching.listen_once)
    assert not listed(reading_desk(hearing))
    watching.list_once()  # lists the new machine too, and reads it

    assert [line.pipeline for line in listed(reading_desk(hearing))] == ["orders"]


def test_what_is_no_event_is_removed_from_the_queue(account: Embedded, hearing: Settings) -> None:
    queue = client(account, "sqs")
    queue.send_message(QueueUrl=hearing.event_queue, MessageBody="hello")
    watching = a_watcher(hearing)
    watching.list_once()

    assert watching.listen_once()

    got = queue.get_queue_attributes(QueueUrl=hearing.event_queue, AttributeNames=["All"])
    assert got["Attributes"]["ApproximateNumberOfMessages"] == "0"
    assert got["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "0"


def test_without_its_queue_a_worker_goes_on_by_listing_and_says_so(
    account: Embedded, hearing: Settings
) -> None:
    gone = hearing.model_copy(update={"event_queue": f"{hearing.event_queue}-gone"})
    account.run(account.machine("orders", PASSES), {})
    desk = reading_desk(gone)

    with working(gone):
        until(lambda: listed(desk))
        until(lambda: (watch := desk.machines().watch) and watch.trouble)

    fresh = desk.freshness()
    assert fresh.watch
    assert fresh.watch.feed is Feed.POLLING
    assert fresh.source is Source.STORE
    assert "the event queue" in fresh.watch.trouble


def test_the_client_of_the_queue_sends_nothing_but_its_two_calls(hearing: Settings) -> None:
    events = SqsEvents(lambda: read_access(hearing, "worker"), hearing.event_queue)
    assert events.receive() == ()  # allowed

    with pytest.raises(Refused, match="only reads the event queue"):
        events._client().purge_queue(QueueUrl=hearing.event_queue)
    events.close()

"""A conductor that is woken: what it does for each order, on the embedded AWS, over DynamoDB."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bunsui_core.app.wake import Swept, obey
from bunsui_core.domain.errors import BadInput, NotFound, Stale
from bunsui_core.domain.orders import ScheduledStart, order_of, scheduled_id, scheduled_session
from bunsui_core.domain.session import Session, SessionStatus
from bunsui_core.domain.value import Json
from tests.builders import NOW
from tests.emulator.conducting import TELLS, Conducted, a_change, a_start, conducted
from tests.emulator.embedded import Execution, invoking, until
from tests.emulator.nesting import FAILS

__all__ = ["conducted"]

SWEEP = '{"bunsui": "sweep"}'


def begin(conducted: Conducted, start: str) -> str:
    """Obey a schedule's start and return the session that it makes."""
    order = order_of(start)
    assert isinstance(order, ScheduledStart)
    obey(order, conducted.woken)
    return scheduled_id(order)


def closed(conducted: Conducted, session_id: str, job: str) -> str:
    """Wait until the newest execution of a job has closed; return its ARN."""
    run = conducted.session(session_id).run(job)
    assert run
    assert run.last
    return Execution(conducted.aws.states(), run.last.execution_arn).ended().arn


def followed(conducted: Conducted, session_id: str) -> Session:
    """Tell the conductor of each close until nothing is open any more."""
    while (session := conducted.session(session_id)).status.is_open:
        for run in session.runs:
            if run.status.is_open:
                event = a_change(conducted.aws, closed(conducted, session_id, run.job))
                obey(order_of(event), conducted.woken)
    return session


def test_a_schedule_starts_a_session_that_events_bring_to_its_end(conducted: Conducted) -> None:
    pipeline = conducted.pipeline({"extract": TELLS, "load": TELLS})

    session_id = begin(conducted, a_start(pipeline, input={"day": 3}))
    session = followed(conducted, session_id)

    assert session.status is SessionStatus.SUCCEEDED
    assert session.requested_by == "schedule:orders"
    assert session.input == '{"day": 3}'
    assert conducted.executions(pipeline, "load") == [f"{session_id}-load-a1"]


def test_a_schedule_that_is_delivered_twice_starts_one_session(conducted: Conducted) -> None:
    pipeline = conducted.pipeline({"extract": TELLS})

    first = begin(conducted, a_start(pipeline))
    again = begin(conducted, a_start(pipeline))
    next_day = begin(conducted, a_start(pipeline, NOW + timedelta(days=1)))

    assert first == again != next_day
    names = sorted(f"{one}-extract-a1" for one in (first, next_day))
    assert conducted.executions(pipeline, "extract") == names


def test_a_start_that_died_before_its_first_job_is_repaired_by_the_second_delivery(
    conducted: Conducted,
) -> None:
    pipeline = conducted.pipeline({"extract": TELLS})
    order = order_of(a_start(pipeline))
    assert isinstance(order, ScheduledStart)
    conducted.woken.store.sessions.save(
        scheduled_session(order, pipeline, conducted.woken.place, NOW)
    )

    obey(order, conducted.woken)

    assert len(conducted.executions(pipeline, "extract")) == 1


def test_a_schedule_of_a_graph_that_is_no_more_is_refused(conducted: Conducted) -> None:
    old = conducted.pipeline({"extract": TELLS})
    conducted.pipeline({"extract": TELLS, "load": TELLS})

    with pytest.raises(Stale, match="has no more"):
        begin(conducted, a_start(old))

    assert conducted.woken.store.sessions.open_ids() == ()


def test_a_schedule_of_an_unknown_pipeline_is_refused(conducted: Conducted) -> None:
    pipeline = conducted.pipeline({"extract": TELLS})

    with pytest.raises(NotFound):
        begin(conducted, a_start(pipeline).replace('"orders"', '"nobody"'))


def test_a_sweep_finds_what_no_event_told(conducted: Conducted) -> None:
    pipeline = conducted.pipeline({"extract": TELLS, "load": TELLS})
    session_id = begin(conducted, a_start(pipeline))

    found = []
    for job in ("extract", "load"):
        closed(conducted, session_id, job)
        found.append(obey(order_of(SWEEP), conducted.woken))

    assert conducted.status(session_id) is SessionStatus.SUCCEEDED
    assert [(one.sessions, one.late) for one in found if one] == [(1, 1), (1, 1)]
    assert conducted.woken.store.heartbeat.last()


def test_a_sweep_finds_nothing_late_where_every_event_came(conducted: Conducted) -> None:
    pipeline = conducted.pipeline({"extract": FAILS, "load": TELLS})
    followed(conducted, begin(conducted, a_start(pipeline)))

    found = obey(order_of(SWEEP), conducted.woken)

    assert found == Swept(sessions=1)


def test_events_late_doubled_and_in_another_order_change_nothing(conducted: Conducted) -> None:
    pipeline = conducted.pipeline({"extract": TELLS, "load": TELLS})
    session_id = begin(conducted, a_start(pipeline))
    early = a_change(conducted.aws, closed(conducted, session_id, "extract"))
    session = followed(conducted, session_id)

    for _ in range(2):
        obey(order_of(early.replace("SUCCEEDED", "RUNNING")), conducted.woken)
        obey(order_of(early), conducted.woken)

    assert conducted.session(session_id) == session


def test_a_failure_is_explained_and_archived(conducted: Conducted) -> None:
    pipeline = conducted.pipeline({"extract": FAILS, "load": TELLS})

    session_id = begin(conducted, a_start(pipeline))
    session = followed(conducted, session_id)

    assert session.status is SessionStatus.FAILED
    diagnosis = conducted.woken.store.diagnoses.get(session_id, "extract")
    assert diagnosis
    assert diagnosis.failure.error == "NoRows"
    arn = closed(conducted, session_id, "extract")
    assert conducted.woken.store.archive.get(arn, 0)


def test_what_somebody_redrives_in_the_console_goes_on(conducted: Conducted) -> None:
    flag = conducted.aws.home / f"flag-{conducted.aws.account}"
    code = (
        "import pathlib\n"
        "def handler(event, context):\n"
        f"    if not pathlib.Path({str(flag)!r}).exists(): raise ValueError('not yet')\n"
        "    return 'at last'\n"
    )
    function = conducted.aws.function("orders-extract", code)
    flaky: Json = {"StartAt": "A", "States": {"A": invoking(function)}}
    pipeline = conducted.pipeline({"extract": flaky, "load": TELLS})
    session_id = begin(conducted, a_start(pipeline))
    assert followed(conducted, session_id).status is SessionStatus.FAILED
    arn = closed(conducted, session_id, "extract")

    flag.touch()
    conducted.aws.states().redrive_execution(executionArn=arn)
    until(lambda: Execution(conducted.aws.states(), arn).status == "SUCCEEDED")
    obey(order_of(a_change(conducted.aws, arn)), conducted.woken)
    session = followed(conducted, session_id)

    assert session.status is SessionStatus.SUCCEEDED
    run = session.run("extract")
    assert run
    assert run.last
    assert (run.last.redrive_count, run.last.external) == (1, "redriven outside bunsui")


def test_an_execution_of_somebody_else_is_nobodys_session(conducted: Conducted) -> None:
    machine = conducted.aws.machine("another", TELLS)
    execution = conducted.aws.run(machine, {"outputs": {}})

    obey(order_of(a_change(conducted.aws, execution.arn)), conducted.woken)

    assert conducted.woken.store.sessions.open_ids() == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("[]", "not an object"),
        ("{}", "neither an event"),
        ('{"bunsui": "start"}', "the start's pipeline cannot be read"),
        (
            '{"bunsui": "start", "pipeline": "orders", "graph_hash": "0", "scheduled_time": "now"}',
            "scheduled_at",
        ),
    ],
)
def test_a_message_that_is_no_order_is_refused_with_a_sentence(text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        order_of(text)

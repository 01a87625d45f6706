"""What a job begins with, and what is taken in of an execution."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from bunsui_core.domain.advance import advance
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.intents import KeepPayload, StartJob, owed
from bunsui_core.domain.joining import MOST_CARRIED, address, execution_name
from bunsui_core.domain.observing import observed
from bunsui_core.domain.performed import kept, refused, started
from bunsui_core.domain.pipeline import Job, Pipeline
from bunsui_core.domain.ready import TOO_LARGE
from bunsui_core.domain.session import (
    JobRun,
    JobStatus,
    Session,
    SessionStatus,
)
from tests.builders import NOW, later, machine
from tests.model.graphs import a_new_session
from tests.model.steps import a_job, attempts, begin, do, end, see, statuses


def test_a_skipped_job_is_done_with_the_output_null() -> None:
    condition = {"pointer": "/day", "test": "greater", "value": "20"}
    session = begin(a_job("load", when=condition), a_job("send", "load"))

    assert statuses(session) == {"load": "SKIPPED", "send": "RUNNING"}
    assert json.loads(attempts(session, "send")[0].input)["outputs"] == {"load": None}


def test_a_condition_reads_the_output_of_a_job_before() -> None:
    condition = {"of": "load", "pointer": "/by", "value": '"aws"'}
    other = {"of": "load", "pointer": "/by", "value": '"hand"'}
    jobs = (a_job("a", "load", when=condition), a_job("b", "load", when=other))
    session = begin(a_job("load"), *jobs)

    session = end(session, "load", "SUCCEEDED", later(seconds=1))

    assert statuses(session) == {"load": "SUCCEEDED", "a": "RUNNING", "b": "SKIPPED"}


def with_large_output(job: Job) -> tuple[Session, str]:
    output = json.dumps({"rows": "x" * MOST_CARRIED})
    session = begin(a_job("take"), job)
    return end(session, "take", "SUCCEEDED", later(seconds=1), output=output), output


def test_a_large_payload_is_kept_and_passed_as_a_reference() -> None:
    session, output = with_large_output(a_job("load", "take", takes_references=True))
    (keep,) = owed(session)
    assert isinstance(keep, KeepPayload)

    session = do(kept(session, keep, "s3://b/k", NOW), later(seconds=2))

    passed = json.loads(attempts(session, "load")[0].input)["bunsui_reference"]
    assert json.loads(keep.text)["outputs"] == {"take": json.loads(output)}
    assert passed["uri"] == "s3://b/k"
    assert passed["sha256"] == keep.sha256 == text_digest(keep.text)
    assert passed["bytes"] == len(keep.text)
    assert kept(session, keep, "s3://b/other", NOW) == session
    assert statuses(session)["load"] == "RUNNING"


def test_a_payload_that_cannot_be_passed_fails_its_job_and_says_why() -> None:
    session, _ = with_large_output(a_job("load", "take"))

    (attempt,) = attempts(session, "load")
    assert (attempt.status, attempt.error) == (JobStatus.FAILED, TOO_LARGE)
    assert "the input of load has" in attempt.cause
    assert "let it take references" in attempt.cause


def test_a_payload_within_the_limit_is_passed_as_it_is() -> None:
    output = json.dumps("x" * (MOST_CARRIED - 200))
    session = begin(a_job("take"), a_job("load", "take", takes_references=True))

    session = end(session, "take", "SUCCEEDED", later(seconds=1), output=output)

    assert json.loads(attempts(session, "load")[0].input)["outputs"]["take"] == json.loads(output)


def test_a_start_is_confirmed_once_and_refused_only_before() -> None:
    fresh = advance(a_new_session(Pipeline(name="one", jobs=(a_job("load"),))), (), NOW)
    (start,) = fresh.intents
    assert isinstance(start, StartJob)
    running = started(fresh.session, start, "arn:first", NOW)

    assert started(running, start, "arn:second", NOW) == running
    assert refused(running, start, "no", NOW) == running
    assert refused(fresh.session, start, "no", NOW).status is SessionStatus.FAILED


def test_an_execution_that_was_started_and_never_confirmed_is_known_by_its_name() -> None:
    fresh = a_new_session(Pipeline(name="one", jobs=(a_job("load"),)))
    decided = advance(fresh, (), NOW).session
    named = address(machine("load"), execution_name(fresh.id, "load", 1))
    text = attempts(decided, "load")[0].input
    seen = Observation(execution_arn=named, status=JobStatus.RUNNING, input=text, started_at=NOW)

    taken_in = advance(decided, (seen,), NOW).session
    others = advance(decided, (seen.model_copy(update={"input": '{"other":1}'}),), NOW).session

    assert attempts(taken_in, "load")[0].execution_arn == named
    assert attempts(others, "load")[0].status is JobStatus.STARTING


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_how_often_how_late_and_in_which_order_something_is_seen_makes_no_difference(
    data: st.DataObject,
) -> None:
    session = begin(a_job("load"), a_job("send"))
    story = [
        see(session, "load", "FAILED", later(seconds=3)),
        see(session, "load", "RUNNING", later(seconds=4), redrive_count=1),
        see(session, "load", "SUCCEEDED", later(seconds=9), redrive_count=1),
        see(session, "send", "RUNNING", later(seconds=1)),
        see(session, "send", "SUCCEEDED", later(seconds=2)),
    ]
    shuffled = data.draw(st.permutations([*story, *data.draw(st.lists(st.sampled_from(story)))]))
    cut = data.draw(st.integers(0, len(shuffled)))

    runs = in_turn(session, [shuffled[:cut], shuffled[cut:]])

    expected = {one.execution_arn: one for one in story}
    for run in runs:
        last = run.attempts[-1]
        found = expected[last.execution_arn]
        assert (last.status, last.stopped_at) == (found.status, found.stopped_at)


def in_turn(session: Session, looks: Sequence[Sequence[Observation]]) -> tuple[JobRun, ...]:
    for look in looks:
        session = session.model_copy(update={"runs": observed(session, look)})
    return session.runs


def test_an_event_that_tells_less_takes_nothing_away() -> None:
    session = begin(a_job("load"))
    whole = see(session, "load", "FAILED", NOW, redrive_status="REDRIVABLE", error="E", cause="c")
    event = see(session, "load", "FAILED", NOW)

    known = advance(session, (whole,), NOW).session

    assert advance(known, (event,), NOW).session == known


def test_names_are_short_enough_and_no_two_jobs_share_one() -> None:
    rng = random.Random(3)
    long = ["".join(rng.choice("ab") for _ in range(40)) for _ in range(200)]
    names = {execution_name("s" * 60, job, 1) for job in long}

    assert len(names) == len(set(long))
    assert max(map(len, names)) <= 80

"""Failures of one cause make a storm: the same words, the same job, about the same time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bunsui_core.app.storm import find_storm, group
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.session import JobRun
from bunsui_core.domain.storm import CALM, Casualty, storms
from tests.builders import NOW, a_diagnosis, a_failed_attempt, a_failure, a_session, an_attempt
from tests.unit.desk_kit import Bench


def a_casualty(number: int = 1, **changes: object) -> Casualty:
    defaults: dict[str, object] = {
        "session_id": f"s-{number:03d}",
        "pipeline": "orders",
        "job": "extract",
        "machine": "m",
        "fingerprint": "f" * 16,
        "category": "missing_resource",
        "error": "NoSuchKey",
        "message": "The specified key does not exist.",
        "failed_at": NOW + timedelta(minutes=number),
    }
    return Casualty.model_validate({**defaults, **changes})


def test_failures_of_one_cause_are_one_storm_oldest_first() -> None:
    (storm,) = storms([a_casualty(3), a_casualty(1), a_casualty(2)])

    assert storm.session_ids == ("s-001", "s-002", "s-003")
    assert (storm.first_at, storm.last_at) == (
        NOW + timedelta(minutes=1),
        NOW + timedelta(minutes=3),
    )


@pytest.mark.parametrize(
    "other", [{"fingerprint": "e" * 16}, {"job": "load"}, {"machine": "another"}]
)
def test_another_message_job_or_machine_is_another_storm(other: dict[str, object]) -> None:
    assert len(storms([a_casualty(1), a_casualty(2, **other)])) == 2


def test_a_long_calm_ends_a_storm() -> None:
    late = a_casualty(2, failed_at=NOW + timedelta(minutes=1) + CALM + timedelta(seconds=1))
    just = a_casualty(2, failed_at=NOW + timedelta(minutes=1) + CALM)

    assert len(storms([a_casualty(1), late])) == 2
    assert len(storms([a_casualty(1), just])) == 1


def test_the_largest_storm_is_first() -> None:
    found = storms([a_casualty(1, job="load"), a_casualty(2), a_casualty(3)])

    assert [storm.job for storm in found] == ["extract", "load"]


def test_a_storm_keeps_its_id_while_it_grows() -> None:
    before, after = storms([a_casualty(1)]), storms([a_casualty(1), a_casualty(2)])

    assert before[0].storm_id == after[0].storm_id


def hit(bench: Bench, session_id: str, message: str = "no such key 1") -> None:
    """A failed session whose failure was explained."""
    bench.store.sessions.save(a_session(id=session_id))
    failure = a_failure(message=message, failed_at=NOW)
    bench.store.diagnoses.put(a_diagnosis(session_id=session_id, failure=failure))


def test_the_store_alone_tells_the_storms(bench: Bench) -> None:
    for number in range(3):
        hit(bench, f"s-{number}", f"no such key {number}")
    hit(bench, "s-other", "access denied")

    found = group(bench.store)

    assert [len(one.casualties) for one in found.items] == [3, 1]
    # The session of the bench itself failed and was never explained.
    assert (found.looked_at, found.failed, found.unexplained) == (5, 5, 1)


def test_a_diagnosis_of_an_earlier_attempt_hits_nobody(bench: Bench) -> None:
    hit(bench, "s-again")
    session = bench.store.sessions.get("s-again")
    run = JobRun(job="extract", attempts=(a_failed_attempt(), a_failed_attempt(number=2)))
    bench.store.sessions.save(session.model_copy(update={"runs": (run, *session.runs[1:])}))

    assert group(bench.store).items == ()


def test_a_recovered_session_is_no_part_of_a_storm_any_more(bench: Bench) -> None:
    hit(bench, "s-1")
    hit(bench, "s-2")
    (storm,) = group(bench.store).items
    session = bench.store.sessions.get("s-1")
    runs = tuple(JobRun(job=run.job, attempts=(an_attempt(run.job),)) for run in session.runs)
    done = {"runs": runs, "status": "SUCCEEDED"}
    bench.store.sessions.save(session.model_validate({**session.model_dump(), **done}))

    assert [one.session_ids for one in group(bench.store).items] == [("s-2",)]
    assert storm.session_ids == ("s-1", "s-2")


def test_a_storm_that_is_gone_says_so(bench: Bench) -> None:
    with pytest.raises(NotFound, match="there is no storm 'w-1'"):
        find_storm("w-1", bench.store)

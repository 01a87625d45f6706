"""`Pipelines`, `Diagnoses`, `Outcomes`, `Archive`, `Heartbeat`: what the worker remembers."""

from __future__ import annotations

from datetime import datetime

import pytest

from bunsui_core.domain.answer import Beat
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.fingerprint import fingerprint
from bunsui_core.domain.freshness import Blind
from bunsui_core.ports.store import (
    Archive,
    Archived,
    Diagnoses,
    Heartbeat,
    Outcomes,
    Pipelines,
)
from tests.builders import (
    NOW,
    SESSION_ID,
    a_diagnosis,
    a_failure,
    a_pipeline,
    an_outcome,
    execution,
    later,
    machine,
)
from tests.contract.conftest import Home

ARCHIVED = Archived(
    execution_arn=execution("extract"), redrive_count=0, sha256="ab" * 32, at=later(minutes=2)
)


def an_entry(redrive_count: int, job: str = "extract", at: datetime = NOW) -> Archived:
    """Where the archive of an execution lies."""
    return Archived(
        execution_arn=execution(job),
        redrive_count=redrive_count,
        sha256=f"{redrive_count:064x}",
        at=at,
        session_id=SESSION_ID,
        length=1000,
    )


class Memory:
    """Every port that only the worker writes, over one store."""

    def __init__(self, store: Home) -> None:
        self.pipelines: Pipelines = store.pipelines
        self.diagnoses: Diagnoses = store.diagnoses
        self.outcomes: Outcomes = store.outcomes
        self.archive: Archive = store.archive
        self.heartbeat: Heartbeat = store.heartbeat


@pytest.fixture
def memory(home: Home) -> Memory:
    return Memory(home)


def test_a_pipeline_comes_back_with_its_graph_hash(memory: Memory) -> None:
    memory.pipelines.put(a_pipeline())

    assert memory.pipelines.get("orders") == a_pipeline()
    assert memory.pipelines.get("orders").graph_hash == a_pipeline().graph_hash


def test_the_pipeline_put_last_is_the_current_one(memory: Memory) -> None:
    current = a_pipeline(jobs=[{"name": "extract", "machine": machine("other")}])

    memory.pipelines.put(a_pipeline())
    memory.pipelines.put(current)

    assert memory.pipelines.get("orders") == current
    assert memory.pipelines.names() == ("orders",)


def test_pipelines_are_named_in_order(memory: Memory) -> None:
    for name in ("orders", "bills", "Zoo"):
        memory.pipelines.put(a_pipeline(name=name))

    assert memory.pipelines.names() == ("Zoo", "bills", "orders")


def test_an_unknown_pipeline_is_not_found(memory: Memory) -> None:
    with pytest.raises(NotFound, match="none"):
        memory.pipelines.get("none")


def test_the_newest_diagnosis_is_of_the_newest_attempt_then_of_the_most_redrives(
    memory: Memory,
) -> None:
    for attempt, redrive_count in ((2, 0), (10, 2), (10, 10), (9, 11)):
        memory.diagnoses.put(a_diagnosis(attempt=attempt, redrive_count=redrive_count))

    assert memory.diagnoses.get(SESSION_ID, "extract") == a_diagnosis(attempt=10, redrive_count=10)


def test_a_diagnosis_made_again_takes_the_place_of_the_first(memory: Memory) -> None:
    memory.diagnoses.put(a_diagnosis(logs_note="no logs yet"))
    memory.diagnoses.put(a_diagnosis(logs_note=""))

    assert memory.diagnoses.get(SESSION_ID, "extract") == a_diagnosis(logs_note="")


def test_a_job_that_never_failed_has_no_diagnosis(memory: Memory) -> None:
    memory.diagnoses.put(a_diagnosis())

    assert memory.diagnoses.get(SESSION_ID, "load") is None
    assert memory.diagnoses.get("s-other", "extract") is None


def test_diagnoses_that_say_the_same_are_found_newest_first(memory: Memory) -> None:
    older, newer, newest = (
        a_diagnosis(session_id=f"s-{number}", made_at=later(minutes=number)) for number in range(3)
    )
    other = a_diagnosis(session_id="s-x", failure=a_failure(message="it broke in another way"))
    for one in (newer, other, newest, older):
        memory.diagnoses.put(one)

    assert memory.diagnoses.similar(fingerprint(older), 10) == (newest, newer, older)
    assert memory.diagnoses.similar(fingerprint(older), 2) == (newest, newer)
    assert memory.diagnoses.similar(fingerprint(other), 10) == (other,)
    assert memory.diagnoses.similar("0" * 16, 10) == ()


def test_a_diagnosis_made_again_is_found_by_what_it_says_now(memory: Memory) -> None:
    before = a_diagnosis(failure=a_failure(message="it broke in another way"))
    memory.diagnoses.put(before)

    memory.diagnoses.put(a_diagnosis())

    assert memory.diagnoses.similar(fingerprint(before), 10) == ()
    assert memory.diagnoses.similar(fingerprint(a_diagnosis()), 10) == (a_diagnosis(),)


def test_the_first_outcome_of_a_request_stands(memory: Memory) -> None:
    memory.outcomes.put(an_outcome())
    memory.outcomes.put(an_outcome(result="FAILED"))

    assert memory.outcomes.all() == (an_outcome(),)


def test_outcomes_come_oldest_first(memory: Memory) -> None:
    young, old = an_outcome(request_id="r-1", at=later(days=1)), an_outcome(request_id="r-2")

    memory.outcomes.put(young)
    memory.outcomes.put(old)

    assert memory.outcomes.all() == (old, young)


def test_the_first_archive_of_an_execution_and_redrive_count_stands(memory: Memory) -> None:
    memory.archive.put(ARCHIVED)
    memory.archive.put(ARCHIVED.model_copy(update={"sha256": "cd" * 32}))

    assert memory.archive.get(ARCHIVED.execution_arn, 0) == ARCHIVED
    assert memory.archive.get(ARCHIVED.execution_arn, 1) is None


def test_the_newest_archive_is_the_one_after_the_most_redrives(memory: Memory) -> None:
    once, twice, other = an_entry(0), an_entry(10), an_entry(2, job="load")
    for entry in (twice, once, other):
        memory.archive.put(entry)

    assert memory.archive.newest(ARCHIVED.execution_arn) == twice
    assert memory.archive.newest(execution("transform")) is None


def test_old_archives_come_oldest_first_and_page_by_page(memory: Memory) -> None:
    entries = [
        an_entry(0, at=later(days=2)),
        an_entry(1, at=later(days=1)),
        an_entry(0, job="load", at=later(days=1)),
        an_entry(2, at=later(days=3)),
    ]
    for entry in entries:
        memory.archive.put(entry)

    first = memory.archive.older(later(days=3), 2)
    rest = memory.archive.older(later(days=3), 2, first[-1])

    assert first == (entries[1], entries[2])
    assert rest == (entries[0],)
    assert memory.archive.older(NOW, 10) == ()


def test_a_dropped_archive_is_forgotten_alone(memory: Memory) -> None:
    kept, dropped = an_entry(0), an_entry(1)
    for entry in (kept, dropped):
        memory.archive.put(entry)

    for _ in range(2):
        memory.archive.drop(dropped)

    assert memory.archive.older(later(days=9), 10) == (kept,)


def test_the_last_heartbeat_is_remembered(memory: Memory) -> None:
    assert memory.heartbeat.last() is None

    memory.heartbeat.beat(NOW)
    memory.heartbeat.beat(later(seconds=1))

    assert memory.heartbeat.last() == Beat(at=later(seconds=1))


def test_a_sign_of_life_does_not_hide_that_aws_cannot_be_read(memory: Memory) -> None:
    blind = Blind(since=NOW, why="AWS does not answer")
    memory.heartbeat.beat(NOW)
    memory.heartbeat.looked(blind)
    memory.heartbeat.beat(later(seconds=3))

    assert memory.heartbeat.last() == Beat(at=later(seconds=3), blind=blind)

    memory.heartbeat.looked(None)

    assert memory.heartbeat.last() == Beat(at=later(seconds=3))


def test_nothing_of_another_account_or_region_is_seen(memory: Memory, home: Home) -> None:
    memory.pipelines.put(a_pipeline())
    memory.diagnoses.put(a_diagnosis())
    memory.outcomes.put(an_outcome())
    memory.archive.put(ARCHIVED)
    memory.heartbeat.beat(NOW)

    for other in (home.another(account="111111111111"), home.another(region="eu-west-1")):
        elsewhere = Memory(other)
        assert elsewhere.pipelines.names() == ()
        assert elsewhere.diagnoses.get(SESSION_ID, "extract") is None
        assert elsewhere.diagnoses.similar(fingerprint(a_diagnosis()), 10) == ()
        assert elsewhere.outcomes.all() == ()
        assert elsewhere.archive.get(ARCHIVED.execution_arn, 0) is None
        assert elsewhere.heartbeat.last() is None

"""One plan for a storm names each session, and leaves out with a reason what cannot be in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bunsui_core.adapters.local.files import FileBlobs
from bunsui_core.adapters.local.store import LocalArchive
from bunsui_core.app.archive import Shelf, archive_closed
from bunsui_core.app.review import Looked, review_steps
from bunsui_core.app.storm import group
from bunsui_core.app.wave_plan import StormAsked, plan_storm
from bunsui_core.domain.approval import ask
from bunsui_core.domain.errors import BadInput, Refused
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.reviewing import document
from bunsui_core.domain.session import JobRun
from bunsui_core.domain.storm import StormProposal
from bunsui_core.domain.verdict import Mode
from bunsui_core.domain.waves import Waves
from tests.builders import (
    INPUT,
    NOW,
    a_diagnosis,
    a_failed_attempt,
    a_failure,
    a_redrive,
    a_session,
    execution,
)
from tests.unit.desk_kit import Bench

LATER = NOW + timedelta(minutes=5)


def arn(number: int) -> str:
    return execution("extract", session_id=f"s-{number}")


@pytest.fixture
def storm(bench: Bench) -> Bench:
    """Three sessions that failed alike, for want of a thing that may come."""
    for number in (1, 2, 3):
        attempt = a_failed_attempt(execution_arn=arn(number))
        extract = JobRun(job="extract", attempts=(attempt,))
        runs = (extract, JobRun(job="transform"), JobRun(job="load"))
        bench.store.sessions.save(a_session(id=f"s-{number}", runs=runs))
        bench.world.add_failed(arn(number), INPUT)
        at = NOW + timedelta(seconds=number)
        failure = a_failure(execution_arn=arn(number), failed_at=at)
        told = {"failure": failure, "category": "throttling", "transient": True}
        bench.store.diagnoses.put(a_diagnosis(session_id=f"s-{number}", **told))
    bench.store.pipelines.put(a_session().pipeline)
    return bench


def planned(bench: Bench, mode: Mode | None = Mode.REDRIVE) -> StormProposal:
    (found,) = group(bench.store).items
    asked = StormAsked(found.storm_id, mode, Waves(), "human:hanako", LATER, "r-storm")
    return plan_storm(asked, bench.store, bench.hands().seeing)


def test_one_plan_names_every_session_the_first_one_first(storm: Bench) -> None:
    plan = planned(storm).plan

    assert [step.session_id for step in plan.steps] == ["s-1", "s-2", "s-3"]
    assert {step.kind for step in plan.steps} == {"redrive"}
    assert plan.waves == Waves()


def test_the_mode_of_the_canary_is_everyones(storm: Bench) -> None:
    found = planned(storm, None)

    assert {step.kind for step in found.plan.steps} == {found.canary.mode.value}


def test_the_same_again_is_the_same_plan(storm: Bench) -> None:
    assert planned(storm).plan == planned(storm).plan


def test_a_session_with_an_open_request_is_left_out(storm: Bench) -> None:
    waiting = storm.submit(steps=(a_redrive(session_id="s-2", execution_arn=arn(2)),))
    found = planned(storm)

    assert [step.session_id for step in found.plan.steps] == ["s-1", "s-3"]
    (left,) = found.left_out
    assert (left.session_id, left.reason) == ("s-2", f"request {waiting.id} about it is open")


def test_what_cannot_be_redriven_is_left_out_with_the_reason(storm: Bench) -> None:
    storm.world.executions.pop(arn(3))
    found = planned(storm)

    assert [step.session_id for step in found.plan.steps] == ["s-1", "s-2"]
    assert [left.session_id for left in found.left_out] == ["s-3"]


def test_a_storm_of_which_nothing_can_be_recovered_is_refused(storm: Bench) -> None:
    storm.world.executions.clear()

    with pytest.raises(Refused, match=r"no session of .* can be recovered so"):
        planned(storm)


def test_an_output_of_one_job_recovers_no_storm(storm: Bench) -> None:
    with pytest.raises(BadInput, match="an output is that of one job"):
        planned(storm, Mode.MARK_DONE)


def archived(bench: Bench) -> None:
    """Let every execution of the storm be in the archive."""
    hands = bench.hands()
    shelf = Shelf(LocalArchive(bench.connection), FileBlobs(bench.settings.blobs_path))
    for number in (1, 2, 3):
        session = hands.store.sessions.get(f"s-{number}")
        archive_closed(session, shelf, hands.seeing, NOW)


def counted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The executions that AWS is asked about from now on."""
    asked: list[str] = []
    real = bench.world.describe

    def describe(execution_arn: str) -> Observation:
        asked.append(execution_arn)
        return real(execution_arn)

    monkeypatch.setattr(bench.world, "describe", describe)
    return asked


def test_beyond_the_canary_no_closed_execution_is_asked_of_aws(
    storm: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    archived(storm)
    asked = counted(storm, monkeypatch)

    found = planned(storm)

    assert [step.session_id for step in found.plan.steps] == ["s-1", "s-2", "s-3"]
    assert set(asked) == {arn(1)}


def test_a_review_looks_at_the_canary_in_aws_and_says_what_it_did_not_look_at(
    storm: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    archived(storm)
    found = planned(storm)
    asked = counted(storm, monkeypatch)
    request = ask(found.plan, "it is free again", found.inputs)

    steps = review_steps(request, Looked(storm.store, storm.hands().seeing, LATER))

    assert set(asked) == {arn(1)}
    assert all(check.holds for step in steps for check in step.checks)
    assert "the others as they were archived" in document(request, steps, "one")

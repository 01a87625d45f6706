"""Recorded executions of AWS, read as bunsui reads them. Floors are what was reached."""

from __future__ import annotations

import pytest

from bunsui_core.domain.classify import classify
from bunsui_core.domain.history import read_failure
from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.value import Json
from tests.unit.corpus.recordings import CORPUS, events_of, observation_of, recordings

PATHS = 1.0
EVIDENCE = 1.0
CATEGORIES = 0.95

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"recorded histories are not at {CORPUS}: nothing is measured"
)


def labels_of(recording: dict[str, Json]) -> dict[str, Json]:
    labels = recording["labels"]
    assert isinstance(labels, dict)
    return labels


def failed() -> list[dict[str, Json]]:
    return [r for r in recordings() if JobStatus(str(labels_of(r)["terminal_status"])).is_failure]


def test_the_failed_state_path_is_found_in_every_recorded_history() -> None:
    wrong = []
    for recording in failed():
        found = read_failure("job", observation_of(recording), events_of(recording))
        expected = labels_of(recording)["failed_state_path"]
        if found is None or list(found.state_path) != expected:
            wrong.append((recording["id"], expected, found and found.state_path))

    assert 1 - len(wrong) / len(failed()) >= PATHS, wrong


def test_the_cited_event_is_one_of_those_a_reader_accepts() -> None:
    labelled = [r for r in failed() if labels_of(r).get("evidence_event_ids_accepted")]
    wrong = []
    for recording in labelled:
        found = read_failure("job", observation_of(recording), events_of(recording))
        accepted = labels_of(recording)["evidence_event_ids_accepted"]
        assert found is not None
        assert isinstance(accepted, list)
        if found.event_id not in accepted:
            wrong.append((recording["id"], accepted, found.event_id))

    assert 1 - len(wrong) / len(labelled) >= EVIDENCE, wrong


def test_the_category_of_recorded_executions_is_named() -> None:
    wrong = []
    for recording in failed():
        found = read_failure("job", observation_of(recording), events_of(recording))
        assert found is not None
        if classify(found).category != labels_of(recording)["category"]:
            wrong.append((recording["id"], classify(found).category))

    assert 1 - len(wrong) / len(failed()) >= CATEGORIES, wrong


def test_an_execution_that_ended_well_has_no_failure_whatever_it_caught() -> None:
    succeeded = [r for r in recordings() if r not in failed()]

    assert succeeded
    for recording in succeeded:
        assert read_failure("job", observation_of(recording), events_of(recording)) is None


def test_a_fail_state_is_recognised_in_every_recorded_history() -> None:
    for recording in failed():
        found = read_failure("job", observation_of(recording), events_of(recording))
        expected = labels_of(recording)["failed_state_type"]
        assert found is not None
        assert found.died_in_fail_state is (expected == "Fail"), recording["id"]


def test_the_state_behind_a_catch_is_found_and_none_is_claimed_behind_a_choice() -> None:
    behind = [r for r in failed() if labels_of(r).get("root_cause")]

    assert len(behind) == 3
    for recording in behind:
        found = read_failure("job", observation_of(recording), events_of(recording))
        cause = labels_of(recording)["root_cause"]
        assert found is not None
        assert isinstance(cause, dict)
        is_catch = str(cause["via"]).startswith("Catch")
        assert found.caught_path == ((cause["state"],) if is_catch else ()), recording["id"]


def test_the_task_of_a_recorded_container_is_told_from_its_document() -> None:
    labelled = [(r, labels_of(r).get("nested_evidence")) for r in failed()]
    containers = [(r, e) for r, e in labelled if isinstance(e, dict) and e["kind"] == "ecs"]

    assert len(containers) == 2
    for recording, evidence in containers:
        found = read_failure("job", observation_of(recording), events_of(recording))
        assert found is not None
        assert found.task is not None
        assert (found.task.arn, found.task.stop_code) == (evidence["arn"], evidence["stopCode"])
        assert str(evidence["stoppedReason"]) in found.message


def test_the_recordings_are_those_that_were_measured() -> None:
    assert len(failed()) == 83

"""A storm on the embedded AWS: many sessions fail of one cause, one request recovers them all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bunsui_core.domain.approval import Answer, Approval, ApprovalStatus
from bunsui_core.domain.session import Session, SessionStatus
from bunsui_core.domain.storm import Storm, StormProposal
from bunsui_core.domain.verdict import Mode
from bunsui_core.domain.waves import Fate, Waves
from tests.e2e.rerun_machines import Made, does, row
from tests.e2e.rerun_stage import HUMAN, RerunStage, rerun_stage
from tests.emulator.embedded import Embedded

SESSIONS = 5


@pytest.fixture(scope="module")
def stage(inside: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RerunStage]:
    with rerun_stage(inside, tmp_path_factory.mktemp("storm")) as made:
        yield made


def failed_alike(stage: RerunStage, name: str) -> list[Session]:
    """Sessions that all miss the same object, after having done something."""
    function = stage.function(f"{name}-doing")
    states = {
        "Prepare": does(function, f"{name}-prepare"),
        "Read": does(function, {"did": f"{name}-read", "needs": name}),
    }
    pipeline = stage.pipeline(name, {"load": Made(row(**states))})
    started = [stage.started(pipeline, {}) for _ in range(SESSIONS)]
    return [stage.settled(session_id) for session_id in started]


def storm_of(stage: RerunStage, sessions: list[Session]) -> Storm:
    ids = {session.id for session in sessions}
    (found,) = (one for one in stage.desk.storms().items if set(one.session_ids) <= ids)
    return found


def asked(stage: RerunStage, found: StormProposal) -> str:
    """Ask for a plan and approve it."""
    request_id = stage.desk.request(found.proposal_id, "the object is there").request.id
    review = stage.desk.review(request_id)
    stage.desk.decide(review, Answer.APPROVE, HUMAN, "as shown", review.typed_code)
    return request_id


def ended(stage: RerunStage, request_id: str) -> Approval:
    stage.until(lambda: not stage.desk.approval(request_id).status.is_open)
    return stage.desk.approval(request_id)


def fates(approval: Approval) -> list[Fate | None]:
    assert approval.effect
    return [step.fate for step in approval.effect.steps]


def test_one_request_recovers_every_session_once(stage: RerunStage) -> None:
    sessions = failed_alike(stage, "missing")
    stage.put("missing")
    storm = storm_of(stage, sessions)
    found = stage.desk.recover_storm(storm.storm_id, Mode.REDRIVE, Waves(size=2))

    approval = ended(stage, asked(stage, found))

    assert len(storm.casualties) == SESSIONS
    assert approval.status is ApprovalStatus.DONE
    assert approval.note == "5 of 5 recovered"
    assert fates(approval) == [Fate.SUCCEEDED] * SESSIONS
    after = [stage.settled(session.id) for session in sessions]
    assert {session.status for session in after} == {SessionStatus.SUCCEEDED}
    assert (stage.did("missing-prepare"), stage.did("missing-read")) == (SESSIONS, SESSIONS)


@pytest.mark.slow
def test_a_canary_that_fails_again_keeps_the_others_as_they_are(stage: RerunStage) -> None:
    sessions = failed_alike(stage, "absent")
    storm = storm_of(stage, sessions)
    stage.put("absent")
    found = stage.desk.recover_storm(storm.storm_id, Mode.REDRIVE, Waves(size=2))
    request_id = asked(stage, found)
    stage.aws.s3().delete_object(Bucket=stage.bucket, Key="absent")

    approval = ended(stage, request_id)

    assert approval.status is ApprovalStatus.FAILED
    assert "stopped after the canary, which failed" in approval.note
    assert fates(approval) == [Fate.FAILED]
    counts = [stage.session(s.id).runs[0].attempts[-1].redrive_count for s in sessions]
    assert sorted(counts) == [0, 0, 0, 0, 1]

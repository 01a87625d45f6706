from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunsui_core.domain.diagnosis import Category, Confidence
from bunsui_core.domain.failure import Nested
from bunsui_core.domain.judge import judge
from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.verdict import Case, Mode, Ruling, Subject
from tests.builders import a_failure, later
from tests.unit.judging import (
    BUG,
    DATA,
    EVIDENCE,
    RUNNING,
    SLOW,
    THROTTLED,
    a_case,
    a_look,
    redrive,
    restart,
)


def test_what_step_functions_does_not_redrive_is_hopeless_in_its_own_words() -> None:
    told = "Execution history event limit exceeded"
    case = a_case(THROTTLED, redrive_status="NOT_REDRIVABLE", redrive_status_reason=told)

    assert redrive(case).ruling is Ruling.HOPELESS
    assert told in redrive(case).reasons[0].text
    assert redrive(case).reasons[0].evidence == ("X1",)
    assert restart(case).ruling is Ruling.SAFE


def test_without_a_reason_the_redrive_status_itself_is_told() -> None:
    case = a_case(THROTTLED, redrive_status="REDRIVABLE_BY_MAP_RUN")

    assert "REDRIVABLE_BY_MAP_RUN" in redrive(case).reasons[0].text


def test_an_execution_without_a_redrive_status_is_not_redriven_and_that_is_said() -> None:
    verdict = redrive(a_case(THROTTLED, redrive_status=""))

    assert verdict.ruling is Ruling.HOPELESS
    assert "did not say why" in verdict.reasons[0].text


def test_an_unknown_time_of_failure_forbids_no_redrive() -> None:
    failure = a_failure(evidence=EVIDENCE, failed_at=None)

    assert redrive(a_case(THROTTLED, failure=failure)).ruling is Ruling.SAFE


def test_a_reason_without_its_event_cites_the_first_evidence_there_is() -> None:
    failure = a_failure(evidence=EVIDENCE, event_id=99)

    assert redrive(a_case(THROTTLED, failure=failure)).reasons[0].evidence == ("E6",)


def test_a_redrive_more_than_14_days_after_the_close_is_hopeless() -> None:
    case = a_case(THROTTLED)
    closed = later(minutes=1)

    on_time = judge(Mode.REDRIVE, case, closed + timedelta(days=14))
    late = judge(Mode.REDRIVE, case, closed + timedelta(days=14, seconds=1))

    assert (on_time.ruling, late.ruling) == (Ruling.SAFE, Ruling.HOPELESS)
    assert "14 days" in late.reasons[0].text
    assert judge(Mode.RESTART, case, closed + timedelta(days=30)).ruling is Ruling.SAFE


def test_a_redrive_into_a_fail_state_is_hopeless_whatever_the_cause() -> None:
    failure = a_failure(evidence=EVIDENCE, died_in_fail_state=True, failed_state="GiveUp")
    case = a_case(THROTTLED, failure=failure)

    assert redrive(case).ruling is Ruling.HOPELESS
    assert "GiveUp" in redrive(case).reasons[0].text
    assert restart(case).ruling is Ruling.SAFE


def test_every_obstacle_to_a_redrive_is_told() -> None:
    failure = a_failure(evidence=EVIDENCE, died_in_fail_state=True, failed_at=later(days=-20))
    case = a_case(THROTTLED, failure=failure, redrive_status="NOT_REDRIVABLE")

    assert len(redrive(case).reasons) == 3


@pytest.mark.parametrize("mode", RUNNING)
@pytest.mark.parametrize("diagnosis", [DATA, BUG])
def test_a_lasting_cause_with_nothing_changed_is_hopeless(
    mode: Mode, diagnosis: dict[str, object]
) -> None:
    assert judge(mode, a_case(diagnosis), later(hours=1)).ruling is Ruling.HOPELESS


def test_the_looks_that_saw_no_change_are_the_reasons_for_hopeless() -> None:
    cited = [reason.evidence for reason in redrive(a_case(BUG)).reasons]

    assert cited == [("E6",), ("code:it",), ("object:it",)]


def test_what_could_not_be_seen_makes_it_unknown_and_is_named() -> None:
    case = a_case(BUG, looks=(a_look(Subject.CODE, False), a_look(Subject.OBJECT, None)))

    assert redrive(case).ruling is Ruling.UNKNOWN
    assert any("as far as seen" in reason.text for reason in redrive(case).reasons)
    assert redrive(case).reasons[-1].evidence == ("object:it",)


def test_without_any_look_nothing_is_called_hopeless() -> None:
    assert redrive(a_case(BUG, looks=())).ruling is Ruling.UNKNOWN


@pytest.mark.parametrize(
    "category",
    [
        Category.PERMISSION,
        Category.QUOTA_LIMIT,
        Category.MISSING_RESOURCE,
        Category.IMAGE_PULL,
        Category.RESOURCE_EXHAUSTED,
        Category.CONFLICT,
    ],
)
def test_a_cause_that_depends_on_what_nobody_looks_at_is_unknown(category: Category) -> None:
    verdict = redrive(a_case({"category": category, "transient": False}))

    assert verdict.ruling is Ruling.UNKNOWN
    assert "not seen" in verdict.reasons[1].text


def test_a_guess_is_never_called_hopeless() -> None:
    verdict = redrive(a_case({**BUG, "confidence": Confidence.LOW}))

    assert verdict.ruling is Ruling.UNKNOWN
    assert "guess" in verdict.reasons[0].text


def test_code_that_changed_since_makes_a_code_bug_worth_another_run() -> None:
    case = a_case(BUG, looks=(a_look(Subject.CODE, True),))

    assert redrive(case).ruling is Ruling.SAFE
    assert redrive(case).reasons[0].evidence == ("code:it",)


def test_a_change_elsewhere_makes_a_code_bug_only_unknown() -> None:
    case = a_case(BUG, looks=(a_look(Subject.CODE, False), a_look(Subject.OBJECT, True)))

    assert redrive(case).ruling is Ruling.UNKNOWN
    assert restart(case).ruling is Ruling.UNKNOWN


def test_a_new_definition_helps_a_restart_and_not_a_redrive() -> None:
    looks = (a_look(Subject.DEFINITION, True), a_look(Subject.CODE, False))
    case = a_case({"category": Category.CONFIGURATION, "transient": False}, looks=looks)

    assert redrive(case).ruling is Ruling.HOPELESS
    assert restart(case).ruling is Ruling.SAFE


def test_a_new_definition_of_a_machine_below_helps_a_redrive_which_starts_it_anew() -> None:
    below = a_failure(evidence=EVIDENCE, nested=(Nested(execution_arn="arn:child"),))
    cause = {"category": Category.CONFIGURATION, "transient": False, "failure": below}
    case = a_case(cause, looks=(a_look(Subject.NESTED, True), a_look(Subject.CODE, False)))

    found = redrive(case)

    assert found.ruling is Ruling.SAFE
    assert "nested executions start anew, from their beginnings" in {r.text for r in found.reasons}


def test_a_raised_limit_makes_a_timeout_worth_a_restart_which_has_the_new_definition() -> None:
    looks = (a_look(Subject.DEFINITION, True), a_look(Subject.CODE, False))
    case = a_case(SLOW, looks=looks)

    assert redrive(case).ruling is Ruling.UNKNOWN
    assert restart(case).ruling is Ruling.SAFE


def test_an_unchanged_timeout_may_pass_or_not() -> None:
    case = a_case(SLOW, looks=(a_look(Subject.DEFINITION, False), a_look(Subject.INPUT, True)))

    assert {redrive(case).ruling, restart(case).ruling} == {Ruling.UNKNOWN}


@pytest.mark.parametrize(
    ("effect", "ruling"),
    [
        (SideEffect.PURE, Ruling.SAFE),
        (SideEffect.IDEMPOTENT, Ruling.SAFE),
        (SideEffect.APPEND, Ruling.UNSAFE),
        (SideEffect.EXTERNAL, Ruling.UNSAFE),
    ],
)
def test_where_success_is_possible_the_effect_decides(effect: SideEffect, ruling: Ruling) -> None:
    edited = a_case(DATA, effect=effect, input_edited=True)
    repaired = a_case(BUG, effect=effect, looks=(a_look(Subject.CODE, True),))
    freed = a_case(THROTTLED, effect=effect)

    assert [restart(edited).ruling, redrive(repaired).ruling, redrive(freed).ruling] == [ruling] * 3
    assert effect in redrive(freed).reasons[-1].text


def test_an_edited_input_means_nothing_to_a_redrive() -> None:
    assert redrive(a_case(DATA, input_edited=True)).ruling is Ruling.HOPELESS


def test_an_edited_input_does_not_repair_another_cause() -> None:
    verdict = restart(a_case(BUG, input_edited=True))

    assert verdict.ruling is Ruling.UNKNOWN
    assert "code_bug" in verdict.reasons[0].text


@pytest.mark.parametrize("mode", list(Mode))
def test_where_the_evidence_does_not_tell_the_verdict_is_unknown(mode: Mode) -> None:
    case = a_case({"category": Category.UNKNOWN, "transient": None})

    assert judge(mode, case, later(hours=1)).ruling is Ruling.UNKNOWN


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A case of any diagnosis, looks, effect and input."""
    seen = st.builds(a_look, st.sampled_from(Subject), st.sampled_from([True, False, None]))
    told: dict[str, object] = {
        "category": draw(st.sampled_from(Category)),
        "transient": draw(st.sampled_from([True, False, None])),
        "confidence": draw(st.sampled_from(Confidence)),
    }
    return a_case(
        told,
        looks=tuple(draw(st.lists(seen, max_size=4))),
        effect=draw(st.sampled_from(SideEffect)),
        input_edited=draw(st.booleans()),
    )


@given(mode=st.sampled_from(Mode), case=cases())
def test_every_reason_cites_evidence_and_no_repeated_effect_is_called_safe(
    mode: Mode, case: Case
) -> None:
    known = {"E6", "X1"} | {f"{look.subject}:{look.name}" for look in case.looks}

    verdict = judge(mode, case, later(hours=1))

    assert all(set(reason.evidence) <= known and reason.evidence for reason in verdict.reasons)
    if case.effect in {SideEffect.APPEND, SideEffect.EXTERNAL}:
        assert verdict.ruling is not Ruling.SAFE
    if verdict.ruling is Ruling.HOPELESS:
        assert case.diagnosis.transient is False
        assert not any(
            look.changed for look in case.looks if look.subject is not Subject.DEFINITION
        )

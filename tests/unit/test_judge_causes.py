from __future__ import annotations

import pytest

from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.judge import judge
from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.verdict import Again, Look, Mode, Ruling, Subject
from tests.builders import NOW, a_failure, later
from tests.unit.judging import (
    BUG,
    DATA,
    EVIDENCE,
    THROTTLED,
    a_case,
    a_look,
    redrive,
    restart,
)


def test_a_name_that_does_not_resolve_may_be_a_wrong_one() -> None:
    failure = a_failure(evidence=EVIDENCE, message="[Errno -2] Name or service not known")
    network = {"category": Category.NETWORK, "transient": True}
    mended = (a_look(Subject.SETTINGS, True),)

    assert redrive(a_case(network, failure=failure)).ruling is Ruling.UNKNOWN
    assert redrive(a_case(network, failure=failure, looks=mended)).ruling is Ruling.SAFE
    assert redrive(a_case(network)).ruling is Ruling.SAFE


def test_another_object_than_the_one_the_failure_names_does_not_help() -> None:
    failure = a_failure(evidence=EVIDENCE, message="row 7 of s3://in/day.csv is bad")
    day, rates = (
        Look(subject=Subject.OBJECT, name=f"s3://in/{name}", changed=True, text=name, seen_at=NOW)
        for name in ("day.csv", "rates.csv")
    )

    assert redrive(a_case(DATA, failure=failure, looks=(rates,))).ruling is Ruling.SAFE
    same = day.model_copy(update={"changed": False})
    assert redrive(a_case(DATA, failure=failure, looks=(same, rates))).ruling is Ruling.UNKNOWN
    assert redrive(a_case(DATA, failure=failure, looks=(day, rates))).ruling is Ruling.SAFE


def test_what_a_mode_repeats_decides_where_it_is_known() -> None:
    again = (
        Again(mode=Mode.REDRIVE, effect=SideEffect.PURE, text="nothing had begun"),
        Again(mode=Mode.RESTART, effect=SideEffect.EXTERNAL, text="a message is sent again"),
    )
    case = a_case(THROTTLED, effect=SideEffect.EXTERNAL, again=again)

    assert (redrive(case).ruling, restart(case).ruling) == (Ruling.SAFE, Ruling.UNSAFE)
    assert restart(case).reasons[-1].text == "a message is sent again"


def test_states_that_run_anew_may_hand_on_something_else() -> None:
    anew = Again(mode=Mode.RESTART, effect=SideEffect.PURE, text="it reads", is_anew=True)
    case = a_case(BUG, again=(anew,))

    assert (redrive(case).ruling, restart(case).ruling) == (Ruling.HOPELESS, Ruling.UNKNOWN)


@pytest.mark.parametrize(
    ("category", "subject", "ruling"),
    [
        (Category.PERMISSION, Subject.GRANT, Ruling.SAFE),
        (Category.PERMISSION, Subject.POLICY, Ruling.SAFE),
        (Category.PERMISSION, Subject.ROLE, Ruling.SAFE),
        (Category.PERMISSION, Subject.OBJECT, Ruling.UNKNOWN),
        (Category.MISSING_RESOURCE, Subject.THING, Ruling.SAFE),
        (Category.RESOURCE_EXHAUSTED, Subject.LIMITS, Ruling.SAFE),
        (Category.CODE_BUG, Subject.LIMITS, Ruling.UNKNOWN),
        (Category.CODE_BUG, Subject.IMAGE, Ruling.SAFE),
        (Category.CODE_BUG, Subject.SETTINGS, Ruling.SAFE),
        (Category.BAD_INPUT_DATA, Subject.ROLE, Ruling.UNKNOWN),
    ],
)
def test_a_change_helps_where_the_cause_depends_on_it(
    category: Category, subject: Subject, ruling: Ruling
) -> None:
    case = a_case({"category": category, "transient": False}, looks=(a_look(subject, True),))

    assert redrive(case).ruling is ruling


def test_a_role_that_changed_and_still_lacks_the_action_does_not_help() -> None:
    looks = (a_look(Subject.ROLE, True), a_look(Subject.GRANT, False))
    case = a_case({"category": Category.PERMISSION, "transient": False}, looks=looks)

    assert redrive(case).ruling is Ruling.UNKNOWN


def test_a_denial_is_hopeless_once_everything_that_grants_was_seen() -> None:
    looks = tuple(a_look(one, False) for one in (Subject.ROLE, Subject.GRANT, Subject.POLICY))
    case = a_case({"category": Category.PERMISSION, "transient": False}, looks=looks)

    assert redrive(case).ruling is Ruling.HOPELESS


@pytest.mark.parametrize("category", [Category.MISSING_RESOURCE, Category.IMAGE_PULL])
def test_what_is_missing_is_hopeless_while_it_is_not_there(category: Category) -> None:
    absent = a_look(Subject.THING, False).model_copy(update={"is_missing": True})
    transient = None if category is Category.IMAGE_PULL else False
    told = {"category": category, "transient": transient}

    assert redrive(a_case(told, looks=(absent,))).ruling is Ruling.HOPELESS
    assert redrive(a_case(told, looks=(a_look(Subject.THING, False),))).ruling is Ruling.UNKNOWN


def test_a_fixed_quota_is_hopeless_and_another_is_not_seen() -> None:
    quota = {"category": Category.QUOTA_LIMIT, "transient": False}
    fixed = a_failure(evidence=EVIDENCE, error="States.DataLimitExceeded")

    assert redrive(a_case(quota, failure=fixed)).ruling is Ruling.HOPELESS
    assert redrive(a_case(quota)).ruling is Ruling.UNKNOWN


@pytest.mark.parametrize("transient", [True, False, None])
def test_what_a_human_says_the_output_is_nobody_here_can_judge(transient: bool | None) -> None:
    case = a_case({"category": Category.CODE_BUG, "transient": transient})

    assert judge(Mode.MARK_DONE, case, later(hours=1)).ruling is Ruling.UNKNOWN


def test_what_is_unchanged_is_told_in_few_words_and_cited_whole() -> None:
    function = [a_look(subject, False) for subject in (Subject.CODE, Subject.SETTINGS)]
    objects = [
        Look(subject=Subject.OBJECT, name=f"s3://in/{n}", changed=False, text="same", seen_at=NOW)
        for n in range(4)
    ]

    reasons = redrive(a_case(BUG, looks=(*function, *objects))).reasons

    assert [reason.text for reason in reasons[1:]] == [
        "code and settings of it are the same now",
        "the 4 objects that it names are the same now",
    ]
    assert sum(len(reason.evidence) for reason in reasons[1:]) == 6

"""How a thing stood at the failure beside how it stands now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bunsui_core.domain.compare import SOON, About, compared
from bunsui_core.domain.granted import Grant
from bunsui_core.domain.standing import Standing
from bunsui_core.domain.verdict import Look, Subject
from tests.builders import NOW, later

FAILED = About(failed_at=NOW)
MISSED = About(failed_at=NOW, misses=True, misses_object=True)


def a_standing(subject: Subject, state: str, **changes: object) -> Standing:
    return Standing.model_validate(
        {
            "subject": subject,
            "name": "it",
            "state": state,
            "text": "thing it",
            "seen_at": later(seconds=3),
            **changes,
        }
    )


def look(
    subject: Subject, then: str | None, now: str, about: About = FAILED, **changes: object
) -> Look:
    """A thing that was recorded in one state, or not recorded, and is in another."""
    recorded = None if then is None else a_standing(subject, then)
    return compared(a_standing(subject, now, **changes), recorded, about)


@pytest.mark.parametrize(
    "subject", [s for s in Subject if s not in {Subject.GRANT, Subject.LIMITS}]
)
def test_another_state_is_a_change_and_the_same_is_none(subject: Subject) -> None:
    assert look(subject, "one", "two").changed is True
    assert look(subject, "one", "one").changed is False


def test_code_that_only_looks_younger_is_the_same() -> None:
    touched = look(Subject.CODE, "sha", "sha", changed_at=later(hours=1))

    assert touched.changed is False
    assert "the code of it is the same now" in touched.text


def test_without_a_record_the_time_of_the_last_change_tells() -> None:
    assert look(Subject.CODE, None, "sha", changed_at=later(hours=1)).changed is True
    assert look(Subject.CODE, None, "sha", changed_at=later(hours=-1)).changed is False
    assert look(Subject.CODE, None, "sha").changed is None


def test_without_a_record_a_touched_function_may_have_other_settings_or_not() -> None:
    assert look(Subject.SETTINGS, None, "sha", changed_at=later(hours=1)).changed is None
    assert look(Subject.SETTINGS, None, "sha", changed_at=later(hours=-1)).changed is False


def test_what_was_changed_between_the_failure_and_its_record_is_a_change() -> None:
    then = a_standing(Subject.CODE, "sha", changed_at=later(seconds=1))

    found = compared(a_standing(Subject.CODE, "sha", changed_at=later(seconds=1)), then, FAILED)

    assert found.changed is True
    assert "was changed after the failure" in found.text


def test_a_late_record_of_what_tells_no_time_is_no_proof_that_nothing_changed() -> None:
    late = a_standing(Subject.ROLE, "one", seen_at=NOW + SOON + timedelta(minutes=1))
    soon = a_standing(Subject.ROLE, "one", seen_at=NOW + SOON)

    assert compared(a_standing(Subject.ROLE, "one"), late, FAILED).changed is None
    assert compared(a_standing(Subject.ROLE, "one"), soon, FAILED).changed is False


@pytest.mark.parametrize(
    ("had", "has", "changed"),
    [
        ("128 MB, 3 s, 512 MB of disk", "256 MB, 3 s, 512 MB of disk", True),
        ("128 MB, 3 s, 512 MB of disk", "128 MB, 3 s, 512 MB of disk", False),
        ("256 MB, 3 s, 512 MB of disk", "128 MB, 3 s, 512 MB of disk", False),
        ("256 MB, 3 s, 512 MB of disk", "128 MB, 9 s, 512 MB of disk", True),
    ],
)
def test_only_a_raised_limit_is_a_change(had: str, has: str, changed: bool) -> None:
    found = look(Subject.LIMITS, had, has)

    assert found.changed is changed
    assert has in found.text


@pytest.mark.parametrize(
    ("was", "is_now", "by_identity", "changed"),
    [
        (Grant.NOT_ALLOWED, Grant.ALLOWED, False, True),
        (Grant.FORBIDDEN, Grant.ALLOWED, False, True),
        (Grant.NOT_ALLOWED, Grant.NOT_ALLOWED, False, False),
        (Grant.NOT_ALLOWED, Grant.FORBIDDEN, False, False),
        (Grant.ALLOWED, Grant.ALLOWED, False, None),
        (Grant.ALLOWED, Grant.ALLOWED, True, True),
        (Grant.NOT_ALLOWED, Grant.OPEN, False, None),
        (None, Grant.ALLOWED, False, None),
        (None, Grant.ALLOWED, True, True),
        (None, Grant.NOT_ALLOWED, True, False),
    ],
)
def test_a_grant_helps_when_it_came(
    was: Grant | None, is_now: Grant, by_identity: bool, changed: bool | None
) -> None:
    about = About(failed_at=NOW, by_identity=by_identity)

    assert look(Subject.GRANT, was, is_now, about).changed is changed


@pytest.mark.parametrize(
    ("was", "is_now", "made_at", "changed", "is_missing"),
    [
        ("", "", None, False, True),
        ("", "id", None, True, False),
        ("id", "id", -1, None, False),
        ("id", "id", 1, True, False),
        ("id", "", None, None, False),
        (None, "", None, False, True),
        (None, "id", None, True, False),
        (None, "id", -1, None, False),
        (None, "id", 1, True, False),
    ],
)
def test_what_was_missing_helps_when_it_came(
    was: str | None, is_now: str, made_at: int | None, changed: bool | None, is_missing: bool
) -> None:
    at = None if made_at is None else later(hours=made_at)

    found = look(Subject.THING, was, is_now, MISSED, changed_at=at)

    assert (found.changed, found.is_missing) == (changed, is_missing)


def test_an_object_that_is_absent_and_is_not_what_is_missing_proves_nothing() -> None:
    of_a_table = About(failed_at=NOW, misses=True)

    assert look(Subject.OBJECT, None, "", of_a_table).is_missing is False
    assert look(Subject.OBJECT, None, "", of_a_table).changed is None
    assert look(Subject.OBJECT, "", "", of_a_table).changed is False
    assert look(Subject.OBJECT, "etag", "", FAILED).changed is True


def test_an_object_that_came_helps_only_where_one_was_missing() -> None:
    assert look(Subject.OBJECT, "", "etag", MISSED).changed is True
    assert look(Subject.OBJECT, "", "etag", FAILED).changed is None


def test_code_that_is_gone_is_no_change_for_the_better() -> None:
    assert look(Subject.CODE, "sha", "").changed is None
    assert look(Subject.CODE, "", "").changed is False
    assert look(Subject.CODE, "", "sha").changed is True


def test_what_cannot_be_seen_now_says_why_whatever_was_recorded() -> None:
    hidden = a_standing(Subject.ROLE, "", unseen=True, text="it cannot be seen: denied")

    found = compared(hidden, a_standing(Subject.ROLE, "one"), FAILED)

    assert (found.changed, found.text) == (None, "it cannot be seen: denied")

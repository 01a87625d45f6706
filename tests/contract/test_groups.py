"""`Groups`: sessions by pipeline and by error, counted exactly, what needs attention first."""

from __future__ import annotations

from datetime import datetime

import pytest

from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.group import GroupBy
from bunsui_core.domain.session import JobRun, Session, SessionStatus
from bunsui_core.ports.store import Groups
from tests.builders import a_failed_attempt, a_pipeline, a_session, an_attempt, later
from tests.contract.conftest import Home

EVERYTHING = SessionFilter()


@pytest.fixture
def groups(home: Home) -> Groups:
    sessions = home.sessions
    for session in (
        a_failed("o-1", "orders", "NoSuchKey", later(minutes=1)),
        a_failed("o-2", "orders", "ValueError", later(minutes=2)),
        a_failed("i-1", "invoices", "NoSuchKey", later(minutes=3)),
        a_healthy("i-2", "invoices", later(minutes=9)),
        a_healthy("s-1", "stock", later(minutes=8)),
    ):
        sessions.save(session)
    return home.groups


def a_failed(session_id: str, pipeline: str, error: str, at: datetime) -> Session:
    """A session whose first job failed with an error."""
    runs = (JobRun(job="extract", attempts=(a_failed_attempt(error=error),)),)
    named = a_pipeline(name=pipeline)
    return a_session(id=session_id, pipeline=named, runs=runs, status="FAILED", created_at=at)


def a_healthy(session_id: str, pipeline: str, at: datetime) -> Session:
    """A session whose first job succeeded."""
    runs = (JobRun(job="extract", attempts=(an_attempt("extract"),)),)
    named = a_pipeline(name=pipeline)
    return a_session(id=session_id, pipeline=named, runs=runs, status="SUCCEEDED", created_at=at)


def test_pipelines_with_most_failures_come_first_with_what_needs_attention(groups: Groups) -> None:
    found = groups.of(EVERYTHING, GroupBy.PIPELINE)

    assert [(one.key, one.totals.failed, one.totals.all) for one in found.groups] == [
        ("orders", 2, 2),
        ("invoices", 1, 2),
        ("stock", 0, 1),
    ]
    assert [one.first.session_id for one in found.groups] == ["o-2", "i-1", "s-1"]
    assert (found.counted, found.total) == (5, 5)


def test_only_failed_sessions_are_grouped_by_error(groups: Groups) -> None:
    found = groups.of(EVERYTHING, GroupBy.ERROR)

    assert [(one.key, one.totals.all, one.first.session_id) for one in found.groups] == [
        ("NoSuchKey", 2, "i-1"),
        ("ValueError", 1, "o-2"),
    ]
    assert (found.counted, found.total) == (3, 3)


@pytest.mark.parametrize("by", GroupBy)
def test_a_filter_holds_in_groups_too(groups: Groups, by: GroupBy) -> None:
    found = groups.of(SessionFilter(pipeline="invoices", words=("nosuchkey",)), by)

    assert [one.first.session_id for one in found.groups] == ["i-1"]
    assert found.total == 1


def test_sessions_that_went_well_have_no_error_to_be_grouped_by(groups: Groups) -> None:
    well = SessionFilter(statuses=(SessionStatus.SUCCEEDED,))

    assert groups.of(well, GroupBy.ERROR).groups == ()
    assert len(groups.of(well, GroupBy.PIPELINE).groups) == 2


def test_sessions_of_another_account_are_in_no_group(groups: Groups, home: Home) -> None:
    elsewhere = home.another(account="111111111111").groups

    assert groups.of(EVERYTHING, GroupBy.PIPELINE).groups
    assert elsewhere.of(EVERYTHING, GroupBy.PIPELINE).groups == ()

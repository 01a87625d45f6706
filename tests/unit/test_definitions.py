"""Definitions of executions, asked for as rarely as can be and never a wrong one."""

from __future__ import annotations

from datetime import datetime

from bunsui_core.adapters.aws.definitions import Definitions
from bunsui_core.domain.failure import Definition, Observation
from bunsui_core.domain.session import JobStatus
from tests.builders import NOW, later
from tests.watched import a_row, machine_arn

MACHINE = machine_arn("orders")


def began(name: str, at: datetime) -> Observation:
    """An execution that began at a moment."""
    row = a_row("orders", name)
    return Observation(
        execution_arn=row.execution_arn, status=JobStatus.RUNNING, input="{}", started_at=at
    )


def a_definition(revision: str = "rev-1", updated_at: datetime = NOW) -> Definition:
    """A definition of the machine."""
    return Definition(machine=MACHINE, definition="{}", revision=revision, updated_at=updated_at)


def knowing(*seen: Observation) -> Definitions:
    """What is known after the first of some executions was asked for its definition."""
    known = Definitions()
    for one in seen:
        known.began(one)
    known.put(a_definition(), seen[0].execution_arn)
    return known


def test_what_began_before_the_known_one_has_the_same_definition() -> None:
    last, first = began("last", later(minutes=9)), began("first", later(minutes=5))
    candidate = knowing(last, first).candidate(first.execution_arn)

    assert candidate
    assert (candidate.definition, candidate.is_sure) == (a_definition(), True)


def test_what_began_later_has_it_as_long_as_the_machine_has_no_other_revision() -> None:
    first, last = began("first", later(minutes=5)), began("last", later(minutes=9))
    known = knowing(first, last)
    candidate = known.candidate(last.execution_arn)
    assert candidate
    assert not candidate.is_sure

    assert not known.still(MACHINE, "rev-2", last.execution_arn)
    assert known.still(MACHINE, "rev-1", last.execution_arn)

    again = known.candidate(last.execution_arn)
    assert again
    assert again.is_sure


def test_what_began_before_the_update_or_just_after_it_is_asked_for() -> None:
    first = began("first", later(minutes=5))
    before, just_after = began("before", later(minutes=-5)), began("soon", later(seconds=30))
    known = knowing(first, before, just_after)

    assert known.candidate(before.execution_arn) is None
    assert known.candidate(just_after.execution_arn) is None


def test_an_older_definition_that_is_read_later_replaces_no_newer_one() -> None:
    first, old = began("first", later(minutes=5)), began("old", later(minutes=-9))
    known = knowing(first, old)
    known.put(a_definition("rev-0", later(minutes=-60)), old.execution_arn)

    candidate = known.candidate(first.execution_arn)
    assert candidate
    assert candidate.definition == a_definition()


def test_an_execution_that_was_never_described_is_asked_for() -> None:
    known = knowing(began("first", later(minutes=5)))

    assert known.candidate(a_row("orders", "unknown").execution_arn) is None

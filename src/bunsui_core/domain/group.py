"""Sessions that have something in common, counted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from bunsui_core.domain.answer import Totals
from bunsui_core.domain.session import ATTENTION, SessionStatus, SessionSummary
from bunsui_core.domain.value import Value


class GroupBy(StrEnum):
    """What sessions of a group have in common."""

    PIPELINE = "pipeline"
    ERROR = "error"

    def key(self, one: SessionSummary) -> str:
        """Return the group of a session; an error that nobody named is empty."""
        return one.pipeline if self is GroupBy.PIPELINE else one.error


class SessionGroup(Value):
    """Sessions of one pipeline, or that failed with one error; `first` needs attention most."""

    key: str
    totals: Totals
    first: SessionSummary


class SessionGroups(Value):
    """Groups in order of attention; `counted` of `total` sessions are in them, the newest ones."""

    by: GroupBy
    groups: tuple[SessionGroup, ...]
    counted: int
    total: int


def grouped(by: GroupBy, newest_first: Iterable[SessionSummary]) -> tuple[SessionGroup, ...]:
    """Return the groups of some sessions."""
    members: dict[str, list[SessionSummary]] = {}
    for one in newest_first:
        members.setdefault(by.key(one), []).append(one)
    return in_order(_group(key, found) for key, found in members.items())


def in_order(groups: Iterable[SessionGroup]) -> tuple[SessionGroup, ...]:
    """Return groups with the most failures first, then those in which most runs, then newest."""

    def weight(one: SessionGroup) -> tuple[int, int, datetime]:
        return one.totals.failed, one.totals.running, one.first.created_at

    return tuple(sorted(groups, key=weight, reverse=True))


def _group(key: str, newest_first: list[SessionSummary]) -> SessionGroup:
    counts = dict.fromkeys(SessionStatus, 0)
    for one in newest_first:
        counts[one.status] += 1
    first = min(newest_first, key=lambda one: ATTENTION.index(one.status))
    return SessionGroup(key=key, totals=totals_of(counts), first=first)


def totals_of(counts: dict[SessionStatus, int]) -> Totals:
    """Return counts by status as totals."""
    return Totals(**{status.value.lower(): n for status, n in counts.items()})

"""The five meanings: each has a sign and a style, so that colour never carries one alone."""

from __future__ import annotations

from rich.text import Text

from bunsui_core.domain.approval import ApprovalStatus
from bunsui_core.domain.plan import Risk
from bunsui_core.domain.session import JobStatus, SessionStatus
from bunsui_core.domain.verdict import Ruling

OK = ("✓", "ok")
RUNNING = ("▶", "running")
WAITING = ("◆", "waiting")
FAILED = ("✗", "failed")
QUIET = ("·", "muted")
PRODUCTION = ("▲", "waiting")

Meaning = tuple[str, str]

JOBS = {
    JobStatus.WAITING: QUIET,
    JobStatus.STARTING: RUNNING,
    JobStatus.RUNNING: RUNNING,
    JobStatus.SUCCEEDED: OK,
    JobStatus.FAILED: FAILED,
    JobStatus.TIMED_OUT: FAILED,
    JobStatus.ABORTED: FAILED,
    JobStatus.SKIPPED: QUIET,
}
SESSIONS = {
    SessionStatus.RUNNING: RUNNING,
    SessionStatus.PAUSED: WAITING,
    SessionStatus.CANCELLING: RUNNING,
    SessionStatus.SUCCEEDED: OK,
    SessionStatus.FAILED: FAILED,
    SessionStatus.CANCELLED: QUIET,
}
APPROVALS = {
    ApprovalStatus.REQUESTED: WAITING,
    ApprovalStatus.APPROVED: RUNNING,
    ApprovalStatus.EXECUTING: RUNNING,
    ApprovalStatus.DONE: OK,
    ApprovalStatus.REJECTED: QUIET,
    ApprovalStatus.EXPIRED: QUIET,
    ApprovalStatus.WITHDRAWN: QUIET,
    ApprovalStatus.STALE: FAILED,
    ApprovalStatus.FAILED: FAILED,
    ApprovalStatus.DONE_AMBIGUOUS: FAILED,
    ApprovalStatus.NEEDS_HUMAN: FAILED,
}
RULINGS = {
    Ruling.SAFE: OK,
    Ruling.HOPELESS: FAILED,
    Ruling.UNSAFE: FAILED,
    Ruling.UNKNOWN: WAITING,
}
RISKS = {Risk.LOW: QUIET, Risk.MEDIUM: WAITING, Risk.HIGH: FAILED}


def sign(meaning: Meaning) -> Text:
    """Return the sign of a meaning in its colour."""
    return Text().append(*meaning)


def named(meaning: Meaning, name: str) -> Text:
    """Return a word of ours in the colour of its meaning."""
    return Text().append(name, meaning[1])

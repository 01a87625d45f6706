"""Gather everything that is kept of one request, so that others can verify it elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bunsui_core.app.audit import Recorded, case_of, every_row
from bunsui_core.app.recalled import opened
from bunsui_core.domain.archived import Archived
from bunsui_core.domain.audit import Anchor, AuditEntry
from bunsui_core.domain.comparing import Case, key_of
from bunsui_core.domain.errors import BunsuiError, NotFound, StoreDamaged
from bunsui_core.domain.evidence import (
    Manifest,
    Parts,
    add_decision,
    add_effect,
    add_entries,
    add_execution,
    add_policy,
    add_request,
    add_trust,
    unrecorded,
)
from bunsui_core.domain.outcome import followed
from bunsui_core.domain.plan import Plan, step_job
from bunsui_core.ports.store import Store

MOST_EXECUTIONS = 50
"""How many executions are put into a bundle, those of the first steps."""


def evidence(
    request_id: str, recorded: Recorded, store: Store, until: Anchor | None = None
) -> Mapping[str, bytes]:
    """Return the files of a request's bundle; its stretch of the record ends at an anchor.

    The same store gives the same bytes. Raises: NotFound, StoreDamaged, Unavailable.
    """
    case = case_of(request_id, recorded.requests)
    parts = Parts()
    add_request(parts, case.request)
    _add_decided(parts, case, recorded)
    if case.effect:
        add_effect(parts, case.effect)
    came = followed(request_id, store.outcomes.all())
    parts.add("outcomes.jsonl", "".join(f"{one.model_dump_json()}\n" for one in came))
    _add_executions(parts, case.request.plan, store)
    stretch = _stretch(case, recorded, until)
    add_entries(parts, stretch)
    parts.left_out += unrecorded(case, stretch)
    return parts.sealed(_manifest(case, stretch, parts))


def _manifest(case: Case, stretch: tuple[AuditEntry, ...], parts: Parts) -> Manifest:
    plan = case.request.plan
    return Manifest(
        request_id=case.request.id,
        plan_digest=plan.digest,
        account=plan.account,
        region=plan.region,
        environment=plan.environment,
        first=stretch[0].seq,
        last=stretch[-1].seq,
        head=stretch[-1].digest,
        masked=parts.masked,
        left_out=tuple(parts.left_out),
    )


def _add_decided(parts: Parts, case: Case, recorded: Recorded) -> None:
    trusted = recorded.trust.trust()
    for number, signed in enumerate(case.decisions, 1):
        made = signed.decision
        key = key_of(trusted, recorded.is_signed, made.key_id, made.message, signed.signature)
        add_decision(parts, number, signed, key)
    for change in trusted.changes:
        made_by = change.change
        key = key_of(
            trusted, recorded.is_signed, made_by.by_key_id, made_by.message, change.signature
        )
        add_trust(parts, change, key)
    wanted = {one.decision.policy_digest for one in case.decisions}
    for policy in recorded.trust.policies():
        if policy.digest in wanted or not wanted:
            key = key_of(
                trusted, recorded.is_signed, policy.key_id, policy.message, policy.signature
            )
            add_policy(parts, policy, key)


def _stretch(case: Case, recorded: Recorded, until: Anchor | None) -> tuple[AuditEntry, ...]:
    """The entries from the first that concerns a request to the anchor, or to the newest one.

    What an approver saw as the newest entry concerns it too.
    """
    stretch = _Stretch({case.request.id}, {one.decision.audit_head for one in case.decisions})
    for row in every_row(recorded.audit):
        if row.entry is None:
            raise StoreDamaged(
                f"entry {row.seq} of the record does not read as one.",
                "Verify the record: bunsui audit verify",
            )
        stretch.add(row.entry)
        if until and row.seq == until.seq:
            break
    if not stretch.entries:
        where = f" up to entry {until.seq}" if until else ""
        raise NotFound(
            f"the record has nothing about {case.request.id}{where}.",
            "A running worker records it: bunsui worker. Take an anchor after that.",
            "audit",
        )
    return tuple(stretch.entries)


@dataclass
class _Stretch:
    subjects: set[str]
    heads: set[str]
    entries: list[AuditEntry] = field(default_factory=list)

    def add(self, entry: AuditEntry) -> None:
        """Take an entry if it concerns the request, or one before it does."""
        if self.entries or entry.subject in self.subjects or entry.digest in self.heads:
            self.entries.append(entry)


def _add_executions(parts: Parts, plan: Plan, store: Store) -> None:
    found = list(_archives(plan, store))
    for number, entry in enumerate(found[:MOST_EXECUTIONS], 1):
        try:
            if kept := opened(entry, store.documents):
                add_execution(parts, number, entry.sha256, kept)
        except BunsuiError as error:
            parts.left_out.append(f"{entry.execution_arn}: {error.message}")
    if len(found) > MOST_EXECUTIONS:
        parts.left_out.append(f"{len(found) - MOST_EXECUTIONS} more executions")


def _archives(plan: Plan, store: Store) -> Iterator[Archived]:
    """What is archived of the executions of the jobs that a plan is about, each once."""
    given: set[str] = set()
    for arn, redrives in _executions(plan, store):
        entries = (store.archive.get(arn, number) for number in range(redrives + 1))
        for entry in (*entries, store.archive.newest(arn)):
            if entry and entry.sha256 not in given:
                given.add(entry.sha256)
                yield entry


def _executions(plan: Plan, store: Store) -> Iterator[tuple[str, int]]:
    for step in plan.steps:
        try:
            session = store.sessions.get(step.session_id)
        except NotFound:
            continue
        for run in session.runs:
            if step_job(step) in ("", run.job):
                yield from ((one.execution_arn, one.redrive_count) for one in run.attempts)

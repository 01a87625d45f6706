"""Verify a record: its chain, and what it says against what is stored and trusted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bunsui_core.app.reconcile import Reconciling
from bunsui_core.domain.audit import POLICY_SIGNED, TRUST_CHANGED, Anchor, AuditEntry, AuditRow
from bunsui_core.domain.chaining import Chain, Verification
from bunsui_core.domain.comparing import Case, Compared, compare, compare_trust, gap
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.plan import Place
from bunsui_core.domain.trusting import IsSigned
from bunsui_core.ports.control import Audit, Trust
from bunsui_core.ports.store import Requests

PAGE = 1000
"""How many entries are read at a time."""

UNRECORDED = 200
"""How many of the newest requests are looked up that the record may not know."""


@dataclass(frozen=True)
class Recorded:
    """The record of one place, with what it is about and the means to check it."""

    place: Place
    audit: Audit
    requests: Requests
    trust: Trust
    is_signed: IsSigned


def every_row(audit: Audit) -> Iterator[AuditRow]:
    """Give the whole record, page by page."""
    after = 0
    while rows := audit.rows(after, PAGE):
        yield from rows
        after = max(rows[-1].seq, after + 1)


def verify(
    recorded: Recorded, anchor: Anchor | None = None, aws: Reconciling | None = None
) -> Verification:
    """Verify the whole record, with an anchor also that its end is there, and against AWS.

    Raises: StoreDamaged, NotAuthorised, Unavailable.
    """
    chain, subjects = Chain(), _Subjects()
    for entry in chain.follow(every_row(recorded.audit)):
        subjects.add(entry)
    found = _compared(recorded, chain, subjects, aws)
    at = chain.anchored_at(anchor) if anchor else 0
    return Verification(
        place=recorded.place,
        holds=chain.findings.break_nothing,
        entries=chain.count,
        head=chain.head,
        first_at=chain.first.at if chain.first else None,
        last_at=chain.last.at if chain.last else None,
        decisions=found.decisions,
        signatures=found.signatures,
        effects=found.effects,
        trust_changes=found.trust_changes,
        anchored=max(found.anchored, at),
        anchor=at,
        looked_at=aws.looked_at if aws else None,
        findings=tuple(sorted(chain.findings.told, key=lambda one: one.seq)),
        more=chain.findings.more,
    )


@dataclass
class _Subjects:
    """What a record is about: its entries by request, and those about trust."""

    requests: dict[str, list[AuditEntry]] = field(default_factory=dict)
    trust: list[AuditEntry] = field(default_factory=list)

    def add(self, entry: AuditEntry) -> None:
        """Remember an entry under what it is about."""
        if entry.kind in {TRUST_CHANGED, POLICY_SIGNED}:
            self.trust.append(entry)
        elif entry.kind == "requested":
            self.requests.setdefault(entry.subject, []).append(entry)
        elif entry.subject in self.requests:
            self.requests[entry.subject].append(entry)


def _compared(
    recorded: Recorded, chain: Chain, subjects: _Subjects, aws: Reconciling | None
) -> Compared:
    trusted, requests = recorded.trust.trust(), recorded.requests
    compared = Compared(chain.places, chain.findings, trusted, recorded.is_signed)
    compare_trust(tuple(subjects.trust), recorded.trust.policies(), compared)
    for subject, entries in subjects.requests.items():
        try:
            case = case_of(subject, requests)
        except NotFound:
            text = "the request is not in the store any more"
            chain.findings.add(entries[0].seq, subject, text)
            continue
        compare(case, tuple(entries), compared)
        if aws:
            aws.add(case)
    if aws:
        aws.look(chain.findings)
    for request in requests.newest(UNRECORDED):
        if request.id not in subjects.requests:
            text, weight = gap(requests.effect(request.id))
            chain.findings.add(0, request.id, text, weight)
    return compared


def case_of(request_id: str, requests: Requests) -> Case:
    """Return one request with what is stored about it. Raises: NotFound."""
    return Case(
        requests.get(request_id), requests.decisions(request_id), requests.effect(request_id)
    )

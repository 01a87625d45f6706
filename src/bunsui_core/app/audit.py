"""Look through the record, and verify it: the chain, and what it says against what is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bunsui_core.domain.approval import Request, SignedDecision
from bunsui_core.domain.audit import GENESIS, WORDS, Anchor, AuditEntry, AuditRow
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.chaining import Chain, Verification, Weight
from bunsui_core.domain.errors import NotFound
from bunsui_core.domain.plan import Place
from bunsui_core.domain.trust import Approver
from bunsui_core.ports.control import Audit
from bunsui_core.ports.store import Requests

PAGE = 1000
"""How many entries are read at a time."""

UNRECORDED = 200
"""How many of the newest requests are looked up that the record may not know."""

IsSigned = Callable[[str, bytes, str], bool]
"""Whether a public key (hex) made that signature (hex) of a message."""


@dataclass(frozen=True)
class Recorded:
    """The record of one place, with what it is about and the means to check it."""

    place: Place
    audit: Audit
    requests: Requests
    approvers: tuple[Approver, ...]
    is_signed: IsSigned


def every_row(audit: Audit) -> Iterator[AuditRow]:
    """Give the whole record, page by page."""
    after = 0
    while rows := audit.rows(after, PAGE):
        yield from rows
        after = max(rows[-1].seq, after + 1)


def verify(recorded: Recorded, anchor: Anchor | None = None) -> Verification:
    """Verify the whole record, with an anchor also that its end is there."""
    verifying = _Verifying(recorded)
    for entry in verifying.chain.follow(every_row(recorded.audit)):
        verifying.note(entry)
    verifying.look()
    return verifying.result(anchor)


@dataclass
class _Verifying:
    """What of a record was read so far."""

    recorded: Recorded
    chain: Chain = field(default_factory=Chain)
    subjects: dict[str, dict[tuple[str, str], AuditEntry]] = field(default_factory=dict)
    decisions: int = 0
    signatures: int = 0
    effects: int = 0
    anchored: int = 0

    def note(self, entry: AuditEntry) -> None:
        """Remember what an entry is about."""
        facts = self.subjects.setdefault(entry.subject, {})
        facts[entry.kind, entry.body_digest] = entry

    def look(self) -> None:
        """Compare each request that the record or the store knows."""
        requests = self.recorded.requests
        newest = {one.id: one for one in requests.newest(UNRECORDED)}
        for subject, facts in self.subjects.items():
            asked = [one for (kind, _), one in facts.items() if kind == "requested"]
            if asked:
                self._request(subject, facts, asked[0])
        for request in newest.values():
            if request.id not in self.subjects:
                self._unrecorded(request)

    def result(self, anchor: Anchor | None) -> Verification:
        """Return what was found."""
        chain = self.chain
        at = chain.anchored_at(anchor) if anchor else 0
        return Verification(
            place=self.recorded.place,
            entries=chain.count,
            head=chain.head,
            first_at=chain.first.at if chain.first else None,
            last_at=chain.last.at if chain.last else None,
            decisions=self.decisions,
            signatures=self.signatures,
            effects=self.effects,
            anchored=max(self.anchored, at),
            anchor=at,
            findings=tuple(sorted(chain.findings.told, key=lambda one: one.seq)),
            more=chain.findings.more,
        )

    def _request(
        self, subject: str, facts: dict[tuple[str, str], AuditEntry], asked: AuditEntry
    ) -> None:
        findings = self.chain.findings
        try:
            request = self.recorded.requests.get(subject)
        except NotFound:
            findings.add(asked.seq, subject, "the request is not in the store any more")
            return
        for (kind, body), entry in facts.items():
            if kind == "requested" and body != request.plan.digest:
                findings.add(entry.seq, subject, "the stored plan is not the one that was recorded")
        self._decisions(request, facts)

    def _decisions(self, request: Request, facts: dict[tuple[str, str], AuditEntry]) -> None:
        stored = self.recorded.requests.decisions(request.id)
        by_body = {text_digest(one.signature): one for one in stored}
        for (kind, body), entry in facts.items():
            if kind in WORDS.values() and body not in by_body:
                text = f"{entry.actor} {kind} it, and that decision is not stored any more"
                self.chain.findings.add(entry.seq, request.id, text)
        for body, signed in by_body.items():
            self._decision(signed, facts.get((WORDS[signed.decision.decision], body)))

    def _decision(self, signed: SignedDecision, entry: AuditEntry | None) -> None:
        self.decisions += 1
        made = signed.decision
        seq, subject, findings = entry.seq if entry else 0, made.request_id, self.chain.findings
        if self._is_signed(signed):
            self.signatures += 1
        else:
            text = f"no key that is or was trusted signed the decision of {made.approver}"
            findings.add(seq, subject, text)
            return
        if entry is None:
            text = f"the decision of {made.approver} is not recorded; no worker has seen it yet"
            findings.add(0, subject, text, Weight.NOTE)
        seen = 0 if made.audit_head == GENESIS else self.chain.places.get(made.audit_head)
        if seen is None or (entry and seen >= entry.seq):
            text = (
                f"{made.approver} signed that the record ended with {made.audit_head[:12]} then, "
                "and there is no such entry before it: what was in front was rewritten"
            )
            findings.add(seq, subject, text)
        else:
            self.anchored = max(self.anchored, seen)

    def _is_signed(self, signed: SignedDecision) -> bool:
        made = signed.decision
        keys = [one.public_key for one in self.recorded.approvers if one.key_id == made.key_id]
        return any(self.recorded.is_signed(key, made.message, signed.signature) for key in keys)

    def _unrecorded(self, request: Request) -> None:
        """A request of which the record knows nothing; its worker may not have looked yet."""
        findings = self.chain.findings
        if self.recorded.requests.effect(request.id):
            findings.add(0, request.id, "something was done for it, and it is not in the record")
        else:
            findings.add(
                0, request.id, "it is not recorded; no worker has seen it yet", Weight.NOTE
            )

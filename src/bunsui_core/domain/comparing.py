"""What a record says against what is stored: plans, decisions, effects, and whom to trust."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bunsui_core.domain.approval import Answer, Effect, Request, SignedDecision
from bunsui_core.domain.audit import GENESIS, TRUST_CHANGED, WORDS, AuditEntry, effect_digest
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.chaining import Findings, Weight
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.trust import TrustChange
from bunsui_core.domain.trusting import IsSigned, Trusted


class Case(NamedTuple):
    """One request with what is stored about it."""

    request: Request
    decisions: tuple[SignedDecision, ...]
    effect: Effect | None


@dataclass
class Compared:
    """What a comparison goes by, and what it counted; `places` are those of the digests."""

    places: Mapping[str, int]
    findings: Findings
    trusted: Trusted
    is_signed: IsSigned
    decisions: int = 0
    signatures: int = 0
    effects: int = 0
    trust_changes: int = 0
    anchored: int = 0

    def is_good(self, key_id: str, message: bytes, signature: str) -> bool:
        """Whether a key that is or was trusted made a signature."""
        return bool(key_of(self.trusted, self.is_signed, key_id, message, signature))


def key_of(
    trusted: Trusted, is_signed: IsSigned, key_id: str, message: bytes, signature: str
) -> str:
    """Return the public key of that id that made a signature, if it is or was trusted."""
    known = {one.public_key: one.key_id for one in trusted.approvers}
    known |= {c.approver.public_key: c.approver.key_id for c in _changes(trusted)}
    keys = (key for key, its_id in known.items() if its_id == key_id)
    return next((key for key in keys if is_signed(key, message, signature)), "")


def _changes(trusted: Trusted) -> Iterator[TrustChange]:
    return (one.change for one in trusted.changes)


def compare(case: Case, entries: tuple[AuditEntry, ...], compared: Compared) -> None:
    """Hold what is recorded of a request against what is stored of it."""
    _compare_plan(case, entries, compared)
    by_body = {text_digest(one.signature): one for one in case.decisions}
    known = {(one.kind, one.body_digest): one for one in entries}
    for entry in entries:
        if entry.kind in WORDS.values() and entry.body_digest not in by_body:
            text = f"{entry.actor} {entry.kind} it, and that decision is not stored any more"
            compared.findings.add(entry.seq, entry.subject, text)
    for body, signed in by_body.items():
        _compare_decision(signed, known.get((WORDS[signed.decision.decision], body)), compared)
    _compare_effect(case, entries, compared)


def compare_trust(
    entries: tuple[AuditEntry, ...], policies: tuple[SignedPolicy, ...], compared: Compared
) -> None:
    """Hold what is recorded of trust and policies against the list and the policies kept."""
    findings, trusted = compared.findings, compared.trusted
    if trusted.flaw:
        findings.add(0, "", f"nobody is trusted: {trusted.flaw}")
    changes = {one.change.digest for one in trusted.changes}
    compared.trust_changes = len(changes)
    kept = {one.digest for one in policies}
    for entry in entries:
        is_change = entry.kind == TRUST_CHANGED
        if entry.body_digest not in (changes if is_change else kept):
            what = "change of the trust list" if is_change else "policy"
            text = f"the {what} that {entry.actor} signed is not stored any more"
            findings.add(entry.seq, entry.subject, text)
    for policy in policies:
        if not compared.is_good(policy.key_id, policy.message, policy.signature):
            text = f"no key that is or was trusted signed policy {policy.seq}"
            findings.add(0, policy.digest[:12], text)


def gap(effect: Effect | None) -> tuple[str, Weight]:
    """Return what to say of a request that the record does not know."""
    if effect:
        return "something was done for it, and the record does not know it", Weight.BROKEN
    return "it is not recorded yet: no worker has seen it", Weight.NOTE


def _compare_plan(case: Case, entries: tuple[AuditEntry, ...], compared: Compared) -> None:
    request, findings = case.request, compared.findings
    for entry in entries:
        if entry.kind == "requested" and entry.body_digest != request.plan_digest:
            text = "the stored request is not the one that was recorded"
            findings.add(entry.seq, entry.subject, text)
    taken = text_digest(request.withdrawn.reason) if request.withdrawn else ""
    for entry in entries:
        if entry.kind == "withdrawn" and entry.body_digest != taken:
            text = f"{entry.actor} took it back, and that is not stored any more"
            findings.add(entry.seq, entry.subject, text)
    if _plan_digest(request) != request.plan_digest:
        # An asker may write any digest; signed by somebody, it is a plan that was changed since.
        signed = any(one.decision.plan_digest == request.plan_digest for one in case.decisions)
        weight = Weight.BROKEN if signed else Weight.NOTE
        findings.add(entries[0].seq, request.id, "its plan is not the one of its digest", weight)


def _plan_digest(request: Request) -> str:
    try:
        return request.plan.digest
    except BadInput:
        return ""


def _compare_decision(signed: SignedDecision, entry: AuditEntry | None, compared: Compared) -> None:
    made, findings = signed.decision, compared.findings
    seq = entry.seq if entry else 0
    compared.decisions += 1
    if not compared.is_good(made.key_id, made.message, signed.signature):
        text = f"no key that is or was trusted signed the decision of {made.approver}"
        findings.add(seq, made.request_id, text)
        return
    compared.signatures += 1
    if entry is None:
        text = f"the decision of {made.approver} is not recorded yet: no worker has seen it"
        findings.add(0, made.request_id, text, Weight.NOTE)
    if text_digest(signed.shown) != made.shown_digest:
        text = f"the stored review is not the one that {made.approver} was shown"
        findings.add(seq, made.request_id, text)
    seen = 0 if made.audit_head == GENESIS else compared.places.get(made.audit_head)
    if seen is None or (entry and seen >= entry.seq):
        text = (
            f"{made.approver} signed that the record ended with {made.audit_head[:12]}…, and it "
            "has no such entry before this one: what stood there was rewritten"
        )
        findings.add(seq, made.request_id, text)
    else:
        compared.anchored = max(compared.anchored, seen)


def _compare_effect(case: Case, entries: tuple[AuditEntry, ...], compared: Compared) -> None:
    effect, findings = case.effect, compared.findings
    recorded = [one for one in entries if one.kind.startswith("effect_")]
    if effect is None:
        for entry in recorded:
            findings.add(entry.seq, entry.subject, "what was done for it is not stored any more")
        return
    compared.effects += 1
    state = f"effect_{effect.state.value.lower()}"
    # An older bunsui recorded the plan's digest with the state.
    bodies = {effect_digest(effect), case.request.plan_digest}
    for entry in recorded:
        if entry.kind != state or entry.body_digest not in bodies:
            text = f"what is stored as done ({effect.state.value}) is not what was recorded"
            findings.add(entry.seq, entry.subject, text)
    if effect.state.is_final and not recorded:
        findings.add(0, effect.request_id, "how it ended is not recorded yet", Weight.NOTE)
    if not any(one.decision.decision is Answer.APPROVE for one in case.decisions) and effect.steps:
        text = "something was done for it, and no approval of it is stored"
        findings.add(entries[0].seq, effect.request_id, text)

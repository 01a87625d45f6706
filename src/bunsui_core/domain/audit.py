"""The chained record of what was asked, decided and done."""

from __future__ import annotations

import hashlib
from json.encoder import encode_basestring as quoted
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from bunsui_core.domain.approval import Answer, Effect, Request, SignedDecision
from bunsui_core.domain.canonical import canonical, canonical_json, digest, text_digest
from bunsui_core.domain.plan import Place
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.trusting import Trusted
from bunsui_core.domain.value import Instant, Value

GENESIS = "0" * 64
"""The `prev` of the first entry."""


class AuditEntry(Value):
    """One link: `prev` is the digest of the entry before it."""

    seq: int
    at: Instant
    kind: str
    subject: str
    actor: str
    body_digest: str
    prev: str

    @property
    def digest(self) -> str:
        """The hex sha256 that the next entry carries as `prev`."""
        return digest("bunsui/audit/v1", _canonical(self))

    @property
    def message(self) -> bytes:
        """The bytes of which that is the digest."""
        return b"bunsui/audit/v1\0" + _canonical(self)


class AuditRow(NamedTuple):
    """A place in a stored record, and the text that stands there, which may be anything.

    `filed` are kind, subject and body digest under which the store finds it again, if it told.
    """

    seq: int
    text: str
    filed: tuple[str, str, str] | None = None

    @property
    def entry(self) -> AuditEntry | None:
        """The entry that the text holds; nothing when it holds none."""
        try:
            return AuditEntry.model_validate_json(self.text)
        except ValueError:
            return None


class Export(Value):
    """That something left the store: what, who took it, and the digest of what it was."""

    what: Annotated[str, Field(max_length=200)]
    by: Annotated[str, Field(max_length=200)]
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    at: Instant

    @property
    def fact(self) -> Fact:
        """What is to be recorded of it."""
        return Fact("exported", self.what, self.by, self.digest)


class Fact(NamedTuple):
    """What one entry says: of what kind, about what, by whom, and the digest of what it was."""

    kind: str
    subject: str
    actor: str
    body_digest: str


TRUST_CHANGED, POLICY_SIGNED = "trust_changed", "policy_signed"
"""The kinds of entries about who is trusted, and about which policy was put in force."""

WORDS = {Answer.APPROVE: "approved", Answer.REJECT: "rejected"}
"""How the record calls what a human said."""


def facts_of(request: Request, decisions: tuple[SignedDecision, ...]) -> tuple[Fact, ...]:
    """Return what is to be recorded of a request before anything is done for it."""
    asked = Fact("requested", request.id, request.plan.requester, request.plan_digest)
    said = (fact for signed in decisions for fact in _said(signed))
    if taken := request.withdrawn:
        back = Fact("withdrawn", request.id, taken.by, text_digest(taken.reason))
        return asked, *said, back
    return asked, *said


def fact_of(effect: Effect) -> Fact:
    """Return what is to be recorded of what was done; its body is all of it."""
    kind = f"effect_{effect.state.value.lower()}"
    return Fact(kind, effect.request_id, effect.executor, effect_digest(effect))


def facts_of_trust(trusted: Trusted, policies: tuple[SignedPolicy, ...]) -> tuple[Fact, ...]:
    """Return what is to be recorded of who is trusted, and of policies that approvers signed.

    A later one of either sorts behind an earlier one. Of a list that does not hold, only that.
    """
    if trusted.flaw:
        return (Fact("trust_refused", trusted.flaw[:200], "worker", text_digest(trusted.flaw)),)
    made = (one.change for one in trusted.changes)
    changes = (
        Fact(TRUST_CHANGED, f"{c.seq:06} {c.action.value} {c.approver.name}", c.by, c.digest)
        for c in made
    )
    names = {one.key_id: one.name for one in trusted.approvers}
    signed = (
        Fact(POLICY_SIGNED, f"{one.seq:06} policy", names[one.key_id], one.digest)
        for one in policies
        if one.key_id in names
    )
    return *changes, *signed


def effect_digest(effect: Effect) -> str:
    """Return the digest of what was done for a request, step by step, and how it ended."""
    return hashlib.sha256(effect_message(effect)).hexdigest()


def effect_message(effect: Effect) -> bytes:
    """Return the bytes of which that is the digest."""
    what = effect.model_dump(mode="json", include={"request_id", "state", "note", "at", "steps"})
    return b"bunsui/effect/v1\0" + canonical_json(what)


def _said(signed: SignedDecision) -> tuple[Fact, ...]:
    made = signed.decision
    word = WORDS[made.decision]
    said = Fact(word, made.request_id, made.approver, text_digest(signed.signature))
    if not made.break_glass:
        return (said,)
    return said, said._replace(kind="broke_glass", body_digest=text_digest(made.break_glass))


class Anchor(Value):
    """A place in a record and the digest that stood there, kept somewhere else."""

    version: Literal[1] = 1
    place: Place
    seq: int
    digest: str
    at: Instant


def _canonical(entry: AuditEntry) -> bytes:
    """Return the RFC 8785 bytes; a record has many entries, and all but their moment is plain."""
    at = entry.at.isoformat()
    if not at.endswith("+00:00"):
        return canonical(entry)
    return (
        f'{{"actor":{quoted(entry.actor)},"at":"{at[:-6]}Z",'
        f'"body_digest":{quoted(entry.body_digest)},"kind":{quoted(entry.kind)},'
        f'"prev":{quoted(entry.prev)},"seq":{entry.seq},"subject":{quoted(entry.subject)}}}'
    ).encode()

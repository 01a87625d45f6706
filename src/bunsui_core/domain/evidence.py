"""The evidence of one request, as files that need neither bunsui nor its store to be verified."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

from bunsui_core.domain.approval import Effect, Request, SignedDecision
from bunsui_core.domain.archived import ArchivedExecution
from bunsui_core.domain.audit import AuditEntry, effect_message
from bunsui_core.domain.canonical import canonical_json, text_digest
from bunsui_core.domain.comparing import Case
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.secrets import masked
from bunsui_core.domain.trust import SignedTrustChange
from bunsui_core.domain.value import Json, Value, read_json

MOST_EVENTS = 1000
"""How many events of an execution are shown, the newest."""

SUMS = "SHA256SUMS"
"""The file that has the sha256 of every other one, as `sha256sum -c` reads it."""

SIGNED = "signed.json"
"""The file of everything that has a digest or a signature."""

ABOUT = """\
This is what bunsui kept of one request: what was asked, decided and done.

  sha256sum -c SHA256SUMS    every file is as it was written
  signed.json                what was signed or chained: plan, decisions, changes of the trust
                             list, policies, what was done, and entries of the record. Each has
                             its domain, its value, and the sha256 of "domain", a zero byte and
                             the value as canonical JSON (RFC 8785); where it was signed, the
                             Ed25519 signature over the same bytes, and the public key.
  reviews/                   what each approver was shown; its sha256 is shown_digest
  policies/                  the policies under which was decided; the sha256 is policy_digest
  inputs/ executions/        the inputs, and what ran: history and log lines from the archive
  manifest.json              what else was left out, and the digests of what was masked

Secrets are masked. docs/verifying.md of bunsui has a script of a few lines that checks signed.json.
Compare the public keys, and the last entry of the record, with what you got on another way.
"""


class Manifest(Value):
    """What an evidence bundle is of.

    `masked` has the sha256 of each file as it was before secrets were masked in it. The entries
    of the record are those from `first` to `last`, whose digest is `head`.
    """

    format: int = 1
    request_id: str
    plan_digest: str
    account: str
    region: str
    environment: str
    first: int
    last: int
    head: str
    masked: dict[str, str]
    left_out: tuple[str, ...]


class Parts:
    """The files of a bundle while they are gathered; secrets in outside text are masked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.masked: dict[str, str] = {}
        self.left_out: list[str] = []
        self._signed: list[Json] = []

    def add(self, name: str, text: str) -> None:
        """Add a text in which there may be secrets."""
        shown = masked(text)
        self.files[name] = shown.encode()
        if shown != text:
            self.masked[name] = hashlib.sha256(text.encode()).hexdigest()

    def sign(self, what: str, message: bytes, signature: str = "", key: str = "") -> None:
        """Add something that has a digest, and perhaps a signature; the domain leads its bytes."""
        self._signed.append(signed(what, message, signature, key))

    def sealed(self, manifest: Manifest) -> Mapping[str, bytes]:
        """Return all files, with the digests of all."""
        found = {
            **self.files,
            "README.txt": ABOUT.encode(),
            SIGNED: listed(self._signed),
            "manifest.json": (manifest.model_dump_json(indent=2) + "\n").encode(),
        }
        sums = (f"{hashlib.sha256(found[name]).hexdigest()}  {name}\n" for name in sorted(found))
        return {**found, SUMS: "".join(sums).encode()}


def signed(what: str, message: bytes, signature: str = "", key: str = "") -> dict[str, Json]:
    """Return something with its digest, as a program elsewhere verifies it."""
    domain, _, body = message.partition(b"\0")
    found: dict[str, Json] = {"what": what, "domain": domain.decode(), **_body(body)}
    found["digest"] = hashlib.sha256(message).hexdigest()
    return {**found, "signature": signature, "public_key": key} if signature else found


def listed(found: Sequence[Json]) -> bytes:
    """Return a JSON list, one thing a line."""
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in found)
    return f"[\n{lines}\n]\n".encode()


def add_request(parts: Parts, request: Request) -> None:
    """Add what was asked, and with which inputs."""
    parts.sign("plan", request.plan.message)
    words = request.model_dump_json(include={"reason", "client_claim", "withdrawn"}, indent=2)
    parts.add("request.json", words)
    for number, text in enumerate(request.inputs, 1):
        parts.add(f"inputs/{number:04}.json", text)


def add_decision(parts: Parts, number: int, one: SignedDecision, key: str) -> None:
    """Add what a human answered, and what was shown then."""
    made = one.decision
    parts.sign(f"decision {number} of {made.approver}", made.message, one.signature, key)
    parts.add(f"reviews/{number}.txt", one.shown)


def add_trust(parts: Parts, one: SignedTrustChange, key: str) -> None:
    """Add a change of the trust list."""
    change = one.change
    parts.sign(f"trust change {change.seq}", change.message, one.signature, key)


def add_policy(parts: Parts, one: SignedPolicy, key: str) -> None:
    """Add a policy with its signature."""
    parts.sign(f"policy {one.seq}", one.message, one.signature, key)
    parts.files[f"policies/{one.seq}.toml"] = one.text.encode()


def add_effect(parts: Parts, effect: Effect) -> None:
    """Add what was done."""
    parts.sign("effect", effect_message(effect))


def add_entries(parts: Parts, entries: Iterable[AuditEntry]) -> None:
    """Add a stretch of the record."""
    for entry in entries:
        parts.sign(f"entry {entry.seq}", entry.message)


def unrecorded(case: Case, stretch: Sequence[AuditEntry]) -> list[str]:
    """Return a sentence for each decision of which a stretch of the record does not tell."""
    bodies = {one.body_digest for one in stretch}
    return [
        f"the entry of the decision of {one.decision.approver}: it was not recorded up to there"
        for one in case.decisions
        if text_digest(one.signature) not in bodies
    ]


def add_execution(parts: Parts, number: int, sha256: str, kept: ArchivedExecution) -> None:
    """Add what is archived of an execution: its newest events, and what failed said."""
    seen = kept.execution
    left = len(kept.history) - MOST_EVENTS
    if left > 0:
        parts.left_out.append(f"{left} older events of {seen.execution_arn}")
    name = f"executions/{number:02}-redrives-{seen.redrive_count}"
    found: dict[str, Json] = {
        "archive_sha256": sha256,
        "execution": seen.model_dump(mode="json"),
        "definition": kept.definition.model_dump(mode="json"),
        "logs_note": kept.logs_note,
    }
    parts.add(f"{name}.json", json.dumps(found, indent=2, ensure_ascii=False))
    parts.add(f"{name}.history.jsonl", _texts(kept.history[-MOST_EVENTS:]))
    parts.add(f"{name}.log.jsonl", _texts(kept.logs))


def _texts(values: Sequence[Value]) -> str:
    return "".join(f"{one.model_dump_json()}\n" for one in values)


def _body(body: bytes) -> dict[str, Json]:
    """A canonical document is told as a value, so that a reader can see what it says."""
    text = body.decode()
    try:
        value = read_json(text)
        if canonical_json(value) == body:
            return {"value": value}
    except (ValueError, BadInput):
        pass
    return {"text": text}

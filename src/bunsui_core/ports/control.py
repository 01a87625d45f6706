"""What decides and what changes AWS. Nothing of this is reachable from an agent's process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bunsui_core.domain.approval import Effect, EffectState, SignedDecision, StepEffect
from bunsui_core.domain.audit import AuditEntry, AuditRow
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.probe import Answered
from bunsui_core.domain.trust import Approver, SignedTrustChange
from bunsui_core.domain.trusting import Kept, Trusted
from bunsui_core.domain.value import Instant, Json, Value


class Decisions(Protocol):
    """Where humans' signed decisions are recorded."""

    def append(self, signed: SignedDecision) -> None:
        """Record a decision; who approved may still reject.

        Raises: Conflict when this approver decided it before.
        """
        ...


class Claim(Value):
    """An executor's wish to consume a request, under a lease."""

    request_id: str
    executor: str
    now: Instant
    lease_until: Instant


class Effects(Protocol):
    """The one consumption of each request, and what was done for it."""

    def claim(self, claim: Claim) -> Effect | None:
        """Consume a request, or take over a lease that ran out; nothing when another has it."""
        ...

    def record(self, claim: Claim, step: StepEffect) -> None:
        """Record a step under the lease. Raises: Conflict when the lease is another's now."""
        ...

    def finish(self, claim: Claim, state: EffectState, note: str) -> None:
        """Close the effect under the lease. Raises: Conflict when the lease is another's now."""
        ...

    def pause(self, claim: Claim) -> None:
        """Give the lease back before the end: whoever comes next goes on from what was recorded.

        Raises: Conflict when the lease is another's now.
        """
        ...

    def renew(self, claim: Claim, later: Claim) -> None:
        """Hold the lease on, from then on as the later claim says.

        Raises: Conflict when the lease is another's now.
        """
        ...

    def expired(self, now: Instant) -> tuple[str, ...]:
        """Return the ids of requests whose execution was left unfinished by a dead executor."""
        ...


class Started(Value):
    """What StartExecution answered; `existed` when that name had been taken before."""

    execution_arn: str
    existed: bool


class Runner(Protocol):
    """The three calls that change Step Functions."""

    def start(self, machine: str, name: str, text: str) -> Started:
        """Start an execution under a name of its own.

        Raises: Conflict when the name belongs to another input; NotFound, Unavailable.
        """
        ...

    def redrive(self, execution_arn: str, client_token: str, may_leave: Callable[[], None]) -> None:
        """Let an execution go on at its failed state.

        `may_leave` is called when the request is signed and before it leaves, at each try; what it
        raises keeps it here. Raises: Refused, NotFound, Unavailable.
        """
        ...

    def stop(self, execution_arn: str, reason: str) -> None:
        """Stop an execution, saying why; one that has closed stays as it is.

        Raises: NotFound, NotAuthorised, Unavailable.
        """
        ...


class Payloads(Protocol):
    """Payloads that are too large to be passed; what lies at an address never changes."""

    def keep(self, text: str) -> str:
        """Store a text and return its address, which its sha256 gives; again changes nothing.

        Raises: NotFound, NotAuthorised, Unavailable.
        """
        ...

    def digest(self, uri: str) -> str:
        """Return the sha256 of what lies at an address. Raises: NotFound, Unavailable."""
        ...


class TrustList(Protocol):
    """What is stored of whom to trust, as it was written and not verified."""

    @property
    def place(self) -> tuple[str, str]:
        """Account and region, which every change names."""
        ...

    def read(self) -> Kept:
        """Return all of it. Raises: StoreDamaged."""
        ...

    def append(
        self, changes: tuple[SignedTrustChange, ...], policy: SignedPolicy | None = None
    ) -> bool:
        """Append changes, and a policy, all or nothing; whether their numbers were still free."""
        ...

    def put_policy(self, policy: SignedPolicy) -> None:
        """Store the next policy. Raises: Conflict when there is one of its number."""
        ...


class Trust(Protocol):
    """Whom to trust and which policy holds, verified; nothing here can sign."""

    def trust(self) -> Trusted:
        """Return who is trusted, by which changes, or why nobody is."""
        ...

    def trusted(self) -> tuple[Approver, ...]:
        """Return every approver, revoked ones included, oldest first."""
        ...

    def verify(self, key_id: str, message: bytes, signature: str) -> bool:
        """Whether a trusted, unrevoked key made this signature."""
        ...

    def policy(self) -> SignedPolicy | None:
        """Return the newest policy, unverified, if there is one."""
        ...

    def policies(self) -> tuple[SignedPolicy, ...]:
        """Return every policy that was put, newest first."""
        ...


class Keys(Trust, Protocol):
    """Approvers' keys, the trust list and the signed policy, as a human's desk holds them."""

    def create(self, name: str, passphrase: str, demo: bool, now: Instant) -> Approver:
        """Make the first key and trust it. Raises: Refused unless the trust list is empty."""
        ...

    def adopt(self, name: str, kms_key: str, now: Instant) -> Approver:
        """Trust a key that KMS holds as the first one.

        Raises: Refused unless the trust list is empty; BadInput, NotAuthorised, Unavailable.
        """
        ...

    def sign(self, name: str, passphrase: str, message: bytes) -> str:
        """Return the hex signature. Raises: NotAuthorised for a wrong passphrase, NotFound."""
        ...

    def record(self, changes: tuple[SignedTrustChange, ...]) -> Trusted:
        """Store changes of the trust list, and return what it is then.

        Raises: NotAuthorised when they do not hold, Conflict when somebody was faster.
        """
        ...

    def set_policy(self, policy: SignedPolicy) -> None:
        """Store a signed policy.

        Raises: NotAuthorised when its signature is not good, Conflict when somebody was faster.
        """
        ...


class Audit(Protocol):
    """The chained record."""

    def append(
        self, kind: str, subject: str, actor: str, body_digest: str, at: Instant
    ) -> AuditEntry:
        """Append one entry and return it; the same kind, subject and body are recorded once."""
        ...

    def head(self) -> str:
        """Return the digest of the newest entry."""
        ...

    def entries(self) -> tuple[AuditEntry, ...]:
        """Return the whole record, oldest first."""
        ...

    def rows(self, after: int, limit: int) -> tuple[AuditRow, ...]:
        """Return the rows behind a place, oldest first, whatever they hold."""
        ...

    def latest(self, kind: str) -> AuditEntry | None:
        """Return the entry of a kind whose subject sorts last, if there is one."""
        ...

    def tail(self, limit: int, before: int = 0) -> tuple[AuditRow, ...]:
        """Return the newest rows, newest first; with `before`, those in front of that place."""
        ...


class Laboratory(Protocol):
    """Calls of AWS about what a probe made itself, and about nothing else."""

    def ask(self, operation: str, arguments: Mapping[str, Json]) -> Answered:
        """Return what AWS answered, its refusal too.

        Raises: Refused when the call is about something else, Unavailable without an answer.
        """
        ...


@dataclass(frozen=True)
class Control:
    """What the worker holds to execute what was decided; it writes no decision."""

    effects: Effects
    runner: Runner
    payloads: Payloads
    keys: Trust
    audit: Audit

"""What is told of policies: the one in force, those before it, and one that somebody wrote."""

from __future__ import annotations

from bunsui_core.domain.explaining import Explained
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.value import Instant, Value


class PolicyVersion(Value):
    """One policy of all that were signed here; `why` says why it is not in force."""

    seq: int
    digest: str
    signer: str
    at: Instant | None
    in_force: bool
    why: str = ""


class PolicyList(Value):
    """Every policy that was signed here, newest first; `why` says why none is in force."""

    items: tuple[PolicyVersion, ...]
    why: str = ""


class PolicyShown(Value):
    """One policy with its text."""

    version: PolicyVersion
    text: str


class PolicyChecked(Value):
    """A text that is a policy, and what somebody should know before signing it.

    `loses` are open requests whose approvals would stop counting, `changes` those that would need
    something else than now, as sentences.
    """

    digest: str
    rules: int
    freezes: int
    in_force: bool
    remarks: tuple[str, ...]
    loses: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


class PolicyExplained(Value):
    """What the policy says of a request, also in sentences; `otherwise` is what would be else."""

    request_id: str
    explained: Explained
    sentences: tuple[str, ...]
    otherwise: tuple[str, ...]


def version_of(signed: SignedPolicy, signer: str, why: str) -> PolicyVersion:
    """Return what is told of a signed policy; an empty `why` says that it is in force."""
    return PolicyVersion(
        seq=signed.seq,
        digest=signed.digest,
        signer=signer,
        at=signed.at,
        in_force=not why,
        why=why,
    )

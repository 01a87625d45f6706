"""What `bunsui policy` answers, as complete values."""

from __future__ import annotations

from collections.abc import Mapping

from bunsui_core.domain.explaining import Explained, Signer
from bunsui_core.domain.freezing import Frozen
from bunsui_core.domain.policy import STARTER, Requirement
from bunsui_core.domain.policy_answers import (
    PolicyChecked,
    PolicyExplained,
    PolicyList,
    PolicyShown,
    PolicyVersion,
)
from bunsui_core.domain.policy_words import sentences, supposed
from bunsui_core.domain.supposing import Otherwise
from bunsui_core.domain.trust import Role
from bunsui_core.domain.value import Value
from tests.builders import NOW, REQUEST_ID, later


def of_policies() -> Mapping[str, Value]:
    """What is told of policies."""
    newest = PolicyVersion(seq=2, digest="ab" * 32, signer="hanako", at=NOW, in_force=True)
    older = newest.model_copy(
        update={"seq": 1, "in_force": False, "why": "a newer one took its place"}
    )
    shown = PolicyShown(version=newest, text=STARTER)
    return {
        "policy-show": shown,
        "policy-sign": shown,
        "policy-list": PolicyList(items=(newest, older)),
        "policy-check": PolicyChecked(
            digest="ab" * 32,
            rules=2,
            freezes=0,
            in_force=False,
            remarks=("there is no rule, so nothing but pausing and cancelling is allowed",),
            loses=(REQUEST_ID,),
            changes=(f"{REQUEST_ID} needs one, then two",),
        ),
        "policy-explain": an_explanation(),
    }


def an_explanation() -> PolicyExplained:
    """A request of which one of two humans approved, in a freeze."""
    found = Explained(
        requirement=Requirement.TWO,
        number=1,
        rule="risk = high: two",
        why="",
        frozen=Frozen(name="year end", until=later(hours=3)),
        lifted_by=(Role.LEAD,),
        until=later(minutes=30),
        needed=2,
        approved=1,
        signers=(
            Signer(name="hanako", role=Role.LEAD, why="it is frozen", with_reason=True),
            Signer(name="taro", role=Role.APPROVER, why="decided it before"),
        ),
        uncounted=("the decision of mallory does not count: its key is not trusted",),
        short="",
        otherwise=(Otherwise(requirement=Requirement.ONE, number=2, when="its risk were low"),),
    )
    return PolicyExplained(
        request_id=REQUEST_ID,
        explained=found,
        sentences=sentences(found),
        otherwise=tuple(map(supposed, found.otherwise)),
    )

"""A freeze is lifted by typing why, and a word; nothing else lifts it."""

from __future__ import annotations

import io

import pytest

from bunsui_cli.lifting import lifting
from bunsui_cli.person import Person
from bunsui_core.domain.answer import Freshness, Review, Source
from bunsui_core.domain.approval import fold
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.explaining import Signer
from bunsui_core.domain.trust import Role
from tests.builders import NOW, a_request
from tests.cli.policy_answers import an_explanation


def typing(*lines: str) -> Person:
    """A human who types these lines."""
    return Person(io.StringIO(), io.StringIO("".join(f"{line}\n" for line in lines)))


def frozen(*signers: Signer) -> Review:
    """What is shown of a request in a freeze."""
    request = a_request()
    explained = an_explanation().explained
    return Review(
        plan=request.plan,
        approval=fold(request, (), None, NOW),
        steps=(),
        requirement="one",
        typed_code="",
        document="",
        shown_digest="",
        freshness=Freshness(as_of=NOW, source=Source.STORE, worker_seen_at=NOW),
        explained=explained.model_copy(update={"signers": signers}),
    )


MAY = Signer(name="hanako", role=Role.LEAD, why="it is frozen", with_reason=True)
MAY_NOT = Signer(name="hanako", role=Role.APPROVER, why="it is frozen; a lead may lift it")
NOT_FROZEN = Signer(name="hanako", role=Role.LEAD, why="")


def test_the_typed_reason_lifts_the_freeze_once_the_word_is_typed() -> None:
    human = typing("the till is down", "LIFT")

    assert lifting(human, (frozen(MAY),), "hanako") == "the till is down"
    assert isinstance(human.screen, io.StringIO)
    assert "It is frozen until" in human.screen.getvalue()


@pytest.mark.parametrize("lines", [("", "LIFT"), ("the till is down", ""), ("why", "lift"), ()])
def test_without_a_reason_and_the_word_nothing_is_lifted(lines: tuple[str, ...]) -> None:
    with pytest.raises(Refused, match="not lifted"):
        lifting(typing(*lines), (frozen(MAY),), "hanako")


def test_who_may_not_is_told_before_anything_is_typed() -> None:
    with pytest.raises(Refused, match="a lead may lift it"):
        lifting(typing("a", "LIFT"), (frozen(MAY_NOT),), "hanako")


def test_where_nothing_is_frozen_nothing_is_asked() -> None:
    human = typing()

    assert lifting(human, (frozen(NOT_FROZEN),), "hanako") == ""
    assert lifting(human, (frozen(MAY),), "somebody") == ""

"""What the terminal UI asks of an approver before her key signs."""

from __future__ import annotations

import pytest

from bunsui_core.domain.approval import Answer
from bunsui_core.domain.signing import Unlocked
from bunsui_core.domain.trust import Approver, Holder
from bunsui_tui.questions import Ask, Signatory, questions
from tests.builders import NOW, later

HERS = Approver(name="hanako", key_id="h", public_key="00", is_demo=False, added_at=NOW)
HIS = HERS.model_copy(update={"name": "taro", "key_id": "t", "holder": Holder.KMS})
OPEN = Unlocked(approver="hanako", key_id="h", until=later(minutes=5))


@pytest.mark.parametrize(
    ("who", "last", "label", "hidden"),
    [
        (Signatory((HERS,)), "your passphrase", "passphrase of hanako", True),
        (Signatory((HIS,)), "your name", "type your name, taro", False),
        (Signatory((HERS,), OPEN), "y", "type y to sign as hanako", False),
        (Signatory((HIS,), OPEN), "your name", "type your name, taro", False),
    ],
)
def test_the_only_approver_is_asked_for_what_her_key_takes(
    who: Signatory, last: str, label: str, hidden: bool
) -> None:
    (asked,) = questions(Answer.APPROVE, (), "", who)

    assert who.last_typed == last
    assert asked.label.startswith(label)
    assert asked.is_hidden is hidden


def test_of_several_the_one_who_says_her_name_is_asked_for_what_her_key_takes() -> None:
    first, _ = questions(Answer.APPROVE, (), "", Signatory((HERS, HIS)))

    def next_after(name: str) -> Ask:
        assert first.then is not None
        return first.then(name)

    assert "passphrase of hanako" in next_after("hanako").label
    assert "type your name, taro" in next_after("taro").label
    assert next_after("nobody").is_hidden

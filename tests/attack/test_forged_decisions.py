"""The executor verifies what was decided: every forgery is refused, the honest decision is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest

from bunsui_core.adapters.local.control.keys import LocalKeys
from bunsui_core.app.verify import verify_decisions
from bunsui_core.domain.approval import Request, SignedDecision
from bunsui_core.domain.deciding import Verified
from bunsui_core.domain.trust import Approver
from tests.builders import NOW, a_request, later
from tests.local_home import HANAKO, LocalHome, light_signers


@dataclass(frozen=True)
class Scene:
    """One request, and one trusted approver who may decide it."""

    home: LocalHome
    hanako: Approver
    request: Request

    def sign(self, **changes: object) -> SignedDecision:
        """Hanako's good signature under a decision, perhaps an odd one."""
        return self.home.signed(self.request, self.hanako, **changes)

    def verify(self, *decisions: SignedDecision, now: datetime = NOW) -> Verified:
        """What the executor makes of decisions."""
        return verify_decisions(self.request, decisions, self.home.keys, now)


@pytest.fixture
def scene(home: LocalHome) -> Scene:
    return Scene(home, home.keys.trusted()[0], home.requests.get("r-4f2a"))


class Gullible(LocalKeys):
    """Keys with the defence off: every signature is good."""

    def verify(self, key_id: str, message: bytes, signature: str) -> bool:
        """Believe everything."""
        return True


def test_the_honest_decision_counts(scene: Scene) -> None:
    signed = scene.sign()

    verified = scene.verify(signed)

    assert verified.is_approved
    assert verified == Verified(valid=(signed,), refusals=())


ALTERATIONS: dict[str, dict[str, object]] = {
    "the answer": {"decision": "approve"},
    "the nonce": {"nonce": "n-2"},
    "the reason": {"reason": "because"},
    "the record it saw": {"audit_head": "1" * 64},
}


@pytest.mark.parametrize("what", ALTERATIONS)
def test_a_decision_altered_after_signing_counts_only_where_signatures_are_believed(
    scene: Scene, what: str
) -> None:
    signed = scene.sign(**({"decision": "reject"} if what == "the answer" else {}))
    forged = altered(signed, **ALTERATIONS[what])
    gullible = Gullible(scene.home.writer, light_signers(scene.home.folder / "keys"))

    assert verify_decisions(scene.request, (forged,), gullible, NOW).is_approved
    assert not scene.verify(forged).is_approved


@pytest.mark.parametrize("place", [0, 31, 63])
def test_one_byte_of_the_signature_changed_makes_it_worthless(scene: Scene, place: int) -> None:
    signed = scene.sign()
    raw = bytearray.fromhex(signed.signature)
    raw[place] ^= 1

    forged = signed.model_copy(update={"signature": raw.hex()})

    assert not scene.verify(forged).is_approved


ODD: dict[str, tuple[dict[str, object], str]] = {
    "another request": ({"request_id": "r-other"}, "another request"),
    "another plan": ({"plan_digest": "1" * 64}, "another plan"),
    "another policy": ({"policy_digest": "1" * 64}, "policy changed"),
    "another risk": ({"risk": "high"}, "another risk"),
    "a longer life than the request's": ({"not_after": later(hours=9)}, "outlive"),
    "another review": ({"shown_digest": "1" * 64}, "review was altered"),
    "another approver's name": ({"approver": "taro"}, "another approver's"),
}


@pytest.mark.parametrize("what", ODD)
def test_a_good_signature_under_the_wrong_words_does_not_count(scene: Scene, what: str) -> None:
    changes, why = ODD[what]
    decision = altered(scene.sign(), **changes).decision
    signature = scene.home.keys.sign(HANAKO, "three quiet rivers", decision.message)
    odd = scene.sign().model_copy(update={"decision": decision, "signature": signature})

    verified = scene.verify(odd)

    assert not verified.is_approved
    assert why in verified.refusals[0]


def test_a_decision_is_worth_nothing_once_it_has_expired(scene: Scene) -> None:
    signed = scene.sign()

    assert scene.verify(signed, now=later(minutes=29, seconds=59)).is_approved
    assert not scene.verify(signed, now=later(minutes=30)).is_approved


def test_a_clock_set_back_before_the_request_executes_nothing(scene: Scene) -> None:
    verified = scene.verify(scene.sign(), now=later(seconds=-1))

    assert not verified.is_approved
    assert "clock" in verified.refusals[0]


def test_a_request_edited_after_the_decision_is_not_what_was_approved(scene: Scene) -> None:
    signed = scene.sign()
    edited_plan = scene.request.plan.model_copy(update={"requester": "agent:other"})
    edited = scene.request.model_copy(update={"plan": edited_plan})

    assert not verify_decisions(edited, (signed,), scene.home.keys, NOW).is_approved


def test_an_unknown_key_decides_nothing(scene: Scene) -> None:
    stranger = LocalHome(scene.home.folder / "stranger")
    mallory = stranger.trust(HANAKO)
    signed = scene.sign(key_id=mallory.key_id)
    forged = signed.model_copy(
        update={
            "signature": stranger.keys.sign(HANAKO, "three quiet rivers", signed.decision.message)
        }
    )

    assert not scene.verify(forged).is_approved


def test_a_revoked_key_decides_nothing_any_more(scene: Scene) -> None:
    signed = scene.sign()
    taro = scene.home.trust("taro")
    scene.home.rule("one", "taro")
    current = scene.sign()
    assert scene.verify(current).is_approved

    scene.home.revoke(scene.hanako)

    assert taro in scene.home.keys.trusted()
    assert not scene.verify(current).is_approved
    assert not scene.verify(signed).is_approved


def test_a_policy_whose_signer_was_revoked_allows_nothing(scene: Scene) -> None:
    taro = scene.home.trust("taro")
    signed = scene.home.signed(scene.request, taro)
    assert scene.verify(signed).is_approved

    scene.home.revoke(scene.hanako)

    assert not scene.verify(signed).is_approved


def test_a_policy_edited_in_the_file_allows_nothing(scene: Scene) -> None:
    policy = scene.home.keys.policy()
    assert policy
    signed = scene.sign()
    lax = policy.model_copy(update={"text": policy.text.replace('"one"', '"self"')})
    with scene.home.writer.writing() as connection:
        connection.execute("DROP TRIGGER policies_never_change")
        connection.execute("UPDATE policies SET body = ?", (lax.model_dump_json(),))

    assert not scene.verify(signed).is_approved


@pytest.mark.parametrize("asker", [lambda a: a.name, lambda a: a.key_id], ids=["name", "key id"])
def test_who_asks_decides_only_where_the_policy_says_self(
    scene: Scene, asker: Callable[[Approver], str]
) -> None:
    mine = Scene(scene.home, scene.hanako, a_request(requester=f"human:{asker(scene.hanako)}"))

    assert mine.verify(mine.sign()).is_approved
    scene.home.rule("one")
    assert not mine.verify(mine.sign()).is_approved


def test_where_two_must_approve_one_approver_is_not_two(scene: Scene) -> None:
    taro = scene.home.trust("taro")
    scene.home.rule("two")
    first, again = scene.sign(), scene.sign(nonce="n-2")
    second = scene.home.signed(scene.request, taro)

    assert not scene.verify(first).is_approved
    assert not scene.verify(first, again).is_approved
    assert scene.verify(first, second).valid == (first, second)


def test_a_flawed_second_approval_does_not_make_two(scene: Scene) -> None:
    taro = scene.home.trust("taro")
    scene.home.rule("two")
    forged = altered(scene.home.signed(scene.request, taro), nonce="n-9")

    assert not scene.verify(scene.sign(), forged).is_approved


def test_one_rejection_outweighs_every_approval(scene: Scene) -> None:
    taro = scene.home.trust("taro")
    rejection = scene.home.signed(scene.request, taro, decision="reject")

    verified = scene.verify(scene.sign(), rejection)

    assert not verified.is_approved
    assert "taro rejected it" in verified.refusals


def test_nothing_runs_on_a_rejection_or_on_silence(scene: Scene) -> None:
    assert not scene.verify().is_approved
    assert not scene.verify(scene.sign(decision="reject")).is_approved


def test_nothing_runs_that_the_policy_denies(scene: Scene) -> None:
    scene.home.rule("deny")

    assert not scene.verify(scene.sign()).is_approved


@pytest.mark.parametrize("place", [{"environment": "prod"}, {"account": "111111111111"}])
def test_a_demo_key_decides_in_the_embedded_aws_only(scene: Scene, place: dict[str, str]) -> None:
    demo = scene.home.trust("demo", demo=True)
    here, there = a_request(), a_request(**place)

    def is_approved(request: Request) -> bool:
        signed = scene.home.signed(request, demo)
        return verify_decisions(request, (signed,), scene.home.keys, NOW).is_approved

    assert is_approved(here)
    assert not is_approved(there)


def altered(signed: SignedDecision, **changes: object) -> SignedDecision:
    """The decision with other words under the old signature."""
    words = {**signed.decision.model_dump(), **changes}
    return signed.model_copy(update={"decision": type(signed.decision).model_validate(words)})

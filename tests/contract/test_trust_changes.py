"""`Keys` and `Trust` over each store: who is trusted is what leads signed, and nothing else."""

from __future__ import annotations

from functools import partial
from typing import TypeAlias

import pytest

from bunsui_core.adapters.local.control.trust import LocalTrust
from bunsui_core.adapters.local.control.verifying import Verifying
from bunsui_core.app.decide import Signing
from bunsui_core.app.recorded import recorded
from bunsui_core.app.trusting import add, give_role, revoke
from bunsui_core.app.witness import Witness
from bunsui_core.domain.errors import BadInput, Conflict, NotAuthorised, NotFound, Refused
from bunsui_core.domain.trust import Approver, Named, Role, SignedTrustChange
from bunsui_core.domain.trust_changing import Act
from bunsui_core.domain.trusting import Trusted
from bunsui_core.ports.control import TrustList
from tests.builders import NOW
from tests.contract.conftest import Home
from tests.dynamo_home import DynamoHome
from tests.local_home import HANAKO, PASSPHRASE, LocalHome
from tests.race import together

Pair: TypeAlias = tuple[Home, Approver]


def listed(home: Home) -> TrustList:
    return home.trusting if isinstance(home, DynamoHome) else LocalTrust(home.writer)


def named(home: Home, name: str, role: Role = Role.APPROVER) -> Named:
    """A newcomer, whose key was just made on this machine."""
    key = home.signers.make(PASSPHRASE, False)
    return Named(name=name, key_id=key.key_id, public_key=key.public_key, is_demo=False, role=role)


def act(word: str = "n") -> Act:
    return Act(NOW, word, "because")


AS_HANAKO = Signing(HANAKO, PASSPHRASE)


@pytest.fixture
def hanako(home: Home) -> Approver:
    return home.trust()


def test_a_lead_adds_an_approver_who_decides_from_then_on(home: Home, hanako: Approver) -> None:
    add(named(home, "taro"), AS_HANAKO, home.keys, act())

    trusted = home.another().keys.trusted()

    assert [(one.name, one.role) for one in trusted] == [
        (HANAKO, Role.LEAD),
        ("taro", Role.APPROVER),
    ]
    signature = home.keys.sign("taro", PASSPHRASE, b"message")
    assert home.another().keys.verify(trusted[1].key_id, b"message", signature)


def test_an_approver_who_is_no_lead_says_nothing_about_trust(home: Home, hanako: Approver) -> None:
    home.trust("taro", role=Role.APPROVER)
    taro = Signing("taro", PASSPHRASE)

    for change in (
        partial(add, named(home, "mika"), taro),
        partial(revoke, HANAKO, taro),
        partial(give_role, "taro", Role.LEAD, taro),
    ):
        with pytest.raises(NotAuthorised, match="only a lead"):
            change(home.keys, act())
    assert len(home.keys.trust().changes) == 2


@pytest.mark.parametrize("passphrase", ["", "wrong words here"])
def test_without_the_leads_passphrase_nobody_is_added(
    home: Home, hanako: Approver, passphrase: str
) -> None:
    with pytest.raises(NotAuthorised):
        add(named(home, "taro"), Signing(HANAKO, passphrase), home.keys, act())
    assert home.keys.trusted() == (hanako,)


def test_a_name_or_a_key_is_given_once_even_after_it_was_revoked(
    home: Home, hanako: Approver
) -> None:
    taro = home.trust("taro")
    home.revoke(taro)

    for again in (named(home, "taro"), named(home, "TARO"), taro.named.model_copy()):
        with pytest.raises(Conflict):
            add(again, AS_HANAKO, home.keys, act())
    with pytest.raises(Conflict, match="has this key"):
        add(taro.named.model_copy(update={"name": "ichiro"}), AS_HANAKO, home.keys, act())
    with pytest.raises(BadInput):
        add(named(home, "a b"), AS_HANAKO, home.keys, act())


def test_a_revoked_key_neither_signs_nor_counts(home: Home, hanako: Approver) -> None:
    taro = home.trust("taro")
    signature = home.keys.sign("taro", PASSPHRASE, b"message")
    assert home.keys.verify(taro.key_id, b"message", signature)

    revoke("taro", AS_HANAKO, home.keys, act())

    assert not home.another().keys.verify(taro.key_id, b"message", signature)
    with pytest.raises(NotAuthorised, match="revoked"):
        home.keys.sign("taro", PASSPHRASE, b"message")
    with pytest.raises(Refused, match="revoked already"):
        revoke("taro", AS_HANAKO, home.keys, act())


def test_one_lead_always_stays(home: Home, hanako: Approver) -> None:
    home.trust("taro", role=Role.APPROVER)

    with pytest.raises(Refused, match="only lead"):
        revoke(HANAKO, AS_HANAKO, home.keys, act())
    with pytest.raises(Refused, match="only lead"):
        give_role(HANAKO, Role.APPROVER, AS_HANAKO, home.keys, act())

    give_role("taro", Role.LEAD, AS_HANAKO, home.keys, act())
    revoke(HANAKO, AS_HANAKO, home.keys, act())
    assert [one.name for one in home.keys.trust().leads] == ["taro"]


def test_whoever_is_not_there_is_neither_revoked_nor_promoted(home: Home, hanako: Approver) -> None:
    with pytest.raises(NotFound):
        revoke("mallory", AS_HANAKO, home.keys, act())
    with pytest.raises(NotFound):
        give_role("mallory", Role.LEAD, AS_HANAKO, home.keys, act())
    with pytest.raises(NotAuthorised, match="mallory is not an approver"):
        revoke(HANAKO, Signing("mallory", PASSPHRASE), home.keys, act())


def test_of_two_changes_at_once_each_is_in_the_list_or_was_refused(
    home: Home, hanako: Approver
) -> None:
    names = "taro", "mika"

    answers = together(
        *(
            partial(add, named(home, name), AS_HANAKO, home.another().keys, act(name))
            for name in names
        )
    )

    added = [name for name, answer in zip(names, answers, strict=True) if is_list(answer)]
    known = home.another().keys.trust()
    assert known.flaw == ""
    assert {one.name for one in known.approvers} == {HANAKO, *added}
    assert added
    assert all(isinstance(answer, Trusted | Conflict) for answer in answers)


def is_list(answer: object) -> bool:
    return isinstance(answer, Trusted)


def test_a_change_nobody_signed_is_not_taken(home: Home, hanako: Approver) -> None:
    add(named(home, "taro"), AS_HANAKO, home.keys, act())
    last = home.keys.trust().changes[-1]
    forged = last.change.model_copy(
        update={"seq": 3, "prev": last.change.digest, "approver": named(home, "mallory")}
    )

    with pytest.raises(NotAuthorised, match="did not make"):
        home.keys.record((last.model_copy(update={"change": forged}),))
    assert len(home.another().keys.trust().changes) == 2


def test_a_change_that_was_written_past_bunsui_ends_all_trust(home: Home, hanako: Approver) -> None:
    last = home.keys.trust().changes[-1]
    mallory = named(home, "mallory", Role.LEAD)
    forged = last.change.model_copy(update={"seq": 2, "approver": mallory})
    signed = SignedTrustChange(change=forged, signature=last.signature)
    assert listed(home).append((signed,))
    other = home.another().keys

    assert other.trusted() == ()
    assert "change 2 of the trust list" in other.trust().flaw
    signature = home.signers.sign(mallory.since(NOW), PASSPHRASE, b"message")
    assert not other.verify(mallory.key_id, b"message", signature)
    for name in (HANAKO, "mallory"):
        with pytest.raises(NotAuthorised, match="nobody is trusted here"):
            other.sign(name, PASSPHRASE, b"message")
    with pytest.raises(NotAuthorised, match="nobody is trusted here"):
        add(named(home, "taro"), AS_HANAKO, other, act())


def test_a_row_that_no_change_explains_is_not_trusted(home: Home, hanako: Approver) -> None:
    mallory = named(home, "mallory", Role.LEAD).since(NOW)

    home.plant_approver(mallory)

    assert home.another().keys.trusted() == (hanako,)
    signature = home.signers.sign(mallory, PASSPHRASE, b"message")
    assert not home.another().keys.verify(mallory.key_id, b"message", signature)


def test_an_older_store_works_and_its_next_change_signs_for_all(home: Home) -> None:
    hanako, taro = (named(home, name, Role.LEAD).since(NOW) for name in (HANAKO, "taro"))
    home.plant_approver(hanako)
    home.plant_approver(taro)
    assert {one.name for one in home.another().keys.trusted()} == {HANAKO, "taro"}
    with pytest.raises(Refused):
        home.keys.create("mallory", PASSPHRASE, False, NOW)

    revoke("taro", AS_HANAKO, home.keys, act())
    home.plant_approver(named(home, "mallory").since(NOW))

    known = home.another().keys.trust()
    assert [(one.name, bool(one.revoked_at)) for one in known.approvers] == [
        (HANAKO, False),
        ("taro", True),
    ]
    assert [one.change.by for one in known.changes] == [HANAKO] * 3


def test_a_whole_list_of_another_root_is_none_where_the_root_is_named(
    home: Home, hanako: Approver
) -> None:
    own, other = Verifying(listed(home), hanako.key_id), Verifying(listed(home), "f" * 16)

    assert own.trusted() == (hanako,)
    assert other.trusted() == ()
    assert "trust_root" in other.trust().flaw


def test_a_list_that_lost_what_a_worker_recorded_trusts_nobody(
    home: Home, hanako: Approver
) -> None:
    home.trust("taro")
    known = home.keys.trust()
    record = Witness(home.audit, home.requests)
    record.see_trust(home.keys, NOW)
    whole = Verifying(listed(home), recorded=lambda: recorded(home.audit))
    assert whole.trust() == known

    forget_change(home, 2)
    after = Verifying(listed(home), recorded=lambda: recorded(home.audit))

    assert after.trusted() == ()
    assert "change 2 of the trust list was recorded" in after.trust().flaw
    assert "change 2" in whole.trust().flaw
    assert Verifying(listed(home)).trusted() == (hanako,)


def forget_change(home: Home, seq: int) -> None:
    """Take a change away, as whoever writes the store past bunsui can."""
    if isinstance(home, LocalHome):
        with home.writer.writing() as connection:
            connection.execute("DROP TRIGGER trust_changes_never_vanish")
            connection.execute("DELETE FROM trust_changes WHERE seq = ?", (seq,))
    else:
        partition = "#".join(("KEY", *home.table.place))
        home.table.delete([(partition, f"CHANGE#{seq:06}")])


def test_changes_of_another_account_or_region_are_not_seen(home: Home, hanako: Approver) -> None:
    for other in (home.another(account="111111111111"), home.another(region="eu-west-1")):
        assert other.keys.trust().changes == ()


def test_changes_copied_from_another_account_trust_nobody(home: Home, hanako: Approver) -> None:
    other = home.another(account="111111111111")

    assert listed(other).append(home.keys.trust().changes)

    assert other.keys.trusted() == ()
    assert "another account" in other.keys.trust().flaw

"""A record is verified alike wherever it is stored, and so is the evidence of a request."""

from __future__ import annotations

import pytest

from bunsui_core.adapters.local.control.signature import is_signed
from bunsui_core.app.audit import Recorded, verify
from bunsui_core.app.witness import Witness
from bunsui_core.domain.approval import Request, SignedDecision
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.chaining import Weight
from tests.builders import NOW, a_decision, a_plan, a_request, later
from tests.contract.conftest import Home
from tests.dynamo_home import DynamoHome
from tests.local_home import DOCUMENT, HANAKO, PASSPHRASE


@pytest.fixture
def recorded(home: Home) -> Recorded:
    """A record of two requests, of which one was approved over the entry of the other."""
    approver = home.trust()
    witness = Witness(home.audit, home.requests)
    witness.see_trust(home.keys, NOW)
    for request_id in ("r-1", "r-2"):
        request = home.requests.submit(a_request(request_id=request_id))
        witness.see(request, NOW)
    home.decisions.append(signed(home, request, approver.key_id))
    witness.see(request, later(minutes=1))
    return Recorded(a_plan().place, home.audit, home.requests, home.keys, is_signed)


def signed(home: Home, request: Request, key_id: str) -> SignedDecision:
    """Hanako's approval, who saw the record as it is."""
    policy = home.keys.policy()
    decision = a_decision(
        request,
        key_id=key_id,
        policy_digest=policy.digest if policy else "",
        shown_digest=text_digest(DOCUMENT),
        audit_head=home.audit.head(),
    )
    signature = home.keys.sign(HANAKO, PASSPHRASE, decision.message)
    return SignedDecision(decision=decision, signature=signature, shown=DOCUMENT, at=NOW)


def test_a_good_record_holds(recorded: Recorded) -> None:
    found = verify(recorded)

    assert (found.holds, found.findings) == (True, ())
    assert (found.entries, found.signatures, found.anchored) == (5, 1, 4)


def test_a_decision_that_was_not_signed_by_a_trusted_key_is_found(
    recorded: Recorded, home: Home
) -> None:
    request = home.requests.get("r-1")
    good = signed(home, request, home.keys.trusted()[0].key_id)
    home.decisions.append(good.model_copy(update={"signature": "00" * 64}))

    found = verify(recorded)

    assert [(one.subject, one.weight) for one in found.findings] == [("r-1", Weight.BROKEN)]


def test_a_request_that_no_worker_saw_is_told(recorded: Recorded, home: Home) -> None:
    home.requests.submit(a_request(request_id="r-3"))

    found = verify(recorded)

    assert [(one.subject, one.weight) for one in found.findings] == [("r-3", Weight.NOTE)]


def test_an_item_of_the_record_that_was_changed_is_found(table: DynamoHome) -> None:
    for number in range(3):
        table.audit.append("requested", f"r-{number}", "agent:claude", "ab", NOW)
    (row,) = table.audit.rows(1, 1)
    pk = "#".join(("AUD", *table.table.place))
    table.table.put({"pk": pk, "sk": f"{2:012}", "line": row.text.replace("claude", "other")})
    recorded = Recorded(a_plan().place, table.audit, table.requests, table.keys, is_signed)

    found = verify(recorded)

    assert any("does not carry the digest of entry 2" in one.text for one in found.findings)

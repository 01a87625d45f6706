"""What somebody is told who looks at policies: shown, checked before it is signed, explained."""

from __future__ import annotations

import pytest

from bunsui_core.app.decide import Signing
from bunsui_core.app.govern import sign_policy
from bunsui_core.desk.ruling import PolicyDesk
from bunsui_core.domain.errors import BadInput, NotFound
from bunsui_core.domain.freezing import frozen
from bunsui_core.domain.policy import STARTER, parse_policy
from bunsui_core.domain.policy_check import Surroundings, remarks
from bunsui_core.domain.rules import subjects
from bunsui_core.domain.trust import Approver, Role
from bunsui_core.wiring.ruling import policy_rows
from tests.builders import ACCOUNT, NOW, REGION, a_plan, a_redrive, later
from tests.local_home import light_signers, revoked, trusted_too
from tests.unit.desk_kit import APPROVER, PASSPHRASE, Bench

HEAD = "version = 1\n"
TWO = f'{HEAD}[[rules]]\nrequire = "two"\n'
ONE = f'{HEAD}[[rules]]\nrequire = "one"\n'


def desk(bench: Bench) -> PolicyDesk:
    """Somebody who looks a few minutes after NOW."""
    return PolicyDesk(bench.store, bench.keys, ("local", "production"), lambda: later(minutes=5))


def govern(bench: Bench, text: str) -> None:
    """A policy is put in force."""
    sign_policy(text, Signing(APPROVER, PASSPHRASE), bench.keys, NOW)


def approver(name: str, role: str = "lead") -> Approver:
    """Someone who is trusted."""
    given = {"name": name, "key_id": name, "public_key": "", "is_demo": False, "added_at": NOW}
    return Approver.model_validate({**given, "role": role})


def noted(text: str, **around: object) -> str:
    """What is remarked about a policy."""
    given = Surroundings.model_validate({"approvers": (approver("hanako"),), **around})
    return "\n".join(remarks(parse_policy(text), given, NOW))


def test_every_policy_is_kept_and_the_newest_is_in_force(bench: Bench) -> None:
    govern(bench, TWO)

    listed = desk(bench).listed()

    assert [(one.seq, one.signer, one.in_force) for one in listed.items] == [
        (2, APPROVER, True),
        (1, APPROVER, False),
    ]
    assert desk(bench).shown().text == TWO
    assert desk(bench).shown(1).text == STARTER
    with pytest.raises(NotFound, match="no policy 3"):
        desk(bench).shown(3)


def test_a_check_names_the_requests_that_would_be_treated_otherwise(bench: Bench) -> None:
    waits = bench.submit(request_id="r-1")
    approved = bench.submit(request_id="r-2", steps=(a_redrive(session_id="s-2"),))
    bench.decide(approved)

    found = desk(bench).checked(TWO)

    assert found.loses == (approved.id,)
    assert set(found.changes) == {f"{one.id} needs one, then two" for one in (waits, approved)}
    assert not found.in_force
    again = desk(bench).checked(STARTER)
    assert (again.in_force, again.loses, again.changes) == (True, (), ())
    with pytest.raises(BadInput, match="line 1"):
        desk(bench).checked("version = 3\nrules = []\n")


def test_who_may_sign_is_explained_with_the_pipeline_looked_up(bench: Bench) -> None:
    govern(bench, f'{ONE}match = {{ pipeline = "orders" }}\n')
    asked = bench.submit()

    found = desk(bench).explained(asked.id)

    assert found.explained.number == 1
    assert [(one.name, one.why) for one in found.explained.signers] == [(APPROVER, "")]
    assert "deny, by no rule, if it were about another pipeline" in found.otherwise


def test_who_asks_past_the_policy_is_seen(bench: Bench) -> None:
    govern(bench, f"{ONE}[pending]\nper_requester = 2\ntotal = 3\n")
    asked = [
        bench.submit(request_id=f"r-{n}", steps=(a_redrive(session_id=f"s-{n}"),)) for n in range(3)
    ]

    found = desk(bench).explained(asked[0].id).sentences

    assert found[-1].startswith("3 requests of agent:claude wait, more than the 2")


def test_a_policy_that_was_written_past_a_lead_is_not_in_force_and_says_so(
    bench: Bench,
) -> None:
    signed = bench.keys.policies()[0]
    forged = signed.model_copy(update={"seq": 2, "text": ONE})
    with bench.connection.writing() as connection:
        row = (ACCOUNT, REGION, forged.seq, forged.model_dump_json())
        connection.execute("INSERT INTO policies VALUES (?, ?, ?, ?)", row)

    assert desk(bench).listed().why
    assert not desk(bench).shown().version.in_force


def test_the_doctor_says_which_policy_is_in_force_and_why_none_is(bench: Bench) -> None:
    (good,) = policy_rows(bench.settings)
    signer = light_signers(bench.settings.keys_path)
    ken = trusted_too(bench.keys, signer, ("ken", False, Role.LEAD))
    sign_policy(ONE, Signing("ken", PASSPHRASE), bench.keys, NOW)
    revoked(bench.keys, signer, ken)

    (bad,) = policy_rows(bench.settings)

    assert (good.health, good.found) == ("ok", "2 rules, 0 freezes, number 1, signed by hanako")
    assert (bad.health, bad.next) == ("fail", "A lead signs one: `bunsui policy sign FILE`.")
    assert "ken, whose key was revoked" in bad.found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TWO, "rule 1 asks for two approvers, and only hanako is trusted"),
        (f'{ONE}match = {{ kind = "pause" }}\n', "rule 1 never decides: pausing"),
        (f"{ONE}[[rules]]\nrequire = \"self\"\n", "rule 2 never decides: rule 1 before it"),
        (f"{HEAD}rules = []\n", "there is no rule"),
        (f'break_glass = ["approver"]\n{ONE}', "break_glass names approver, and no approver"),
        (f"expiry_minutes = 90\n{ONE}", "a request waits 30 minutes at most"),
        (f'{ONE}match = {{ environment = "prod" }}\n', "environment prod, which bunsui.toml"),
        (f'{ONE}match = {{ pipeline = "bill*" }}\n', "pipeline bill*, and none here"),
        (f'{ONE}match = {{ agent = "x", requester = "human" }}\n', "asks for an agent and for a"),
        (
            f"{ONE}[[freeze]]\nfrom = 2026-03-02T00:00:00Z\nuntil = 2026-03-02T01:00:00Z\n",
            "is over",
        ),
        (f'{ONE}[[freeze]]\ndays = ["mon"]\nzone = "UTC"\n', "holds now, until 2026-03-03 00:00"),
        (f'{ONE}[[freeze]]\ndays = ["mon"]\nzone = "UTC"\n', "nobody may lift a freeze"),
    ],
)  # fmt: skip
def test_what_can_hardly_be_meant_is_remarked(text: str, said: str) -> None:
    around = {"environments": ("local", "production"), "pipelines": ("orders",)}

    assert said in noted(text, **around)


def test_a_policy_that_fits_is_not_remarked_upon() -> None:
    around = {"environments": ("local",), "pipelines": ("orders",)}
    narrow = f'{HEAD}[[rules]]\nmatch = {{ environment = "local", pipeline = "or*" }}\n'

    assert not noted(f'{narrow}require = "deny"\n\n[[rules]]\nrequire = "one"\n', **around)
    assert not noted(TWO, approvers=tuple(map(approver, "abc")))
    assert frozen((), subjects(a_plan()), NOW) is None

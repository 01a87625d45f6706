"""A text that cannot be meant is no policy, and says in which line and why."""

from __future__ import annotations

import pytest

from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.policy import STARTER, parse_policy

FREEZE = """
[[freeze]]
days = ["fri"]
from = 18:00:00
to = 02:00:00
zone = "Asia/Tokyo"
"""


def why(text: str) -> str:
    """What is said of a text that is no policy."""
    with pytest.raises(BadInput) as caught:
        parse_policy(text)
    return caught.value.message


def test_the_starter_and_a_freeze_parse() -> None:
    assert len(parse_policy(STARTER + FREEZE).freezes) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (STARTER.replace('"one"', '"all"'), "line 12: require: input should be 'self', 'one'"),
        (STARTER.replace("requester", "who"), "line 7: who: is not known here; line 11: who"),
        (
            STARTER.replace("requester", "requestor"),
            "line 7: requestor: is not known here, did you mean requester?; line 11",
        ),
        (f"{STARTER}\nallow_everything = true\n", "line 14: allow_everything: is not known here"),
        (STARTER.replace('match = { requester = "agent" }\n', "").replace("require =", "needs ="),
         "line 8: needs: is not known here"),
        (STARTER.replace("30", "0"), "line 4: expiry_minutes: input should be greater"),
        (STARTER.replace("version = 1", "version = 2"), "line 3: version: input should be 1"),
        (STARTER.replace('require = "one"', ""), "line 10: require: is missing"),
        ("", "line 1: version: is missing; line 1: rules: is missing"),
        ("not TOML", "it is no TOML: Expected '='"),
        (STARTER + FREEZE.replace("Tokyo", "Tokio"), "line 18: zone: there is no time zone"),
        (STARTER + FREEZE.replace("Asia/Tokyo", "../../etc/passwd"), "there is no time zone"),
        (STARTER + FREEZE.replace('"fri"', '"friday"'), "line 15: days: input should be 'mon'"),
        (STARTER + FREEZE.replace("to = 02:00:00", ""), "from and to stand together"),
        (STARTER + FREEZE.replace("02:00:00", "18:00:00"), "from and to are the same"),
        (STARTER + '[[freeze]]\nfrom = 2026-12-24T00:00:00Z\n', "line 13: until: is missing"),
        (STARTER + '[[freeze]]\nfrom = 2026-12-24T00:00:00\nuntil = 2026-12-25T00:00:00Z\n',
         "line 14: from: input should have timezone info"),
        (STARTER + '[[freeze]]\nfrom = 2026-12-24T00:00:00Z\nuntil = 2026-12-23T00:00:00Z\n',
         "until is not after from"),
        (STARTER + '[[freeze]]\nfrom = 0001-01-01T00:00:00Z\nuntil = 9999-12-31T00:00:00Z\n',
         "years 2000 to 9000"),
        (STARTER.replace('requester = "human"', 'kind = "reboot"'), "line 7: kind: "),
        (STARTER.replace('requester = "human"', 'requester = "robot"'), "line 7: requester: "),
        (STARTER.replace('requester = "human"', 'risk = "x"'), "risk: input should be 'low',"),
        (STARTER.replace('requester = "human"', 'requester = ""'), "line 7: requester: "),
        (STARTER.replace('requester = "human"', 'environment = ""'), "line 7: environment: "),
        (f'break_glass = ["boss"]\n{STARTER}', "line 1: break_glass: input should be"),
        (f"{STARTER}\n[pending]\ntotal = 0\n", "line 15: total: input should be greater"),
        (STARTER + FREEZE.replace("freeze", "freezes"), "line 14: freezes: is not known here"),
        (STARTER + FREEZE.replace("from", "since"), "line 16: since: is not known here"),
        ("a = " + "[" * 5000, "it nests too deep"),
        ("a = " + "9" * 5000, "it is no TOML"),
        ("#" * 100_001, "it has 100,001 characters"),
        ('"a\x00b" = 1', "it is no TOML"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said_with_its_line(text: str, said: str) -> None:
    assert said in why(text)


def test_of_many_faults_the_first_are_told() -> None:
    text = STARTER + "".join(f"odd_{n} = 1\n" for n in range(40))

    assert "and 35 more" in why(text)

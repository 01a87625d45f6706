"""Situations judged and then run again: what is hopeless fails alike, what is safe succeeds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.executions import AwsExecutions
from bunsui_core.adapters.aws.inventory import AwsInventory
from bunsui_core.adapters.aws.logs import AwsLogs
from bunsui_core.adapters.aws.surroundings import AwsSurroundings
from bunsui_core.domain.verdict import Mode, Ruling
from bunsui_core.ports.observe import Seeing
from tests.emulator.embedded import Embedded
from tests.emulator.situation import Lab, Ran, words
from tests.emulator.situations import SITUATIONS, Situation

QUICK = {"code-bug-unchanged", "code-bug-fixed", "table-comes", "grant-comes", "message-sent"}


@pytest.fixture(scope="module")
def seeing(aws: Embedded) -> Iterator[Seeing]:
    """What the agent's key sees."""
    key = aws.key("agent")
    access = Access(
        endpoint=aws.server.url,
        region=aws.server.region,
        access_key=key.access_key_id,
        secret_key=key.secret_access_key,
    )
    clients = Clients(lambda: access)
    yield Seeing(
        AwsExecutions(clients), AwsLogs(clients), AwsInventory(clients), AwsSurroundings(clients)
    )
    clients.close()


def told() -> Iterator[object]:
    """Every situation in each of its modes."""
    for name, situation in SITUATIONS.items():
        for mode, ruling in situation.rulings.items():
            marks = () if name in QUICK else (pytest.mark.slow,)
            yield pytest.param(situation, mode, ruling, id=f"{name}-{mode}", marks=marks)


@pytest.mark.parametrize(("situation", "mode", "ruling"), list(told()))
def test_a_verdict_comes_true(
    aws: Embedded, seeing: Seeing, name: str, situation: Situation, mode: Mode, ruling: Ruling
) -> None:
    lab = Lab(aws, seeing, name, effect=situation.effect)
    situation.arrange(lab)
    ran = Ran.of(lab)
    error = ran.execution.describe().get("error", "")
    situation.meanwhile(lab)
    before = lab.count() if lab.count else 0

    verdict = ran.verdict(mode)
    succeeded, again = ran.again(mode)

    assert verdict.ruling is ruling, words(verdict)
    if ruling is Ruling.HOPELESS:
        assert not succeeded
        assert again == error or "redriv" in again.lower()
    if ruling is Ruling.SAFE:
        assert succeeded, again
        assert not lab.count or lab.count() <= max(before, 1)
    if ruling is Ruling.UNSAFE and situation.repeats:
        assert lab.count
        assert lab.count() > before


def test_there_are_forty_situations_of_every_ruling() -> None:
    rulings = [ruling for one in SITUATIONS.values() for ruling in one.rulings.values()]

    assert len(SITUATIONS) >= 40
    assert {ruling: rulings.count(ruling) >= 5 for ruling in Ruling} == dict.fromkeys(Ruling, True)

"""Documents that jobs write to stop bunsui: one of them must not keep others from being read."""

from __future__ import annotations

import json
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from botocore.stub import Stubber

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.executions import AwsExecutions
from bunsui_core.domain.answer import FieldValue, SessionFilter
from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.errors import BadInput, Conflict, NotAuthorised, Refused
from bunsui_core.domain.failure import Observation
from bunsui_core.domain.found import parent_named_in
from bunsui_core.domain.session import JobStatus
from bunsui_core.domain.starting import started_machines
from bunsui_core.domain.value import DEEPEST, read_json
from tests.builders import NOW, REGION
from tests.unit.watching_kit import Watched, failed
from tests.watched import FakeAccount, a_machine, a_row

ARN = failed().execution_arn


def nested(depth: int) -> str:
    """A document that nests so deep."""
    return "[" * depth + "]" * depth


ODD = {
    "an id beyond 2^53": '{"id": 12345678901234567890}',
    "a number without end": '{"id": 1' + "0" * 4_000 + "}",
    "half a character": '{"name": "\\ud800"}',
    "half a character as a name": '{"\\ud800": 1}',
    "a zero byte": '{"name": "a\\u0000b"}',
    "as deep as is read": nested(DEEPEST),
    "an endless list": json.dumps(list(range(50_000))),
    "a name without end": json.dumps({"x" * 200_000: 1}),
}


@pytest.fixture
def world(tmp_path: Path) -> Watched:
    return Watched(tmp_path, FakeAccount(a_machine("orders")))


def older_and_newer(world: Watched, text: str) -> list[str]:
    """Let executions be, of which the newest, which is read first, has that input."""
    world.time.sleep(60)
    older = [world.run(failed(f"e-{number}")) for number in range(3)]
    newer = world.run(a_row("orders", "odd", NOW + timedelta(seconds=30), JobStatus.FAILED), text)
    return [row.execution_arn for row in (*older, newer)]


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_an_odd_input_is_read_and_so_is_every_other(world: Watched, text: str) -> None:
    arns = older_and_newer(world, text)

    world.settle()

    assert [world.sightings.kept[arn].is_read for arn in arns] == [True] * 4
    assert (
        world.store.sessions.page(
            SessionFilter(inputs=(FieldValue(path="none", value="x"),)), 10, ""
        ).total
        == 0
    )


WAYS_TO_FAIL: dict[str, Exception] = {
    "what cannot be read": BadInput("it nests too deep.", "Look at it."),
    "what changes all the time": Conflict("it changes too fast.", "Try again."),
    "what a rule refuses": Refused("no.", "Ask."),
    "what may not be seen": NotAuthorised("no.", "Ask."),
    "a bug": ValueError("x"),
}


@pytest.mark.parametrize("error", WAYS_TO_FAIL.values(), ids=WAYS_TO_FAIL)
def test_an_execution_that_cannot_be_read_keeps_no_other_from_being_read(
    world: Watched, error: Exception
) -> None:
    *others, poisoned = older_and_newer(world, "{}")
    world.executions.denied[poisoned] = error

    for _ in range(20):
        world.watcher.list_once()
        with suppress(ValueError):
            world.watcher.read_once()

    assert [world.sightings.kept[arn].is_read for arn in others] == [True] * 3
    assert not world.sightings.kept[poisoned].is_read


def described(text: str, cause: str = "") -> Observation:
    """An execution, when AWS answers with these texts."""
    access = Access(endpoint="http://127.0.0.1:1", region=REGION, access_key="a", secret_key="s")
    clients = Clients(lambda: access)
    answer = {
        "executionArn": ARN,
        "stateMachineArn": failed().machine,
        "status": "RUNNING",
        "startDate": NOW,
        "input": text,
        "cause": cause,
    }
    with closing(clients), Stubber(clients.stepfunctions) as stub:
        stub.add_response("describe_execution", answer)
        return AwsExecutions(clients).describe(ARN)


def test_a_document_that_nests_too_deep_is_a_refusal_and_no_crash() -> None:
    with pytest.raises(BadInput, match=r"the input of .* nests too deep"):
        described(nested(5_000))


def test_a_document_that_nests_as_deep_as_is_read_is_read() -> None:
    assert described(nested(DEEPEST)).input == nested(DEEPEST)


def test_half_a_character_is_replaced_and_what_is_read_can_be_stored() -> None:
    seen = described('{"name": "\udc9b"}', cause="x\ud800 – 注文")

    assert (seen.input, seen.cause) == ('{"name": "?"}', "x? – 注文")
    assert seen.model_dump_json()


@pytest.mark.parametrize("depth", [DEEPEST + 1, 900, 5_000, 100_000])
def test_the_depth_that_is_read_does_not_depend_on_who_reads(depth: int) -> None:
    with pytest.raises(ValueError, match="too deep"):
        read_json(nested(depth))
    with pytest.raises(BadInput, match="too deep"):
        json_digest(nested(depth))
    assert parent_named_in(nested(depth)) == ""
    assert started_machines(nested(depth)) == ()


def test_a_number_that_is_none_is_not_taken_for_one() -> None:
    with pytest.raises(BadInput):
        json_digest('{"id": NaN}')


def test_numbers_beyond_2_53_are_told_apart_and_their_order_does_not_matter() -> None:
    one, other = "12345678901234567890", "12345678901234567891"

    assert json_digest(f'{{"a": {one}, "b": 1}}') == json_digest(f'{{"b":1,"a":{one}}}')
    assert json_digest(f"[{one}]") != json_digest(f"[{other}]")

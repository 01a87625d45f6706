"""What a probe saw is told from what it should have seen, fact by fact."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from copy import deepcopy
from dataclasses import replace

import pytest

from bunsui_core.adapters.aws.client import Access, Clients
from bunsui_core.adapters.aws.control.laboratory import AwsLaboratory
from bunsui_core.adapters.aws.executions import AwsExecutions
from bunsui_core.adapters.emulator.launcher import down, up
from bunsui_core.app.probe import probe
from bunsui_core.domain.errors import Refused
from bunsui_core.domain.health import Check, Health
from bunsui_core.domain.probe import PREFIX, Case, Recording
from bunsui_core.domain.probe_facts import FACTS, judged
from bunsui_core.domain.value import Json
from tests.emulator.embedded import Embedded
from tests.emulator.test_probe import KNOWN_DIFFERENCE, rest, silent

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine"

Documents = dict[str, dict[str, Json]]
Change = Callable[[Documents], None]


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AwsLaboratory, Clients]]:
    """What asks an embedded AWS whose waits last."""
    home = tmp_path_factory.mktemp("facts")
    aws = Embedded(up(home, watch_pid=os.getpid()), home)
    key = aws.key("root")
    access = Access(
        endpoint=aws.server.url,
        region=aws.server.region,
        access_key=key.access_key_id,
        secret_key=key.secret_access_key,
        reading=False,
    )
    with closing(AwsLaboratory(lambda: access)) as made, closing(Clients(lambda: access)) as seen:
        yield made, seen
    down(home)


@pytest.fixture(scope="module")
def seen(laboratory: tuple[AwsLaboratory, Clients]) -> Recording:
    """All that one probe saw."""
    made, clients = laboratory
    return probe(f"{PREFIX}{time.time_ns()}", made, AwsExecutions(clients), rest, silent)


def rows(seen: Recording) -> dict[str, Check]:
    """Each row by its name."""
    return {one.name: one for one in judged(seen)}


def changed(seen: Recording, change: Change) -> Recording:
    """The same answers but for a change of their documents."""
    documents: Documents = {k: deepcopy(dict(one.document)) for k, one in seen.answers.items()}
    change(documents)
    answers = {k: replace(one, document=documents[k]) for k, one in seen.answers.items()}
    return replace(seen, answers=answers)


def put(label: str, member: str, value: Json) -> Change:
    """Give a document another member."""

    def change(documents: Documents) -> None:
        documents[label][member] = value

    return change


def drop(label: str, kind: str) -> Change:
    """Leave out the last event of a type."""

    def change(documents: Documents) -> None:
        events = documents[label]["events"]
        assert isinstance(events, list)
        found = [one for one in events if isinstance(one, dict) and one["type"] == kind]
        events.remove(found[-1])

    return change


def point(label: str, kind: str) -> Change:
    """Let the first event of a type point elsewhere."""

    def change(documents: Documents) -> None:
        events = documents[label]["events"]
        assert isinstance(events, list)
        found = next(one for one in events if isinstance(one, dict) and one["type"] == kind)
        found["previousEventId"] = 99

    return change


@pytest.mark.parametrize(
    ("fact", "change"),
    [
        ("redrive", put("evaluates.redriven", "redriveCount", 2)),
        ("redrive", put("evaluates.redriven", "executionArn", "another")),
        ("redrive history", drop("evaluates.redriven.history", "ExecutionRedriven")),
        ("redrive history", drop("evaluates.redriven.history", "ExecutionStarted")),
        ("definition", put("definition", "definition", '{"Error": "Changed"}')),
        ("definition", put("raises.redriven", "error", "Changed")),
        ("retries", drop("calls.redriven.history", "TaskScheduled")),
        ("variables", put("evaluates.redriven", "output", "{}")),
        ("event chain", point("calls.failed.history", "TaskStarted")),
        ("evaluation", point("evaluates.failed.history", "EvaluationFailed")),
        ("start again", put("waits.again", "executionArn", "another")),
        ("stop", put("waits.stopped", "error", "another")),
        ("shapes", put("evaluates.failed", "redriveStatus", "PERHAPS")),
        ("shapes", put("waits.running", "stopDate", "2026-03-02T01:14:00+00:00")),
    ],
)
def test_another_answer_is_one_row_that_fails(seen: Recording, fact: str, change: Change) -> None:
    assert rows(seen)[fact].health is Health.OK

    row = rows(changed(seen, change))[fact]

    assert row.health is Health.FAIL
    assert row.next


@pytest.mark.parametrize(
    ("fact", "label", "code"),
    [
        ("redrive token", "evaluates.redrive.again", "ExecutionNotRedrivable"),
        ("redrive refused", "refused", ""),
        ("start again", "waits.other", ""),
        ("start again", "waits.closed", "InvalidName"),
    ],
)
def test_another_refusal_is_one_row_that_fails(
    seen: Recording, fact: str, label: str, code: str
) -> None:
    answers = {**seen.answers, label: replace(seen.answers[label], code=code)}

    assert rows(seen)[fact].health is Health.OK
    assert rows(replace(seen, answers=answers))[fact].health is Health.FAIL


@pytest.mark.parametrize("case", Case)
def test_a_failure_that_is_read_otherwise_fails_the_diagnosis(seen: Recording, case: Case) -> None:
    another = seen.failures[case].model_copy(update={"state_path": ("Elsewhere",)})

    row = rows(replace(seen, failures={**seen.failures, case: another}))["diagnosis"]

    assert row.health is Health.FAIL
    assert case in row.found


def test_a_map_that_goes_on_where_it_failed_is_well(seen: Recording) -> None:
    def begin_once(documents: Documents) -> None:
        events = documents["maps.redriven.history"]["events"]
        assert isinstance(events, list)
        again = [
            one
            for one in events
            if isinstance(one, dict)
            and one["type"] == "MapIterationStarted"
            and one["mapIterationStartedEventDetails"] == {"name": "Maps", "index": 0}
        ]
        events.remove(again[-1])

    assert rows(seen)[KNOWN_DIFFERENCE].health is Health.FAIL
    assert rows(changed(seen, begin_once))[KNOWN_DIFFERENCE].health is Health.OK


def test_what_is_new_is_told_and_fails_nothing(seen: Recording) -> None:
    found = rows(changed(seen, put("evaluates.failed", "mood", "good")))

    assert found["new members"].health is Health.WARN
    assert "DescribeExecution has mood" in found["new members"].found
    assert "shapes" not in found


def test_what_a_probe_did_not_come_to_is_skipped_with_the_step_that_is_missing() -> None:
    found = rows(Recording(answers={}))

    assert [found[fact.name].health for fact in FACTS] == [Health.SKIPPED] * len(FACTS)
    assert "evaluates.failed" in found["redrive"].found


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("StartExecution", {"stateMachineArn": f"{MACHINE}:orders"}),
        ("DeleteStateMachine", {"stateMachineArn": f"{MACHINE}:orders:{PREFIX}x"}),
        ("DeleteStateMachine", {"stateMachineArn": f":stateMachine:{PREFIX}x"}),
        ("DeleteStateMachine", {}),
        ("DeleteStateMachine", {"stateMachineArn": 1}),
        ("DeleteRole", {"RoleName": "admin"}),
        ("DeleteRole", {"RoleName": f"x{PREFIX}"}),
        ("CreateStateMachine", {"name": "orders"}),
        ("RedriveExecution", {"executionArn": f"{MACHINE}:{PREFIX}x:y"}),
        ("AttachRolePolicy", {"RoleName": f"{PREFIX}x"}),
    ],
)
def test_nothing_but_the_probes_own_is_ever_touched(
    laboratory: tuple[AwsLaboratory, Clients], operation: str, arguments: dict[str, Json]
) -> None:
    with pytest.raises(Refused):
        laboratory[0].ask(operation, arguments)


def test_the_probes_own_is_asked_about(laboratory: tuple[AwsLaboratory, Clients]) -> None:
    answer = laboratory[0].ask("ListExecutions", {"stateMachineArn": f"{MACHINE}:{PREFIX}gone"})

    assert answer.code == "StateMachineDoesNotExist"

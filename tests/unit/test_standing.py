"""What is looked at around a failure, and what is said where it cannot be seen."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from bunsui_core.app.standing import Ended, standings
from bunsui_core.domain.errors import BunsuiError, NotAuthorised, NotFound
from bunsui_core.domain.failure import ContainerTask, Definition, Failure, HistoryEvent
from bunsui_core.domain.standing import Standing
from bunsui_core.domain.thing import Thing
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Subject
from bunsui_core.ports.observe import (
    CodeState,
    PolicyText,
    RoleState,
    Seeing,
    TaskState,
    ThingState,
)
from tests.builders import NOW, a_failure, later, machine
from tests.unit.histories import FUNCTION, event
from tests.unit.seen import World

DENIED = (
    "User: arn:aws:sts::000000000000:assumed-role/load-role/load is not authorized to perform: "
    's3:GetObject on resource: "arn:aws:s3:::orders/day.csv" because no identity-based policy '
    "allows the s3:GetObject action"
)


class Around(World):
    """A world whose surroundings can be seen."""

    def __init__(self, *granted: str) -> None:
        super().__init__()
        self.granted = granted
        self.there: set[str] = set()
        self.asked_code: list[str] = []
        self.connected = False
        self.images: tuple[str, ...] = ("python:3.12",)
        self.refusal: BunsuiError | None = None

    @property
    def seeing(self) -> Seeing:
        """All of this world."""
        return Seeing(self, self, self, self)

    def code(self, function: str) -> CodeState:
        """Return a function that runs as a role."""
        self.asked_code.append(function)
        if function.startswith("gone"):
            raise NotFound("it is gone.", "Deploy it.")
        return CodeState(
            function=function,
            code_sha256="sha",
            modified_at=NOW,
            settings="digest",
            limits="128 MB, 3 s, 512 MB of disk",
            role="arn:aws:iam::000000000000:role/load-role",
            is_connected=self.connected,
        )

    def role(self, name: str) -> RoleState:
        """Return what was granted."""
        if self.refusal:
            raise self.refusal
        statements: Json = [
            {"Effect": "Allow", "Action": action, "Resource": "*"} for action in self.granted
        ]
        text = json.dumps({"Statement": statements})
        return RoleState(name=name, policies=(PolicyText(name="own", document=text),))

    def containers(self, definition: str) -> TaskState:
        """Return a task definition."""
        return TaskState(
            definition=definition,
            state="runs",
            limits="256 CPU units, 512 MB",
            images=self.images,
            registered_at=NOW,
        )

    def thing(self, thing: Thing) -> ThingState:
        """Return whether a thing is there."""
        if self.refusal:
            raise self.refusal
        return ThingState(thing=thing, state="id" if thing.name in self.there else "", policy="")


def scheduled(parameters: Json) -> tuple[HistoryEvent, ...]:
    """The history of one Task."""
    return (event(2, 1, "TaskScheduled", parameters=json.dumps(parameters)),)


def look(
    world: World, failure: Failure, given: str = "{}", history: tuple[HistoryEvent, ...] = ()
) -> dict[Subject, list[Standing]]:
    """What is seen, by subject."""
    execution = world.describe("arn").model_copy(update={"input": given})
    definition = Definition(
        machine=machine("extract"), definition="{}", revision="rev-1", updated_at=NOW
    )
    found: dict[Subject, list[Standing]] = {}
    ended = Ended(execution, history, definition)
    for one in standings(failure, ended, world.seeing, later(hours=1)):
        found.setdefault(one.subject, []).append(one)
    return found


def broken(message: str, exception: str = "", **more: object) -> Failure:
    """A failure of a function, in these words."""
    fields = {"resource": FUNCTION, "message": message, "exception": exception, "cause": message}
    return a_failure(**{**fields, "event_id": 6, "error": exception, **more})


def test_a_function_tells_code_settings_and_limits_apart() -> None:
    found = look(Around(), broken("bad row", "RowError"))

    states = {s: found[s][0].state for s in (Subject.CODE, Subject.SETTINGS, Subject.LIMITS)}
    assert states == {
        Subject.CODE: "sha",
        Subject.SETTINGS: "digest",
        Subject.LIMITS: "128 MB, 3 s, 512 MB of disk",
    }


@pytest.mark.parametrize(
    ("resource", "parameters", "asked"),
    [
        (FUNCTION, {}, "orders-load"),
        (f"{FUNCTION}:live", {}, "orders-load:live"),
        (FUNCTION, {"Qualifier": "7"}, "orders-load:7"),
    ],
)
def test_the_version_or_alias_that_was_called_is_looked_at(
    resource: str, parameters: Json, asked: str
) -> None:
    world = Around()

    look(world, broken("bad row", resource=resource), history=scheduled(parameters))

    assert world.asked_code == [asked]


def test_a_function_that_is_gone_is_seen_to_be_gone() -> None:
    found = look(Around(), broken("not found", "Lambda.ResourceNotFoundException", resource="gone"))

    assert [(one.state, one.unseen) for one in found[Subject.CODE]] == [("", False)]


def test_what_was_denied_is_held_against_the_role_and_the_resource() -> None:
    world = Around("s3:PutObject")
    world.there = {"orders"}

    found = look(world, broken(DENIED, "AccessDenied"))

    assert [one.name for one in found[Subject.ROLE]] == ["load-role"]
    assert [one.state for one in found[Subject.GRANT]] == ["not allowed"]
    assert [(one.name, one.state) for one in found[Subject.POLICY]] == [("orders", "none")]


def test_another_role_of_the_function_is_looked_at_beside_the_one_that_was_denied() -> None:
    found = look(Around("s3:*"), broken(DENIED.replace("load-role", "old-role"), "AccessDenied"))

    assert [one.name for one in found[Subject.GRANT]] == [
        "old-role s3:GetObject",
        "load-role s3:GetObject",
    ]


def test_a_role_that_may_not_be_seen_is_told_and_nothing_is_raised() -> None:
    world = Around()
    world.refusal = NotAuthorised("iam:GetRole is denied.", "Allow it.")

    found = look(world, broken(DENIED, "AccessDenied"))

    assert all(one.unseen for one in (*found[Subject.ROLE], *found[Subject.POLICY]))
    assert "iam:GetRole is denied" in found[Subject.ROLE][0].text


def test_without_surroundings_a_denial_is_not_looked_into() -> None:
    found = look(World(), broken(DENIED, "AccessDenied"))

    assert [one.unseen for one in found[Subject.ROLE]] == [True]


BAD, NAMED = broken("row 7 is bad", "ValueError"), '{"source": "s3://orders/day.csv"}'


@pytest.mark.parametrize(
    ("granted", "given", "connected", "unseen"),
    [
        (("dynamodb:GetItem",), "{}", False, [True]),
        (("logs:PutLogEvents", "s3:PutObject"), "{}", False, [False]),
        (("logs:PutLogEvents",), "{}", True, [True]),
        (("dynamodb:GetItem",), NAMED, False, []),
    ],
)
def test_data_that_nothing_names_is_not_seen(
    granted: tuple[str, ...], given: str, connected: bool, unseen: list[bool]
) -> None:
    world = Around(*granted)
    world.connected = connected

    found = look(world, BAD, given)

    assert [one.unseen for one in found.get(Subject.DATA, [])] == unseen


@pytest.mark.parametrize("is_there", [True, False])
def test_what_is_missing_is_looked_for(is_there: bool) -> None:
    world = Around()
    world.there = {"rates"} if is_there else set()
    failure = broken(
        "Requested resource not found", "DynamoDB.ResourceNotFoundException", resource="dynamodb:x"
    )

    found = look(world, failure, history=scheduled({"TableName": "rates"}))

    assert [(one.name, bool(one.state)) for one in found[Subject.THING]] == [("rates", is_there)]
    assert Subject.CODE not in found


def test_what_another_service_runs_is_not_seen() -> None:
    found = look(Around(), broken("it failed", resource="glue:startJobRun.sync"))

    assert [one.unseen for one in found[Subject.CODE]] == [True]


@pytest.mark.parametrize(
    ("image", "state"),
    [
        ("python:3.12", ""),
        (f"python@sha256:{'a' * 64}", f"sha256:{'a' * 64}"),
    ],
)
def test_an_image_by_its_digest_needs_no_look(image: str, state: str) -> None:
    world = Around()
    world.images = (image,)
    task = ContainerTask(arn="arn:task", definition="arn:aws:ecs:r:1:task-definition/copy:3")

    found = look(world, broken("exit code 1", resource="ecs:runTask.sync", task=task))

    assert [one.state for one in found[Subject.IMAGE]] == [state]
    assert [one.name for one in found[Subject.TASK]] == ["copy:3"]
    assert Subject.CODE not in found


def test_a_family_is_looked_at_as_the_machine_calls_it() -> None:
    task = ContainerTask(arn="arn:task", definition="arn:aws:ecs:r:1:task-definition/copy:3")
    failure = broken("exit code 1", resource="ecs:runTask.sync", task=task)

    found = look(Around(), failure, history=scheduled({"TaskDefinition": "copy"}))

    assert [one.name for one in found[Subject.TASK]] == ["copy"]


FACES: list[Callable[[], World]] = [World, Around]


@pytest.mark.parametrize("make", FACES)
@pytest.mark.parametrize("error", ["RowError", "AccessDenied", "NoSuchKey", "States.Timeout", ""])
def test_nothing_that_cannot_be_seen_is_raised(make: Callable[[], World], error: str) -> None:
    world = make()
    world.broken = NotAuthorised("it is denied.", "Allow it.")

    found = look(world, broken(DENIED, error), NAMED)

    assert found[Subject.OBJECT][0].unseen
    assert found[Subject.DEFINITION][0].unseen

"""A probe waits for what AWS does not know everywhere yet, and never leaves what it made."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bunsui_core.app import probe as probing
from bunsui_core.app.probe import clear, probe
from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.probe import PREFIX, Answered, Recording
from bunsui_core.domain.value import Json
from tests.builders import later
from tests.fakes import FakeStepFunctions

NAME = f"{PREFIX}test"
MACHINE = f"arn:aws:states:us-east-1:000000000000:stateMachine:{NAME}"


class Account:
    """Answers as it is told, one after the other for each operation, and then the last one again.

    An error is raised: AWS did not answer.
    """

    def __init__(self, **answers: list[Answered | Unavailable]) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, list[Answered | Unavailable]] = {**self._usual(), **answers}

    def ask(self, operation: str, arguments: Mapping[str, Json]) -> Answered:
        """Return the next answer of an operation."""
        del arguments
        self.asked.append(operation)
        known = self.answers.get(operation, [refused("NoSuchThing")])
        answer = known.pop(0) if len(known) > 1 else known[0]
        if isinstance(answer, Unavailable):
            raise answer
        return answer

    @staticmethod
    def _usual() -> dict[str, list[Answered | Unavailable]]:
        return {
            "GetCallerIdentity": [answered(Account="000000000000")],
            "CreateRole": [answered(Role={"Arn": "arn:aws:iam::000000000000:role/x"})],
            "CreateStateMachine": [answered(stateMachineArn=MACHINE)],
            "DeleteRole": [answered()],
            "DeleteStateMachine": [answered()],
            "ListStateMachines": [answered(stateMachines=[])],
            "StopExecution": [answered()],
        }


def answered(**document: Json) -> Answered:
    return Answered("any", document)


def refused(code: str, message: str = "no") -> Answered:
    return Answered("any", code=code, message=message)


SILENT = Unavailable("AWS does not answer.", "Try again.")


def run(account: Account) -> Recording:
    return probe(NAME, account, FakeStepFunctions(), lambda _: None, lambda _: None)


def test_a_role_that_aws_does_not_know_everywhere_yet_is_waited_for() -> None:
    early = refused("AccessDeniedException", "… is not authorized to assume the provided role.")
    account = Account(CreateStateMachine=[early, early, answered(stateMachineArn=MACHINE)])

    run(account)

    assert account.asked.count("CreateStateMachine") == 3
    assert "StartExecution" in account.asked


def test_a_machine_that_aws_does_not_know_everywhere_yet_is_waited_for() -> None:
    early = refused("StateMachineDoesNotExist")
    account = Account(StartExecution=[early, early, refused("AccessDeniedException", "denied")])

    found = run(account)

    assert account.asked.count("StartExecution") == 3
    assert found.trouble == "StartExecution was refused: denied (AccessDeniedException)"


@pytest.mark.parametrize("code", ["AccessDeniedException", "StateMachineLimitExceeded"])
def test_a_machine_that_is_refused_is_not_asked_for_again(code: str) -> None:
    account = Account(CreateStateMachine=[refused(code)])

    found = run(account)

    assert account.asked.count("CreateStateMachine") == 1
    assert code in found.trouble
    assert (found.left, "DeleteRole" in account.asked) == ((), True)


def test_a_role_that_was_refused_is_neither_deleted_nor_named_as_left() -> None:
    denied = refused("AccessDenied")
    account = Account(CreateRole=[denied], DeleteRole=[denied])

    found = run(account)

    assert (found.left, "DeleteRole" in account.asked) == ((), False)


def test_a_role_whose_making_was_never_answered_is_deleted() -> None:
    account = Account(CreateRole=[SILENT])

    assert run(account).left == ()
    assert "DeleteRole" in account.asked


def test_an_execution_that_never_ends_ends_the_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "LOOKS", 5)
    account = Account(
        StartExecution=[answered(executionArn="arn")],
        DescribeExecution=[answered(status="RUNNING", redriveCount=0)],
    )

    found = run(account)

    assert found.trouble == "the execution waits did not end in time"
    assert found.next == "Run it again in a while."
    assert account.asked[-2:] == ["DeleteRole", "DeleteStateMachine"]


def test_what_may_have_been_made_without_an_answer_is_deleted_too() -> None:
    made: list[Json] = [{"name": NAME, "stateMachineArn": MACHINE}]
    account = Account(CreateStateMachine=[SILENT], ListStateMachines=[answered(stateMachines=made)])

    found = run(account)

    assert (found.trouble, found.next) == (SILENT.message, SILENT.next_step)
    assert found.left == ()
    assert "DeleteStateMachine" in account.asked


def test_a_deletion_is_tried_again_and_what_is_left_is_named() -> None:
    once = Account(DeleteRole=[SILENT, answered()])
    never = Account(DeleteRole=[SILENT], DeleteStateMachine=[refused("AccessDeniedException")])

    assert run(once).left == ()
    assert run(never).left == (NAME, MACHINE)


def test_only_what_an_old_probe_left_is_cleared_on_every_page() -> None:
    def machine(name: str, hours: float) -> Json:
        return {
            "name": name,
            "stateMachineArn": f":stateMachine:{name}",
            "creationDate": later(hours=-hours).isoformat(),
        }

    first: list[Json] = [machine(f"{PREFIX}old", 2), machine("orders", 2)]
    second: list[Json] = [machine(f"{PREFIX}new", 0.5), machine(f"{PREFIX}older", 9)]
    account = Account(
        ListStateMachines=[
            answered(stateMachines=first, nextToken="n"),
            answered(stateMachines=second),
        ]
    )

    assert clear(account, later()) == (f"{PREFIX}old", f"{PREFIX}older")
    assert account.asked.count("DeleteStateMachine") == 2

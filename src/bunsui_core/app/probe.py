"""Make a machine, let it fail, redrive it, keep every answer, and delete everything again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from bunsui_core.domain.errors import BunsuiError, Unavailable
from bunsui_core.domain.failure import Failure
from bunsui_core.domain.history import read_failure
from bunsui_core.domain.probe import Answered, Case, Recording, definition, is_stale, trust
from bunsui_core.domain.value import Instant, Json
from bunsui_core.ports.control import Laboratory
from bunsui_core.ports.observe import Executions

PAUSE_S = 0.5
"""Seconds between two looks at what is not done yet."""

LOOKS = 120
"""How often one looks; a new role may take AWS half a minute to know."""

SETTLING = 20
"""How often one asks about what was made a moment ago."""

TRIES = 3
"""How often a deletion is tried."""

ALLOW = "Allow the executing profile what `bunsui doctor --aws` prints, and run it again."

_ENDED = frozenset({"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"})
_NOT_YET = frozenset(
    {"StateMachineDoesNotExist", "ExecutionDoesNotExist", "ExecutionNotRedrivable"}
)
_GONE = frozenset({"NoSuchEntity", "StateMachineDoesNotExist", "ExecutionDoesNotExist"})


class _Stopped(Exception):
    """The probe cannot go on: why, and what to do."""

    def __init__(self, why: str, todo: str = ALLOW) -> None:
        super().__init__(why)
        self.todo = todo


@dataclass
class _Probe:
    """One probe under way: what was answered, and what was made."""

    name: str
    laboratory: Laboratory
    seen: Executions
    rest: Callable[[float], None]
    progress: Callable[[str], None]
    answers: dict[str, Answered] = field(default_factory=dict)
    has_begun: bool = False
    machine: str = ""
    executions: dict[Case, str] = field(default_factory=dict)
    failures: dict[Case, Failure] = field(default_factory=dict)

    @property
    def may_have_role(self) -> bool:
        """Whether a role was made, or may have been by a call that was never answered."""
        answer = self.answers.get("role")
        return not answer.code if answer else self.has_begun

    def ask(self, label: str, operation: str, arguments: Mapping[str, Json]) -> Answered:
        """Ask and keep the answer under a label."""
        answer = self.laboratory.ask(operation, arguments)
        self.answers[label] = answer
        return answer

    def need(self, label: str, operation: str, arguments: Mapping[str, Json]) -> Mapping[str, Json]:
        """Ask for what everything after rests on; AWS may not know everywhere yet what was made.

        Raises: _Stopped when it is refused.
        """
        for _ in range(SETTLING):
            answer = self.ask(label, operation, arguments)
            if answer.code not in _NOT_YET:
                break
            self.rest(PAUSE_S)
        if answer.code:
            raise _Stopped(f"{operation} was refused: {answer.message} ({answer.code})")
        return answer.document

    def of(self, label: str, operation: str, case: Case, **more: Json) -> Mapping[str, Json]:
        """Ask about the execution of a case. Raises: _Stopped when it is refused."""
        return self.need(label, operation, {"executionArn": self.executions[case], **more})


def probe(
    name: str,
    laboratory: Laboratory,
    executions: Executions,
    rest: Callable[[float], None],
    progress: Callable[[str], None],
) -> Recording:
    """Return what AWS answered; whatever happens, what was made is deleted or named as left.

    `name` begins with PREFIX and is of this probe alone; `rest` waits for so many seconds.
    """
    made = _Probe(name, laboratory, executions, rest, progress)
    trouble = todo = ""
    try:
        _story(made)
    except BunsuiError as error:
        trouble, todo = error.message, error.next_step
    except _Stopped as error:
        trouble, todo = str(error), error.todo
    finally:
        left = _delete(made)
    return Recording(made.answers, made.failures, trouble, todo, left)


def clear(laboratory: Laboratory, now: Instant) -> tuple[str, ...]:
    """Delete what probes that died left behind, and return the names.

    Raises: Refused, Unavailable.
    """
    stale = [one for one in _machines(laboratory) if is_stale(one, now)]
    for one in stale:
        laboratory.ask("DeleteRole", {"RoleName": one["name"]})
        laboratory.ask("DeleteStateMachine", {"stateMachineArn": one["stateMachineArn"]})
    return tuple(str(one["name"]) for one in stale)


def _machines(laboratory: Laboratory) -> Iterator[dict[str, Json]]:
    arguments: dict[str, Json] = {"maxResults": 1000}
    while True:
        document = laboratory.ask("ListStateMachines", arguments).document
        found = document.get("stateMachines")
        yield from (
            (one for one in found if isinstance(one, dict)) if isinstance(found, list) else ()
        )
        if not document.get("nextToken"):
            return
        arguments["nextToken"] = document["nextToken"]


def _story(made: _Probe) -> None:
    _make(made)
    made.progress("starting five executions that fail, each in its way")
    for case in Case:
        _start(made, case)
    _watch_waiting(made)
    for case in (Case.EVALUATES, Case.RAISES, Case.CALLS, Case.MAPS):
        _ended(made, f"{case}.failed", case, 0)
        made.of(f"{case}.failed.history", "GetExecutionHistory", case)
    _explain(made)
    made.progress("changing the machine, then redriving what failed with its old definition")
    _change(made)
    for case in (Case.EVALUATES, Case.RAISES, Case.CALLS, Case.MAPS):
        _redrive(made, case)
    _refuse(made)


def _make(made: _Probe) -> None:
    account = str(made.need("identity", "GetCallerIdentity", {})["Account"])
    made.progress(f"making the role and the machine {made.name}")
    made.has_begun = True
    role = made.need(
        "role", "CreateRole", {"RoleName": made.name, "AssumeRolePolicyDocument": trust(account)}
    )["Role"]
    arn = str(role["Arn"]) if isinstance(role, dict) else ""
    arguments: dict[str, Json] = {
        "name": made.name,
        "definition": definition(),
        "roleArn": arn,
        "type": "STANDARD",
    }
    # AWS says so for a while of a role that it does not know everywhere yet.
    for _ in range(LOOKS):
        answer = made.ask("machine", "CreateStateMachine", arguments)
        if answer.code != "AccessDeniedException" or "assume" not in answer.message:
            break
        made.rest(PAUSE_S)
    made.machine = str(answer.document.get("stateMachineArn", ""))
    if not made.machine:
        raise _Stopped(f"CreateStateMachine was refused: {answer.message} ({answer.code})")


def _start(made: _Probe, case: Case) -> None:
    document = made.need(f"{case}.start", "StartExecution", _given(made, case))
    made.executions[case] = str(document["executionArn"])


def _given(made: _Probe, case: Case, **more: Json) -> dict[str, Json]:
    text = json.dumps({"case": case.value, **more})
    return {"stateMachineArn": made.machine, "name": case.value, "input": text}


def _watch_waiting(made: _Probe) -> None:
    """What runs is started again, alike and with another input, and is stopped."""
    made.ask("waits.again", "StartExecution", _given(made, Case.WAITS))
    made.ask("waits.other", "StartExecution", _given(made, Case.WAITS, other=True))
    made.of("waits.running", "DescribeExecution", Case.WAITS)
    made.of("waits.stop", "StopExecution", Case.WAITS, error="Stopped", cause="by the probe")
    _ended(made, "waits.stopped", Case.WAITS, 0)
    made.of("waits.history", "GetExecutionHistory", Case.WAITS)
    made.ask("waits.closed", "StartExecution", _given(made, Case.WAITS))


def _explain(made: _Probe) -> None:
    """Read each failure as the diagnosis of a session does."""
    for case, arn in made.executions.items():
        found = read_failure(case, made.seen.describe(arn), made.seen.history(arn))
        if found:
            made.failures[case] = found


def _change(made: _Probe) -> None:
    """A redrive goes on with the definition of its execution, whatever the machine has become."""
    changed: dict[str, Json] = {
        "stateMachineArn": made.machine,
        "definition": definition("Changed"),
    }
    made.need("change", "UpdateStateMachine", changed)
    made.of("definition", "DescribeStateMachineForExecution", Case.RAISES)


def _redrive(made: _Probe, case: Case) -> None:
    token = f"{made.name}-{case}"
    made.of(f"{case}.redrive", "RedriveExecution", case, clientToken=token)
    made.of(f"{case}.redrive.again", "RedriveExecution", case, clientToken=token)
    _ended(made, f"{case}.redriven", case, 1)
    made.of(f"{case}.redriven.history", "GetExecutionHistory", case)


def _refuse(made: _Probe) -> None:
    succeeded: dict[str, Json] = {"executionArn": made.executions[Case.EVALUATES]}
    made.ask("refused", "RedriveExecution", {**succeeded, "clientToken": f"{made.name}-refused"})
    made.need("list", "ListExecutions", {"stateMachineArn": made.machine})


def _ended(made: _Probe, label: str, case: Case, redrives: int) -> None:
    """Wait until an execution has ended; DescribeExecution may show an older state for a while."""
    for _ in range(LOOKS):
        found = made.of(label, "DescribeExecution", case)
        count = found.get("redriveCount")
        if found.get("status") in _ENDED and isinstance(count, int) and count >= redrives:
            return
        made.rest(PAUSE_S)
    raise _Stopped(f"the execution {case} did not end in time", "Run it again in a while.")


def _delete(made: _Probe) -> tuple[str, ...]:
    """Delete what was made, or may have been; return what is left of it."""
    made.progress("deleting everything again")
    running = made.executions.get(Case.WAITS)
    if running and "waits.stop" not in made.answers:
        _tried(made.laboratory, "StopExecution", {"executionArn": running})
    left = []
    role: dict[str, Json] = {"RoleName": made.name}
    if made.may_have_role and not _tried(made.laboratory, "DeleteRole", role):
        left.append(made.name)
    for machine in _made_machines(made):
        if not _tried(made.laboratory, "DeleteStateMachine", {"stateMachineArn": machine}):
            left.append(machine)
    return tuple(left)


def _made_machines(made: _Probe) -> list[str]:
    """The machine; one whose making was never answered is looked for by its name."""
    if made.machine or not made.has_begun or "machine" in made.answers:
        return [made.machine] if made.machine else []
    try:
        listed = list(_machines(made.laboratory))
    except BunsuiError:
        return []
    return [str(one["stateMachineArn"]) for one in listed if one.get("name") == made.name]


def _tried(laboratory: Laboratory, operation: str, arguments: Mapping[str, Json]) -> bool:
    """Whether a deletion came to its end, within a few tries."""
    for _ in range(TRIES):
        try:
            answer = laboratory.ask(operation, arguments)
        except Unavailable:
            continue
        return not answer.code or answer.code in _GONE
    return False

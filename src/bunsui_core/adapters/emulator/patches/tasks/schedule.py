"""With which limits, and as which role, an attempt of a Task is scheduled."""

from __future__ import annotations

from dataclasses import dataclass

from ministack.services import iam
from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.states import (
    evaluation,
    fields,
    outcome,
    templates,
)
from bunsui_core.adapters.emulator.patches.states.evaluation import Scope, is_jsonata
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

_NUMBERS = {"TimeoutSeconds": "timeoutInSeconds", "HeartbeatSeconds": "heartbeatInSeconds"}


@dataclass(frozen=True)
class Schedule:
    """The limits of an attempt in seconds and the role it takes, where the state names them."""

    timeout: float | None = None
    heartbeat: float | None = None
    role: str = ""

    @classmethod
    def of(cls, state: Document, data: Json, context: Document) -> Schedule:
        """Return what a state says for this input, as numbers, paths or expressions."""
        timeout, heartbeat = (_number(state, name, data, context) for name in _NUMBERS)
        return cls(timeout, heartbeat, _role(state, data, context))

    @property
    def limits(self) -> Document:
        """The fields by which an event tells the limits."""
        told = zip(_NUMBERS.values(), (self.timeout, self.heartbeat), strict=True)
        return {name: seconds for name, seconds in told if seconds is not None}

    @property
    def credentials(self) -> Document:
        """The field by which an event tells the role."""
        return {"taskCredentials": {"roleArn": self.role}} if self.role else {}

    def require_role(self, context: Document) -> None:
        """Pass when the role can be taken: a role of this account must be there."""
        account, _, name = self.role.removeprefix("arn:aws:iam::").partition(":role/")
        if not name or account != sf.get_account_id() or name.rsplit("/", 1)[-1] in iam._roles:
            return
        execution = context["Execution"]
        assert isinstance(execution, dict)
        said = (
            f"The role {execution['RoleArn']} is not authorized to assume the task state's role, "
            f"{self.role}."
        )
        raise sf._ExecutionError("States.TaskFailed", said)


def _number(state: Document, name: str, data: Json, context: Document) -> float | None:
    value = state.get(name)
    if isinstance(value, str):
        value = evaluation.typed(state, name, "number", Scope(data, context))
    elif path := state.get(f"{name}Path"):
        value = templates.read(str(path), fields.effective(state, data, context), context)
        if not isinstance(value, int):
            said = f"The {name}Path parameter does not reference an integer value: {path}"
            raise outcome.runtime(said)
    return value if isinstance(value, int | float) else None


def _role(state: Document, data: Json, context: Document) -> str:
    given = state.get("Credentials")
    if not isinstance(given, dict):
        return ""
    if is_jsonata(state, context):
        told = evaluation.fill(given, "Credentials", Scope(data, context))
    else:
        told = templates.fill(given, fields.effective(state, data, context), context)
    return str(told.get("RoleArn", "")) if isinstance(told, dict) else ""

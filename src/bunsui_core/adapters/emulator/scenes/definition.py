"""The scene of a machine whose definition is wrong, and of the one that corrects it."""

from __future__ import annotations

import json

from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.blueprint import (
    Blueprint,
    Part,
    call,
    chain,
    named,
    note,
    stores,
)
from bunsui_core.adapters.emulator.scenes.scene import Scene, Witness
from bunsui_core.adapters.emulator.scenes.small import SmallPlay, dice
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.demo import End
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.session import Session, SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode, Ruling

_MODULE = "parse_part"


class WrongDefinition(SmallPlay):
    """The second state reads a field that nobody gives, until the definition says the right one."""

    def __init__(self, seed: int) -> None:
        chance = dice(seed, "wrong-definition")
        self._field = chance.choice(("tariff", "discounts", "surcharges"))
        self._wrong = chance.choice((f"{self._field}_v2", self._field[:-1], f"{self._field}File"))
        self.done, self.broken = chance.choice(
            (("ReadMeters", "ApplyTariff"), ("SumReadings", "AddPrices"), ("Collect", "Value"))
        )
        job = chance.choice(("meter", "bill", "settle"))
        name = named("metering", seed)
        read: dict[str, Json] = {"part.$": "$.input.readings", "target.$": "$.input.target"}
        given: dict[str, Json] = {"part.$": f"$.input.{self._field}", "target.$": "$.input.target"}
        scene = Scene(
            name="wrong-definition",
            story=f"A release of {job}'s definition reads {self._wrong} where {self._field} is "
            f"given. It is corrected; a redrive would keep the old one, so a new execution enters "
            f"at {self.broken}, and {self.done} is not run again.",
            pipeline=name,
            end=End(
                status=SessionStatus.SUCCEEDED,
                mode=Mode.ENTER_AT,
                category=Category.CONFIGURATION,
                ruling=Ruling.SAFE,
                path=(self.broken,),
            ),
            failing=job,
            answer=Answer.APPROVE,
        )
        first = note(_MODULE, read, "readings")
        blueprint = Blueprint(
            name=name,
            parts=(Part(job, chain((self.done, first), (self.broken, call(_MODULE, given)))),),
            functions={_MODULE: {}},
            allowed=stores(f"bunsui-{name}"),
        )
        super().__init__(scene, blueprint)

    def prepare(self, account: Account, run_id: str) -> None:
        """Put what both states read, and release the definition that is wrong."""
        part = json.dumps({"net": "18.40", "due": "2026-12-24", "lines": "3"})
        for name in ("readings", self._field):
            self.put(account, f"{run_id}/{name}.json", part)
        self._release(account, self._field, self._wrong)

    def given(self, run_id: str) -> Json:
        """Return where everything is."""
        url = self.blueprint.url
        parts = {name: url(f"{run_id}/{name}.json") for name in ("readings", self._field)}
        return {**parts, "target": url(f"{run_id}/out/")}

    def meanwhile(self, account: Account, run_id: str) -> str:
        """Release the definition that is right."""
        self._release(account, self._wrong, self._field)
        return f"the definition of {self._machine} is corrected"

    def witness(
        self, account: Account, run_id: str, sessions: tuple[Session, ...]
    ) -> Witness | None:
        """Count how often each state was entered, over all executions of the job."""
        arns = [attempt.execution_arn for run in sessions[0].runs for attempt in run.attempts]
        entered = [
            event["stateEnteredEventDetails"]["name"]
            for arn in arns
            for event in account.machines.get_execution_history(executionArn=arn)["events"]
            if "stateEnteredEventDetails" in event
        ]
        first, second = entered.count(self.done), entered.count(self.broken)
        text = f"{self.done} was entered {first} ×, {self.broken} {second} ×"
        return Witness(text=text, holds=(first, second) == (1, 2))

    @property
    def _machine(self) -> str:
        return f"{self.blueprint.name}-{self.scene.failing}"

    def _release(self, account: Account, before: str, after: str) -> None:
        arn = account.machine_arn(self._machine)
        held = account.machines.describe_state_machine(stateMachineArn=arn)["definition"]
        text = held.replace(f'"$.input.{before}"', f'"$.input.{after}"')
        account.machines.update_state_machine(stateMachineArn=arn, definition=text)


def plays(seed: int) -> tuple[SmallPlay, ...]:
    """Return the play of a seed."""
    return (WrongDefinition(seed),)

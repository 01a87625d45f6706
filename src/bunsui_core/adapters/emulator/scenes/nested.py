"""The scene of a job that waits for an execution of another machine, and that one breaks."""

from __future__ import annotations

import json

from bunsui_core.adapters.emulator import templates
from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.blueprint import Blueprint, Part, call, chain, named, stores
from bunsui_core.adapters.emulator.scenes.code_bug import packed
from bunsui_core.adapters.emulator.scenes.scene import Scene
from bunsui_core.adapters.emulator.scenes.small import SmallPlay, dice
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.demo import End
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.session import SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode, Ruling

_MODULE = "load_catalogue"
_RULE = "StepFunctionsGetEventsForStepFunctionsExecutionRule"
_RIGHT = 'KEY = "entries"'


class NestedExecution(SmallPlay):
    """The code of a loader expects another field; with an even seed a second machine waits too."""

    def __init__(self, seed: int) -> None:
        chance = dice(seed, "nested-execution")
        self._wrong = chance.choice(("items", "products", "rows"))
        self._entries = chance.randrange(3, 40)
        self.waiting = chance.choice(("RunLoader", "WaitForLoader", "LoadCatalogue"))
        self.between = ("RunStep",) if seed % 2 == 0 else ()
        self.broken = chance.choice(("LoadEntries", "ReadEntries", "CountEntries"))
        job = chance.choice(("refresh", "renew", "reload"))
        name = named("catalogue", seed)
        two = "an execution of another machine, which waits for one of a third"
        waited = two if self.between else "an execution of another machine"
        scene = Scene(
            name="nested-execution",
            story=f"{job} waits for {waited}, and the code at the bottom has a bug. A fix is "
            "deployed, and a redrive starts what is below anew.",
            pipeline=name,
            end=End(
                status=SessionStatus.SUCCEEDED,
                mode=Mode.REDRIVE,
                category=Category.CODE_BUG,
                ruling=Ruling.SAFE,
                path=(self.waiting,),
                root=self.broken,
            ),
            failing=job,
            answer=Answer.APPROVE,
        )
        super().__init__(scene, self._blueprint(name, job))

    def _blueprint(self, name: str, job: str) -> Blueprint:
        load = call(_MODULE, {"source.$": "$.input.source", "target.$": "$.input.target"})
        loader = chain((self.broken, load))
        known = {_MODULE: templates.arn("LoadCatalogue")}
        beside: dict[str, Json] = {
            "LoaderRole": templates.machine_role(),
            "Loader": templates.machine(f"{name}-loader", loader, known, "LoaderRole"),
        }
        below, machine = "Loader", f"{name}-loader"
        for state in self.between:
            runner = chain((state, waits_for(f"${{{below}}}")))
            known = {below: templates.ref(below)}
            beside["RunnerRole"] = templates.role("states", _starts(below, machine))
            beside["Runner"] = templates.machine(f"{name}-runner", runner, known, "RunnerRole")
            below, machine = "Runner", f"{name}-runner"
        beside["MachineRole"] = templates.role("states", _starts(below, machine))
        return Blueprint(
            name=name,
            parts=(Part(job, chain((self.waiting, waits_for(f"${{{below}}}")))),),
            functions={_MODULE: {}},
            allowed=stores(f"bunsui-{name}"),
            beside=beside,
        )

    def prepare(self, account: Account, run_id: str) -> None:
        """Put a catalogue, and release the code with the bug."""
        catalogue = {"entries": [f"E-{number}" for number in range(self._entries)], "version": 2}
        self.put(account, f"{run_id}/catalogue.json", json.dumps(catalogue))
        good = templates.code(_MODULE)
        assert good.count(_RIGHT) == 1
        self._release(account, good.replace(_RIGHT, f'KEY = "{self._wrong}"'))

    def given(self, run_id: str) -> Json:
        """Return where the catalogue is."""
        source = self.blueprint.url(f"{run_id}/catalogue.json")
        return {"source": source, "target": self.blueprint.url(f"{run_id}/")}

    def meanwhile(self, account: Account, run_id: str) -> str:
        """Release the good code."""
        self._release(account, templates.code(_MODULE))
        return f"a fixed release of {self.blueprint.function(_MODULE)} is deployed"

    def _release(self, account: Account, code: str) -> None:
        name = self.blueprint.function(_MODULE)
        account.functions.update_function_code(FunctionName=name, ZipFile=packed(code))


def waits_for(machine: str) -> dict[str, Json]:
    """Return a Task that starts another machine, waits, and gives what it gave."""
    given: dict[str, Json] = {
        "input.$": "$.input",
        "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$": "$$.Execution.Id",
    }
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": machine, "Input": given},
        "OutputPath": "$.Output",
    }


def _starts(resource: str, machine: str) -> list[Json]:
    """What a machine needs to start another one and to hear of its end (Step Functions Developer
    Guide, "IAM policies for calling Step Functions workflows").
    """
    place = "${AWS::Region}:${AWS::AccountId}"
    executions: Json = {"Fn::Sub": f"arn:aws:states:{place}:execution:{machine}:*"}
    rule: Json = {"Fn::Sub": f"arn:aws:events:{place}:rule/{_RULE}"}
    return [
        _allow(["states:StartExecution"], templates.ref(resource)),
        _allow(["states:DescribeExecution", "states:StopExecution"], executions),
        _allow(["events:PutTargets", "events:PutRule", "events:DescribeRule"], rule),
    ]


def _allow(actions: list[Json], resource: Json) -> Json:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def plays(seed: int) -> tuple[SmallPlay, ...]:
    """Return the play of a seed."""
    return (NestedExecution(seed),)

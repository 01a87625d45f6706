"""The scene of one branch of a Parallel state, which meets a fault of a service."""

from __future__ import annotations

import json

from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.blueprint import Blueprint, Part, call, named, stores
from bunsui_core.adapters.emulator.orders import Throttling
from bunsui_core.adapters.emulator.scenes.scene import Scene
from bunsui_core.adapters.emulator.scenes.small import SmallPlay, dice
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.demo import End
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.session import SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode, Ruling

_BRANCHES = ("Totals", "Chart", "Letter", "Ledger")
_FAULTS = (
    Throttling(
        service="dynamodb",
        operation="PutItem",
        code="InternalServerError",
        message="Internal server error",
    ),
    Throttling(
        service="kinesis",
        operation="PutRecords",
        code="InternalFailure",
        message="The request processing has failed because of an unknown error.",
    ),
    Throttling(
        service="ses",
        operation="SendEmail",
        code="ServiceUnavailable",
        message="Service Unavailable",
    ),
)


class FailingBranch(SmallPlay):
    """A session whose Parallel state fails in one branch, once."""

    def __init__(self, seed: int) -> None:
        chance = dice(seed, "failing-branch")
        branches = chance.sample(_BRANCHES, 3)
        self.broken = chance.choice(branches)
        self._fault = chance.choice(_FAULTS)
        self.state = chance.choice(("BuildParts", "AllParts", "SideBySide"))
        job = chance.choice(("assemble", "compose", "build"))
        name = named("statements", seed)
        scene = Scene(
            name="failing-branch",
            story=f"One branch of {len(branches)} in a Parallel state fails: {self._fault.service} "
            "has a fault of its own. It passes, and a redrive recovers: on AWS it runs what failed "
            "or was aborted, here the whole state.",
            pipeline=name,
            end=End(
                status=SessionStatus.SUCCEEDED,
                mode=Mode.REDRIVE,
                category=Category.SERVICE_FAULT,
                ruling=Ruling.SAFE,
                path=(self.state, f"Build{self.broken}"),
            ),
            failing=job,
            answer=Answer.APPROVE,
        )
        sides: list[Json] = [_branch(each) for each in branches]
        state: dict[str, Json] = {"Type": "Parallel", "Branches": sides, "End": True}
        blueprint = Blueprint(
            name=name,
            parts=(Part(job, {"StartAt": self.state, "States": {self.state: state}}),),
            functions={"write_result": {}},
            allowed=stores(f"bunsui-{name}"),
        )
        super().__init__(scene, blueprint)

    def prepare(self, account: Account, run_id: str) -> None:
        """Let the service that the broken branch calls have one fault."""
        fault = {"refusals_left": 1, **self._fault.model_dump()}
        self.put(account, f"{run_id}/services/{self.broken}.json", json.dumps(fault))

    def given(self, run_id: str) -> Json:
        """Return where parts go, and where services say how they are."""
        url = self.blueprint.url
        return {"target": url(f"{run_id}/parts/"), "dependencies": url(f"{run_id}/services/")}


def _branch(name: str) -> Json:
    given: dict[str, Json] = {
        "job": name,
        "input.$": "$.input",
        "outputs": {},
        "read": {"rows": 0, "distinct": 0},
    }
    return {
        "StartAt": f"Build{name}",
        "States": {f"Build{name}": call("write_result", given) | {"End": True}},
    }


def plays(seed: int) -> tuple[SmallPlay, ...]:
    """Return the play of a seed."""
    return (FailingBranch(seed),)

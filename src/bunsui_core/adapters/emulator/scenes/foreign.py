"""The scene of a machine that others made: its Catch leads to a Fail state, where it died."""

from __future__ import annotations

from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.blueprint import Blueprint, Part, named, note, reads
from bunsui_core.adapters.emulator.scenes.later import put_later
from bunsui_core.adapters.emulator.scenes.scene import Scene
from bunsui_core.adapters.emulator.scenes.small import SmallPlay, dice, lines
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.demo import End
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.session import SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode, Ruling


class ForeignMachine(SmallPlay):
    """A file is late; the machine catches that, and ends itself in a Fail state."""

    def __init__(self, seed: int) -> None:
        chance = dice(seed, "foreign-machine")
        self._file = lines(chance)
        self._folder = chance.choice(("north", "harbour", "alpine"))
        self.broken = chance.choice(("Read Feed", "Fetch Feed", "Open Feed"))
        self.died = chance.choice(("Notify And Fail", "Job Failed", "Give Up"))
        self._error = chance.choice(("FeedFailed", "LegacyJobError", "JobAborted"))
        job = chance.choice(("feed", "legacy", "nightly"))
        name = named("acquired", seed)
        scene = Scene(
            name="foreign-machine",
            story=f"A machine that others deployed catches its error and dies in the Fail state "
            f"“{self.died}”: a redrive would only fail again. The file arrives, and a restart "
            "recovers.",
            pipeline=name,
            end=End(
                status=SessionStatus.SUCCEEDED,
                mode=Mode.RESTART,
                category=Category.MISSING_RESOURCE,
                ruling=Ruling.SAFE,
                path=(self.died,),
                root=self.broken,
            ),
            failing=job,
            answer=Answer.APPROVE,
            later="a trimmed twin of the machine will enter at the state behind the Catch instead "
            "of running everything again",
        )
        super().__init__(scene, self._blueprint(name, job))

    def _blueprint(self, name: str, job: str) -> Blueprint:
        counting: dict[str, Json] = {"source.$": "$.input.source"}
        read = note("count_lines", counting, "counted", Next="Check Count")
        read["Catch"] = [
            {"ErrorEquals": ["States.ALL"], "ResultPath": "$.problem", "Next": self.died}
        ]
        states: dict[str, Json] = {
            "Prepare": {"Type": "Pass", "Next": self.broken},
            self.broken: read,
            "Check Count": {
                "Type": "Choice",
                "Choices": [
                    {
                        "Variable": "$.counted.counted.lines",
                        "NumericGreaterThan": 0,
                        "Next": "Done",
                    }
                ],
                "Default": self.died,
            },
            "Done": {"Type": "Succeed"},
            self.died: {
                "Type": "Fail",
                "Error": self._error,
                "Cause": "The job failed, see the run book",
            },
        }
        return Blueprint(
            name=name,
            parts=(Part(job, {"StartAt": "Prepare", "States": states}, enters=False),),
            functions={"count_lines": {}},
            allowed=reads(f"bunsui-{name}"),
        )

    def given(self, run_id: str) -> Json:
        """Return where the file is to be."""
        return {"source": self.blueprint.url(self._key(run_id))}

    def meanwhile(self, account: Account, run_id: str) -> str:
        """Let the file arrive."""
        put_later(account, self.blueprint.bucket, self._key(run_id), self._file)
        return f"{self.blueprint.url(self._key(run_id))} arrives"

    def _key(self, run_id: str) -> str:
        return f"{self._folder}/{run_id}.csv"


def plays(seed: int) -> tuple[SmallPlay, ...]:
    """Return the play of a seed."""
    return (ForeignMachine(seed),)

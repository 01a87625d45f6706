"""Sessions made at random: which jobs wait for which, what fails, and how it is run again."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bunsui_core.domain.session import Session
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode
from tests.e2e.rerun_machines import Made, does

MOST_JOBS = 6
RERUN = (Mode.REDRIVE, Mode.ENTER_AT, Mode.RESTART, Mode.MARK_DONE)
AGAIN = (Mode.RESTART, Mode.ENTER_AT)


@dataclass(frozen=True)
class Rerun:
    """Which job is run again, and how."""

    job: str
    mode: Mode
    downstream: bool
    state: str = ""

    @property
    def place(self) -> str:
        """As a command names it."""
        return f"{self.job}/{self.state}" if self.state else self.job

    @property
    def wanted(self) -> dict[str, str | bool]:
        """What else is said."""
        output = {"output": '{"by": "hand"}'} if self.mode is Mode.MARK_DONE else {}
        return {"downstream": self.downstream, **output}


class RandomSession:
    """A pipeline of a seed; some of its jobs need something that is not there at first."""

    def __init__(self, seed: int, function: str) -> None:
        self._dice = random.Random(seed)
        self.name = f"random{seed}"
        names = [f"j{number}" for number in range(self._dice.randrange(2, MOST_JOBS + 1))]
        self.needy = {name for name in names if self._dice.random() < 0.4} or {names[0]}
        self.jobs = {
            name: Made(self._machine(name, function), self._after(names[:at]))
            for at, name in enumerate(names)
        }

    def need(self, job: str) -> str:
        """The key of the object that a job needs."""
        return f"{self.name}-{job}"

    def rerun(self, session: Session) -> Rerun | None:
        """What is run again next: something that failed, or, when nothing did, perhaps more."""
        if failed := session.failed_jobs:
            job, mode = self._dice.choice(failed), self._dice.choice(RERUN)
            return Rerun(job, mode, self._dice.random() < 0.3)
        job, mode = self._dice.choice(session.pipeline.order), self._dice.choice(AGAIN)
        # Of a job that was marked done nothing ran that could be entered.
        run = session.run(job)
        ran = run is not None and run.last is not None and bool(run.last.execution_arn)
        state = self._dice.choice(("First", "Which", "Last"))
        if mode is Mode.ENTER_AT and not ran:
            return None
        named = state if mode is Mode.ENTER_AT else ""
        return Rerun(job, mode, self._dice.random() < 0.5, named)

    def _after(self, above: list[str]) -> tuple[str, ...]:
        return tuple(sorted(self._dice.sample(above, min(len(above), self._dice.randrange(3)))))

    def _machine(self, job: str, function: str) -> dict[str, Json]:
        """A state, a Choice around another one, and a last one, which may need something."""
        need: Json = {"did": self.need(job)}
        if job in self.needy:
            need = {"did": self.need(job), "needs": self.need(job)}
        rule: Json = {"Variable": "$.input", "IsPresent": self._dice.random() < 0.5, "Next": "Side"}
        return {
            "StartAt": "First",
            "States": {
                "First": {"Type": "Pass", "Assign": {"job": job}, "Next": "Which"},
                "Which": {"Type": "Choice", "Choices": [rule], "Default": "Last"},
                "Side": {"Type": "Pass", "Next": "Last"},
                "Last": does(function, need),
            },
        }

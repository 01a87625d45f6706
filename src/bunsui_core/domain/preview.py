"""What will run if a plan is executed: part of the plan, and compared with what then ran."""

from __future__ import annotations

from bunsui_core.domain.value import Value


class ReusedOutput(Value):
    """An output that stays as it is, with the sha256 of its text."""

    job: str
    output_digest: str


class CodeUsed(Value):
    """What a job runs: a machine, function or task definition, and its revision or code hash."""

    name: str
    revision: str


class JobPreview(Value):
    """How one job will run.

    The `certain` states run whatever happens before the next failure, the `possible` ones may
    (after a Choice, in a Map, behind a Catch). `input_digest` is empty where the input is made of
    outputs that are not there yet.
    """

    job: str
    certain: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    input_digest: str = ""
    code: tuple[CodeUsed, ...] = ()


class Preview(Value):
    """Which jobs run, follow, run again, are reused or stay untouched if a plan is executed.

    `resets` were done and run again after the job; `also_needs` are other failed jobs that those
    which follow wait for as well.
    """

    runs: tuple[str, ...]
    follows: tuple[str, ...]
    reused: tuple[ReusedOutput, ...]
    untouched: tuple[str, ...]
    also_needs: tuple[str, ...] = ()
    resets: tuple[str, ...] = ()
    jobs: tuple[JobPreview, ...] = ()

    @property
    def following(self) -> str:
        """Which jobs follow, and what else they wait for; empty when none does."""
        too = f", once {', '.join(self.also_needs)} is repaired too" if self.also_needs else ""
        return f"{', '.join(self.follows)} (never ran){too}" if self.follows else ""


NOTHING = Preview(runs=(), follows=(), reused=(), untouched=())
"""The preview of a plan that was made before plans carried one."""

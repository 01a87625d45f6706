"""The scripted agent of the demo, run as the process that it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from typing import TypeAlias

from pydantic import TypeAdapter, ValidationError

from bunsui_core.domain.demo import JobPlayed
from bunsui_core.domain.errors import Unavailable
from bunsui_core.domain.value import Json, Value
from bunsui_core.settings import Settings

AGENT = "rehearsal"
"""The name under which the scripted agent asks."""

Case: TypeAlias = "dict[str, Json]"


class Rehearsed(Value):
    """What the MCP answers said about one session, as the scripted agent reports it."""

    session_id: str
    job: str = ""
    first_status: str
    category: str | None = None
    failed_state_path: tuple[str, ...] = ()
    root_path: tuple[str, ...] = ()
    verdicts: dict[str, str]
    proposal_id: str | None = None
    mode: str | None = None
    request_id: str | None = None
    status: str | None = None
    final_status: str | None = None
    note: str = ""
    others: tuple[Rehearsed, ...] = ()

    @property
    def as_job(self) -> JobPlayed:
        """What was said, as that of one failed job among others."""
        return JobPlayed(
            job=self.job,
            category=self.category,
            failed_state_path=self.failed_state_path,
            verdicts=self.verdicts,
            request_id=self.request_id,
            mode=self.mode,
        )


_REPORT = TypeAdapter(tuple[Rehearsed, ...])


class Rehearsal:
    """The scripted agent at work; it waits for the human when told to.

    It is started before there is anything to do, for to be ready takes it a second.
    """

    def __init__(self, settings: Settings, wait: bool) -> None:
        command = [sys.executable, "-P", "-m", "bunsui_mcp.rehearsal", "--agent", AGENT]
        self._process = subprocess.Popen(
            [*command, "--wait"] if wait else command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "BUNSUI_HOME": str(settings.home)},
        )

    def give(self, cases: tuple[Case, ...]) -> None:
        """Let it look at these sessions now; an agent that is gone says why in its report."""
        with suppress(BrokenPipeError):
            self._tell("".join(f"{json.dumps(case)}\n" for case in cases))

    def no_more(self) -> None:
        """Tell it that nothing else will be given, so that it ends when all is played."""
        if self._process.stdin:
            with suppress(BrokenPipeError):
                self._process.stdin.close()

    def _tell(self, lines: str) -> None:
        if self._process.stdin:
            self._process.stdin.write(lines)
            self._process.stdin.flush()

    @property
    def is_over(self) -> bool:
        """Whether the agent has ended."""
        return self._process.poll() is not None

    def report(self, seconds: float) -> tuple[Rehearsed, ...]:
        """Return what the agent reports when it ends. Raises: Unavailable when it does not."""
        self.no_more()
        try:
            out, said = self._ended(seconds)
        except subprocess.TimeoutExpired as error:
            self.stop()
            raise Unavailable("the scripted agent did not end in time.", "Try again.") from error
        try:
            return _REPORT.validate_json(out)
        except ValidationError as error:
            last = said.strip().splitlines()[-1:] or ["it said nothing"]
            raise Unavailable(
                f"the scripted agent ended with exit code {self._process.returncode}: {last[0]}",
                "Try again, or look at the log beside the store.",
            ) from error

    def _ended(self, seconds: float) -> tuple[str, str]:
        # It would write to the pipe that is closed already.
        self._process.stdin = None
        return self._process.communicate(timeout=seconds)

    def stop(self) -> None:
        """End the agent if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self.no_more()
        for stream in (self._process.stdout, self._process.stderr):
            if stream:
                stream.close()

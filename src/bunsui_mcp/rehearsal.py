"""The scripted agent: a real MCP client that looks, explains, proposes and asks.

`python -m bunsui_mcp.rehearsal --session ID [--edited-input FILE_OR_JSON] [--agent NAME] [--wait]`
It spawns the server as any host does, knows nothing but what the tools answer, and writes one JSON
document to stdout: an object for a single `--session`, otherwise a list in the order given. Without
cases on its command line it takes one a line from stdin and plays each as soon as it comes.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import anyio
from mcp import Client, MCPError, StdioServerParameters
from mcp.types import TextContent
from pydantic import Field, JsonValue, ValidationError

from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.value import Json, Value
from bunsui_core.domain.verdict import Ruling
from bunsui_mcp.answers import (
    AnalysisAnswer,
    Answer,
    ApprovalAnswer,
    LogsAnswer,
    ProposalLine,
    ProposalsAnswer,
    SessionAnswer,
    SessionsAnswer,
    SimilarAnswer,
)

_Answer = TypeVar("_Answer", bound=Answer)

_WAITS = 40
"""Calls of wait_for_approval before the agent gives up, 45 seconds each."""


class Case(Value):
    """A session to recover; `edited_input` is laid over the failed job's execution input.

    An agent that `insists` asks also where every verdict is bad; `as_storm` it asks for all
    sessions that failed alike.
    """

    session_id: str
    edited_input: dict[str, JsonValue] | None = None
    insists: bool = False
    as_storm: bool = False


class Played(Value):
    """What the answers said about one case; `note` is what the last of them said.

    `others` are the further failed jobs of the same session, one after the other.
    """

    session_id: str
    job: str = ""
    first_status: str = ""
    category: str | None = None
    failed_state_path: tuple[str, ...] = ()
    root_path: tuple[str, ...] = ()
    verdicts: dict[str, str] = Field(default_factory=dict)
    proposal_id: str | None = None
    mode: str | None = None
    request_id: str | None = None
    status: str | None = None
    final_status: str | None = None
    note: str = ""
    others: tuple[Played, ...] = ()


class NoAnswer(Exception):
    """A tool refused; the text is what it said."""


class ScriptedAgent:
    """Plays a case over a client session, one tool call after the other."""

    def __init__(self, client: Client, waits: bool) -> None:
        self._client = client
        self._waits = waits
        self.refusals = 0
        self._others: tuple[str, ...] = ()

    async def play(self, case: Case) -> Played:
        """Return how far the tools led for each failed job; a refusal ends a job with its words.

        The edited input is for the job that the analysis names first.
        """
        self._others = tuple[str, ...]()
        first = await self._play_job(case, "")
        alone = case.model_copy(update={"edited_input": None})
        others = [await self._play_job(alone, job) for job in self._others]
        return first.model_copy(update={"others": tuple(others)})

    async def _play_job(self, case: Case, job: str) -> Played:
        self._played = Played(session_id=case.session_id, job=job)
        try:
            await self._recover(case, job)
        except NoAnswer as refusal:
            self.refusals += 1
            self._note(note=str(refusal))
        return self._played

    def _note(self, **seen: object) -> None:
        self._played = self._played.model_copy(update=seen)

    async def _recover(self, case: Case, job: str) -> None:
        where: dict[str, Json] = {"session_id": case.session_id}
        await self._ask(SessionsAnswer, "list_sessions")
        session = await self._ask(SessionAnswer, "get_session", **where)
        self._note(first_status=session.status.value)
        cause = await self._ask(AnalysisAnswer, "analyze_failure", job=job, **where)
        self._note(job=cause.job, note=cause.summary)
        self._note(failed_state_path=cause.failed_state_path, root_path=cause.root_path)
        if not job:
            self._others = tuple(one.job for one in cause.other_failures)
        if cause.category:
            self._note(category=cause.category.value)
            await self._propose(case, cause)

    async def _propose(self, case: Case, cause: AnalysisAnswer) -> None:
        where: dict[str, Json] = {"session_id": case.session_id, "job": cause.job}
        await self._ask(LogsAnswer, "get_operation_logs", **where)
        if case.edited_input is not None:
            where["input"] = laid_over(recorded_input(cause), case.edited_input)
        found = await self._ask(ProposalsAnswer, "propose_recovery", **where)
        verdicts = {one.mode.value: one.verdict.value for one in found.proposals}
        self._note(verdicts=verdicts, note=found.summary)
        if best := choice(found) or (found.proposals[0] if case.insists else None):
            named = best.proposal_id
            if case.as_storm:
                like = await self._ask(SimilarAnswer, "find_similar_failures", **where)
                named = like.storm_id or named
            self._note(proposal_id=named, mode=best.mode.value)
            await self._request(named, reason_for(cause, best))

    async def _request(self, proposal_id: str, reason: str) -> None:
        asked = await self._ask(
            ApprovalAnswer, "request_recovery", proposal_id=proposal_id, reason=reason
        )
        self._note(request_id=asked.request_id, status=asked.status.value, note=asked.summary)
        if self._waits:
            await self._wait(asked)

    async def _wait(self, asked: ApprovalAnswer) -> None:
        for _ in range(_WAITS):
            if not asked.is_open:
                break
            asked = await self._ask(
                ApprovalAnswer, "wait_for_approval", request_id=asked.request_id, max_wait_s=45
            )
        self._note(final_status=asked.status.value, note=f"{asked.summary} {asked.note}".strip())

    async def _ask(self, kind: type[_Answer], tool: str, **arguments: Json) -> _Answer:
        result = await self._client.call_tool(tool, arguments)
        if result.is_error or result.structured_content is None:
            raise NoAnswer(
                " ".join(part.text for part in result.content if isinstance(part, TextContent))
            )
        return kind.model_validate(result.structured_content)


def recorded_input(cause: AnalysisAnswer) -> Json:
    """Return the failed job's execution input. Raises: NoAnswer when it was not shown whole."""
    if not cause.execution_input_complete:
        raise NoAnswer(f"the input of job {cause.job} is too long to be edited here")
    recorded: Json = json.loads(cause.execution_input)
    return recorded


def laid_over(recorded: Json, edited: Json) -> Json:
    """Return the recorded document with the edited members in their places."""
    if not (isinstance(recorded, dict) and isinstance(edited, dict)):
        return edited
    return recorded | {key: laid_over(recorded.get(key), value) for key, value in edited.items()}


def choice(found: ProposalsAnswer) -> ProposalLine | None:
    """Return the recommended proposal, or the first whose verdict is open; never a bad one."""
    best = next((one for one in found.proposals if one.recommended), None)
    return best or next((one for one in found.proposals if one.verdict is Ruling.UNKNOWN), None)


def reason_for(cause: AnalysisAnswer, best: ProposalLine) -> str:
    """Return the reason for the human, in the words of the answers."""
    edited = " with a corrected input" if best.input_edited else ""
    why = best.reasons[0] if best.reasons else "no reason was given"
    text = f"{cause.summary} {best.mode.value}{edited} is {best.verdict.value}: {why}"
    own = [line for line in cause.untrusted_log_lines if " RequestId: " not in line]
    if cause.category is Category.UNKNOWN and own:
        text += f". Its log ends with “{own[-1]}”"
    return text[:1_000]


def main(words: list[str]) -> int:
    """Play the cases of a command line; 4 when a tool refused one, 6 without a server."""
    try:
        single, cases, agent, waits = _arguments(words)
        played, refusals = anyio.run(_play, cases, agent, waits)
    except ValidationError:
        sys.stderr.write('bad_input: a case is {"session_id": "…", "edited_input": {…} or null}\n')
        return 2
    except ValueError as error:
        sys.stderr.write(f"bad_input: this is not JSON: {error}\n")
        return 2
    except (MCPError, OSError) as error:
        sys.stderr.write(f"unavailable: the MCP server did not answer: {error}\n")
        return 6
    documents = [one.model_dump(mode="json") for one in played]
    json.dump(documents[0] if single else documents, sys.stdout, ensure_ascii=False)
    sys.stdout.write("\n")
    return 4 if refusals else 0


async def _play(lines: Iterable[str], agent: str, waits: bool) -> tuple[list[Played], int]:
    server = StdioServerParameters(
        command=sys.executable,
        args=["-P", "-m", "bunsui_mcp", "--agent", agent],
        env=dict(os.environ),
    )
    played: dict[int, Played] = {}
    refusals: list[int] = []

    async def one(number: int, client: Client, case: Case) -> None:
        scripted = ScriptedAgent(client, waits)
        played[number] = await scripted.play(case)
        refusals.append(scripted.refusals)

    wrong: ValueError | None = None
    source = iter(lines)
    async with (
        Client(server, read_timeout_seconds=90) as client,
        anyio.create_task_group() as group,
    ):
        number = 0
        while line := await anyio.to_thread.run_sync(next, source, "", abandon_on_cancel=True):
            try:
                group.start_soon(one, number, client, Case.model_validate(json.loads(line)))
            except ValueError as error:
                # Kept until the group has ended, which would wrap it.
                wrong = error
                break
            number += 1
    if wrong:
        raise wrong
    return [played[number] for number in sorted(played)], sum(refusals)


class _EditedInput(argparse.Action):
    """Gives the session named last on the command line its edited input."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        """Take a JSON text or the name of a file that holds one."""
        if not namespace.cases:
            parser.error("--edited-input belongs behind the --session it is for")
        text = str(values)
        if not text.lstrip().startswith("{"):
            text = Path(text).read_text(encoding="utf-8")
        namespace.cases[-1] |= {"edited_input": json.loads(text)}


def _session(text: str) -> dict[str, Json]:
    return {"session_id": text}


def _arguments(words: list[str]) -> tuple[bool, Iterable[str], str, bool]:
    parser = argparse.ArgumentParser(prog="python -m bunsui_mcp.rehearsal", description=__doc__)
    parser.add_argument("--session", dest="cases", action="append", type=_session, metavar="ID")
    parser.add_argument("--case", dest="cases", action="append", type=json.loads, metavar="JSON")
    parser.add_argument("--edited-input", action=_EditedInput, metavar="FILE_OR_JSON")
    parser.add_argument("--agent", default="rehearsal", metavar="NAME")
    parser.add_argument("--wait", action="store_true", help="wait for each request to end")
    parser.set_defaults(cases=[])
    given = parser.parse_args(words)
    single = len(given.cases) == 1 and "--case" not in words
    cases = [json.dumps(case) for case in given.cases]
    return single, cases or (line for line in sys.stdin if line.strip()), given.agent, given.wait


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

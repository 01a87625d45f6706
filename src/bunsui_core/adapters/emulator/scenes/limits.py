"""Scenes in which a limit of the operation itself is too small, and someone raises it."""

from __future__ import annotations

import json

from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.blueprint import Blueprint, Part, call, chain, named, note, reads
from bunsui_core.adapters.emulator.scenes.scene import Scene
from bunsui_core.adapters.emulator.scenes.small import SmallPlay, dice, lines
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.demo import End
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.session import SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode, Ruling

SHORT_SECONDS, LONG_SECONDS = 1, 60
SMALL_MEGABYTES, LARGE_MEGABYTES = 128, 1024

_SOURCE: Json = {"source.$": "$.input.source"}


class Timeout(SmallPlay):
    """A Task has a second for a partner that needs more; a new definition gives it a minute."""

    def __init__(self, seed: int) -> None:
        chance = dice(seed, "timeout")
        self._job = chance.choice(("fetch", "pull", "collect"))
        self._state = chance.choice(("FetchPages", "PullPages", "ReadPartner"))
        self._pages = chance.randrange(7, 11)
        self._file = lines(chance)
        then = chance.choice(("archive", "index", "announce"))
        name = named("feeds", seed)
        paced: Json = {
            "pages.$": "$.input.pages",
            "seconds_a_page.$": "$.input.seconds_a_page",
        }
        first = note("count_lines", _SOURCE, "counted")
        slow = call("fetch_pages", paced, TimeoutSeconds=SHORT_SECONDS)
        blueprint = Blueprint(
            name=name,
            parts=(
                Part(self._job, chain(("CountLines", first), (self._state, slow))),
                Part(then, chain(("CountLines", call("count_lines", _SOURCE))), (self._job,)),
            ),
            functions={"count_lines": {}, "fetch_pages": {}},
            allowed=reads(f"bunsui-{name}"),
        )
        scene = Scene(
            name="timeout",
            story=f"{self._job} has {SHORT_SECONDS} second and its partner takes longer; someone "
            f"raises the limit, and an execution of the new definition enters at {self._state}.",
            pipeline=name,
            end=End(
                status=SessionStatus.SUCCEEDED,
                mode=Mode.ENTER_AT,
                category=Category.TIMEOUT,
                ruling=Ruling.SAFE,
                state=self._state,
            ),
            failing=self._job,
            answer=Answer.APPROVE,
        )
        super().__init__(scene, blueprint)

    def prepare(self, account: Account, run_id: str) -> None:
        """Put the file in its place, and the short limit into the definition."""
        self.put(account, f"partners/{run_id}.csv", self._file)
        self._limit(account, SHORT_SECONDS)

    def given(self, run_id: str) -> Json:
        """Return where the file is, and how slow the partner."""
        return {
            "source": self.blueprint.url(f"partners/{run_id}.csv"),
            "pages": self._pages,
            "seconds_a_page": 0.2,
        }

    def meanwhile(self, account: Account, run_id: str) -> str:
        """Raise the limit in the definition."""
        self._limit(account, LONG_SECONDS)
        return f"someone raises TimeoutSeconds of {self._state} from 1 to {LONG_SECONDS}"

    def _limit(self, account: Account, seconds: int) -> None:
        arn = account.machine_arn(f"{self.blueprint.name}-{self._job}")
        found = json.loads(
            account.machines.describe_state_machine(stateMachineArn=arn)["definition"]
        )
        state = found["States"][self._state]
        if state["TimeoutSeconds"] != seconds:
            state["TimeoutSeconds"] = seconds
            account.machines.update_state_machine(stateMachineArn=arn, definition=json.dumps(found))


class OutOfMemory(SmallPlay):
    """A join needs more than its function's memory; someone gives the function more."""

    def __init__(self, seed: int) -> None:
        chance = dice(seed, "out-of-memory")
        self._job = chance.choice(("join", "merge", "match"))
        self._megabytes = chance.randrange(200, 301, 20)
        self._file = lines(chance)
        then = chance.choice(("report", "publish", "load"))
        name = named("warehouse", seed)
        table: Json = {"table_megabytes.$": "$.input.table_megabytes"}
        first = note("count_lines", _SOURCE, "counted")
        state = chance.choice(("JoinTables", "MatchCustomers", "MergeHistory"))
        blueprint = Blueprint(
            name=name,
            parts=(
                Part(
                    self._job,
                    chain(("CountLines", first), (state, call("join_tables", table))),
                ),
                Part(then, chain(("CountLines", call("count_lines", _SOURCE))), (self._job,)),
            ),
            functions={"count_lines": {}, "join_tables": {"MemorySize": SMALL_MEGABYTES}},
            allowed=reads(f"bunsui-{name}"),
        )
        scene = Scene(
            name="out-of-memory",
            story=f"{self._job} is killed at {SMALL_MEGABYTES} MB; someone gives its function "
            f"{LARGE_MEGABYTES} MB, and a redrive recovers.",
            pipeline=name,
            end=End(
                status=SessionStatus.SUCCEEDED,
                mode=Mode.REDRIVE,
                category=Category.RESOURCE_EXHAUSTED,
                ruling=Ruling.SAFE,
                state=state,
            ),
            failing=self._job,
            answer=Answer.APPROVE,
            later="a proposal will name the next memory size by itself",
        )
        super().__init__(scene, blueprint)

    def prepare(self, account: Account, run_id: str) -> None:
        """Put the file in its place, and give the function little memory."""
        self.put(account, f"tables/{run_id}.csv", self._file)
        self._give(account, SMALL_MEGABYTES)

    def given(self, run_id: str) -> Json:
        """Return where the file is, and how large the table."""
        source = self.blueprint.url(f"tables/{run_id}.csv")
        return {"source": source, "table_megabytes": self._megabytes}

    def meanwhile(self, account: Account, run_id: str) -> str:
        """Give the function more memory."""
        self._give(account, LARGE_MEGABYTES)
        name = self.blueprint.function("join_tables")
        return f"someone gives {name} {LARGE_MEGABYTES} MB instead of {SMALL_MEGABYTES}"

    def _give(self, account: Account, megabytes: int) -> None:
        name = self.blueprint.function("join_tables")
        found = account.functions.get_function_configuration(FunctionName=name)
        if found["MemorySize"] != megabytes:
            account.functions.update_function_configuration(FunctionName=name, MemorySize=megabytes)


def plays(seed: int) -> tuple[SmallPlay, ...]:
    """Return the plays of a seed."""
    return (Timeout(seed), OutOfMemory(seed))

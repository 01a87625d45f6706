"""The scene in which nothing fails, and every day takes longer."""

from __future__ import annotations

import json
from itertools import pairwise

from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.blueprint import Blueprint, Part, call, chain, named
from bunsui_core.adapters.emulator.scenes.scene import Scene, Staged, Witness
from bunsui_core.adapters.emulator.scenes.small import SmallPlay, dice
from bunsui_core.domain.demo import End
from bunsui_core.domain.session import Session, SessionStatus
from bunsui_core.domain.value import Json

DAYS = 4


class SlowDrift(SmallPlay):
    """Sessions over growing days: each succeeds, each takes longer."""

    def __init__(self, seed: int) -> None:
        chance = dice(seed, "slow-drift")
        self._first = chance.randrange(2, 4)
        self._more = chance.randrange(4, 6)
        job, state = chance.choice((("export", "FetchPages"), ("sync", "PullPages")))
        name = named("exports", seed)
        given: Json = {
            "pages.$": "$.input.pages",
            "seconds_a_page.$": "$.input.seconds_a_page",
        }
        blueprint = Blueprint(
            name=name,
            parts=(Part(job, chain((state, call("fetch_pages", given)))),),
            functions={"fetch_pages": {}},
        )
        scene = Scene(
            name="slow-drift",
            story=f"{DAYS} days of {job} succeed, each slower than the one before: nothing to "
            "recover, something to know.",
            pipeline=name,
            end=End(status=SessionStatus.SUCCEEDED),
            later="a warning on healthy sessions will tell a drift before it becomes a failure",
        )
        super().__init__(scene, blueprint)

    def stage(self, account: Account, run_id: str) -> tuple[Staged, ...]:
        """Stage one session a day; each day has more pages."""
        days = (self._first + self._more * day for day in range(DAYS))
        inputs: list[Json] = [{"pages": pages, "seconds_a_page": 0.1} for pages in days]
        return tuple(Staged(session_input=json.dumps(one)) for one in inputs)

    def witness(
        self, account: Account, run_id: str, sessions: tuple[Session, ...]
    ) -> Witness | None:
        """Tell how long each day took."""
        seconds = [_seconds(session) for session in sessions]
        text = f"the days took {', '.join(f'{one:.1f}' for one in seconds)} s"
        return Witness(text=text, holds=all(a < b for a, b in pairwise(seconds)))


def _seconds(session: Session) -> float:
    """How long the operation ran by its own clock: a busy machine only delays its start."""
    last = session.runs[0].last
    if last is None or last.output is None:
        return 0.0
    return float(json.loads(last.output)["seconds"])


def plays(seed: int) -> tuple[SmallPlay, ...]:
    """Return the play of a seed."""
    return (SlowDrift(seed),)

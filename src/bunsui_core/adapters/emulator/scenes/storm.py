"""The scene of a storm: twenty sessions fail of one cause."""

from __future__ import annotations

import json

from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.blueprint import Blueprint, Part, call, chain, named, stores
from bunsui_core.adapters.emulator.scenes.later import put_later
from bunsui_core.adapters.emulator.scenes.scene import Scene, Staged, Witness
from bunsui_core.adapters.emulator.scenes.small import SmallPlay, dice, written
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.demo import End
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.session import Session, SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode, Ruling

SESSIONS = 20
_GOOD = {"net": "1.0837", "due": "2026-12-24", "lines": "3"}
_BAD = {"net": "1,0837", "due": "24/12/2026", "lines": "n/a"}


class Storm(SmallPlay):
    """Every session reads one shared file, which a release has spoilt."""

    def __init__(self, seed: int) -> None:
        chance = dice(seed, "storm")
        self._field = chance.choice(list(_BAD))
        self._shared = chance.choice(("rates", "terms", "tariff"))
        job = chance.choice(("price", "quote", "rate"))
        name = named("quotes", seed)
        scene = Scene(
            name="storm",
            story=f"{SESSIONS} sessions fail of one cause: the file of {self._shared} that all of "
            "them read is spoilt. It is corrected, and all are asked for at once: after one "
            "approval the first is redriven, and the others when it has succeeded.",
            pipeline=name,
            end=End(
                status=SessionStatus.SUCCEEDED,
                mode=Mode.REDRIVE,
                category=Category.BAD_INPUT_DATA,
                ruling=Ruling.SAFE,
            ),
            failing=job,
            answer=Answer.APPROVE,
            as_one=True,
        )
        read = call("parse_part", {"part.$": "$.input.shared", "target.$": "$.input.target"})
        blueprint = Blueprint(
            name=name,
            parts=(Part(job, chain((f"Read{self._shared.capitalize()}", read))),),
            functions={"parse_part": {}},
            allowed=stores(f"bunsui-{name}"),
        )
        super().__init__(scene, blueprint)

    def stage(self, account: Account, run_id: str) -> tuple[Staged, ...]:
        """Spoil the shared file; every session writes to a place of its own."""
        spoilt = _GOOD | {self._field: _BAD[self._field]}
        self.put(account, self._key(run_id), json.dumps(spoilt))
        return tuple(Staged(session_input=self._input(run_id, n)) for n in range(SESSIONS))

    def meanwhile(self, account: Account, run_id: str) -> str:
        """Correct the shared file."""
        key = self._key(run_id)
        put_later(account, self.blueprint.bucket, key, json.dumps(_GOOD))
        return f"somebody corrects {self.blueprint.url(key)}"

    def witness(
        self, account: Account, run_id: str, sessions: tuple[Session, ...]
    ) -> Witness | None:
        """Count the quotes that were written."""
        count = written(account, self.blueprint.bucket, f"{run_id}/quote-")
        return Witness(text=f"{count} quotes are written", holds=count == SESSIONS)

    def _input(self, run_id: str, number: int) -> str:
        target = self.blueprint.url(f"{run_id}/quote-{number:02d}/")
        given: Json = {"shared": self.blueprint.url(self._key(run_id)), "target": target}
        return json.dumps(given)

    def _key(self, run_id: str) -> str:
        return f"{run_id}/{self._shared}.json"


def plays(seed: int) -> tuple[SmallPlay, ...]:
    """Return the play of a seed."""
    return (Storm(seed),)

"""The scene of two branches of one session that fail for different reasons."""

from __future__ import annotations

import json

from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.blueprint import Blueprint, Part, call, chain, named, stores
from bunsui_core.adapters.emulator.orders import THROTTLINGS
from bunsui_core.adapters.emulator.scenes.later import put_later
from bunsui_core.adapters.emulator.scenes.scene import Scene
from bunsui_core.adapters.emulator.scenes.small import SmallPlay, dice
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.demo import End
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.session import SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode, Ruling

_JOBS = (("stock", "prices", "offer"), ("mail", "terms", "contract"), ("maps", "rates", "route"))
_GOOD = {"net": "19.90", "due": "2026-12-24", "lines": "3"}
_BAD = {"net": "19,90", "due": "24.12.2026", "lines": "three"}


class TwoReasons(SmallPlay):
    """One branch is throttled, the other reads a bad file; both are repaired, and all goes on."""

    def __init__(self, seed: int) -> None:
        chance = dice(seed, "two-reasons")
        self._throttling = chance.choice(THROTTLINGS)
        self._field = chance.choice(list(_BAD))
        self.throttled, self.misfed, last = chance.choice(_JOBS)
        name = named("offers", seed)
        scene = Scene(
            name="two-reasons",
            story=f"Two jobs of one session fail for different reasons: {self._throttling.service} "
            f"throttles {self.throttled}, and {self.misfed} reads a bad file. Each has its own "
            f"cause, proposal and approval; then {last} follows.",
            pipeline=name,
            end=End(
                status=SessionStatus.SUCCEEDED,
                mode=Mode.REDRIVE,
                category=Category.THROTTLING,
                ruling=Ruling.SAFE,
                others=(Category.BAD_INPUT_DATA,),
            ),
            failing=self.throttled,
            answer=Answer.APPROVE,
        )
        terms = call("parse_part", {"part.$": "$.input.terms", "target.$": "$.input.target"})
        blueprint = Blueprint(
            name=name,
            parts=(
                Part(self.throttled, chain(("Write", _write(self.throttled)))),
                Part(self.misfed, chain(("ReadTerms", terms))),
                Part(last, chain(("Write", _write(last))), (self.throttled, self.misfed)),
            ),
            functions={"write_result": {}, "parse_part": {}},
            allowed=stores(f"bunsui-{name}"),
        )
        super().__init__(scene, blueprint)

    def prepare(self, account: Account, run_id: str) -> None:
        """Let one service refuse once, and put a bad file."""
        refusal = {"refusals_left": 1, **self._throttling.model_dump()}
        self.put(account, f"{run_id}/services/{self.throttled}.json", json.dumps(refusal))
        bad = _GOOD | {self._field: _BAD[self._field]}
        self.put(account, f"{run_id}/terms.json", json.dumps(bad))

    def given(self, run_id: str) -> Json:
        """Return where everything is."""
        return {
            "terms": self.blueprint.url(f"{run_id}/terms.json"),
            "target": self.blueprint.url(f"{run_id}/out/"),
            "dependencies": self.blueprint.url(f"{run_id}/services/"),
        }

    def meanwhile(self, account: Account, run_id: str) -> str:
        """Correct the bad file."""
        key = f"{run_id}/terms.json"
        put_later(account, self.blueprint.bucket, key, json.dumps(_GOOD))
        return f"somebody corrects {self.blueprint.url(key)}"


def _write(job: str) -> dict[str, Json]:
    given: dict[str, Json] = {
        "job": job,
        "input.$": "$.input",
        "outputs": {},
        "read": {"rows": 0, "distinct": 0},
    }
    return call("write_result", given)


def plays(seed: int) -> tuple[SmallPlay, ...]:
    """Return the play of a seed."""
    return (TwoReasons(seed),)

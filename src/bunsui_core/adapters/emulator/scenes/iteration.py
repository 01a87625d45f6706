"""The scene of one bad item of many, which stops a Map."""

from __future__ import annotations

import json
import random

from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.blueprint import Blueprint, Part, call, named, note, stores
from bunsui_core.adapters.emulator.scenes.later import put_later
from bunsui_core.adapters.emulator.scenes.scene import Scene, Witness
from bunsui_core.adapters.emulator.scenes.small import SmallPlay, dice, written
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.demo import End
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.session import Session, SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode, Ruling

_BAD = {
    "net": ("12,50", "N/A", "19.90 EUR"),
    "due": ("2026-02-30", "04/11/2026", "next week"),
    "lines": ("3.5", "", "two"),
}


class FailingIteration(SmallPlay):
    """A session whose Map fails in one iteration, until that item is corrected."""

    def __init__(self, seed: int) -> None:
        chance = dice(seed, "failing-iteration")
        self._items = [_invoice(chance) for _ in range(chance.randrange(9, 15))]
        self.bad = chance.randrange(len(self._items))
        self._field = chance.choice(list(_BAD))
        self._value = chance.choice(_BAD[self._field])
        self.state = chance.choice(("EachInvoice", "AllInvoices", "InvoiceByInvoice"))
        job = chance.choice(("check", "book", "settle"))
        name = named("invoices", seed)
        scene = Scene(
            name="failing-iteration",
            story=f"One bad item of {len(self._items)} stops a Map: {self._field} of number "
            f"{self.bad} cannot be parsed. The file is corrected, and a redrive recovers: on AWS "
            "it runs what failed or was aborted, here the whole Map.",
            pipeline=name,
            end=End(
                status=SessionStatus.SUCCEEDED,
                mode=Mode.REDRIVE,
                category=Category.BAD_INPUT_DATA,
                ruling=Ruling.SAFE,
                path=(f"{self.state}[{self.bad}]", "ParseInvoice"),
            ),
            failing=job,
            answer=Answer.APPROVE,
        )
        blueprint = Blueprint(
            name=name,
            parts=(Part(job, self._definition()),),
            functions={"list_parts": {}, "parse_part": {}},
            allowed=stores(f"bunsui-{name}"),
        )
        super().__init__(scene, blueprint)

    def _definition(self) -> Json:
        listing = note("list_parts", {"source.$": "$.input.source"}, "listed", Next=self.state)
        given: dict[str, Json] = {"part.$": "$.part", "target.$": "$.target"}
        processor: dict[str, Json] = {
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": "ParseInvoice",
            "States": {"ParseInvoice": call("parse_part", given)},
        }
        each: dict[str, Json] = {
            "Type": "Map",
            "ItemsPath": "$.listed.listed.parts",
            "ItemSelector": {"part.$": "$$.Map.Item.Value.part", "target.$": "$.input.target"},
            "MaxConcurrency": 4,
            "ItemProcessor": processor,
            "End": True,
        }
        return {"StartAt": "ListInvoices", "States": {"ListInvoices": listing, self.state: each}}

    def prepare(self, account: Account, run_id: str) -> None:
        """Put all items, one of them bad."""
        for number, item in enumerate(self._items):
            bad = {self._field: self._value} if number == self.bad else {}
            self.put(account, _key(run_id, number), json.dumps(item | bad))

    def given(self, run_id: str) -> Json:
        """Return where the items are and where results go."""
        url = self.blueprint.url
        return {"source": url(f"{run_id}/in/"), "target": url(f"{run_id}/out/")}

    def meanwhile(self, account: Account, run_id: str) -> str:
        """Correct the bad item."""
        key = _key(run_id, self.bad)
        put_later(account, self.blueprint.bucket, key, json.dumps(self._items[self.bad]))
        return f"somebody corrects {self.blueprint.url(key)}"

    def witness(
        self, account: Account, run_id: str, sessions: tuple[Session, ...]
    ) -> Witness | None:
        """Count the results."""
        count = written(account, self.blueprint.bucket, f"{run_id}/out/")
        told = f"{count} of {len(self._items)} items have a result"
        return Witness(text=told, holds=count == len(self._items))


def _invoice(chance: random.Random) -> dict[str, str]:
    return {
        "net": f"{chance.randrange(100, 99_999) / 100:.2f}",
        "due": f"2026-12-{chance.randrange(1, 29):02d}",
        "lines": str(chance.randrange(1, 9)),
    }


def _key(run_id: str, number: int) -> str:
    return f"{run_id}/in/{number:03d}.json"


def plays(seed: int) -> tuple[SmallPlay, ...]:
    """Return the play of a seed."""
    return (FailingIteration(seed),)

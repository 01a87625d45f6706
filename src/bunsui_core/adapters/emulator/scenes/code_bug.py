"""The scene of a release with a bug, and of the release that repairs it."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

from bunsui_core.adapters.emulator import templates
from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.blueprint import Blueprint, Part, call, chain, named
from bunsui_core.adapters.emulator.scenes.scene import Scene
from bunsui_core.adapters.emulator.scenes.small import SmallPlay, dice
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.demo import End
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.session import SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode, Ruling

_MODULE = "bill_orders"


@dataclass(frozen=True)
class Bug:
    """What the good code says, and what the release with the bug says instead."""

    right: str
    wrong: str

    @property
    def code(self) -> str:
        """The source of the release."""
        good = templates.code(_MODULE)
        assert good.count(self.right) == 1
        return good.replace(self.right, self.wrong)


BUGS = (
    Bug('order.get("currency", "EUR")', 'order["currency"]'),
    Bug('(order.get("note") or "").strip()', 'order.get("note").strip()'),
    Bug("[Decimal(price) for price", "[price for price"),
    Bug("total, currency, note)", "total, curency, note)"),
)


class CodeBug(SmallPlay):
    """The function raises on an order that is in order; the next release does not."""

    def __init__(self, seed: int) -> None:
        chance = dice(seed, "code-bug")
        self.bug = chance.choice(BUGS)
        self._orders: list[Json] = [
            {
                "id": f"B-{number}",
                "note": None,
                "lines": [f"{chance.randrange(100, 9900) / 100:.2f}"],
            }
            for number in range(chance.randrange(2, 5))
        ]
        job, state = chance.choice((("bill", "BillOrders"), ("invoice", "SumUp"), ("price", "Add")))
        name = named("billing", seed)
        task = call(_MODULE, {"orders.$": "$.input.orders"})
        blueprint = Blueprint(
            name=name, parts=(Part(job, chain((state, task))),), functions={_MODULE: {}}
        )
        scene = Scene(
            name="code-bug",
            story=f"A release of {job} has a bug; a fixed one is deployed, and a redrive runs it.",
            pipeline=name,
            end=End(
                status=SessionStatus.SUCCEEDED,
                mode=Mode.REDRIVE,
                category=Category.CODE_BUG,
                ruling=Ruling.SAFE,
                state=state,
            ),
            failing=job,
            answer=Answer.APPROVE,
        )
        super().__init__(scene, blueprint)

    def prepare(self, account: Account, run_id: str) -> None:
        """Release the code with the bug."""
        self._release(account, self.bug.code)

    def given(self, run_id: str) -> Json:
        """Return orders of which each is as it may be."""
        return {"orders": self._orders}

    def meanwhile(self, account: Account, run_id: str) -> str:
        """Release the good code."""
        self._release(account, templates.code(_MODULE))
        return f"a fixed release of {self.blueprint.function(_MODULE)} is deployed"

    def _release(self, account: Account, code: str) -> None:
        name = self.blueprint.function(_MODULE)
        account.functions.update_function_code(FunctionName=name, ZipFile=packed(code))


def packed(code: str) -> bytes:
    """Return a function's code as Lambda takes it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("index.py", code)
    return file.getvalue()


def plays(seed: int) -> tuple[SmallPlay, ...]:
    """Return the play of a seed."""
    return (CodeBug(seed),)

"""The scene of a job that failed after it wrote, and must not write again."""

from __future__ import annotations

import json

from bunsui_core.adapters.emulator import templates
from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.blueprint import Blueprint, Part, call, chain, named
from bunsui_core.adapters.emulator.scenes.scene import Scene, Staged, Witness
from bunsui_core.adapters.emulator.scenes.small import SmallPlay, dice
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.demo import End
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.session import Session, SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Ruling

_NOBODY = "http://127.0.0.1:9/confirm"
"""The port of `discard`, at which nobody listens: the connection is refused."""


class DoubleWrite(SmallPlay):
    """A charge is in the ledger, its confirmation failed; the human says no to a second one."""

    def __init__(self, seed: int) -> None:
        chance = dice(seed, "double-write")
        self._customer = f"C-{chance.randrange(1000, 9999)}"
        self._amount = f"{chance.randrange(1000, 99_900) / 100:.2f}"
        job, state, then = chance.choice(
            (("charge", "ChargeCard", "receipt"), ("debit", "DebitAccount", "confirm"))
        )
        name = named("payments", seed)
        ledger = f"arn:aws:s3:::bunsui-{name}/charges/*"
        fields = ("customer", "amount", "ledger", "provider")
        given: Json = {f"{field}.$": f"$.input.{field}" for field in fields}
        blueprint = Blueprint(
            name=name,
            parts=(
                Part(
                    job,
                    chain((state, call("charge_customer", given))),
                    effect=SideEffect.EXTERNAL,
                ),
                Part(then, chain(("Send", {"Type": "Pass"})), (job,)),
            ),
            functions={"charge_customer": {}},
            allowed=(templates.allow(["s3:PutObject"], ledger),),
        )
        scene = Scene(
            name="double-write",
            story=f"{job} wrote its entry before it failed: every rerun is UNSAFE. A careless "
            f"agent asks all the same, and the human says no. Marked done, it would let {then} "
            "follow.",
            pipeline=name,
            end=End(
                status=SessionStatus.FAILED,
                category=Category.NETWORK,
                ruling=Ruling.UNSAFE,
                state=state,
            ),
            failing=job,
            answer=Answer.REJECT,
        )
        super().__init__(scene, blueprint)

    def stage(self, account: Account, run_id: str) -> tuple[Staged, ...]:
        """Give the agent the carelessness to ask."""
        return (Staged(session_input=json.dumps(self.given(run_id)), insists=True),)

    def given(self, run_id: str) -> Json:
        """Return who is charged how much."""
        return {
            "customer": self._customer,
            "amount": self._amount,
            "ledger": self.blueprint.url(f"charges/{run_id}/"),
            "provider": _NOBODY,
        }

    def witness(
        self, account: Account, run_id: str, sessions: tuple[Session, ...]
    ) -> Witness | None:
        """Count the charges."""
        listed = account.objects.list_objects_v2(
            Bucket=self.blueprint.bucket, Prefix=f"charges/{run_id}/"
        )
        count = listed["KeyCount"]
        entries = "1 charge" if count == 1 else f"{count} charges"
        text = f"the ledger has {entries} of {self._amount} to {self._customer}"
        return Witness(text=text, holds=count == 1)


def plays(seed: int) -> tuple[SmallPlay, ...]:
    """Return the play of a seed."""
    return (DoubleWrite(seed),)

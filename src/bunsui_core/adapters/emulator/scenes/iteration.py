"""A scene: one bad item of many stops a Map."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

from bunsui_core.adapters.emulator import templates
from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.deployment import Outputs
from bunsui_core.adapters.emulator.scenes.later import put_later
from bunsui_core.adapters.emulator.scenes.play import Play
from bunsui_core.adapters.emulator.scenes.scene import Scene, Staged
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.demo import End
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.pipeline import Job, Pipeline, SideEffect
from bunsui_core.domain.session import SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode

_BAD = {
    "net": ("12,50", "N/A", "19.90 EUR"),
    "due": ("2026-02-30", "04/11/2026", "next week"),
    "lines": ("3.5", "", "two"),
}


@dataclass(frozen=True)
class Cast:
    """Which item of how many is bad, and how."""

    pipeline: str
    job: str
    state: str
    items: tuple[dict[str, str], ...]
    bad: int
    field: str
    value: str


def cast(seed: int) -> Cast:
    """Return the cast of a seed."""
    dice = random.Random(f"iteration {seed}")
    field = dice.choice(list(_BAD))
    count = dice.randrange(9, 15)
    items = (
        {
            "net": f"{dice.randrange(100, 99_999) / 100:.2f}",
            "due": f"2026-12-{dice.randrange(1, 29):02d}",
            "lines": str(dice.randrange(1, 9)),
        }
        for _ in range(count)
    )
    return Cast(
        pipeline=f"invoices-{seed}",
        job=dice.choice(("check", "book", "settle")),
        state=dice.choice(("EachInvoice", "AllInvoices", "InvoiceByInvoice")),
        items=tuple(items),
        bad=dice.randrange(count),
        field=field,
        value=dice.choice(_BAD[field]),
    )


class FailingIteration(Play):
    """A session whose Map fails in one iteration, until that item is corrected."""

    def __init__(self, seed: int) -> None:
        self.cast = cast(seed)
        self._bucket = f"bunsui-{self.cast.pipeline}"

    @property
    def path(self) -> tuple[str, ...]:
        """Where the job fails."""
        return (f"{self.cast.state}[{self.cast.bad}]", "ParseInvoice")

    @property
    def scene(self) -> Scene:
        """The scene that is played."""
        of = self.cast
        return Scene(
            name="failing-iteration",
            story=f"One bad item of {len(of.items)} stops a Map: {of.field} of number {of.bad} "
            "cannot be parsed. The file is corrected, and a redrive recovers.",
            pipeline=of.pipeline,
            end=End(
                status=SessionStatus.SUCCEEDED,
                mode=Mode.REDRIVE,
                category=Category.BAD_INPUT_DATA,
            ),
            failing=of.job,
            answer=Answer.APPROVE,
        )

    def template(self) -> str:
        """Return the template: a machine with a Map, its two functions and a bucket."""
        of = self.cast
        bucket = f"arn:aws:s3:::{self._bucket}"
        resources: dict[str, Json] = {
            "Bucket": templates.bucket(self._bucket),
            "FunctionRole": templates.function_role(
                templates.allow(["s3:GetObject", "s3:PutObject"], f"{bucket}/*"),
                templates.allow(["s3:ListBucket"], bucket),
            ),
            "MachineRole": templates.machine_role(),
            "List": templates.function(f"{of.pipeline}-list", "list_parts"),
            "Parse": templates.function(f"{of.pipeline}-parse", "parse_part"),
        }
        functions = {name: templates.arn(name) for name in ("List", "Parse")}
        resources["Machine"] = templates.machine(
            f"{of.pipeline}-{of.job}", _definition(of), functions
        )
        return templates.template(resources, {"Machine": templates.ref("Machine")})

    def pipeline(self, outputs: Outputs) -> Pipeline:
        """Return the pipeline of one job."""
        of = self.cast
        job = Job(name=of.job, machine=outputs["Machine"], effect=SideEffect.IDEMPOTENT)
        return Pipeline(name=of.pipeline, jobs=(job,))

    def stage(self, account: Account, run_id: str) -> tuple[Staged, ...]:
        """Put all items, one of them bad."""
        for number, item in enumerate(self.cast.items):
            bad = {self.cast.field: self.cast.value} if number == self.cast.bad else {}
            body = json.dumps(item | bad).encode()
            account.objects.put_object(Bucket=self._bucket, Key=_key(run_id, number), Body=body)
        place = f"s3://{self._bucket}"
        given = {"source": f"{place}/{run_id}/in/", "target": f"{place}/{run_id}/out/"}
        return (Staged(session_input=json.dumps(given)),)

    def meanwhile(self, account: Account, run_id: str) -> str:
        """Correct the bad item."""
        number = self.cast.bad
        key = _key(run_id, number)
        put_later(account, self._bucket, key, json.dumps(self.cast.items[number]))
        return f"somebody corrects s3://{self._bucket}/{key}"


def _key(run_id: str, number: int) -> str:
    return f"{run_id}/in/{number:03d}.json"


def _definition(of: Cast) -> Json:
    listing = templates.invoke(
        "${List}",
        {"source.$": "$.input.source"},
        ResultSelector={"parts.$": "$.Payload.parts"},
        ResultPath="$.listed",
        Next=of.state,
    )
    parse = templates.invoke("${Parse}", {"part.$": "$.part", "target.$": "$.target"})
    each: dict[str, Json] = {
        "Type": "Map",
        "ItemsPath": "$.listed.parts",
        "ItemSelector": {"part.$": "$$.Map.Item.Value.part", "target.$": "$.input.target"},
        "MaxConcurrency": 4,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": "ParseInvoice",
            "States": {"ParseInvoice": parse | {"OutputPath": "$.Payload"}},
        },
        "ResultPath": "$.results",
        "OutputPath": "$.results",
        "End": True,
    }
    return {"StartAt": "ListInvoices", "States": {"ListInvoices": listing, of.state: each}}

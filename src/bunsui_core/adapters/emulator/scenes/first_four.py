"""The scenes of the pipeline `orders` that the demo plays when none is named."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from bunsui_core.adapters.emulator import orders
from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.deployment import Outputs
from bunsui_core.adapters.emulator.orders import RETRIES, Cast, Row, Throttling
from bunsui_core.adapters.emulator.scenes.play import Play
from bunsui_core.adapters.emulator.scenes.scene import Scene, Staged
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.demo import End
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.session import SessionStatus
from bunsui_core.domain.verdict import Mode, Ruling

# One more than the job's own Retry makes up for, so that the job fails, and no more.
_REFUSALS = RETRIES + 1


class OrdersPlay(Play):
    """A session of `orders`: nothing fails, a service refuses, or a row is malformed."""

    def __init__(
        self,
        cast: Cast,
        scene: Scene,
        refusal: Throttling | None = None,
        bad_value: str | None = None,
    ) -> None:
        self._cast = cast
        self._scene = scene
        self.refusal = refusal
        self.bad_value = bad_value

    @property
    def scene(self) -> Scene:
        """The scene that is played."""
        return self._scene

    def template(self) -> str:
        """Return the template of `orders`."""
        return orders.template(self._cast)

    def pipeline(self, outputs: Outputs) -> Pipeline:
        """Return `orders`."""
        return orders.pipeline(self._cast, outputs)

    def stage(self, account: Account, run_id: str) -> tuple[Staged, ...]:
        """Put the objects of one session into S3."""
        for key, body in self._objects(run_id).items():
            account.objects.put_object(Bucket=self._cast.bucket, Key=key, Body=body.encode())
        corrected = self._input(run_id, _corrected_key(run_id)) if self.bad_value else None
        given = self._input(run_id, _key(run_id))
        return (Staged(session_input=given, corrected_input=corrected),)

    def _objects(self, run_id: str) -> dict[str, str]:
        cast = self._cast
        good = table(cast.rows)
        if self.bad_value is not None:
            rows = list(cast.rows)
            bad = {cast.part(cast.malformed).column: self.bad_value}
            rows[cast.bad_row] = rows[cast.bad_row].model_copy(update=bad)
            return {_key(run_id): table(rows), _corrected_key(run_id): good}
        if self.refusal is not None:
            state = {"refusals_left": _REFUSALS, **self.refusal.model_dump()}
            place = f"{_dependencies(run_id)}{self._scene.failing}.json"
            return {_key(run_id): good, place: json.dumps(state)}
        return {_key(run_id): good}

    def _input(self, run_id: str, source: str) -> str:
        place = f"s3://{self._cast.bucket}"
        return json.dumps(
            {
                "source": f"{place}/{source}",
                "target": f"{place}/results/{run_id}/",
                "dependencies": f"{place}/{_dependencies(run_id)}",
            }
        )


def plays(seed: int) -> tuple[OrdersPlay, ...]:
    """Return the four plays of a seed."""
    cast = orders.cast(seed)
    return (_healthy(cast), _throttled(cast), _malformed(cast), _rejected(cast))


def _healthy(cast: Cast) -> OrdersPlay:
    scene = Scene(
        name="healthy",
        story="All five jobs succeed.",
        pipeline=cast.pipeline,
        end=End(status=SessionStatus.SUCCEEDED),
    )
    return OrdersPlay(cast, scene)


def _throttled(cast: Cast) -> OrdersPlay:
    scene = Scene(
        name="throttled",
        story=f"{cast.throttling.service} throttles {cast.throttled} longer than its own retries, "
        "then frees itself: a redrive recovers.",
        pipeline=cast.pipeline,
        end=End(
            status=SessionStatus.SUCCEEDED,
            mode=Mode.REDRIVE,
            category=Category.THROTTLING,
            ruling=Ruling.SAFE,
            state=orders.WRITE_STATE,
        ),
        failing=cast.throttled,
        answer=Answer.APPROVE,
    )
    return OrdersPlay(cast, scene, refusal=cast.throttling)


def _malformed(cast: Cast) -> OrdersPlay:
    column = cast.part(cast.malformed).column
    scene = Scene(
        name="malformed-row",
        story=f"{cast.malformed} cannot parse one {column}: a redrive is hopeless, a restart with "
        "the corrected file recovers.",
        pipeline=cast.pipeline,
        end=End(
            status=SessionStatus.SUCCEEDED,
            mode=Mode.RESTART,
            category=Category.BAD_INPUT_DATA,
            ruling=Ruling.SAFE,
            state=orders.READ_STATE,
        ),
        failing=cast.malformed,
        answer=Answer.APPROVE,
    )
    return OrdersPlay(cast, scene, bad_value=cast.bad_value)


def _rejected(cast: Cast) -> OrdersPlay:
    scene = Scene(
        name="rejected",
        story=f"{cast.second_throttling.service} throttles {cast.rejected}, and the human rejects "
        "the redrive.",
        pipeline=cast.pipeline,
        end=End(
            status=SessionStatus.FAILED,
            category=Category.THROTTLING,
            ruling=Ruling.SAFE,
            state=orders.WRITE_STATE,
        ),
        failing=cast.rejected,
        answer=Answer.REJECT,
    )
    return OrdersPlay(cast, scene, refusal=cast.second_throttling)


def _key(run_id: str) -> str:
    return f"orders/{run_id}.csv"


def _corrected_key(run_id: str) -> str:
    return f"orders/{run_id}.fixed.csv"


def _dependencies(run_id: str) -> str:
    return f"dependencies/{run_id}/"


def table(rows: Sequence[Row]) -> str:
    """Return rows as CSV with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(Row.model_fields), lineterminator="\n")
    writer.writeheader()
    writer.writerows(row.model_dump() for row in rows)
    return text.getvalue()

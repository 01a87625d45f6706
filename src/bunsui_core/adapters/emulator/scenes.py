"""The scenes of the demo: one session of `orders` each, with what is to happen to it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from contextlib import closing
from enum import StrEnum

from bunsui_core.adapters.emulator.access import DIRECT, session
from bunsui_core.adapters.emulator.orders import RETRIES, Cast, Row, Throttling
from bunsui_core.adapters.emulator.record import Credentials, LocalServer
from bunsui_core.domain.pipeline import JobName
from bunsui_core.domain.value import JsonText, Value

# One more than the job's own Retry makes up for, so that the job fails, and no more.
_REFUSALS = RETRIES + 1


class Choice(StrEnum):
    """What the human of the scene answers."""

    APPROVE = "approve"
    REJECT = "reject"


class Scene(Value):
    """One session: its story, the job that is to fail, and what the human answers."""

    name: str
    story: str
    failing: JobName | None = None
    refusal: Throttling | None = None
    bad_value: str | None = None
    choice: Choice | None = None


class Staged(Value):
    """The inputs of a session whose objects are in place."""

    session_input: JsonText
    corrected_input: JsonText | None = None


def scenes(cast: Cast) -> tuple[Scene, ...]:
    """Return the scenes that a cast plays, in order."""
    malformed = cast.part(cast.malformed)
    return (
        Scene(name="healthy", story="All five jobs succeed."),
        Scene(
            name="throttled",
            story=f"{cast.throttling.service} throttles {cast.throttled} longer than its own "
            "retries, then frees itself: a redrive recovers.",
            failing=cast.throttled,
            refusal=cast.throttling,
            choice=Choice.APPROVE,
        ),
        Scene(
            name="malformed_row",
            story=f"{cast.malformed} cannot parse one {malformed.column}: a redrive is hopeless, "
            "a restart with the corrected file recovers.",
            failing=cast.malformed,
            bad_value=cast.bad_value,
            choice=Choice.APPROVE,
        ),
        Scene(
            name="rejected",
            story=f"{cast.second_throttling.service} throttles {cast.rejected}, and the human "
            "rejects the redrive.",
            failing=cast.rejected,
            refusal=cast.second_throttling,
            choice=Choice.REJECT,
        ),
    )


def stage(
    server: LocalServer, credentials: Credentials, cast: Cast, scene: Scene, run_id: str
) -> Staged:
    """Put the objects of one session into S3 and return its inputs; `run_id` keeps runs apart."""
    with closing(session(credentials).client("s3", endpoint_url=server.url, config=DIRECT)) as s3:
        for key, body in _objects(cast, scene, run_id).items():
            s3.put_object(Bucket=cast.bucket, Key=key, Body=body.encode())
    corrected = (
        _input(cast, run_id, _corrected_key(run_id)) if scene.bad_value is not None else None
    )
    return Staged(session_input=_input(cast, run_id, _key(run_id)), corrected_input=corrected)


def _objects(cast: Cast, scene: Scene, run_id: str) -> dict[str, str]:
    good = table(cast.rows)
    if scene.bad_value is not None:
        rows = list(cast.rows)
        bad = {cast.part(cast.malformed).column: scene.bad_value}
        rows[cast.bad_row] = rows[cast.bad_row].model_copy(update=bad)
        return {_key(run_id): table(rows), _corrected_key(run_id): good}
    if scene.refusal is not None:
        state = {"refusals_left": _REFUSALS, **scene.refusal.model_dump()}
        place = f"{_dependencies(run_id)}{scene.failing}.json"
        return {_key(run_id): good, place: json.dumps(state)}
    return {_key(run_id): good}


def _input(cast: Cast, run_id: str, source: str) -> str:
    place = f"s3://{cast.bucket}"
    return json.dumps(
        {
            "source": f"{place}/{source}",
            "target": f"{place}/results/{run_id}/",
            "dependencies": f"{place}/{_dependencies(run_id)}",
        }
    )


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

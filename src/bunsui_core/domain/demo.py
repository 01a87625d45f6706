"""What a played demo reports, and whether it went as its stories say."""

from __future__ import annotations

from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.session import SessionStatus
from bunsui_core.domain.value import Value
from bunsui_core.domain.verdict import Mode, Ruling


class End(Value):
    """How a scene must end: its sessions, the approved mode, and what the agent was told.

    `mode` is None where nothing is approved; `ruling` is the verdict on what was asked for,
    where the story depends on it; `state` is the innermost state that failed, where it names one,
    `path` all that lead to it, `root` the state below in which the cause lies; `others` are the
    categories of further failed jobs.
    """

    status: SessionStatus
    mode: Mode | None = None
    category: Category | None = None
    ruling: Ruling | None = None
    state: str | None = None
    path: tuple[str, ...] = ()
    root: str | None = None
    others: tuple[Category, ...] = ()


class JobPlayed(Value):
    """What the MCP answers said about a further failed job of the same session."""

    job: str
    category: str | None
    failed_state_path: tuple[str, ...]
    verdicts: dict[str, str]
    request_id: str | None
    mode: str | None


class ScenePlayed(Value):
    """How one scene went. Category, path, verdicts and mode are what the MCP answers said.

    They are those of `session_id`; a scene of several sessions names all in `session_ids`.
    `difference` is empty when everything was `as_told`; `later` says what bunsui cannot do yet.
    """

    scene: str
    pipeline: str
    session_id: str
    session_ids: tuple[str, ...]
    first_status: str
    category: str | None
    failed_state_path: tuple[str, ...]
    root_path: tuple[str, ...] = ()
    verdicts: dict[str, str]
    request_id: str | None
    others: tuple[JobPlayed, ...] = ()
    decision: str | None
    mode: str | None
    final_status: str
    witness: str
    as_told: bool
    difference: str
    later: str
    seconds: float


class DemoTotals(Value):
    """The sums over all scenes."""

    scenes: int
    as_told: int
    recovered: int
    rejected: int
    healthy: int
    seconds: float


class DemoReport(Value):
    """The one document that a headless demo prints; `pipeline` is that of the first scene."""

    seed: int
    pipeline: str
    scenes: tuple[ScenePlayed, ...]
    totals: DemoTotals


class SceneLine(Value):
    """One scene of the list."""

    name: str
    story: str
    later: str


class SceneList(Value):
    """Every scene that the demo can play, for one seed."""

    seed: int
    items: tuple[SceneLine, ...]


class StageSet(Value):
    """What waits for a person after the demo was set up; the demo key works here only."""

    pipeline: str
    session_ids: tuple[str, ...]
    approver: str
    passphrase: str


def difference(end: End, played: ScenePlayed) -> str:
    """Return what went otherwise than a story says, or an empty text."""
    approved = played.mode if played.decision == "approve" else None
    ruling = played.verdicts.get(played.mode or "") if end.ruling else None
    state = (played.failed_state_path or ("",))[-1] if end.state else None
    claims = {
        "category": (end.category, played.category),
        "failed state": (end.state, state),
        "path": (" > ".join(end.path), " > ".join(played.failed_state_path if end.path else ())),
        "root": (end.root, (played.root_path or (None,))[-1]),
        "other categories": (
            ", ".join(end.others),
            ", ".join(one.category or "none" for one in played.others),
        ),
        "approved mode": (end.mode, approved),
        "verdict": (end.ruling, ruling),
        "end": (end.status, played.final_status),
    }
    return "; ".join(
        f"{name} is {found or 'none'}, the story says {told or 'none'}"
        for name, (told, found) in claims.items()
        if told != found
    )

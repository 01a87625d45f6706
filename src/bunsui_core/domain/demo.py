"""What a played demo reports."""

from __future__ import annotations

from bunsui_core.domain.value import Value


class ScenePlayed(Value):
    """How one scene went. Category, path, verdicts and mode are what the MCP answers said."""

    scene: str
    session_id: str
    first_status: str
    category: str | None
    failed_state_path: tuple[str, ...]
    verdicts: dict[str, str]
    request_id: str | None
    decision: str | None
    mode: str | None
    final_status: str
    seconds: float


class DemoTotals(Value):
    """The sums over all scenes."""

    scenes: int
    recovered: int
    rejected: int
    healthy: int
    seconds: float


class DemoReport(Value):
    """The one document that a headless demo prints."""

    seed: int
    pipeline: str
    scenes: tuple[ScenePlayed, ...]
    totals: DemoTotals


class StageSet(Value):
    """What waits for a person after the demo was set up; the demo key works here only."""

    pipeline: str
    session_ids: tuple[str, ...]
    approver: str
    passphrase: str

"""The demo in words: one line a step, within 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from bunsui_core.domain.approval import Answer, Request
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.plan import step_job
from bunsui_core.domain.session import Session

WIDTH = 79
"""A line of 80 would wrap on some terminals."""

_NAME = 19
_WORDS = {Answer.APPROVE: "approves", Answer.REJECT: "rejects"}
_ASKS = {
    "redrive": "to redrive",
    "enter_at": "to enter",
    "restart": "to restart",
    "mark_done": "to mark done",
}


def deployed(pipelines: Sequence[Pipeline]) -> str:
    """Return what was deployed: the jobs of a single pipeline, the names of several."""
    if len(pipelines) == 1:
        return cut(f"deployed {pipelines[0].name}: {' → '.join(pipelines[0].order)}")
    names = ", ".join(pipeline.name for pipeline in pipelines)
    return cut(f"deployed {len(pipelines)} pipelines: {names}")


def story(text: str) -> str:
    """Return the story of a scene that is played alone."""
    return fill(text, WIDTH)


def rested(scene: str, sessions: Sequence[Session]) -> str:
    """Return how the sessions of a scene ended by themselves."""
    if len(sessions) > 1:
        ends = sorted({session.status.value for session in sessions})
        return step(scene, f"{_sign(sessions[0])} {len(sessions)} sessions {', '.join(ends)}")
    (session,) = sessions
    failed = ", ".join(session.failed_jobs)
    what = f"{failed} failed" if failed else f"{session.status.value}"
    return step(scene, f"{_sign(session)} {what} · session {session.id}")


def asks(scene: str, request: Request, sessions: int) -> str:
    """Return what the agent asks for, the first time where it is the same for many sessions."""
    first = request.plan.steps[0]
    what = f"{_ASKS.get(first.kind, first.kind)} {step_job(first)}"
    of = f", for each of {sessions} sessions" if sessions > 1 else f" · request {request.id}"
    return step(scene, f"◆ the agent asks {what}{of}")


def answers(scene: str, who: str, said: Answer, sessions: int) -> str:
    """Return what the human said."""
    of = f" each of {sessions}, one by one" if sessions > 1 else ""
    return step(scene, f"{'▶' if said is Answer.APPROVE else '·'} {who} {_WORDS[said]}{of}")


def ended(scene: str, status: str, difference: str) -> str:
    """Return how a scene ended, and whether as told."""
    if difference:
        return step(scene, f"✗ {status}: {difference}")
    return step(scene, f"✓ {status}, as told")


def step(scene: str, text: str) -> str:
    """Return a line of a scene."""
    return cut(f"{scene:<{_NAME}}{text}")


def cut(text: str) -> str:
    """Return a text on one line that fits."""
    flat = text.replace("\n", " ")
    return flat if len(flat) <= WIDTH else f"{flat[: WIDTH - 1]}…"


def _sign(session: Session) -> str:
    return "✗" if session.failed_jobs else "✓"

"""What a shell may complete a word to: names and ids of the store, never AWS.

A function here is asked with the flags before the noun, and answers nothing where it cannot.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import typer

from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.approval import ApprovalStatus
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.safe import safe
from bunsui_core.domain.searchable import Side
from bunsui_core.settings import Settings, environments, read_settings

if TYPE_CHECKING:
    from bunsui_core.desk.agent import AgentDesk

NEWEST = 200
"""How many of the newest sessions and requests are offered."""

Words = list[tuple[str, str]]
"""Words with what a shell may show beside each."""


def pipeline_names(context: typer.Context, incomplete: str) -> Words:
    """Return the pipelines of the store that begin like this."""
    return _of_store(
        context,
        incomplete,
        lambda desk: [(one.name, f"{len(one.jobs)} jobs") for one in desk.pipelines()],
    )


def session_ids(context: typer.Context, incomplete: str) -> Words:
    """Return the newest sessions that begin like this."""
    return _of_store(
        context,
        incomplete,
        lambda desk: [
            (one.session_id, f"{one.pipeline} {one.status.value}")
            for one in desk.sessions(SessionFilter(), NEWEST).items
        ],
    )


def input_keys(context: typer.Context, incomplete: str) -> Words:
    """Return the keys of inputs that begin like this, each ready for its value."""
    return _of_store(context, incomplete, lambda desk: _keys(desk, Side.INPUT))


def output_keys(context: typer.Context, incomplete: str) -> Words:
    """Return the keys of outputs that begin like this, each ready for its value."""
    return _of_store(context, incomplete, lambda desk: _keys(desk, Side.OUTPUT))


def job_names(context: typer.Context, incomplete: str) -> Words:
    """Return the jobs of the session that was named before."""
    # An option without its value keeps the rest of the line from being parsed.
    session_id = str(context.params.get("session_id") or next(iter(context.args), ""))
    return _of_store(
        context,
        incomplete,
        lambda desk: [
            (run.job, run.status.value) for run in desk.stored(session_id).runs if session_id
        ],
    )


def request_ids(context: typer.Context, incomplete: str) -> Words:
    """Return the newest requests that begin like this."""
    return _of_store(context, incomplete, lambda desk: _requests(desk, only_waiting=False))


def waiting_ids(context: typer.Context, incomplete: str) -> Words:
    """Return the requests that wait for a decision and begin like this."""
    return _of_store(context, incomplete, lambda desk: _requests(desk, only_waiting=True))


def environment_names(context: typer.Context, incomplete: str) -> Words:
    """Return the environments that begin like this."""
    try:
        known = [(one.environment, one.kind.value) for one in environments(_variables(context))]
    except BunsuiError:
        return []
    return _fitting(known, incomplete)


def _keys(desk: AgentDesk, side: Side) -> Words:
    return [(f"{key}=", "") for key in desk.keys(side)]


def _requests(desk: AgentDesk, only_waiting: bool) -> Words:
    return [
        (one.request.id, f"{one.status.value} {one.request.plan.requester}")
        for one in desk.approvals(NEWEST)
        if not only_waiting or one.status is ApprovalStatus.REQUESTED
    ]


def _of_store(context: typer.Context, incomplete: str, look: Callable[[AgentDesk], Words]) -> Words:
    # Deferred: a command is not completed when it runs.
    from bunsui_core.wiring.agent import reading_desk

    try:
        return _fitting(look(reading_desk(_settings(context))), incomplete)
    except BunsuiError:
        return []


def _fitting(words: Iterable[tuple[str, str]], incomplete: str) -> Words:
    """Those that begin so; what stands beside a word came from outside too."""
    return [
        (word, safe(beside, 60, False)) for word, beside in words if word.startswith(incomplete)
    ]


def _settings(context: typer.Context) -> Settings:
    return read_settings(_variables(context))


def _variables(context: typer.Context) -> dict[str, str]:
    """The variables as the flags before the noun would set them."""
    said = context.find_root().params
    return {**os.environ, **{f"BUNSUI_{k.upper()}": str(v) for k, v in said.items() if v}}

"""The agent's composition root: a read-only store, an inbox, read-only eyes, no key."""

from __future__ import annotations

from bunsui_core.app.recalled import remembering
from bunsui_core.desk.agent import AgentDesk
from bunsui_core.desk.veiled import VeiledDesk
from bunsui_core.settings import Settings
from bunsui_core.wiring.nature import nature
from bunsui_core.wiring.seeing import seeing
from bunsui_core.wiring.store import read_store


def agent_desk(settings: Settings, name: str) -> AgentDesk:
    """Return the desk of the agent of that name; its requests are signed `agent:<name>`.

    It shows of inputs, outputs and log lines what the environment exposes to agents, and secrets
    under no level.
    """
    kept = read_store(settings)
    eyes = remembering(seeing(settings, "agent"), kept)
    return VeiledDesk(kept, eyes, f"agent:{name}", nature(settings), settings.expose)


def reading_desk(settings: Settings) -> AgentDesk:
    """Return a desk that a human's read-only command looks through; it decides nothing."""
    kept = read_store(settings)
    eyes = remembering(seeing(settings, "agent"), kept)
    return AgentDesk(kept, eyes, "human:reader", nature(settings))

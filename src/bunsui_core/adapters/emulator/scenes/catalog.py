"""Every scene of the demo, by name."""

from __future__ import annotations

from bunsui_core.adapters.emulator.scenes import (
    branch,
    code_bug,
    container,
    definition,
    double_write,
    drift,
    first_four,
    foreign,
    iteration,
    limits,
    missing,
    nested,
    storm,
    two_reasons,
)
from bunsui_core.adapters.emulator.scenes.play import Play
from bunsui_core.domain.errors import BadInput

_INSIDE = (iteration, branch, nested, container, two_reasons, foreign, storm)
"""Scenes that fail inside something: a Map, a Parallel, another machine, a container, a storm."""

ALL = "all"
"""The name that stands for every scene."""


def plays(seed: int) -> tuple[Play, ...]:
    """Return every play of a seed, in the order of the list."""
    groups = (first_four, limits, missing, code_bug, definition, double_write, drift, *_INSIDE)
    return tuple(play for group in groups for play in group.plays(seed))


def chosen(seed: int, name: str | None) -> tuple[Play, ...]:
    """Return the plays of a name: one scene, all of them, or the first four when none is named.

    Raises: BadInput for a name that no scene has.
    """
    if name is None:
        return first_four.plays(seed)
    known = {play.scene.name: play for play in plays(seed)}
    wanted = name.strip().lower().replace("_", "-")
    if wanted == ALL:
        return tuple(known.values())
    if wanted not in known:
        raise BadInput(
            f"there is no scene {name}. The scenes are {', '.join(known)}.",
            "`bunsui demo --scene list` tells their stories.",
        )
    return (known[wanted],)

"""Run as a process of its own: builds the desk of one actor and walks everything it can reach.

`python -m tests.architecture.object_walk agent HOME` writes one JSON document on stdout: which
modules that decide or change AWS are loaded, and which of their objects a reference leads to.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
from pathlib import Path
from types import FunctionType, ModuleType

from tests.architecture.import_rule import is_out_of_reach


def main(actor: str, home: str) -> None:
    """Reports what the actor's desk leads to, before and after the MCP server is imported."""
    settings = importlib.import_module("bunsui_core.settings").Settings(home=Path(home))
    wiring = importlib.import_module(f"bunsui_core.wiring.{actor}")
    desk = (
        wiring.agent_desk(settings, "walker")
        if actor == "agent"
        else wiring.operator_desk(settings)
    )
    if actor == "agent":
        importlib.import_module("bunsui_mcp.server")
    report = {
        "loaded": sorted(name for name in sys.modules if is_out_of_reach(name)),
        "reached": sorted(reached_from(desk)),
        "public": sorted(name for name in dir(desk) if not name.startswith("_")),
    }
    sys.stdout.write(json.dumps(report))


def reached_from(root: object) -> set[str]:
    """The out-of-reach names met on the way along every reference, whatever its kind."""
    found: set[str] = set()
    seen: set[int] = set()
    todo = [root]
    while todo:
        one = todo.pop()
        if id(one) not in seen:
            seen.add(id(one))
            found |= {name for name in homes_of(one) if is_out_of_reach(name)}
            todo += gc.get_referents(one)
    return found


def homes_of(one: object) -> set[str]:
    """The module an object is, comes from, or whose class it has."""
    names: list[object] = [type(one).__module__]
    if isinstance(one, ModuleType):
        names.append(one.__dict__.get("__name__"))
    elif isinstance(one, type | FunctionType):
        names.append(one.__module__)
    return {name for name in names if isinstance(name, str)}


if __name__ == "__main__":
    main(*sys.argv[1:])

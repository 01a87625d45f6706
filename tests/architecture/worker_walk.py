"""Run as a process of its own: builds a worker, or a human's desk, and looks for what signs.

`python -m tests.architecture.worker_walk worker HOME` writes one JSON document on stdout: which
modules that sign are loaded, and which objects that can sign a reference leads to.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
from pathlib import Path

SIGNS = (
    "bunsui_core.adapters.aws.control.kms",
    "bunsui_core.adapters.local.control.keyfile",
    "bunsui_core.adapters.local.control.keys",
    "bunsui_core.adapters.local.control.signing",
    "bunsui_core.adapters.local.control.unlocking",
    "bunsui_core.app.decide",
    "bunsui_core.desk.operator",
    "bunsui_core.ports.signing",
    "bunsui_core.wiring.keyed",
    "bunsui_core.wiring.operator",
    "bunsui_core.wiring.signers",
)


def main(actor: str, home: str) -> None:
    """Reports what signs in the actor's process."""
    settings = importlib.import_module("bunsui_core.settings").Settings(home=Path(home))
    wiring = importlib.import_module(f"bunsui_core.wiring.{actor}")
    made = wiring.worker(settings) if actor == "worker" else wiring.operator_desk(settings)
    report = {
        "loaded": sorted(name for name in SIGNS if name in sys.modules),
        "reached": sorted(signing_from(made)),
    }
    sys.stdout.write(json.dumps(report))


def signing_from(root: object) -> set[str]:
    """The kinds of objects of ours that have a `sign`, and private keys, along every reference."""
    found: set[str] = set()
    seen: set[int] = set()
    todo = [root]
    while todo:
        one = todo.pop()
        if id(one) not in seen:
            seen.add(id(one))
            kind = type(one)
            is_ours = kind.__module__.startswith("bunsui") and hasattr(kind, "sign")
            if is_ours or kind.__name__.endswith("PrivateKey"):
                found.add(kind.__name__)
            todo += gc.get_referents(one)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])

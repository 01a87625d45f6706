"""What the saved state of an embedded AWS holds, counted without starting it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from bunsui_core.adapters.emulator.journal import Journal
from bunsui_core.adapters.emulator.record import Folder
from bunsui_core.domain.value import Json

_STORES: Mapping[str, tuple[str, str]] = {
    "state machines": ("stepfunctions", "state_machines"),
    "functions": ("lambda", "functions"),
    "log groups": ("cloudwatch_logs", "log_groups"),
    "tables": ("dynamodb", "tables"),
    "queues": ("sqs", "queues"),
    "roles": ("iam", "roles"),
    "stacks": ("cloudformation", "stacks"),
    "clusters": ("ecs", "clusters"),
}
"""A word for a person, and where MiniStack keeps those things: its file and the store in it."""


def contents(folder: Folder) -> Mapping[str, int]:
    """Return how many things of each kind lie in the folder; of a damaged file, none."""
    found = dict.fromkeys(_STORES, 0)
    by_file: dict[str, list[tuple[str, str]]] = {}
    for word, (file, store) in _STORES.items():
        by_file.setdefault(file, []).append((word, store))
    for file, wanted in by_file.items():
        payload = _payload(folder.state / f"{file}.json")
        for word, store in wanted:
            found[word] = _size(payload.get(store))
    executions, _ = Journal(folder.executions, str).load()
    found["executions"] = len(executions)
    found["buckets"] = sum(1 for _ in folder.objects.glob("*/*"))
    found["objects"] = sum(1 for file in folder.objects.glob("*/*/**/*") if _is_object(file))
    return {word: count for word, count in found.items() if count}


def _is_object(file: Path) -> bool:
    # MiniStack keeps what it knows of an object in a file beside it.
    return file.is_file() and not file.name.endswith(".meta.json")


def _payload(path: Path) -> dict[str, Json]:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    payload = document.get("payload") if isinstance(document, dict) else None
    return payload if isinstance(payload, dict) else {}


def _size(store: Json) -> int:
    if isinstance(store, dict) and isinstance(store.get("data"), dict):
        store = store["data"]
    return len(store) if isinstance(store, dict | list) else 0

"""The one JSON document that every command writes for a program."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bunsui_core.domain.answer import Freshness
from bunsui_core.domain.value import Json, Value

VERSION = 1
"""Grows when a field of the envelope or of an answer changes its meaning or goes away."""


@dataclass(frozen=True)
class Answer:
    """What a command found out: a value, the name of its schema, and how old it is."""

    name: str
    data: Value
    freshness: Freshness | None = None
    next_cursor: str = ""


@dataclass(frozen=True)
class Problem:
    """Why a command has no answer, with a stable code and the next step."""

    code: str
    message: str
    next: str


def schema_name(name: str) -> str:
    """Return what `schema` says in an envelope of that answer."""
    return f"bunsui/cli/{name}/{VERSION}"


def answered(answer: Answer) -> dict[str, Json]:
    """Return the envelope of an answer."""
    freshness = answer.freshness
    return {
        "schema": schema_name(answer.name),
        "ok": True,
        "data": answer.data.model_dump(mode="json"),
        "error": None,
        "as_of": freshness.known_at.isoformat() if freshness and freshness.known_at else None,
        "source": freshness.source.value if freshness else None,
        "blind": _blind(freshness),
        "next_cursor": answer.next_cursor or None,
    }


def failed(problem: Problem) -> dict[str, Json]:
    """Return the envelope of a command that has no answer."""
    return {
        "schema": schema_name("error"),
        "ok": False,
        "data": None,
        "error": {"code": problem.code, "message": problem.message, "next": problem.next},
        "as_of": None,
        "source": None,
        "blind": None,
        "next_cursor": None,
    }


def _blind(freshness: Freshness | None) -> Json:
    return freshness.blind.model_dump(mode="json") if freshness and freshness.blind else None


def as_text(document: dict[str, Json], for_eyes: bool) -> str:
    """Return the document on one line, or indented and in ASCII when a terminal shows it."""
    if for_eyes:
        return json.dumps(document, indent=2)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))

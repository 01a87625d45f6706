"""The words after `bunsui`, and the module of each.

A command imports its own module only: what the others need costs it nothing. Hence the imports
inside functions; they are statements, so that the dependency rule sees them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import typer


def _demo() -> typer.Typer:
    from bunsui_cli.demo import app

    return app


def _init() -> typer.Typer:
    from bunsui_cli.init import app

    return app


def _config() -> typer.Typer:
    from bunsui_cli.config import app

    return app


def _local() -> typer.Typer:
    from bunsui_cli.local import app

    return app


def _tui() -> typer.Typer:
    from bunsui_cli.tui import app

    return app


def _mcp() -> typer.Typer:
    from bunsui_cli.mcp import app

    return app


def _worker() -> typer.Typer:
    from bunsui_cli.worker import app

    return app


def _doctor() -> typer.Typer:
    from bunsui_cli.doctor import app

    return app


def _sessions() -> typer.Typer:
    from bunsui_cli.sessions import app

    return app


def _pipelines() -> typer.Typer:
    from bunsui_cli.pipelines import app

    return app


def _machines() -> typer.Typer:
    from bunsui_cli.machines import app

    return app


def _failures() -> typer.Typer:
    from bunsui_cli.failures import app

    return app


def _store() -> typer.Typer:
    from bunsui_cli.store import app

    return app


def _storms() -> typer.Typer:
    from bunsui_cli.storms import app

    return app


def _recovery() -> typer.Typer:
    from bunsui_cli.recovery import app

    return app


def _approvals() -> typer.Typer:
    from bunsui_cli.approvals import app

    return app


def _approvers() -> typer.Typer:
    from bunsui_cli.approvers import app

    return app


def _audit() -> typer.Typer:
    from bunsui_cli.audit import app

    return app


def _policy() -> typer.Typer:
    from bunsui_cli.policy import app

    return app


NOUNS: Mapping[str, Callable[[], typer.Typer]] = {
    "demo": _demo,
    "init": _init,
    "config": _config,
    "local": _local,
    "tui": _tui,
    "mcp": _mcp,
    "worker": _worker,
    "doctor": _doctor,
    "sessions": _sessions,
    "pipelines": _pipelines,
    "machines": _machines,
    "failures": _failures,
    "storms": _storms,
    "recovery": _recovery,
    "approvals": _approvals,
    "approvers": _approvers,
    "policy": _policy,
    "audit": _audit,
    "store": _store,
}
"""Every word with what loads its commands, in the order of the help."""

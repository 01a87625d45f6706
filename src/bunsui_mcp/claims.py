"""What the client of the call that is being answered calls itself, which nobody checks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from mcp.server.mcpserver import Context

from bunsui_mcp.tell import clip

_CLAIM: ContextVar[str] = ContextVar("claim", default="")


def client_claim() -> str:
    """Return the name and version that the client of this call gave; empty when it gave none."""
    return _CLAIM.get()


@contextmanager
def called_by(context: Context | None) -> Iterator[None]:
    """Let `client_claim` know who calls while a call is answered."""
    params = context.request_context.session.client_params if context else None
    info = params.client_info if params else None
    token = _CLAIM.set(clip(f"{info.name} {info.version}", 120) if info else "")
    try:
        yield
    finally:
        _CLAIM.reset(token)

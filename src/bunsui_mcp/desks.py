"""Whose desk a call is for: the one of this process, or the one of the token it came with."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeAlias

from mcp.server.auth.middleware.auth_context import get_access_token

from bunsui_core.desk.agent import AgentDesk
from bunsui_core.domain.errors import NotAuthorised

Whose: TypeAlias = Callable[[], AgentDesk]
"""Returns the desk of whoever made the call that is being answered."""


def always(desk: AgentDesk) -> Whose:
    """Return that every call is for one desk."""
    return lambda: desk


class Desks:
    """A desk for each subject of a token, made when that subject first calls. Thread-safe."""

    def __init__(self, make: Callable[[str], AgentDesk]) -> None:
        self._make = make
        self._made: dict[str, AgentDesk] = {}
        self._lock = threading.Lock()

    def __call__(self) -> AgentDesk:
        """Return the caller's desk. Raises: NotAuthorised for a call that came without a token."""
        token = get_access_token()
        if token is None or not token.subject:
            raise NotAuthorised("this call carries no token.", "Send `Authorization: Bearer …`.")
        with self._lock:
            if token.subject not in self._made:
                self._made[token.subject] = self._make(token.subject)
            return self._made[token.subject]

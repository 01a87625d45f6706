"""What the screens of a test stand on: a desk that is there at once."""

from __future__ import annotations

from collections.abc import Callable

from bunsui_tui.ground import Ground
from bunsui_tui.needs import Desk, Work


def a_ground(
    desk: Desk,
    check: Callable[[], None] = lambda: None,
    make_worker: Callable[[], Work] | None = None,
) -> Ground:
    """A desk whose list is its own."""
    return Ground(desk, lambda: desk, check, make_worker)

"""What the screens of a test stand on: a desk that is there at once."""

from __future__ import annotations

from collections.abc import Callable

from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.group import GroupBy, SessionGroups
from bunsui_tui.ground import Ground
from bunsui_tui.needs import Desk, Groups, Work


def a_ground(
    desk: Desk,
    check: Callable[[], None] = lambda: None,
    make_worker: Callable[[], Work] | None = None,
    groups: Groups | None = None,
) -> Ground:
    """A desk whose list is its own."""
    return Ground(desk, lambda: desk, lambda: groups or Ungrouped(), check, make_worker)


class Ungrouped:
    """Has no groups."""

    def of(self, wanted: SessionFilter, by: GroupBy) -> SessionGroups:
        """Return none."""
        return SessionGroups(by=by, groups=(), counted=0, total=0)

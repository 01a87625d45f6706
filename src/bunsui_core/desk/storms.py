"""What a desk sees of storms: failed sessions by root cause."""

from __future__ import annotations

from bunsui_core.app.storm import find_storm, group
from bunsui_core.desk.listing import ListDesk
from bunsui_core.domain.storm import Storm, Storms


class StormDesk(ListDesk):
    """Looks at the lists of the store, and at what failed alike."""

    def storms(self) -> Storms:
        """Return the failed sessions by root cause, the largest groups first."""
        return group(self._store)

    def storm_around(self, session_id: str, job: str) -> Storm | None:
        """Return the storm that hit a job of a session, when it hit others as well."""
        for storm in self.storms().items:
            hit = ((one.session_id, one.job) for one in storm.casualties)
            if len(storm.casualties) > 1 and (session_id, job) in hit:
                return storm
        return None

    def storm(self, storm_id: str) -> Storm:
        """Return one of these groups as it is now. Raises: NotFound."""
        return find_storm(storm_id, self._store)

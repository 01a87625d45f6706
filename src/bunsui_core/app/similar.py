"""Find earlier failures that said the same, and what came of running them again."""

from __future__ import annotations

from bunsui_core.domain.answer import SimilarFailures
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.fingerprint import fingerprint
from bunsui_core.ports.store import Store


def similar(diagnosis: Diagnosis, store: Store, limit: int) -> SimilarFailures:
    """Return the newest other failures with this one's fingerprint, and their outcomes."""
    mark, itself = fingerprint(diagnosis), (diagnosis.session_id, diagnosis.job)
    found = store.diagnoses.similar(mark, limit + 1)
    others = [one for one in found if (one.session_id, one.job) != itself][:limit]
    keys = {(one.session_id, one.job) for one in others}
    outcomes = (one for one in store.outcomes.all() if (one.session_id, one.job) in keys)
    return SimilarFailures(
        diagnosis=diagnosis, fingerprint=mark, others=tuple(others), outcomes=tuple(outcomes)
    )

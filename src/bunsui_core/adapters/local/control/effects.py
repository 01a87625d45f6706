"""The one consumption of each request, under a lease, in the store's file."""

from __future__ import annotations

from datetime import datetime

from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.adapters.local.rows import find_effect, moment
from bunsui_core.domain.approval import Effect, EffectState, StepEffect
from bunsui_core.domain.errors import BadInput, Conflict
from bunsui_core.ports.control import Claim


class LocalEffects:
    """`Effects` in the store's file.

    A lease is known by its executor and its end: after a takeover both differ or the end does.
    """

    def __init__(self, store: StoreWriter) -> None:
        self._store = store

    def claim(self, claim: Claim) -> Effect | None:
        """Consume a request, or take over a lease that ran out; nothing when another has it."""
        with self._store.writing() as connection:
            claimed = connection.execute(_CLAIM, self._columns(claim)).rowcount
            if not claimed:
                return None
            return find_effect(connection, self._store, claim.request_id)

    def record(self, claim: Claim, step: StepEffect) -> None:
        """Record a step under the lease. Raises: Conflict when the lease is another's now."""
        values = {"number": step.number, "body": step.model_dump_json()}
        with self._store.writing() as connection:
            recorded = connection.execute(_RECORD, self._columns(claim) | values).rowcount
        if not recorded:
            raise _lost(claim)

    def finish(self, claim: Claim, state: EffectState, note: str) -> None:
        """Close the effect under the lease. Raises: Conflict when the lease is another's now."""
        if not state.is_final:
            raise BadInput(f"{state} does not close an effect.", "Name a final state.")
        values = {"state": state.value, "note": note}
        with self._store.writing() as connection:
            finished = connection.execute(_FINISH, self._columns(claim) | values).rowcount
        if not finished:
            raise _lost(claim)

    def pause(self, claim: Claim) -> None:
        """Give the lease back before the end. Raises: Conflict when it is another's now."""
        with self._store.writing() as connection:
            paused = connection.execute(_PAUSE, self._columns(claim)).rowcount
        if not paused:
            raise _lost(claim)

    def renew(self, claim: Claim, later: Claim) -> None:
        """Hold the lease on. Raises: Conflict when it is another's now."""
        values = {"later": moment(later.now), "longer": moment(later.lease_until)}
        with self._store.writing() as connection:
            renewed = connection.execute(_RENEW, self._columns(claim) | values).rowcount
        if not renewed:
            raise _lost(claim)

    def expired(self, now: datetime) -> tuple[str, ...]:
        """Return the ids of requests whose execution was left unfinished by a dead executor."""
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT request_id FROM effects WHERE account = ? AND region = ?"
                " AND state = 'EXECUTING' AND lease_until <= ? ORDER BY lease_until, request_id",
                (*self._store.place, moment(now)),
            ).fetchall()
        return tuple(request_id for (request_id,) in rows)

    def _columns(self, claim: Claim) -> dict[str, str | int]:
        return {
            "account": self._store.account,
            "region": self._store.region,
            "request_id": claim.request_id,
            "executor": claim.executor,
            "now": moment(claim.now),
            "lease_until": moment(claim.lease_until),
        }


def _lost(claim: Claim) -> Conflict:
    return Conflict(
        f"the execution of {claim.request_id} is not {claim.executor}'s any more.",
        "Whoever holds it now goes on from what was recorded.",
    )


_HELD = (
    "account = :account AND region = :region AND request_id = :request_id"
    " AND state = 'EXECUTING' AND executor = :executor AND lease_until = :lease_until"
)

_CLAIM = (
    "INSERT INTO effects"
    " (account, region, request_id, state, executor, lease_until, claims, note, at) VALUES"
    " (:account, :region, :request_id, 'EXECUTING', :executor, :lease_until, 1, '', :now)"
    " ON CONFLICT DO UPDATE SET executor = excluded.executor,"
    " lease_until = excluded.lease_until, claims = claims + 1, at = excluded.at"
    " WHERE effects.state = 'EXECUTING' AND effects.lease_until <= :now"
)

_RECORD = (
    "INSERT OR REPLACE INTO effect_steps (account, region, request_id, number, body)"
    f" SELECT account, region, request_id, :number, :body FROM effects WHERE {_HELD}"
)

_PAUSE = f"UPDATE effects SET lease_until = :now, at = :now WHERE {_HELD}"

_RENEW = f"UPDATE effects SET lease_until = :longer, at = :later WHERE {_HELD}"

_FINISH = f"UPDATE effects SET state = :state, note = :note, at = :now WHERE {_HELD}"

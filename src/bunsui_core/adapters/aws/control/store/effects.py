"""The one consumption of each request, under a lease, in the table."""

from __future__ import annotations

from datetime import datetime

from bunsui_core.adapters.aws.store.decided import STATE, effect_of, find_effect, step_key
from bunsui_core.adapters.aws.store.items import BEHIND, Item, joined, moment, text
from bunsui_core.adapters.aws.store.table import Ask, Table, Write
from bunsui_core.domain.approval import Effect, EffectState, StepEffect
from bunsui_core.domain.errors import BadInput, Conflict
from bunsui_core.ports.control import Claim


class DynamoEffects:
    """`Effects` in the table.

    A lease is known by its executor and its end: after a takeover both differ or the end does.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def claim(self, claim: Claim) -> Effect | None:
        """Consume a request, or take over a lease that ran out; nothing when another has it."""
        claimed = self._table.update(
            self._key(claim.request_id),
            _CLAIM,
            _FREE,
            executing=EffectState.EXECUTING.value,
            executor=claim.executor,
            until=moment(claim.lease_until),
            now=moment(claim.now),
            none="",
            one=1,
            zero=0,
            open=self._open,
            due=joined(moment(claim.lease_until), claim.request_id),
            id=claim.request_id,
        )
        return find_effect(self._table, claim.request_id) if claimed else None

    def record(self, claim: Claim, step: StepEffect) -> None:
        """Record a step under the lease. Raises: Conflict when the lease is another's now."""
        pk, sk = step_key(self._table, claim.request_id, step.number)
        held = Write(self._state(claim), _HELD, _lease(claim), only_checks=True)
        done = Write({"pk": pk, "sk": sk, "line": step.model_dump_json()})
        if self._table.transact(held, done):
            raise _lost(claim)

    def finish(self, claim: Claim, state: EffectState, note: str) -> None:
        """Close the effect under the lease. Raises: Conflict when the lease is another's now."""
        if not state.is_final:
            raise BadInput(f"{state} does not close an effect.", "Name a final state.")
        finished = self._table.update(
            self._key(claim.request_id),
            _FINISH,
            _HELD,
            **_lease(claim),
            state=state.value,
            note=note,
            now=moment(claim.now),
        )
        if not finished:
            raise _lost(claim)

    def pause(self, claim: Claim) -> None:
        """Give the lease back before the end. Raises: Conflict when it is another's now."""
        self._hold(claim, claim.now, claim.now)

    def renew(self, claim: Claim, later: Claim) -> None:
        """Hold the lease on. Raises: Conflict when it is another's now."""
        self._hold(claim, later.lease_until, later.now)

    def expired(self, now: datetime) -> tuple[str, ...]:
        """Return the ids of requests whose execution was left unfinished by a dead executor."""
        due = Ask(self._open, "one", end=f"{moment(now)}{BEHIND}")
        return tuple(text(item, "line") for item in self._table.query(due))

    def _hold(self, claim: Claim, until: datetime, now: datetime) -> None:
        held = self._table.update(
            self._key(claim.request_id),
            _HOLD,
            _HELD,
            **_lease(claim),
            later=moment(until),
            now=moment(now),
            due=joined(moment(until), claim.request_id),
        )
        if not held:
            raise _lost(claim)

    @property
    def _open(self) -> str:
        return joined("EXE", *self._table.place)

    def _key(self, request_id: str) -> tuple[str, str]:
        return effect_of(self._table, request_id), STATE

    def _state(self, claim: Claim) -> Item:
        pk, sk = self._key(claim.request_id)
        return {"pk": pk, "sk": sk}


def _lease(claim: Claim) -> dict[str, str]:
    return {
        "executing": EffectState.EXECUTING.value,
        "executor": claim.executor,
        "until": moment(claim.lease_until),
    }


def _lost(claim: Claim) -> Conflict:
    return Conflict(
        f"the execution of {claim.request_id} is not {claim.executor}'s any more.",
        "Whoever holds it now goes on from what was recorded.",
    )


_HELD = "#state = :executing AND #executor = :executor AND #lease_until = :until"

_FREE = "attribute_not_exists(#pk) OR (#state = :executing AND #lease_until <= :now)"

_CLAIM = (
    "SET #state = :executing, #executor = :executor, #lease_until = :until, #at = :now,"
    " #note = :none, #claims = if_not_exists(#claims, :zero) + :one,"
    " #pk1 = :open, #sk1 = :due, #line = :id"
)

_FINISH = "SET #state = :state, #note = :note, #at = :now REMOVE #pk1, #sk1"

_HOLD = "SET #lease_until = :later, #at = :now, #sk1 = :due"

"""Put records of every kind into the table, each as its own adapter would."""

from __future__ import annotations

from collections.abc import Sequence

from bunsui_core.adapters.aws.control.store.decisions import DynamoDecisions
from bunsui_core.adapters.aws.control.store.trust import change_item, policy_item
from bunsui_core.adapters.aws.store.bodies import Bodies
from bunsui_core.adapters.aws.store.decided import STATE, effect_of, step_key
from bunsui_core.adapters.aws.store.items import Item, joined, moment
from bunsui_core.adapters.aws.store.keyed import Keyed
from bunsui_core.adapters.aws.store.lines import recounted
from bunsui_core.adapters.aws.store.remembered import (
    DynamoArchive,
    DynamoDiagnoses,
    DynamoOutcomes,
    DynamoPipelines,
)
from bunsui_core.adapters.aws.store.requests import WITHDRAWN, DynamoRequests
from bunsui_core.adapters.aws.store.sessions import DynamoSessions
from bunsui_core.adapters.aws.store.table import Write
from bunsui_core.adapters.aws.store.watching import DynamoSightings, DynamoWatches
from bunsui_core.domain.approval import Effect, EffectState, Request, SignedDecision, Withdrawal
from bunsui_core.domain.archived import Archived
from bunsui_core.domain.audit import AuditEntry
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.errors import StoreDamaged
from bunsui_core.domain.freshness import Watch
from bunsui_core.domain.machine import Sighting, WatchedMachine
from bunsui_core.domain.moving import KeptSession, Record
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.policy import SignedPolicy
from bunsui_core.domain.store_template import SHOWN
from bunsui_core.domain.trust import Approver, SignedTrustChange

_NEW = "attribute_not_exists(#pk)"


class Refilling:
    """Writes records over one table."""

    def __init__(self, own: Bodies, asked: Bodies) -> None:
        self._own = own
        self._asked = asked
        self._table = own.table
        self._sessions = DynamoSessions(own.table, own)
        self._keyed = Keyed(own.table)

    def put(self, record: Record) -> None:
        """Store a record. Raises: StoreDamaged when there is one of its key already."""
        match record:
            case KeptSession():
                self._put_session(record)
            case Request() | Withdrawal() | SignedDecision() | Effect():
                self._put_asked(record)
            case Approver() | SignedTrustChange() | SignedPolicy() | AuditEntry():
                self._table.put_all(self._trusted(record))
            case WatchedMachine() | Watch() | Sighting():
                self._put_watched(record)
            case _:
                self._put_learnt(record)

    def _put_session(self, kept: KeptSession) -> None:
        item = self._sessions.item_of(kept.session, kept.said)
        if self._table.transact(Write(item, _NEW), *recounted(self._table, None, item)):
            raise StoreDamaged(
                f"two sessions have the id {kept.session.id}.",
                "The import was not finished. Export it again.",
            )
        self._keyed.learn(kept.session)

    def _put_asked(self, record: Request | Withdrawal | SignedDecision | Effect) -> None:
        match record:
            case Request():
                DynamoRequests(self._table, self._asked).submit(record)
            case Withdrawal():
                self._table.put(self._withdrawn(record))
            case SignedDecision():
                DynamoDecisions(self._asked).append(record)
            case Effect():
                self._table.put_all(self._done(record))

    def _put_watched(self, record: WatchedMachine | Watch | Sighting) -> None:
        match record:
            case WatchedMachine():
                DynamoWatches(self._table).put_machines((record,))
            case Watch():
                DynamoWatches(self._table).put_report(record)
            case Sighting():
                DynamoSightings(self._table).put((record,))

    def _put_learnt(self, record: Pipeline | Outcome | Archived | Diagnosis) -> None:
        match record:
            case Pipeline():
                DynamoPipelines(self._asked).put(record)
            case Outcome():
                DynamoOutcomes(self._table).put(record)
            case Archived():
                DynamoArchive(self._table).put(record)
            case Diagnosis():
                DynamoDiagnoses(self._own).put(record)

    def _withdrawn(self, taken: Withdrawal) -> Item:
        partition = joined("REQ", taken.by, *self._table.place, taken.request_id)
        return {"pk": partition, "sk": WITHDRAWN, SHOWN: taken.model_dump_json()}

    def _done(self, effect: Effect) -> Sequence[Item]:
        """The state, which is listed while it is not over, and the steps."""
        lease, request_id = moment(effect.lease_until), effect.request_id
        open_one: Item = {
            "pk1": joined("EXE", *self._table.place),
            "sk1": joined(lease, request_id),
        }
        state: Item = {
            "pk": effect_of(self._table, request_id),
            "sk": STATE,
            "state": effect.state.value,
            "executor": effect.executor,
            "lease_until": lease,
            "claims": effect.claims,
            "note": effect.note,
            "at": moment(effect.at),
            SHOWN: request_id,
            **(open_one if effect.state is EffectState.EXECUTING else {}),
        }
        keys = {
            step.number: step_key(self._table, request_id, step.number) for step in effect.steps
        }
        steps: list[Item] = [
            {"pk": keys[one.number][0], "sk": keys[one.number][1], SHOWN: one.model_dump_json()}
            for one in effect.steps
        ]
        return [state, *steps]

    def _trusted(
        self, record: Approver | SignedTrustChange | SignedPolicy | AuditEntry
    ) -> Sequence[Item]:
        body, place = record.model_dump_json(), self._table.place
        keys = joined("KEY", *place)
        match record:
            case Approver():
                first: Item = {"pk": keys, "sk": "FIRST", SHOWN: record.key_id}
                return [first, {"pk": keys, "sk": joined("APPROVER", record.key_id), SHOWN: body}]
            case SignedTrustChange():
                first = {"pk": keys, "sk": "FIRST", SHOWN: record.change.by_key_id}
                begins = [first] if record.change.seq == 1 else []
                return [*begins, change_item(place, record)]
            case SignedPolicy():
                return [policy_item(place, record)]
            case AuditEntry():
                fact = joined(record.kind, record.subject, record.body_digest)
                seq = f"{record.seq:012}"
                chain: Item = {"pk": joined("AUD", *place), "sk": seq, SHOWN: body}
                return [chain, {"pk": joined("AUD", *place, "fact"), "sk": fact, SHOWN: body}]

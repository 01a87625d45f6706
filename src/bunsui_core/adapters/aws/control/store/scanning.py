"""The items of one account and region in the table, sorted by what they hold, as lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bunsui_core.adapters.aws.store.bodies import Bodies
from bunsui_core.adapters.aws.store.decided import STATE, effect_from
from bunsui_core.adapters.aws.store.items import META, Item, Key, key_of, number, stored, text
from bunsui_core.adapters.aws.store.requests import ASKED, WITHDRAWN
from bunsui_core.adapters.aws.store.searching import unpacked
from bunsui_core.domain.approval import Request, Withdrawal
from bunsui_core.domain.errors import StoreDamaged
from bunsui_core.domain.moving import RECORDS, Kind, kept, line_of, record_of
from bunsui_core.domain.session import Session

_SHALLOW = {"PAT": Kind.OUTCOMES, "AUD": Kind.AUDIT}
_DEEP = {
    "PIPE": Kind.PIPELINES,
    "SES": Kind.SESSIONS,
    "ARC": Kind.ARCHIVES,
    "SEE": Kind.SIGHTINGS,
    "DEC": Kind.DECISIONS,
    "PAT": Kind.DIAGNOSES,
}
_BY_ASKERS = {ASKED: Kind.REQUESTS, WITHDRAWN: Kind.WITHDRAWALS}
_OTHERS = (
    ("WAT", "MACHINE#", Kind.MACHINES),
    ("WAT", "REPORT", Kind.WATCHES),
    ("KEY", "APPROVER#", Kind.APPROVERS),
    ("KEY", "CHANGE#", Kind.TRUST_CHANGES),
    ("KEY", "POLICY", Kind.POLICIES),
    ("EXE", STATE, Kind.EFFECTS),
)
_PACKED = frozenset({Kind.PIPELINES, Kind.DIAGNOSES})


def is_of(item: Item, place: Key) -> bool:
    """Whether an item is of an account and region."""
    word, *rest = text(item, "pk").split("#")
    return tuple(rest[1:3] if word == "REQ" else rest[:2]) == place


def kind_of(item: Item) -> Kind | None:
    """Return the kind of the record that an item holds, or begins; none of what is derived."""
    word, *rest = text(item, "pk").split("#")
    sort = text(item, "sk")
    if word == "REQ":
        return _BY_ASKERS.get(sort)
    if word in _SHALLOW and len(rest) == 2:
        return _SHALLOW[word]
    if word in _DEEP and len(rest) > 2 and (word != "SES" or sort == META):
        return _DEEP[word]
    starts = (kind for first, begin, kind in _OTHERS if word == first and sort.startswith(begin))
    return next(starts, None)


@dataclass(frozen=True)
class Found:
    """Items of one account and region by their keys, and what reads their texts."""

    items: Mapping[Key, Item]
    own: Bodies
    asked: Bodies

    def lines(self, kind: Kind) -> Iterator[str]:
        """Give the records of a kind. Raises: StoreDamaged."""
        match kind:
            case Kind.REQUESTS:
                return (line_of(request) for request in self._requests().values())
            case Kind.WITHDRAWALS:
                return map(line_of, self._withdrawals())
            case Kind.EFFECTS:
                return self._effects()
            case Kind.SESSIONS:
                return map(self._session, self.of(kind))
            case Kind.DECISIONS:
                return (self._body(kind, item, self.asked) for item in self.of(kind))
            case _:
                return (self._line(kind, item) for item in self.of(kind))

    def of(self, kind: Kind) -> Sequence[Item]:
        """Return the items of a kind by their keys, decisions in the order of their positions."""
        found = [item for item in self.items.values() if kind_of(item) is kind]
        return sorted(
            found, key=lambda one: (text(one, "pk"), number(one, "position"), key_of(one))
        )

    def _line(self, kind: Kind, item: Item) -> str:
        if kind in _PACKED:
            return self._body(kind, item, self.asked if kind is Kind.PIPELINES else self.own)
        return line_of(stored(RECORDS[kind], text(item, "line"), self.own.table.name))

    def _body(self, kind: Kind, item: Item, bodies: Bodies) -> str:
        return line_of(record_of(kind, bodies.unpacked(item)))

    def _session(self, item: Item) -> str:
        session = stored(Session, self.own.unpacked(item), self.own.table.name)
        found = unpacked(item)
        return line_of(kept(session, found.said if found else ""))

    def _effects(self) -> Iterator[str]:
        steps: dict[str, list[Item]] = {}
        for key in sorted(self.items):
            if key[0].startswith("EXE#") and key[1] != STATE:
                steps.setdefault(key[0], []).append(self.items[key])
        for item in self.of(Kind.EFFECTS):
            partition = text(item, "pk")
            request_id = _unescaped(partition.split("#")[3])
            items = [item, *steps.get(partition, ())]
            yield line_of(effect_from(items, request_id, self.own.table.name))

    def _requests(self) -> Mapping[str, Request]:
        """What askers wrote that is a request of its key, and of nobody else's id, by partition."""
        read = {text(item, "pk"): self._request(item) for item in self.of(Kind.REQUESTS)}
        good = {partition: one for partition, one in read.items() if one}
        ids = Counter(one.id for one in good.values())
        return {partition: one for partition, one in good.items() if ids[one.id] == 1}

    def _request(self, item: Item) -> Request | None:
        _, requester, _, _, request_id = text(item, "pk").split("#")
        try:
            found = Request.model_validate_json(self.asked.unpacked(item))
        except (ValueError, StoreDamaged):
            return None
        mine = (_unescaped(requester), _unescaped(request_id))
        return found if (found.plan.requester, found.id) == mine else None

    def _withdrawals(self) -> Iterator[Withdrawal]:
        requests = self._requests()
        for item in self.of(Kind.WITHDRAWALS):
            request = requests.get(text(item, "pk"))
            try:
                found = Withdrawal.model_validate_json(text(item, "line"))
            except ValueError:
                continue
            if request and (found.request_id, found.by) == (request.id, request.plan.requester):
                yield found


def found_in(every: Iterable[Item], place: Key, own: Bodies, asked: Bodies) -> Found:
    """Return those items that are of an account and region."""
    return Found({key_of(item): item for item in every if is_of(item, place)}, own, asked)


def _unescaped(part: str) -> str:
    return part.replace("%23", "#").replace("%25", "%")

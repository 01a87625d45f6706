"""The chained record in the table, appended and never changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bunsui_core.adapters.aws.store.items import BEHIND, Item, Key, joined, stored, text
from bunsui_core.adapters.aws.store.table import Ask, Table, Write
from bunsui_core.domain.audit import GENESIS, AuditEntry, AuditRow
from bunsui_core.domain.errors import StoreDamaged, Unavailable
from bunsui_core.domain.store_template import SHOWN

_TRIES = 100
_NEW = "attribute_not_exists(#pk)"
_REMEMBERED = 10_000
_NOWHERE = "", "", ""


class DynamoAudit:
    """`Audit` in the table: of two that append at once, one begins again behind the other."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._recorded: dict[Key, AuditEntry] = {}

    def append(
        self, kind: str, subject: str, actor: str, body_digest: str, at: datetime
    ) -> AuditEntry:
        """Append one entry and return it; the same kind, subject and body are recorded once."""
        fact = self._facts, joined(kind, subject, body_digest)
        for _ in range(_TRIES):
            if known := self._known(fact):
                return self._filed(known, fact)
            last = self._last()
            entry = AuditEntry(
                seq=last.seq + 1 if last else 1,
                at=at,
                kind=kind,
                subject=subject,
                actor=actor,
                body_digest=body_digest,
                prev=last.digest if last else GENESIS,
            )
            pair = Write(self._item(entry), _NEW), Write(_fact(fact, entry), _NEW)
            if not self._table.transact(*pair):
                return entry
        raise Unavailable("the record is busy: many append to it.", "Try again in a moment.")

    def head(self) -> str:
        """Return the digest of the newest entry; before the first one, of none."""
        last = self._last()
        return last.digest if last else GENESIS

    def entries(self) -> tuple[AuditEntry, ...]:
        """Return the whole record, oldest first."""
        return tuple(map(self._entry, self._table.query(Ask(self._chain))))

    def latest(self, kind: str) -> AuditEntry | None:
        """Return the entry of a kind whose subject sorts last, if there is one."""
        word = joined(kind)
        of_kind = Ask(self._facts, start=f"{word}#", end=f"{word}{BEHIND}", newest_first=True)
        return next(map(self._entry, self._table.query(replace(of_kind, limit=1))), None)

    def rows(self, after: int, limit: int) -> tuple[AuditRow, ...]:
        """Return the rows behind a place, oldest first, whatever they hold."""
        return self._rows(Ask(self._chain, start=_seq(after + 1), limit=limit))

    def tail(self, limit: int, before: int = 0) -> tuple[AuditRow, ...]:
        """Return the newest rows, newest first; with `before`, those in front of that place."""
        end = _seq(before) if before else ""
        return self._rows(Ask(self._chain, end=end, newest_first=True, limit=limit))

    def _rows(self, ask: Ask) -> tuple[AuditRow, ...]:
        items = list(self._table.query(ask))
        entries = [AuditRow(0, text(item, SHOWN)).entry for item in items]
        keys = [(self._facts, joined(*_said(one))) for one in entries if one]
        facts = {text(one, SHOWN) for one in self._table.many(keys).values()}
        return tuple(
            AuditRow(_place(item), body, _said(entry) if entry and body in facts else _NOWHERE)
            for item, entry in zip(items, entries, strict=True)
            for body in (text(item, SHOWN),)
        )

    def _filed(self, known: AuditEntry, fact: Key) -> AuditEntry:
        """Return an entry that says what it was found by; another one would hide a fact."""
        if joined(*_said(known)) != fact[1]:
            raise StoreDamaged(
                f"entry {known.seq} of the record in {self._table.name} is filed wrongly.",
                "Look at it: bunsui audit verify",
            )
        return known

    @property
    def _chain(self) -> str:
        return joined("AUD", *self._table.place)

    @property
    def _facts(self) -> str:
        return joined("AUD", *self._table.place, "fact")

    def _known(self, fact: Key) -> AuditEntry | None:
        """Return the entry of a fact; what was recorded stays so, and is read once."""
        if fact not in self._recorded and (item := self._table.get(fact)):
            if len(self._recorded) >= _REMEMBERED:
                self._recorded.clear()
            self._recorded[fact] = self._entry(item)
        return self._recorded.get(fact)

    def _last(self) -> AuditEntry | None:
        newest = Ask(self._chain, newest_first=True, limit=1)
        return next(map(self._entry, self._table.query(newest)), None)

    def _item(self, entry: AuditEntry) -> Item:
        return {"pk": self._chain, "sk": _seq(entry.seq), SHOWN: entry.model_dump_json()}

    def _entry(self, item: Item) -> AuditEntry:
        return stored(AuditEntry, text(item, SHOWN), self._table.name)


def _seq(number: int) -> str:
    return f"{number:012}"


def _place(item: Item) -> int:
    place = text(item, "sk")
    return int(place) if place.isdigit() else 0


def _said(entry: AuditEntry) -> tuple[str, str, str]:
    return entry.kind, entry.subject, entry.body_digest


def _fact(key: Key, entry: AuditEntry) -> Item:
    return {"pk": key[0], "sk": key[1], SHOWN: entry.model_dump_json()}

"""The record for a person."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from bunsui_cli.views.table import facts, table
from bunsui_cli.views.words import FAILED, OK, STYLES, WAITING, line, moment, several
from bunsui_core.domain.auditing import AuditLine, AuditPage, Exported, ShownEntry
from bunsui_core.domain.chaining import Finding, Verification, Weight

_SIGNS = {Weight.BROKEN: FAILED, Weight.NOTE: WAITING}


def listing(value: AuditPage) -> Sequence[RenderableType]:
    """Return entries, newest first."""
    if not value.items:
        return [Text("Nothing was recorded yet. A running `bunsui worker` records.")]
    found = table(("seq", "at", "what", "of", "by"), map(_row, value.items))
    more = f"More: bunsui audit list --before {value.items[-1].seq}" if value.more else ""
    return [found, Text(more, "dim")] if more else [found]


def shown(value: ShownEntry) -> Sequence[RenderableType]:
    """Return one entry with its digests, and whether the chain holds here."""
    entry = value.line.entry
    if entry is None:
        return [_sign(FAILED, f"Entry {value.line.seq} does not read as an entry.")]
    found = facts(
        [
            ("entry", str(entry.seq)),
            ("at", moment(entry.at)),
            ("what", entry.kind),
            ("of", entry.subject),
            ("by", entry.actor),
            ("body digest", entry.body_digest),
            ("digest", value.line.digest),
            ("before it", entry.prev),
        ]
    )
    return [found, *_links(value)]


def verification(value: Verification) -> Sequence[RenderableType]:
    """Return what a verification found, worst last, so that it stays on the screen."""
    since = f", {moment(value.first_at)} to {moment(value.last_at)}" if value.entries else ""
    head = facts(
        [
            ("entries", f"{value.entries:,}{since}"),
            ("head", value.head),
            ("signatures", f"{value.signatures:,} of {several(value.decisions, 'decision')} good"),
            ("trust", several(value.trust_changes, "signed change")),
            ("effects", several(value.effects, "request")),
            ("anchored", _anchored(value)),
            ("AWS", _looked_at(value)),
        ]
    )
    order = sorted(value.findings, key=lambda one: one.weight is Weight.BROKEN)
    more = [Text(f"and {value.more:,} more")] if value.more else []
    return [head, *map(_finding, order), *more, _verdict(value)]


def exported(value: Exported) -> Sequence[RenderableType]:
    """Return what was written, and what to do with it."""
    found = facts(
        [
            ("file", value.path),
            ("sha256", value.sha256),
            ("anchor", value.anchor),
            ("up to entry", str(value.entries.seq)),
            ("digest", value.entries.digest),
            ("holds", ", ".join(value.files)),
        ]
    )
    advice = "Keep it where nobody who can write this store can write."
    return [found, Text(advice)] if value.anchor and not value.files else [found]


def _row(one: AuditLine) -> Sequence[str]:
    entry = one.entry
    if entry is None:
        return str(one.seq), "–", "does not read as an entry", "–", "–"
    return str(one.seq), moment(entry.at), entry.kind, entry.subject, entry.actor


def _links(value: ShownEntry) -> Sequence[Text]:
    before = (
        _sign(OK, "It carries the digest of the entry before it.")
        if value.follows
        else _sign(FAILED, "It does not carry the digest of the entry before it.")
    )
    if value.is_newest:
        return [before, _sign(WAITING, "It is the newest one: no entry carries its digest yet.")]
    if value.is_followed:
        return [before, _sign(OK, "The next entry carries its digest.")]
    return [before, _sign(FAILED, "The next entry does not carry its digest.")]


def _anchored(value: Verification) -> str:
    if not value.anchored:
        return "nowhere: no signed decision names an entry yet"
    later = value.entries - value.anchored
    rest = f"; {several(later, 'entry').replace('entrys', 'entries')} after it" if later else ""
    return f"up to entry {value.anchored:,}{rest}"


def _looked_at(value: Verification) -> str:
    if value.looked_at is None:
        return "not asked; --aws compares with Step Functions"
    return f"{several(value.looked_at, 'execution')} looked at"


def _finding(one: Finding) -> Text:
    where = f"{one.seq}" if one.seq else one.subject
    said = f"{where}: {one.text}" if where else one.text
    return Text.assemble((f"{_SIGNS[one.weight]} ", STYLES[_SIGNS[one.weight]]), line(said, 600))


def _verdict(value: Verification) -> Text:
    if not value.holds:
        return _sign(FAILED, "The record does not hold.")
    if value.anchor:
        return _sign(OK, "The record holds.")
    return _sign(
        OK,
        "The record holds. Whether its newest entries were cut off, only an anchor tells: "
        "bunsui audit verify --anchor FILE",
    )


def _sign(sign: str, text: str) -> Text:
    return Text.assemble((f"{sign} ", STYLES[sign]), text)

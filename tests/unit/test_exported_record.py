"""A record that is exported, anchored, listed and shown."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from bunsui_core.adapters.local.exports import FILE, Noted, note_export
from bunsui_core.domain.audit import Export
from bunsui_core.domain.errors import BadInput, NotFound, StoreDamaged
from bunsui_core.wiring.auditing import audit_desk, bundled, exported, verified
from bunsui_core.worker import ALONE, Beside
from tests.builders import NOW
from tests.unit.desk_kit import Bench
from tests.unit.recording import DONE, tick
from tests.unit.test_verifying_record import tampered


def test_an_exported_record_is_made_of_the_bytes_that_were_digested(
    recorded: Bench, tmp_path: Path
) -> None:
    path = tmp_path / "record.jsonl"

    done = exported(recorded.settings, path, None)

    lines = path.read_bytes().splitlines()
    digests = [hashlib.sha256(b"bunsui/audit/v1\0" + line).hexdigest() for line in lines]
    assert [json.loads(line)["prev"] for line in lines[1:]] == digests[:-1]
    assert done.entries.digest == digests[-1]
    assert verified(recorded.settings, path).anchor == len(lines) == 9


def test_an_anchor_finds_a_tail_cut_off_and_is_not_overwritten_by_what_is_left(
    recorded: Bench, tmp_path: Path
) -> None:
    anchor = tmp_path / "anchor.json"
    exported(recorded.settings, None, anchor)
    kept = anchor.read_text()
    assert verified(recorded.settings, anchor).holds
    # The last request was not answered yet, so that nothing else holds on to its entry.
    tampered(recorded.settings.store_path, "DELETE FROM audit WHERE seq = 9")

    assert verified(recorded.settings, None).holds
    found = verified(recorded.settings, anchor)

    assert [one.text for one in found.findings if not found.holds][-1].endswith("was cut off")
    with pytest.raises(StoreDamaged):
        exported(recorded.settings, None, anchor)
    assert anchor.read_text() == kept


def test_an_anchor_moves_on_with_its_record(recorded: Bench, tmp_path: Path) -> None:
    anchor = tmp_path / "anchor.json"
    first = exported(recorded.settings, None, anchor).entries
    recorded.submit(request_id="r-later")
    tick(recorded)

    second = exported(recorded.settings, None, anchor).entries

    assert (first.seq, second.seq) == (9, 10)


@pytest.mark.parametrize("text", ["", "{}", "no anchor", "\xff\xfe", "[" * 100_000])
def test_what_is_no_anchor_is_refused(recorded: Bench, tmp_path: Path, text: str) -> None:
    path = tmp_path / "anchor.json"
    path.write_text(text, encoding="latin-1")

    with pytest.raises(BadInput):
        verified(recorded.settings, path)
    with pytest.raises(NotFound):
        verified(recorded.settings, tmp_path / "none.json")


def test_an_anchor_of_another_account_is_refused(recorded: Bench, tmp_path: Path) -> None:
    path = tmp_path / "anchor.json"
    exported(recorded.settings, None, path)
    path.write_text(path.read_text().replace("000000000000", "111111111111"))

    with pytest.raises(BadInput, match="111111111111"):
        verified(recorded.settings, path)


def test_the_newest_entries_are_listed_and_one_is_shown_beside_its_neighbours(
    recorded: Bench,
) -> None:
    desk = audit_desk(recorded.settings)

    page, rest = desk.entries(4), desk.entries(20, before=6)

    assert [one.seq for one in page.items] == [9, 8, 7, 6]
    assert (page.more, rest.more, len(rest.items)) == (True, False, 5)
    assert all(
        (desk.entry(n).follows, desk.entry(n).is_followed) == (True, True) for n in (1, 5, 9)
    )
    with pytest.raises(NotFound):
        desk.entry(10)


def test_an_entry_that_was_changed_shows_it(recorded: Bench) -> None:
    statement = "UPDATE audit SET body = replace(body, 'agent:', 'human:') WHERE seq = 3"
    tampered(recorded.settings.store_path, statement)
    desk = audit_desk(recorded.settings)

    links = [(desk.entry(n).follows, desk.entry(n).is_followed) for n in (2, 3, 4)]

    assert links == [(True, True), (True, False), (False, True)]


def test_what_was_exported_is_recorded_by_the_next_round_once(
    recorded: Bench, tmp_path: Path
) -> None:
    done = bundled(recorded.settings, DONE, tmp_path / "it.tar", None)
    exported(recorded.settings, tmp_path / "record.jsonl", None)
    exported(recorded.settings, None, tmp_path / "anchor.json")
    noted = Noted(recorded.settings.folder)

    for _ in range(2):
        tick(recorded, Beside(ALONE.pulse, exports=noted.new))

    entries = [one.entry for one in audit_desk(recorded.settings).entries(3).items if one.entry]
    assert [one.subject for one in entries] == ["record", f"evidence of {DONE}", "r-waiting"]
    assert (entries[1].kind, entries[1].body_digest) == ("exported", done.sha256)
    assert verified(recorded.settings, None).holds


@pytest.mark.parametrize("text", ["{", '{"what": 1}', "\xff", "x" * 1_000_000])
def test_a_note_that_is_none_is_no_export(recorded: Bench, text: str) -> None:
    (recorded.settings.folder / FILE).write_text(f"{text}\n", encoding="latin-1")
    note_export(recorded.settings.folder, Export(what="store", by="a", digest="ab" * 32, at=NOW))

    assert [one.what for one in Noted(recorded.settings.folder).new()] == ["store"]

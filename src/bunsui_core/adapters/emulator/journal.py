"""Documents that grow, kept in a file that grows with them: what is saved is what changed.

A line holds a document's fields and the events it gained. The last line may be cut off, by a kill
or a full disk; it is then as if it had not been written.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bunsui_core.domain.value import Json

Key = tuple[str, str, str]
Document = dict[str, Json]
_Signature = tuple[int, Json, Json, Json]


@dataclass(frozen=True)
class Changes:
    """What documents became since they were saved."""

    text: str
    signatures: Mapping[Key, _Signature]
    gone: frozenset[Key]


@dataclass
class Journal:
    """The file, and what of each document lies in it."""

    path: Path
    default: Callable[[object], object]
    _saved: dict[Key, _Signature] = field(default_factory=dict)

    def changes(self, documents: Mapping[Key, Document]) -> Changes:
        """Return what is not in the file yet, as it is now."""
        # A copy in one step: other threads go on working on the documents.
        present = dict(documents)
        lines, signatures = [], {}
        for key, document in present.items():
            signature = _signature(document)
            if self._saved.get(key) != signature:
                lines.append(self._line(key, document))
                signatures[key] = signature
        gone = self._saved.keys() - present.keys()
        lines += [json.dumps({"key": key, "gone": True}) for key in gone]
        return Changes("".join(f"{line}\n" for line in lines), signatures, frozenset(gone))

    def save(self, changes: Changes) -> None:
        """Append them. Raises: OSError when they cannot be written; none of them is, then."""
        if changes.text:
            _append(self.path, changes.text)
        self._saved.update(changes.signatures)
        for key in changes.gone:
            del self._saved[key]

    def load(self) -> tuple[dict[Key, Document], int]:
        """Return the documents and how many lines of the file could not be understood."""
        found: dict[Key, Document] = {}
        unreadable = 0
        for line in _lines(self.path):
            try:
                _apply(json.loads(line), found)
            except (ValueError, KeyError, TypeError):
                unreadable += 1
        return found, unreadable

    def rewrite(self, documents: Mapping[Key, Document]) -> None:
        """Put the documents in place of everything the file holds. Raises: OSError."""
        draft = self.path.with_name(f".{self.path.name}.draft")
        draft.unlink(missing_ok=True)
        fresh = Journal(draft, self.default)
        fresh.save(fresh.changes(documents))
        if draft.exists():
            draft.replace(self.path)
        else:
            self.path.unlink(missing_ok=True)
        self._saved = fresh._saved

    def _line(self, key: Key, document: Document) -> str:
        fields, events = dict(document), document["events"]
        del fields["events"]
        assert isinstance(events, list)
        known = self._saved.get(key)
        # An ended one is written whole once more; nothing is then left to what was said before.
        since = known[0] if known and fields.get("status") == "RUNNING" else 0
        return json.dumps(
            {"key": key, "fields": fields, "from": since, "events": events[since:]},
            default=self.default,
        )


def _signature(document: Document) -> _Signature:
    events = document["events"]
    assert isinstance(events, list)
    stopped, count = document.get("stopDate"), document.get("redriveCount")
    return len(events), document.get("status"), stopped, count


def _apply(line: dict[str, Json], found: dict[Key, Document]) -> None:
    account, region, name = _strings(line["key"])
    key = (account, region, name)
    if line.get("gone"):
        found.pop(key, None)
        return
    fields, since, events = line["fields"], line["from"], line["events"]
    if not (isinstance(fields, dict) and isinstance(since, int) and isinstance(events, list)):
        raise ValueError("it is not a line of this file")
    before = found[key]["events"] if since else []
    if not isinstance(before, list) or len(before) < since:
        raise ValueError("what was said before is missing")
    found[key] = {**fields, "events": [*before[:since], *events]}


def _strings(value: Json) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else []


def _lines(path: Path) -> Iterable[bytes]:
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return []
    return text.split(b"\n")[:-1]


def _append(path: Path, text: str) -> None:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "rb+", buffering=0) as file:
        end = _end_of_last_line(file.fileno())
        try:
            left = memoryview(text.encode())
            while left:
                left = left[file.write(left) :]
        except OSError:
            os.ftruncate(handle, end)
            raise


def _end_of_last_line(handle: int) -> int:
    """Cut off what a kill left of a line, and return where the file ends then."""
    end = os.fstat(handle).st_size
    while end:
        start = max(0, end - 65536)
        found = os.pread(handle, end - start, start).rfind(b"\n")
        if found >= 0:
            end = start + found + 1
            break
        end = start
    os.ftruncate(handle, end)
    return end

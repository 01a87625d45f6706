"""A store that an older bunsui made, as this one takes it over."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from bunsui_core.adapters.local.connect import open_file
from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.adapters.local.sessions import LocalSessions
from bunsui_core.adapters.local.watching import LocalSightings, LocalWatches
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.session import Session, SessionOrigin, summarize
from tests.builders import ACCOUNT, REGION, SESSION_ID, a_session

VERSION_1 = Path(__file__).parents[1] / "golden" / "store_version_1.sql"


def test_a_store_from_before_anything_was_watched_is_brought_up_to_date(tmp_path: Path) -> None:
    """Its sessions were all started by bunsui; nothing in them said so yet."""
    path = tmp_path / "store.db"
    path.touch(mode=0o600)
    old = a_session(version=1)
    with closing(open_file(path, "rw")) as connection:
        connection.executescript(VERSION_1.read_text(encoding="utf-8"))
        connection.execute(
            "INSERT INTO sessions"
            " (account, region, id, version, status, pipeline, created_at, summary, body)"
            " VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?)",
            (
                ACCOUNT,
                REGION,
                old.id,
                old.status.value,
                old.pipeline.name,
                old.created_at.isoformat(),
                summarize(old).model_dump_json(exclude={"origin"}),
                without_origin(old),
            ),
        )

    create(path, tmp_path / "inbox.db")

    store = StoreWriter(path, ACCOUNT, REGION)
    session = LocalSessions(store).get(SESSION_ID)
    assert session == old
    assert session.origin is SessionOrigin.STARTED
    page = LocalSessions(store).page(SessionFilter(), 10, "")
    assert ([one.session_id for one in page.items], page.total) == ([SESSION_ID], 1)
    assert LocalWatches(store).machines() == ()
    assert LocalSightings(store).open() == ()


def without_origin(session: Session) -> str:
    """A session as it was stored before there was an origin."""
    return session.model_dump_json(exclude={"origin"})

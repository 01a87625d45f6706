"""However many sessions match and whichever way is taken, a filter finds exactly what fits it."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bunsui_core.adapters.local.finding import Found, Line
from bunsui_core.adapters.local.rows import moment
from bunsui_core.adapters.local.sessions import LocalSessions
from bunsui_core.adapters.local.values import Limits
from bunsui_core.domain.answer import FieldValue, SessionFilter
from bunsui_core.domain.searchable import compared, folded, held_by, names_of, said_by
from bunsui_core.domain.session import ATTENTION, JobRun, Session, SessionStatus
from tests.builders import NOW, a_failed_attempt, a_pipeline, a_session, an_attempt, later
from tests.local_home import LocalHome

COUNT = 60
WAYS = [
    Limits(sorted_here=1_000, looked_up=8, named=200, counted=1_000),
    Limits(sorted_here=0, looked_up=8, named=200, counted=1_000),
    Limits(sorted_here=0, looked_up=0, named=0, counted=1),
    Limits(sorted_here=3, looked_up=1, named=2, counted=5),
]
ERRORS = ["ValueError", "No_Such%Key", "Straße"]
WORDS = ["s-0", "S-01", "orders", "bills", "valueerror", "%", "_", "7", "eu", "strasse", "no", "\\"]


def made() -> list[Session]:
    """Sessions that differ in everything a filter looks at."""
    rng = random.Random(7)
    return [one(rng, number) for number in range(COUNT)]


def one(rng: random.Random, number: int) -> Session:
    """One of them."""
    status = rng.choice(list(SessionStatus))
    order = {"id": str(rng.randrange(4))}
    given = {"order_id": rng.randrange(9), "order": order, "lines": [order], "place": "EU"}
    output = json.dumps({"rows": rng.randrange(3), "tags": ["a", rng.choice("bc")]})
    good = an_attempt(execution_name=f"run-{number}", output=output)
    bad = a_failed_attempt(error=rng.choice(ERRORS), cause="it broke")
    return a_session(
        id=f"s-{number:02}",
        pipeline=a_pipeline(name=rng.choice(["orders", "bills"])),
        status=status,
        created_at=later(minutes=rng.randrange(20)),
        input=json.dumps(given),
        runs=(JobRun(job="extract", attempts=(good, bad) if number % 3 else (good,)),),
    )


SESSIONS = made()

fields = st.builds(
    FieldValue,
    path=st.sampled_from(["order_id", "ORDER.id", "id", "rows", "tags", "place", "r.id"]),
    value=st.sampled_from(["1", "2", "0*", "*", "eu", "E*", "b", "9", "*U", "e*u", "*1*"]),
)
filters = st.builds(
    SessionFilter,
    statuses=st.sets(st.sampled_from(SessionStatus), max_size=2).map(tuple),
    pipeline=st.sampled_from(["", "", "orders", "none"]),
    name=st.sampled_from(["", "", "", "s-1", "RUN-2", "orders"]),
    error=st.sampled_from(["", "", "", "", "valueerror", "such%", "STRASSE", "extract"]),
    words=st.lists(st.sampled_from(WORDS), max_size=2).map(tuple),
    after=st.none() | st.none() | st.integers(0, 20).map(lambda minutes: later(minutes=minutes)),
    before=st.none() | st.none() | st.integers(0, 20).map(lambda minutes: later(minutes=minutes)),
    inputs=st.lists(fields, max_size=2).map(tuple),
    outputs=st.lists(fields, max_size=1).map(tuple),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> LocalHome:
    made_home = LocalHome(Path(tmp_path_factory.mktemp("finding")))
    for session in SESSIONS:
        LocalSessions(made_home.writer).save(session)
        elsewhere = LocalSessions(made_home.another(region="eu-west-1").writer)
        elsewhere.save(session.model_copy(update={"region": "eu-west-1"}))
    return made_home


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    wanted=filters, way=st.sampled_from(WAYS), offset=st.integers(0, 40), limit=st.integers(1, 9)
)
def test_a_filter_finds_what_fits_it(
    home: LocalHome, wanted: SessionFilter, way: Limits, offset: int, limit: int
) -> None:
    expected = [line_of(session) for session in SESSIONS if fits(session, wanted)]
    newest = sorted(expected, reverse=True)
    attended = [line for status in ATTENTION for line in newest if line.status == status]

    with home.reader.reading() as connection:
        found = Found(connection, home.reader.place, wanted, way)

        assert {status: found.totals.of(status) for status in ATTENTION} == {
            status: sum(line.status == status for line in expected) for status in ATTENTION
        }
        assert list(found.attended(offset, limit)) == attended[offset : offset + limit]
        assert list(found.newest(None, limit)) == newest[:limit]
        if offset < len(newest):
            after = newest[offset][:2]
            assert list(found.newest(after, limit)) == newest[offset + 1 : offset + 1 + limit]
        for line in (line_of(SESSIONS[offset]), *attended[offset : offset + 1]):
            assert found.place_of(line) == (attended.index(line) if line in attended else None)


def test_the_oracle_sees_some_and_not_all() -> None:
    sought = SessionFilter(inputs=(FieldValue(path="order.id", value="2"),), words=("eu",))

    assert 0 < sum(fits(session, sought) for session in SESSIONS) < COUNT
    assert not any(fits(session, SessionFilter(words=("nothing",))) for session in SESSIONS)


def line_of(session: Session) -> Line:
    """The line of a session."""
    return Line(moment(session.created_at), session.id, session.status.value)


def fits(session: Session, wanted: SessionFilter) -> bool:
    """Whether a session fits a filter, read as the filter's promise says it."""
    texts = names_of(session) + "\n" + said_by(session)
    values = {held.text for held in held_by(session)[0]}
    return (
        (not wanted.statuses or session.status in wanted.statuses)
        and wanted.pipeline in ("", session.pipeline.name)
        and folded(wanted.name) in names_of(session)
        and folded(wanted.error) in said_by(session)
        and session.created_at >= (wanted.after or NOW - timedelta(days=1))
        and session.created_at < (wanted.before or NOW + timedelta(days=1))
        and all(folded(word) in texts or compared(word) in values for word in wanted.words)
        and holds(session, "input", wanted.inputs)
        and holds(session, "output", wanted.outputs)
    )


def holds(session: Session, side: str, wanted: Sequence[FieldValue]) -> bool:
    """Whether a session holds every one of these values on a side."""
    return all(
        any(
            held.side == side
            and (held.path == path or held.path.endswith(f".{path}") or held.key == path)
            and fnmatchcase(held.text, text)
            for held in held_by(session)[0]
        )
        for path, text in ((folded(field.path), folded(field.value)) for field in wanted)
    )

"""A search means the same in a table as in files, whatever is sought in whatever is stored."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bunsui_core.domain.answer import FieldValue, SessionFilter
from bunsui_core.domain.matching import findable, matches
from bunsui_core.domain.value import Json
from tests.builders import a_session
from tests.local_home import LocalHome

WORDS = st.sampled_from(
    ["a", "A", "ab", "a.b", "b", "a*b", "50%", "a_b", "ß", "SS", "7", "true", ""]
)
LEAVES = WORDS | st.integers(0, 9) | st.booleans() | st.none() | st.sampled_from([7.0, 0.5])
DOCUMENTS = st.dictionaries(
    WORDS,
    st.recursive(
        LEAVES,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
        max_leaves=4,
    ),
    max_size=3,
)
PATTERNS = st.lists(WORDS | st.just("*"), min_size=1, max_size=3).map("".join)
FIELDS = st.builds(FieldValue, path=WORDS, value=PATTERNS | st.sampled_from(["null", "7", "0.5"]))
FILTERS = st.builds(
    SessionFilter,
    name=WORDS,
    error=st.sampled_from(["", "nosuch", "KEY", "absent"]),
    words=st.lists(WORDS.filter(bool), max_size=2).map(tuple),
    inputs=st.lists(FIELDS, max_size=2).map(tuple),
)


def test_files_and_a_table_find_the_same(tmp_path: Path) -> None:
    home, numbers = LocalHome(tmp_path / "home"), iter(range(10_000))

    @settings(max_examples=150, deadline=None, database=None)
    @given(DOCUMENTS, FILTERS)
    def same(document: dict[str, Json], wanted: SessionFilter) -> None:
        session = a_session(id=f"s-{next(numbers)}", input=json.dumps(document))
        home.sessions.save(session)
        in_files = home.sessions.place(wanted, session.id) is not None

        assert matches(wanted, findable(session)) is in_files

    same()

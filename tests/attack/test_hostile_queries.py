"""Filters that somebody wrote to break the list: a refusal in words, or an answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunsui_core.adapters.local.sessions import LocalSessions
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.query import KEYS, parse_query
from tests.attack.seen import look
from tests.builders import NOW, a_session
from tests.local_home import LocalHome


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalHome]:
    """A home with a session, that an agent's connection reads."""
    made = LocalHome(tmp_path_factory.mktemp("queries") / "home")
    LocalSessions(made.writer).save(a_session())
    before = look(made.folder)
    yield made
    assert look(made.folder) == before


def total(home: LocalHome, query: str) -> int:
    """How many sessions an agent finds, listed in both ways."""
    wanted = parse_query(query, NOW)
    sessions = LocalSessions(home.reader)
    page, window = sessions.page(wanted, 10, ""), sessions.window(wanted, 0, 10)
    assert page.total == window.total
    return page.total


INJECTED = [
    "name:'--",
    "name:%",
    "name:_",
    "error:%' OR '1'='1",
    "input:a'=b",
    "input:order_id=x') OR 1=1 --",
    'output:"a=b"',
    "x' UNION SELECT body FROM decisions --",
    "input:%=%",
    "name:\ud800",
    "input:a=\udc9b",
    "NEAR(a b)",
    "a* AND NOT b",
]


@pytest.mark.parametrize("query", INJECTED)
def test_what_stands_in_a_filter_is_only_ever_compared(home: LocalHome, query: str) -> None:
    assert total(home, query) == 0


def test_a_filter_that_fits_finds_the_session(home: LocalHome) -> None:
    assert total(home, f"name:{a_session().id}") == 1


OUT_OF_TIME = [
    "after:0001-01-01T00:00+14:00",
    "before:9999-12-31T23:59-14:00",
    "after:20260101T000000+9999",
]


@pytest.mark.parametrize("query", OUT_OF_TIME)
def test_a_time_that_is_none_is_a_sentence(query: str) -> None:
    with pytest.raises(BadInput, match="is no date or time"):
        parse_query(query, NOW)


def test_the_first_and_the_last_moment_are_times(home: LocalHome) -> None:
    assert total(home, "after:0001-01-01 before:9999-12-31T23:59") == 1


WORDS = st.builds("{}:{}".format, st.sampled_from(KEYS), st.text(max_size=30)) | st.text(
    st.sampled_from("'\"%_*\\=.:<>-1aé\0\ud800\u202e "), max_size=30
)


@given(st.lists(WORDS, max_size=5).map(" ".join))
@settings(max_examples=150, deadline=None)
def test_no_filter_whatever_breaks_the_list(home: LocalHome, query: str) -> None:
    try:
        found = total(home, query)
    except BadInput:
        return
    assert found in {0, 1}

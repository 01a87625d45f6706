"""`Sessions`: optimistic versions, and pages that are exact and stay where they are."""

from __future__ import annotations

from functools import partial

import pytest

from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.errors import BadInput, Conflict, NotFound
from bunsui_core.domain.session import Session, SessionStatus, summarize
from bunsui_core.ports.store import Sessions
from tests.builders import SESSION_ID, a_pipeline, a_session, later
from tests.contract.conftest import Home
from tests.race import together

FAILED = SessionFilter(statuses=(SessionStatus.FAILED,))
EVERYTHING = SessionFilter()


@pytest.fixture
def sessions(home: Home) -> Sessions:
    return home.sessions


def test_a_session_comes_back_as_it_was_saved(sessions: Sessions) -> None:
    saved = sessions.save(a_session())

    assert saved == a_session(version=1)
    assert sessions.get(SESSION_ID) == saved


def test_each_save_adds_one_to_the_version(sessions: Sessions) -> None:
    first = sessions.save(a_session())

    second = sessions.save(first.model_copy(update={"status": SessionStatus.RUNNING}))

    assert second.version == 2
    assert sessions.get(SESSION_ID) == second


@pytest.mark.parametrize("version", [0, 1, 3])
def test_a_save_over_any_but_the_newest_version_is_a_conflict(
    sessions: Sessions, version: int
) -> None:
    newest = sessions.save(sessions.save(a_session()))

    with pytest.raises(Conflict):
        sessions.save(a_session(version=version, status="SUCCEEDED"))
    assert sessions.get(SESSION_ID) == newest


def test_a_session_that_was_never_stored_has_no_version_to_save_over(sessions: Sessions) -> None:
    with pytest.raises(Conflict):
        sessions.save(a_session(version=1))


def test_of_two_saves_at_once_one_is_a_conflict(sessions: Sessions) -> None:
    session = sessions.save(a_session())
    for _ in range(10):
        answers = together(partial(sessions.save, session), partial(sessions.save, session))

        winners = [answer for answer in answers if isinstance(answer, Session)]
        assert [type(answer) for answer in answers].count(Conflict) == 1
        session = winners[0]
        assert sessions.get(SESSION_ID) == session


def test_of_two_new_sessions_of_one_id_at_once_one_is_a_conflict(sessions: Sessions) -> None:
    for number in range(10):
        new = a_session(id=f"s-{number}")

        answers = together(partial(sessions.save, new), partial(sessions.save, new))

        assert [type(answer) for answer in answers].count(Conflict) == 1


def test_an_unknown_session_is_not_found(sessions: Sessions) -> None:
    with pytest.raises(NotFound, match="s-none"):
        sessions.get("s-none")


def test_the_list_shows_the_summary_of_each_session_newest_first(sessions: Sessions) -> None:
    saved = fill(sessions, 3)

    page = sessions.page(EVERYTHING, 20, "")

    assert page.items == tuple(summarize(session) for session in reversed(saved))
    assert (page.total, page.next_cursor) == (3, "")


@pytest.mark.parametrize("size", [1, 2, 3, 10, 11, 12])
def test_pages_together_show_every_session_once(sessions: Sessions, size: int) -> None:
    fill(sessions, 11, at_once=True)

    pages = read_all(sessions, EVERYTHING, size)

    assert [line for page in pages for line in page] == [f"s-{n:02}" for n in reversed(range(11))]
    assert all(len(page) == size for page in pages[:-1])


def test_a_session_that_arrives_while_paging_neither_repeats_nor_hides_another(
    sessions: Sessions,
) -> None:
    fill(sessions, 4)
    first = sessions.page(EVERYTHING, 2, "")

    sessions.save(a_session(id="s-new", created_at=later(hours=1)))
    second = sessions.page(EVERYTHING, 2, first.next_cursor)

    assert [line.session_id for line in second.items] == ["s-01", "s-00"]
    assert second.total == 5


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (FAILED, ["s-c", "s-a"]),
        (SessionFilter(pipeline="bills"), ["s-c", "s-b"]),
        (SessionFilter(pipeline="bills", statuses=(SessionStatus.FAILED,)), ["s-c"]),
        (SessionFilter(pipeline="none"), []),
    ],
)
def test_a_filter_lists_and_counts_what_fits_it(
    sessions: Sessions, wanted: SessionFilter, ids: list[str]
) -> None:
    bills = a_pipeline(name="bills")
    sessions.save(a_session(id="s-a"))
    sessions.save(a_session(id="s-b", pipeline=bills, status="RUNNING", created_at=later(hours=1)))
    sessions.save(a_session(id="s-c", pipeline=bills, created_at=later(hours=2)))

    page = sessions.page(wanted, 20, "")

    assert [line.session_id for line in page.items] == ids
    assert page.total == len(ids)


def test_the_total_follows_a_session_that_changes_its_status(sessions: Sessions) -> None:
    first, *_ = fill(sessions, 3)

    sessions.save(first.model_copy(update={"status": SessionStatus.SUCCEEDED}))

    assert sessions.page(FAILED, 20, "").total == 2
    assert sessions.page(EVERYTHING, 20, "").total == 3


def test_a_cursor_of_another_filter_is_refused(sessions: Sessions) -> None:
    fill(sessions, 3)
    cursor = sessions.page(EVERYTHING, 1, "").next_cursor

    with pytest.raises(BadInput, match="first page"):
        sessions.page(FAILED, 1, cursor)


def test_a_cursor_of_another_account_is_refused(sessions: Sessions, home: Home) -> None:
    fill(sessions, 3)
    cursor = sessions.page(EVERYTHING, 1, "").next_cursor

    with pytest.raises(BadInput):
        home.another(account="111111111111").sessions.page(EVERYTHING, 1, cursor)


def test_a_cursor_with_one_character_changed_is_refused(sessions: Sessions) -> None:
    fill(sessions, 3)
    cursor = sessions.page(EVERYTHING, 1, "").next_cursor

    for place, old in enumerate(cursor.rstrip("=")):
        changed = f"{cursor[:place]}{'A' if old != 'A' else 'B'}{cursor[place + 1 :]}"
        with pytest.raises(BadInput):
            sessions.page(EVERYTHING, 1, changed)


@pytest.mark.parametrize("cursor", ["x", "no cursor", "次", "====", "AAAA", "' OR 1=1 --"])
def test_what_is_no_cursor_is_refused_with_the_next_step(sessions: Sessions, cursor: str) -> None:
    with pytest.raises(BadInput, match="first page"):
        sessions.page(EVERYTHING, 20, cursor)


@pytest.mark.parametrize("limit", [-1, 0, 501])
def test_a_page_without_lines_or_with_too_many_is_refused(sessions: Sessions, limit: int) -> None:
    with pytest.raises(BadInput, match="1 to 500"):
        sessions.page(EVERYTHING, limit, "")


def test_only_running_sessions_are_open(sessions: Sessions) -> None:
    fill(sessions, 2)
    sessions.save(a_session(id="s-two", status="RUNNING", created_at=later(hours=2)))
    sessions.save(a_session(id="s-one", status="RUNNING", created_at=later(hours=1)))

    assert sessions.open_ids() == ("s-one", "s-two")


def test_sessions_of_another_account_or_region_are_not_seen(sessions: Sessions, home: Home) -> None:
    sessions.save(a_session(status="RUNNING"))
    for other in (home.another(account="111111111111"), home.another(region="eu-west-1")):
        elsewhere = other.sessions
        assert elsewhere.page(EVERYTHING, 20, "").total == 0
        assert elsewhere.open_ids() == ()
        with pytest.raises(NotFound):
            elsewhere.get(SESSION_ID)


def fill(sessions: Sessions, count: int, at_once: bool = False) -> list[Session]:
    """Save failed sessions, a second apart or all in one moment."""
    moments = [later(seconds=0 if at_once else number) for number in range(count)]
    new = [a_session(id=f"s-{number:02}", created_at=at) for number, at in enumerate(moments)]
    return [sessions.save(session) for session in new]


def read_all(sessions: Sessions, wanted: SessionFilter, size: int) -> list[list[str]]:
    """The ids on each page, until there is no next one."""
    pages, cursor = [], ""
    for _ in range(50):
        page = sessions.page(wanted, size, cursor)
        pages.append([line.session_id for line in page.items])
        cursor = page.next_cursor
        if not cursor:
            return pages
    pytest.fail("paging never ends")

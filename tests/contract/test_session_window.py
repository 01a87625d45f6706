"""`Sessions`: windows in order of attention, where a session stands, and what is found."""

from __future__ import annotations

import pytest

from bunsui_core.domain.answer import FieldValue, Placed, SessionFilter, Totals
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.searchable import Side
from bunsui_core.domain.session import JobRun, SessionStatus, summarize
from bunsui_core.ports.store import Sessions
from tests.builders import a_failed_attempt, a_pipeline, a_session, an_attempt, later
from tests.contract.conftest import Home

EVERYTHING = SessionFilter()
STATUSES = ("SUCCEEDED", "FAILED", "RUNNING", "SUCCEEDED", "FAILED", "RUNNING", "SUCCEEDED")
ATTENDED = ["s-4", "s-1", "s-5", "s-2", "s-6", "s-3", "s-0"]
"""Failed, running, succeeded; the newest of each first."""


@pytest.fixture
def sessions(home: Home) -> Sessions:
    made = home.sessions
    for number, status in enumerate(STATUSES):
        made.save(a_session(id=f"s-{number}", status=status, created_at=later(hours=number)))
    return made


def ids(sessions: Sessions, wanted: SessionFilter, offset: int = 0, limit: int = 10) -> list[str]:
    """The ids in a window."""
    return [line.session_id for line in sessions.window(wanted, offset, limit).items]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 500])
def test_windows_show_failed_sessions_first_then_running_ones_wherever_they_begin(
    sessions: Sessions, limit: int
) -> None:
    for offset in range(len(ATTENDED) + 1):
        assert ids(sessions, EVERYTHING, offset, limit) == ATTENDED[offset : offset + limit]


def test_a_window_shows_summaries_and_counts_the_whole_list(sessions: Sessions) -> None:
    window = sessions.window(EVERYTHING, 3, 1)

    assert window.items == (summarize(sessions.get("s-2")),)
    assert (window.total, window.next_cursor) == (7, "")
    assert window.totals == Totals(failed=2, running=2, succeeded=3)
    assert window.totals.all == 7


def test_a_window_behind_the_end_is_empty_and_knows_how_long_the_list_is(
    sessions: Sessions,
) -> None:
    window = sessions.window(EVERYTHING, 99, 10)

    assert (window.items, window.total) == ((), 7)


@pytest.mark.parametrize(("offset", "limit"), [(-1, 10), (0, 0), (0, 501), (0, -1)])
def test_a_window_that_cannot_be_is_refused(sessions: Sessions, offset: int, limit: int) -> None:
    with pytest.raises(BadInput, match="1 to 500"):
        sessions.window(EVERYTHING, offset, limit)


def test_a_session_that_changes_moves(sessions: Sessions) -> None:
    sessions.save(sessions.get("s-0").model_copy(update={"status": SessionStatus.FAILED}))

    assert ids(sessions, EVERYTHING)[:3] == ["s-4", "s-1", "s-0"]
    assert sessions.window(EVERYTHING, 0, 1).totals == Totals(failed=3, running=2, succeeded=2)


def test_a_session_stands_where_the_window_shows_it(sessions: Sessions) -> None:
    for at, session_id in enumerate(ATTENDED):
        line = summarize(sessions.get(session_id))
        assert sessions.place(EVERYTHING, session_id) == Placed(at=at, line=line)


@pytest.mark.parametrize("session_id", ["s-9", "s-0"])
def test_what_is_not_wanted_stands_nowhere(sessions: Sessions, session_id: str) -> None:
    assert sessions.place(SessionFilter(statuses=(SessionStatus.FAILED,)), session_id) is None


def test_a_value_in_an_input_or_output_is_found_as_soon_as_it_is_stored(
    sessions: Sessions,
) -> None:
    by_input = SessionFilter(inputs=(FieldValue(path="order_id", value="42"),))
    by_output = SessionFilter(outputs=(FieldValue(path="rows", value="17"),))
    running = an_attempt(status="RUNNING", output=None, stopped_at=None)
    session = a_session(
        id="s-new",
        status="RUNNING",
        input='{"order_id": 42}',
        runs=(JobRun(job="extract", attempts=(running,)),),
    )

    saved = sessions.save(session)
    assert (ids(sessions, by_input), ids(sessions, by_output)) == (["s-new"], [])

    done = an_attempt(output='{"rows": 17}')
    runs = (JobRun(job="extract", attempts=(done,)),)
    sessions.save(saved.model_copy(update={"runs": runs, "status": SessionStatus.SUCCEEDED}))
    assert (ids(sessions, by_input), ids(sessions, by_output)) == (["s-new"], ["s-new"])
    assert sessions.window(by_output, 0, 1).totals == Totals(succeeded=1)


@pytest.mark.parametrize(
    ("pattern", "is_found"),
    [
        ("s3://Orders/2026-11-23_a.csv", True),
        ("s3://orders/*", True),
        ("*2026-11-23*", True),
        ("*.csv", True),
        ("s3://*-23*csv", True),
        ("*", True),
        ("*2026-11-24*", False),
        ("*.cs", False),
        ("2026*", False),
        ("s3://orders/2026-11-23%", False),
        ("s3://orders/2026?11-23_a.csv", False),
        ("*23xa*", False),
        ("*2026_11*", False),
        ("*2026%csv", False),
    ],
)
def test_a_star_in_a_value_stands_for_anything(
    sessions: Sessions, pattern: str, is_found: bool
) -> None:
    sessions.save(a_session(id="s-new", input='{"from": "s3://orders/2026-11-23_A.csv"}'))

    found = ids(sessions, SessionFilter(inputs=(FieldValue(path="from", value=pattern),)))

    assert found == (["s-new"] if is_found else [])


def test_a_redriven_session_is_found_by_what_it_said_before(sessions: Sessions) -> None:
    wanted = SessionFilter(error="nosuchkey", statuses=(SessionStatus.SUCCEEDED,))
    failed = sessions.save(a_session(id="s-new"))
    before = ids(sessions, wanted)

    redriven = an_attempt(redrive_count=1)
    runs = (JobRun(job="extract", attempts=(redriven,)),)
    sessions.save(failed.model_copy(update={"runs": runs, "status": SessionStatus.SUCCEEDED}))

    assert set(ids(sessions, wanted)) - set(before) == {"s-new"}


def test_a_page_of_a_search_goes_on_where_it_ended(sessions: Sessions) -> None:
    wanted = SessionFilter(error="nosuchkey")

    first = sessions.page(wanted, 4, "")
    second = sessions.page(wanted, 4, first.next_cursor)

    found = [line.session_id for line in (*first.items, *second.items)]
    assert found == [f"s-{number}" for number in reversed(range(7))]
    assert (first.total, second.next_cursor) == (7, "")


def test_a_cursor_outlives_the_moment_from_which_an_age_is_counted(sessions: Sessions) -> None:
    first = sessions.page(SessionFilter(after=later(hours=1)), 2, "")

    second = sessions.page(SessionFilter(after=later(hours=1, seconds=7)), 2, first.next_cursor)

    assert [line.session_id for line in second.items] == ["s-4", "s-3"]


def test_a_session_with_too_many_values_is_counted_as_not_wholly_searched(
    sessions: Sessions,
) -> None:
    numbers = ",".join(map(str, range(600)))
    sessions.save(a_session(id="s-many", input=f'{{"n": [{numbers}]}}'))

    found = sessions.window(SessionFilter(inputs=(FieldValue(path="n", value="7"),)), 0, 1)

    assert (found.total, found.unsearched) == (1, 1)
    assert sessions.window(EVERYTHING, 0, 1).unsearched == 0


def test_the_keys_of_inputs_and_outputs_are_known(sessions: Sessions, home: Home) -> None:
    done = an_attempt(input="{}", output='{"Rows": 3, "left": [{"sku": 1}, {"sku": 2}]}')
    runs = (JobRun(job="extract", attempts=(done,)),)
    sessions.save(a_session(id="s-new", input='{"order": {"ID": 42}}', runs=runs))

    index = home.index

    assert index.keys(Side.INPUT) == ("id", "source")
    assert index.keys(Side.OUTPUT) == ("rows", "sku")
    assert home.another(region="eu-west-1").index.keys(Side.INPUT) == ()


def test_another_account_or_region_finds_nothing_here(sessions: Sessions, home: Home) -> None:
    broken = (JobRun(job="extract", attempts=(a_failed_attempt(),)),)
    sessions.save(a_session(id="s-x", pipeline=a_pipeline(), input='{"k": 1}', runs=broken))
    wanted = [
        EVERYTHING,
        SessionFilter(words=("s-x",)),
        SessionFilter(inputs=(FieldValue(path="k", value="1"),)),
        SessionFilter(words=("1",)),
    ]
    for other in (home.another(account="111111111111"), home.another(region="eu-west-1")):
        elsewhere = other.sessions

        assert [elsewhere.window(one, 0, 10).total for one in wanted] == [0, 0, 0, 0]
        assert elsewhere.place(EVERYTHING, "s-x") is None
    assert all(sessions.window(one, 0, 10).total for one in wanted)

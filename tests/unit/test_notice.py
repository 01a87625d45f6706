"""A person is told what is new, once, and not a thousand times."""

from __future__ import annotations

from bunsui_core.domain.approval import fold
from bunsui_core.domain.notice import PER_MINUTE, Notice, NoticeKind, Told, failures, news, waiting
from bunsui_core.domain.session import SessionStatus, summarize
from tests.builders import NOW, a_request, a_session, a_signed_decision, later


def a_notice(key: str = "k") -> Notice:
    """A notice of that key."""
    return Notice(key=key, kind=NoticeKind.FAILURE, title="orders failed", next="look", at=NOW)


def test_a_failed_session_is_news_and_a_running_one_is_not() -> None:
    line = summarize(a_session())
    failed = line.model_copy(update={"status": SessionStatus.FAILED})
    running = line.model_copy(update={"status": SessionStatus.RUNNING})

    assert [one.kind for one in failures([failed])] == [NoticeKind.FAILURE]
    assert not failures([running])


def test_a_notice_holds_nothing_of_the_error() -> None:
    update = {"status": SessionStatus.FAILED, "error": "password=hunter2"}

    (one,) = failures([summarize(a_session()).model_copy(update=update)])

    assert "hunter2" not in one.model_dump_json()


def test_an_unanswered_request_is_news_and_an_answered_one_is_not() -> None:
    request = a_request()
    asked = fold(request, (), None, later(minutes=1))
    answered = fold(request, (a_signed_decision(request),), None, later(minutes=1))

    assert len(waiting([asked])) == 1
    assert not waiting([answered])


def test_the_same_news_is_told_once() -> None:
    first = news([a_notice(), a_notice()], Told(), NOW)

    assert len(first.notices) == 1
    assert not news([a_notice()], first.told, later(minutes=5)).notices


def test_a_storm_is_held_back_and_told_as_a_number_when_it_is_over() -> None:
    storm = [a_notice(str(number)) for number in range(PER_MINUTE + 7)]

    first = news(storm, Told(), NOW)
    during = news(storm, first.told, later(seconds=30))
    after = news([*storm, a_notice("new")], during.told, later(minutes=2))

    assert (len(first.notices), first.told.held_back) == (PER_MINUTE, 7)
    assert during.notices == ()
    assert [one.title for one in after.notices] == [
        "orders failed",
        "7 more failures and requests in a short time",
    ]
    assert news(storm, after.told, later(minutes=5)).notices == ()


def test_within_a_minute_the_rate_counts_what_already_went_out() -> None:
    first = news([a_notice(str(n)) for n in range(PER_MINUTE)], Told(), NOW)

    assert not news([a_notice("new")], first.told, later(seconds=30)).notices

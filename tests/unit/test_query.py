"""The words of a filter: one language, and a hand for whoever mistypes it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunsui_core.domain.answer import FieldValue, SessionFilter
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.query import KEYS, filter_of, parse_query
from bunsui_core.domain.session import SessionStatus
from tests.builders import NOW, SESSION_ID, execution, later, machine

FAILED, RUNNING, OK = SessionStatus.FAILED, SessionStatus.RUNNING, SessionStatus.SUCCEEDED


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", SessionFilter()),
        ("   ", SessionFilter()),
        ('""', SessionFilter()),
        ("status:failed", SessionFilter(statuses=(FAILED,))),
        ("status:failed,RUNNING", SessionFilter(statuses=(FAILED, RUNNING))),
        ("status:failed status:ok status:failed", SessionFilter(statuses=(FAILED, OK))),
        ("Status:Failed", SessionFilter(statuses=(FAILED,))),
        ("pipeline:orders", SessionFilter(pipeline="orders")),
        ("age:<1d", SessionFilter(after=NOW - timedelta(days=1))),
        ("age:90m", SessionFilter(after=NOW - timedelta(minutes=90))),
        ("age:>2h", SessionFilter(before=NOW - timedelta(hours=2))),
        (
            "age:<3w age:>1w age:<2w",
            SessionFilter(after=NOW - timedelta(weeks=2), before=NOW - timedelta(weeks=1)),
        ),
        ("after:2026-03-01", SessionFilter(after=datetime(2026, 3, 1, tzinfo=UTC))),
        ("before:2026-03-02T02:14+01:00", SessionFilter(before=NOW)),
        ("after:2026-01-01 age:<30s", SessionFilter(after=NOW - timedelta(seconds=30))),
        ("error:ValueError name:s-1", SessionFilter(error="ValueError", name="s-1")),
        ('error:"no such key"', SessionFilter(error="no such key")),
        ("input:order_id=42", SessionFilter(inputs=(FieldValue(path="order_id", value="42"),))),
        ("input:.a.b=x=y*", SessionFilter(inputs=(FieldValue(path="a.b", value="x=y*"),))),
        ("output:rows", SessionFilter(outputs=(FieldValue(path="rows", value="*"),))),
        ('input:name="Jan N"', SessionFilter(inputs=(FieldValue(path="name", value="Jan N"),))),
        ("two words", SessionFilter(words=("two", "words"))),
        ('"two words" x', SessionFilter(words=("two words", "x"))),
        ('"status:failed"', SessionFilter(words=("status:failed",))),
        ("s3://orders/day.csv", SessionFilter(words=("s3://orders/day.csv",))),
        ("arn:aws:states:x", SessionFilter(words=("arn:aws:states:x",))),
        (execution("load"), SessionFilter(words=(f"{SESSION_ID}-load-a1",))),
        (f"name:{execution('load')}", SessionFilter(name=f"{SESSION_ID}-load-a1")),
        (machine("load"), SessionFilter(words=(machine("load"),))),
        ("ValueError:", SessionFilter(words=("ValueError:",))),
        ("ValueError:x", SessionFilter(words=("ValueError:x",))),
        ("12:30", SessionFilter(words=("12:30",))),
    ],
)
def test_a_query_means(text: str, wanted: SessionFilter) -> None:
    assert parse_query(text, NOW) == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("statsu:failed", "did you mean status:"),
        ("pipelin:orders", "did you mean pipeline:"),
        ("imput:order_id=42", "did you mean input:"),
        ("foo:bar", '"foo:bar"'),
        ("status:faild", "did you mean failed"),
        ("status:x", "running, paused, cancelling, succeeded, failed, cancelled, ok"),
        ("age:yesterday", "age:<1d"),
        ("age:<1y", "s m h d w"),
        ("after:yesterday", "after:2026-11-23"),
        ("before:2026-13-01", "no date"),
        ("pipeline:a pipeline:b", "2 times"),
        ("error:a error:b", "Keep one"),
        ("status:", "nothing to look for"),
        ("input:=42", "names no value"),
        ("input:order_id=", "order_id=42"),
        ('error:"no such', "not closed"),
        ("x" * 1001, "1,001 characters"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_write(text: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_query(text, NOW)

    assert said in str(refused.value)


def test_an_age_beyond_all_time_matches_everything() -> None:
    wanted = parse_query("age:<99999w", NOW)

    assert wanted.after
    assert wanted.after < later(days=-365_000)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_understood_or_refused(text: str) -> None:
    with suppress(BadInput):
        assert isinstance(parse_query(text, NOW), SessionFilter)


@given(st.sampled_from(KEYS), st.text(min_size=1, max_size=30))
def test_whatever_an_option_says_is_understood_or_refused(key: str, value: str) -> None:
    with suppress(BadInput):
        assert isinstance(filter_of([(key, value)], NOW), SessionFilter)

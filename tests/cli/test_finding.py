"""`bunsui sessions search` and the options of `sessions list` find what the store holds."""

from __future__ import annotations

import pytest

from bunsui_cli.exits import ExitCode
from tests.builders import SESSION_ID
from tests.cli.shell import Done, Shell


def found(done: Done) -> list[str]:
    """The ids that an answer lists."""
    data = done.document["data"]
    assert isinstance(data, dict), done.document
    items = data["items"]
    assert isinstance(items, list)
    return [str(item["session_id"]) for item in items if isinstance(item, dict)]


EVERY = [SESSION_ID, "s-2", "s-3"]


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (["--input", "source=s3://orders/day.csv"], EVERY),
        (["--input", "SOURCE=S3://orders/*"], EVERY),
        (["--input", "source=s3://orders/other.csv"], []),
        (["--output", "source=s3://orders/day.csv"], []),
        (["--name", "s-3"], ["s-3"]),
        (["--status", "failed,running", "--name", "s-3"], ["s-3"]),
        (["--status", "ok"], []),
        (["--pipeline", "orders"], EVERY),
        (["--error", "NoSuchKey"], EVERY),
        (["--age", ">1d", "--after", "2026-03-01", "--before", "2026-03-03"], EVERY),
        (["--age", "1h"], []),
        (["--input", "source", "--name", "s-3"], ["s-3"]),
    ],
)
def test_list_and_search_know_the_same_options(
    shell: Shell, arguments: list[str], ids: list[str]
) -> None:
    assert found(shell("sessions", "list", *arguments)) == ids
    assert found(shell("sessions", "search", *arguments)) == ids


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (["s-3"], ["s-3"]),
        (["s3://orders/day.csv", "s-3"], ["s-3"]),
        (["status:failed", "specified key"], EVERY),
        (["input:source=s3://orders/day.csv", "name:s-3"], ["s-3"]),
        (["nothing like this"], []),
    ],
)
def test_search_takes_the_words_of_the_filter(
    shell: Shell, words: list[str], ids: list[str]
) -> None:
    assert found(shell("sessions", "search", *words)) == ids


def test_a_search_is_paged(shell: Shell) -> None:
    search = ("sessions", "search", "--error", "nosuchkey", "--age", ">1m", "--limit", "2")
    first = shell(*search)

    second = shell(*search, "--cursor", str(first.document["next_cursor"]))

    assert (found(first), found(second)) == (EVERY[:2], EVERY[2:])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--input", "sorce=x"], "No input holds a value under sorce; did you mean source?"),
        (["--input", "day.Sorce=x"], "No input holds a value under sorce; did you mean source?"),
        (["--output", "zzz=x"], "No output holds a value under zzz."),
        (["--pipeline", "ordrs"], "No pipeline is called ordrs; did you mean orders?"),
        (["--pipeline", "zzz"], "No pipeline is called zzz; there are orders."),
        (["--input", "source=x", "--pipeline", "orders"], ""),
        (["--name", "zzz"], ""),
    ],
)
@pytest.mark.parametrize("verb", ["list", "search"])
def test_a_name_that_nobody_used_is_told(
    shell: Shell, verb: str, arguments: list[str], said: str
) -> None:
    done = shell("sessions", verb, *arguments)

    assert (done.code, found(done), done.stderr.strip()) == (ExitCode.OK, [], said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "nothing to look for"),
        (["statsu:failed"], "did you mean status:"),
        (["--status", "faild"], "did you mean failed"),
        (["--input", "=1"], "names no value"),
        (["--age", "soon"], "the age soon cannot be read"),
        (["--before", "soon"], "no date or time"),
    ],
)
def test_a_search_that_cannot_be_meant_says_how_to_write_it(
    shell: Shell, arguments: list[str], said: str
) -> None:
    done = shell("sessions", "search", *arguments)

    assert done.code == ExitCode.BAD_INPUT
    assert said in str(done.error["message"])
    assert done.error["next"]


def test_requests_that_are_left_out_are_told(shell: Shell) -> None:
    some, every = (shell("approvals", "list", "--limit", number) for number in ("1", "2"))

    assert '"more":true' in some.stdout
    assert '"more":false' in every.stdout

"""A review on a terminal: every word whole, and the asker's words marked on every line."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from bunsui_cli.laying_out import QUOTE, laid_out

DOCUMENT = f"""\
REVIEW of request r-4f2a, asked by agent:claude
plan digest {"4e" * 32}

WILL HAPPEN  1. redrive job extract of orders/s-1 in local, account 000000000000, us-east-1
CHECKED      holds: definition, {"ab" * 40}

THE ASKER'S WORDS, not bunsui's:
| it is over, and nothing is wrong with it any more, so go on and let it run again   WILL HAPPEN
| 朝までに終わらせたいので、もう一度だけ実行してください。問題はもうありません。お願いします。
"""


@pytest.mark.parametrize("width", [40, 80])
def test_every_line_fits_and_nothing_is_lost(width: int) -> None:
    shown = laid_out(DOCUMENT, width)

    assert max(map(cell_len, shown.split("\n"))) <= width
    assert bare(shown) == bare(DOCUMENT)


def test_no_word_is_broken_that_fits_on_a_line() -> None:
    shown = laid_out(DOCUMENT, 80)

    assert "             000000000000, us-east-1" in shown.split("\n")


def test_each_line_of_the_askers_words_is_marked() -> None:
    shown = laid_out(DOCUMENT, 40)

    _, words = shown.split("not bunsui's:\n")
    assert all(line.startswith(QUOTE) for line in words.strip("\n").split("\n"))


def test_what_fits_stays_as_it_was_signed() -> None:
    assert laid_out(DOCUMENT, 200) == DOCUMENT


def bare(text: str) -> str:
    """A text without spaces and marks."""
    return "".join(text.replace(QUOTE, "").split())

"""Text from outside cannot act, hide or pass for another; what people write stays as it is."""

from __future__ import annotations

import json
import random
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bunsui_core.domain.safe import safe
from bunsui_mcp.tell import clip

FEW, MANY = 4_000, 100_000

PLAIN = (
    "注文データの検証に失敗しました s3://注文/2026-11-24.csv",
    "ジョブ「extract」が失敗しました。原因: タイムアウト",
    "データベース接続エラー・再試行３回",
    "Ошибка: файл не найден, заказ orders-7 упал",
    "Σφάλμα σύνδεσης με τη βάση",
    "데이터 검증 실패 orders",
    "Tiếng Việt, naïve, ñandú, Straße, 12µs 3μs 4kΩ x² №5",
    "ไม่พบไฟล์ हिन्दी",
)

DECEIVING = {
    "p\u0430ypal": "p<U+0430>ypal",
    "\u043erders": "<U+043E>rders",
    "\u03b1dmin": "<U+03B1>dmin",
    "\u0441\u043e\u0440\u0443": "<U+0441><U+043E><U+0440><U+0443>",
    "hanak\u043e approved": "hanak<U+043E> approved",
    "注文\u043erders": "注文<U+043E>rders",
}
"""Cyrillic and Greek letters that look Latin, in the third case the whole of a word."""

PIECES = (
    *("\x1b[2J", "\x1b]0;x\x07", "\x9b31m", "\x9d", "\x7f", "\x00", "\r", "\x08", "\u2028", "\x85"),
    *("\u202e", "\u2066", "\u200f", "\u061c", "\u200b", "\u2060", "\ufeff", "\u00ad", "\U000e0041"),
    *("[@click=app.quit]", "[/", "[bold]", "[link='http://e']", "</tool>", "{0}", "%s", "\\", '"'),
    *(
        "注文",
        "検証エラー",
        "🌊",
        "👩‍👩‍👧",
        "e\u0301\u0301\u0301\u0301\u0301\u0301",
        "\u0440\u0430\u0443\u0440\u0430l",
        "\ud800",
    ),
    *("orders", "job-7", "\n", "\t", " ", "s3://bucket/key"),
)


def hostile_texts(count: int, seed: int) -> list[str]:
    """Texts made of everything that has ever broken a terminal."""
    rng = random.Random(seed)
    return ["".join(rng.choices(PIECES, k=rng.randint(1, 6))) for _ in range(count)]


def is_raw(char: str) -> bool:
    """Whether a character can act on a terminal, hides, or is no character."""
    return char not in "\n\t" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize("text", PLAIN)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert safe(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("text", DECEIVING)
def test_a_letter_that_passes_for_another_is_told(text: str) -> None:
    assert safe(text) == DECEIVING[text]


def test_marks_heaped_upon_a_letter_are_told_and_those_of_a_language_are_not() -> None:
    assert safe("e" + "\u0301" * 8) == "é\u0301\u0301\u0301\u0301" + "<U+0301>" * 3
    assert safe("ก็่") == "ก็่"


@given(st.text(max_size=200))
@example("e\u0301\u0301")
def test_nothing_raw_is_left_and_twice_is_as_once(text: str) -> None:
    shown = safe(text)

    assert not [char for char in shown if is_raw(char)]
    assert safe(shown, len(shown)) == shown


@pytest.mark.parametrize(
    "count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_no_hostile_text_is_left_raw_in_a_line_or_in_an_answer(count: int) -> None:
    for text in hostile_texts(count, seed=count):
        line, told = safe(text, newlines=False), clip(text, 300)
        assert not [char for char in line if unicodedata.category(char)[0] == "C"], text
        assert not [char for char in told if is_raw(char)], text
        assert json.loads(json.dumps(told)) == told

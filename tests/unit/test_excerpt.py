"""What a review leaves out of a long or secret text is named by its length and its digest."""

from __future__ import annotations

import json

from bunsui_core.domain.answer import InputChange
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.excerpt import SHOWN, changed, excerpt
from bunsui_core.domain.safe import safe


def test_a_short_text_without_secrets_stands_as_it_is() -> None:
    assert excerpt('{"day": "2026-11-23"}') == '{"day": "2026-11-23"}'


def test_a_long_text_is_cut_and_the_whole_is_named() -> None:
    text = json.dumps({"rows": list(range(1000))})

    shown = excerpt(text)

    assert shown.startswith(text[:SHOWN])
    assert f"the first {SHOWN} of {len(text):,} characters" in shown
    assert text_digest(text) in shown


def test_a_secret_is_not_in_what_is_signed_and_the_whole_is_named() -> None:
    text = json.dumps({"day": "2026-11-23", "password": "correct-horse-battery"})

    shown = excerpt(text)

    assert "correct-horse" not in shown
    assert "2026-11-23" in shown
    assert f"without its secrets; sha256 of the whole {text_digest(text)}" in shown


def test_what_is_long_and_secret_names_the_whole_once() -> None:
    text = json.dumps({"password": "correct-horse-battery", "rows": list(range(1000))})

    shown = excerpt(text)

    assert shown.count("sha256") == 1
    assert f"of {len(text):,} characters, without its secrets" in shown
    assert text_digest(text) in shown


def test_a_change_of_a_secret_shows_that_it_is_another_and_neither_value() -> None:
    one = InputChange(path="$.db.password", before='"correct-horse-1"', after='"correct-horse-2"')

    shown = changed(one)

    assert "correct-horse" not in shown
    assert "another one" in shown
    assert text_digest('"correct-horse-1"') not in shown


def test_a_change_of_a_plain_value_shows_both() -> None:
    one = InputChange(path="$.day", before='"2026-11-23"', after="absent")

    assert changed(one) == '$.day: "2026-11-23" -> absent'


def test_a_text_that_acts_on_a_terminal_does_not() -> None:
    shown = excerpt('"\x1b[2J\u202e"')

    assert "\x1b" not in shown
    assert shown == safe(shown)

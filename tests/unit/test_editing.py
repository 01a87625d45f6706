"""What a human edits says the same as what was recorded, and nothing of it acts on a terminal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunsui_core.domain.editing import place_of, pretty, same
from bunsui_core.domain.safe import safe

DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(DOCUMENTS)
def test_a_text_laid_out_says_the_same(document: object) -> None:
    assert json.loads(pretty(json.dumps(document))) == document


@given(st.text())
def test_nothing_laid_out_acts_on_a_terminal(text: str) -> None:
    shown = pretty(json.dumps([text]))

    assert all(safe(char) == char for char in shown)


def test_plain_japanese_stays_readable() -> None:
    assert "注文" in pretty('{"name": "注文"}')


def test_spacing_and_the_order_of_keys_say_nothing() -> None:
    assert same('{"a": 1, "b": [2]}', '{"b":[2],"a":1}')
    assert not same('{"a": 1}', '{"a": true}')
    assert not same('{"a": 1}', '{"a": "1"}')


def test_a_fault_has_its_line_and_column() -> None:
    with pytest.raises(ValueError, match="Expecting") as raised:
        json.loads('{\n  "a": 12,50\n}')

    assert place_of(raised.value).startswith("line 2, column ")

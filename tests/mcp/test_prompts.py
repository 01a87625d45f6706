"""How a prompt file is read."""

from __future__ import annotations

import pytest

from bunsui_core import assets
from bunsui_mcp.prompts import read_prompt

TEXT = """---
name: look
title: Look
description: Looks at a session.
arguments:
  session_id: Which: one
  job?: Which job
---
Look at {{session_id}} and {{ job }}.
"""


def test_a_prompt_says_which_arguments_it_needs() -> None:
    prompt = read_prompt(TEXT)

    assert [(one.name, one.required) for one in prompt.arguments] == [
        ("session_id", True),
        ("job", False),
    ]
    assert prompt.arguments[0].description == "Which: one"


def test_an_absent_argument_is_named_in_the_text() -> None:
    assert read_prompt(TEXT).filled({"session_id": "s-1"}) == "Look at s-1 and (no job given)."


def test_a_value_cannot_bring_a_place_of_its_own() -> None:
    filled = read_prompt(TEXT).filled({"session_id": "{{job}}", "job": "load"})

    assert filled == "Look at {{job}} and load."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Look.", "begins with front matter"),
        (TEXT.replace("title: Look\n", ""), "lacks 'title'"),
        (TEXT.replace("{{session_id}}", "{{stranger}}"), "stranger"),
    ],
)
def test_a_prompt_that_cannot_be_served_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_prompt(text)


def test_every_prompt_of_the_installation_can_be_read() -> None:
    assert {read_prompt(text).name for text in assets.prompt_texts()} == {
        path.stem for path in assets.folder("prompts").glob("*.md")
    }


def test_a_missing_folder_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="poems"):
        assets.folder("poems")

"""Every key is documented, and no screen binds one twice."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import bunsui_tui.screens
from bunsui_tui import actions
from bunsui_tui.actions import Key
from bunsui_tui.screens.frame import Frame

PAGE = (Path(__file__).parents[2] / "docs" / "tui.md").read_text("utf-8")
MODULES = [
    importlib.import_module(f"bunsui_tui.screens.{one.name}")
    for one in pkgutil.iter_modules(bunsui_tui.screens.__path__)
]
KEYS = {
    key.shown: key
    for module in (actions, *MODULES)
    for key in vars(module).values()
    if isinstance(key, Key)
}
SCREENS: set[type[Frame]] = {
    thing
    for module in MODULES
    for thing in vars(module).values()
    if isinstance(thing, type) and issubclass(thing, Frame) and thing is not Frame
}


@pytest.mark.parametrize("shown", sorted(KEYS))
def test_a_key_is_documented(shown: str) -> None:
    documented = {one for cell in re.findall(r"`([^`]+)`", PAGE) for one in cell.split()}

    assert set(shown.replace("↑↓", "↑↓ ").split()) <= documented, f"docs/tui.md lacks {shown}"


@pytest.mark.parametrize("screen", sorted(SCREENS, key=str))
def test_no_two_bindings_of_a_screen_are_of_the_same_key(screen: type[Frame]) -> None:
    bound = [
        key
        for binding in screen.__dict__.get("BINDINGS", ())
        for key in str(binding.key).split(",")
    ]

    assert len(bound) == len(set(bound))

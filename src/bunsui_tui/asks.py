"""What screens and workers say about a change that a human asks for."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from bunsui_core.domain.approval import Approval
from bunsui_core.domain.storm import Storm
from bunsui_tui.messages import Arrival
from bunsui_tui.wishes import (
    Causes,
    Controlled,
    ControlWish,
    Draft,
    RerunWish,
    StormWays,
    StormWish,
    Ways,
)


@dataclass
class RerunOpened(Message):
    """The ways to run a job again shall fill the screen."""

    session_id: str
    job: str


@dataclass
class WaysWanted(Message):
    """What would happen in every mode is wanted."""

    wish: RerunWish


@dataclass
class WaysRead(Arrival):
    """Every mode was judged."""

    ways: Ways


@dataclass
class ControlOpened(Message):
    """A change of a session shall be previewed."""

    wish: ControlWish


@dataclass
class ControlWanted(Message):
    """What a change of a session would do is wanted."""

    wish: ControlWish


@dataclass
class ControlRead(Arrival):
    """What a change of a session would do was looked up."""

    controlled: Controlled


class StormsOpened(Message):
    """The failed sessions shall be shown by root cause."""


class StormsWanted(Message):
    """The failed sessions by root cause are wanted."""


@dataclass
class StormsRead(Arrival):
    """The failed sessions were grouped by root cause."""

    causes: Causes


@dataclass
class StormOpened(Message):
    """The ways to recover every session of a storm shall fill the screen."""

    storm: Storm


@dataclass
class StormWaysWanted(Message):
    """What a plan for a whole storm would do is wanted, in every mode."""

    wish: StormWish


@dataclass
class StormWaysRead(Arrival):
    """A storm was planned in one mode more."""

    ways: StormWays


@dataclass
class EditorOpened(Message):
    """A text shall be edited."""

    draft: Draft


@dataclass
class Edited(Arrival):
    """A text was edited; one that says what was recorded is none."""

    draft: Draft


@dataclass
class AskGiven(Message):
    """A human asks for what they were shown, and says why."""

    proposal_id: str
    reason: str


@dataclass
class Requested(Message):
    """A request waits; `is_new` unless one about the same was there already."""

    approval: Approval
    is_new: bool

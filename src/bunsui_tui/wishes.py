"""What a human is about to ask for: a job's rerun in every mode, or a change of a session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bunsui_core.domain.plan import Control
from bunsui_core.domain.recovery import ControlProposal, Proposal
from bunsui_core.domain.storm import Storm, StormProposal, Storms
from bunsui_core.domain.verdict import Mode
from bunsui_core.domain.waves import WAVES, Waves


@dataclass(frozen=True)
class Draft:
    """A JSON text that a human edits for one mode: an input, or the output of a job marked done.

    `recorded` is what it was, `schema` what it must keep to; both empty when there is none.
    """

    session_id: str
    job: str
    mode: Mode
    recorded: str
    text: str
    schema: str = ""

    @property
    def noun(self) -> str:
        """What the text is."""
        return "output" if self.mode is Mode.MARK_DONE else "input"

    @property
    def job_name(self) -> str:
        """The job alone, without the state where it is entered."""
        return self.job.partition("/")[0]

    @property
    def as_recorded(self) -> Draft:
        """The text as it was before it was edited."""
        return replace(self, text=self.recorded)

    @property
    def about(self) -> tuple[str, str, Mode]:
        """What the text is for."""
        return self.session_id, self.job, self.mode


@dataclass(frozen=True)
class RerunWish:
    """A job that shall run again, with the texts that a human edited for some modes."""

    session_id: str
    job: str
    downstream: bool = False
    texts: tuple[tuple[Mode, str], ...] = ()

    def text(self, mode: Mode) -> str | None:
        """Return what was edited for a mode."""
        return dict(self.texts).get(mode)


@dataclass(frozen=True)
class Way:
    """One mode with what would happen, or with why it is not possible."""

    mode: Mode
    proposal: Proposal | None = None
    why_not: str = ""


@dataclass(frozen=True)
class Ways:
    """Every mode for one wish, as it was judged at a moment."""

    wish: RerunWish
    ways: tuple[Way, ...]
    at: datetime

    def of(self, mode: str) -> Way | None:
        """Return the way of a mode, if it was judged."""
        return next((one for one in self.ways if one.mode.value == mode), None)


@dataclass(frozen=True)
class ControlWish:
    """A session that shall be paused, go on, or be cancelled."""

    session_id: str
    action: Control


@dataclass(frozen=True)
class Controlled:
    """What that would do, or why it is not possible."""

    wish: ControlWish
    proposal: ControlProposal | None
    why_not: str
    at: datetime


@dataclass(frozen=True)
class Causes:
    """The storms there are, as they were grouped at a moment."""

    storms: Storms
    at: datetime

    def of(self, storm_id: str) -> Storm | None:
        """Return one of them, if it is still there."""
        return next((one for one in self.storms.items if one.storm_id == storm_id), None)


@dataclass(frozen=True)
class StormWish:
    """A storm whose sessions shall all run again, in these waves."""

    storm_id: str
    waves: Waves = WAVES


@dataclass(frozen=True)
class StormWay:
    """One mode with the plan for the whole storm, or with why there is none."""

    mode: Mode
    proposal: StormProposal | None = None
    why_not: str = ""


@dataclass(frozen=True)
class StormWays:
    """The modes for one wish that were planned so far; `is_whole` when all were."""

    wish: StormWish
    ways: tuple[StormWay, ...]
    at: datetime
    is_whole: bool = False

    def of(self, mode: str) -> StormWay | None:
        """Return the way of a mode, if it was planned."""
        return next((one for one in self.ways if one.mode.value == mode), None)

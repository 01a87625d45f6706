"""What a scene does to the embedded AWS."""

from __future__ import annotations

from typing import Protocol

from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.deployment import Outputs
from bunsui_core.adapters.emulator.scenes.scene import Scene, Staged, Witness
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.session import Session


class Play(Protocol):
    """A scene and its stage directions. `run_id` keeps two runs of a scene apart.

    Plays of one pipeline have one template. A subclass says what differs from nothing.
    """

    @property
    def scene(self) -> Scene:
        """The scene that is played."""

    def template(self) -> str:
        """Return the CloudFormation template of the scene's pipeline; its stack is so named."""

    def pipeline(self, outputs: Outputs) -> Pipeline:
        """Return the pipeline out of what its stack gave out."""

    def stage(self, account: Account, run_id: str) -> tuple[Staged, ...]:
        """Put things in their places, as they are before the trouble; one for each session."""

    def meanwhile(self, account: Account, run_id: str) -> str:
        """Change the world after the failure, before the agent looks; say it in a sentence."""
        return ""

    def witness(
        self, account: Account, run_id: str, sessions: tuple[Session, ...]
    ) -> Witness | None:
        """Look at the world when everything has ended."""
        return None

"""A scene of the demo: its story, who answers what, and how it must end."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bunsui_core.domain.approval import Answer
from bunsui_core.domain.demo import End
from bunsui_core.domain.pipeline import JobName, PipelineName
from bunsui_core.domain.value import JsonText, Value


class Scene(Value):
    """One story. `later` names the capability that will end it better and does not exist yet.

    The sessions of a scene `as_one` are asked for together.
    """

    name: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    story: str
    pipeline: PipelineName
    end: End
    failing: JobName | None = None
    answer: Answer | None = None
    later: str = ""
    as_one: bool = False


class Staged(Value):
    """A session to start: its input, and the corrected one if the agent is to be given it.

    `insists` makes the scripted agent ask for a rerun although the verdict on it is bad.
    """

    session_input: JsonText
    corrected_input: JsonText | None = None
    insists: bool = False


class Witness(Value):
    """What the world shows at the end of a scene, and whether it is as the story says."""

    text: str
    holds: bool = True

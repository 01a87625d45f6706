"""A scene on a small pipeline of its own."""

from __future__ import annotations

import json
import random

from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.blueprint import Blueprint
from bunsui_core.adapters.emulator.deployment import Outputs
from bunsui_core.adapters.emulator.scenes.play import Play
from bunsui_core.adapters.emulator.scenes.scene import Scene, Staged
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.value import Json


class SmallPlay(Play):
    """A play whose pipeline has a blueprint; a subclass gives the input and what happens."""

    def __init__(self, scene: Scene, blueprint: Blueprint) -> None:
        self._scene = scene
        self.blueprint = blueprint

    @property
    def scene(self) -> Scene:
        """The scene that is played."""
        return self._scene

    def template(self) -> str:
        """Return the template of the blueprint."""
        return self.blueprint.template()

    def pipeline(self, outputs: Outputs) -> Pipeline:
        """Return the pipeline of the blueprint."""
        return self.blueprint.pipeline(outputs)

    def stage(self, account: Account, run_id: str) -> tuple[Staged, ...]:
        """Put things in their places for one session."""
        self.prepare(account, run_id)
        return (Staged(session_input=json.dumps(self.given(run_id))),)

    def prepare(self, account: Account, run_id: str) -> None:
        """Bring the world into the state before the trouble, whatever an earlier run left."""

    def given(self, run_id: str) -> Json:
        """Return the input of the session."""
        return {}

    def put(self, account: Account, key: str, text: str) -> None:
        """Write an object into the pipeline's bucket."""
        bucket = self.blueprint.bucket
        account.objects.put_object(Bucket=bucket, Key=key, Body=text.encode())


def written(account: Account, bucket: str, prefix: str) -> int:
    """Return how many objects there are under a prefix."""
    return account.objects.list_objects_v2(Bucket=bucket, Prefix=prefix)["KeyCount"]


def dice(seed: int, scene: str) -> random.Random:
    """Return what decides the names and values of a scene; the same seed gives the same."""
    return random.Random(f"{scene} {seed}")


def lines(chance: random.Random) -> str:
    """Return a small file of a few lines."""
    return "".join(f"{n},{chance.randrange(1, 999)}\n" for n in range(chance.randrange(9, 40)))

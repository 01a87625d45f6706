"""Scenes in which something is not there yet: a permission, an object; it comes, and helps."""

from __future__ import annotations

import json

from bunsui_core.adapters.emulator import templates
from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.blueprint import Blueprint, Part, call, chain, named, reads
from bunsui_core.adapters.emulator.scenes.later import put_later
from bunsui_core.adapters.emulator.scenes.scene import Scene
from bunsui_core.adapters.emulator.scenes.small import SmallPlay, dice, lines
from bunsui_core.domain.approval import Answer
from bunsui_core.domain.demo import End
from bunsui_core.domain.diagnosis import Category
from bunsui_core.domain.session import SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode, Ruling

_GRANT = "read-source"
_STATE = "ReadSource"


class MissingPermission(SmallPlay):
    """A function's role may not read the object; someone grants it."""

    def __init__(self, seed: int) -> None:
        chance = dice(seed, "missing-permission")
        self._file = lines(chance)
        self._folder = chance.choice(("salaries", "ledgers", "claims"))
        first, then = chance.choice((("read", "rank"), ("load", "sort"), ("open", "copy")))
        name = named("payroll", seed)
        scene = Scene(
            name="missing-permission",
            story=f"The role of {first} lacks s3:GetObject: every rerun is hopeless until someone "
            "grants it; what the role may do is compared, and a redrive recovers.",
            pipeline=name,
            end=End(
                status=SessionStatus.SUCCEEDED,
                mode=Mode.REDRIVE,
                category=Category.PERMISSION,
                ruling=Ruling.SAFE,
                state=_STATE,
            ),
            failing=first,
            answer=Answer.APPROVE,
        )
        super().__init__(scene, _reading(name, (first, then)))

    def prepare(self, account: Account, run_id: str) -> None:
        """Put the object in its place, and take the grant away."""
        self.put(account, f"{self._folder}/{run_id}.csv", self._file)
        roles = account.roles
        try:
            roles.delete_role_policy(RoleName=self._role(account), PolicyName=_GRANT)
        except roles.exceptions.NoSuchEntityException:
            return

    def given(self, run_id: str) -> Json:
        """Return where the object is."""
        return {"source": self.blueprint.url(f"{self._folder}/{run_id}.csv")}

    def meanwhile(self, account: Account, run_id: str) -> str:
        """Grant what is missing."""
        role = self._role(account)
        account.roles.put_role_policy(
            RoleName=role,
            PolicyName=_GRANT,
            PolicyDocument=json.dumps(templates.policy(reads(self.blueprint.bucket))),
        )
        return "someone grants s3:GetObject to the function's role"

    def _role(self, account: Account) -> str:
        name = self.blueprint.function("count_lines")
        found = account.functions.get_function_configuration(FunctionName=name)
        return found["Role"].rsplit("/", 1)[-1]


class MissingObject(SmallPlay):
    """A partner's file is late; it arrives."""

    def __init__(self, seed: int) -> None:
        chance = dice(seed, "missing-object")
        self._file = lines(chance)
        self._partner = chance.choice(("north", "harbour", "alpine"))
        first, then = chance.choice((("receive", "settle"), ("import", "match"), ("take", "book")))
        name = named("settlement", seed)
        scene = Scene(
            name="missing-object",
            story=f"The file that {first} reads is not there yet; it arrives, and a redrive "
            "recovers.",
            pipeline=name,
            end=End(
                status=SessionStatus.SUCCEEDED,
                mode=Mode.REDRIVE,
                category=Category.MISSING_RESOURCE,
                ruling=Ruling.SAFE,
                state=_STATE,
            ),
            failing=first,
            answer=Answer.APPROVE,
            later="a proposal will be able to wait for the object by itself",
        )
        super().__init__(scene, _reading(name, (first, then), reads(f"bunsui-{name}")))

    def given(self, run_id: str) -> Json:
        """Return where the object is to be."""
        return {"source": self.blueprint.url(self._key(run_id))}

    def meanwhile(self, account: Account, run_id: str) -> str:
        """Let the object arrive."""
        put_later(account, self.blueprint.bucket, self._key(run_id), self._file)
        return f"{self._key(run_id)} arrives"

    def _key(self, run_id: str) -> str:
        return f"{self._partner}/{run_id}.csv"


def plays(seed: int) -> tuple[SmallPlay, ...]:
    """Return the plays of a seed."""
    return (MissingPermission(seed), MissingObject(seed))


def _reading(name: str, jobs: tuple[str, str], allowed: tuple[Json, ...] = ()) -> Blueprint:
    """Two jobs that read one object, one after the other."""
    first, then = jobs
    task = call("count_lines", {"source.$": "$.input.source"})
    return Blueprint(
        name=name,
        parts=(
            Part(first, chain((_STATE, task))),
            Part(then, chain(("CountLines", task)), (first,)),
        ),
        functions={"count_lines": {}},
        allowed=allowed,
    )

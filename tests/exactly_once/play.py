"""Play a script with a trouble at one point of it, recover, and judge what came of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from bunsui_core.app.execute import execute
from bunsui_core.app.lease import LEASE, Turn
from bunsui_core.app.perform import Hands
from bunsui_core.domain.approval import Effect, EffectState, Request
from bunsui_core.domain.door import with_entry
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.joining import address
from bunsui_core.domain.plan import EnterJob, Place, RestartJob
from bunsui_core.ports.control import Control
from bunsui_core.ports.observe import Seeing
from tests.builders import ACCOUNT, INPUT, REGION, execution, later, machine
from tests.exactly_once.ground import Ground
from tests.exactly_once.scripts import Script
from tests.exactly_once.world import WatchedSessions, World, is_of_session
from tests.fakes import (
    Clock,
    Crash,
    FakeExecution,
    FakeInventory,
    FakePayloads,
    SilentLogs,
)
from tests.unit.rerun_kit import HISTORY, ORDERS

BEGIN = later(minutes=6)
HOME = Place(environment="local", account=ACCOUNT, region=REGION)
NEVER = 10**6
EARLY = frozenset({("claim", "before"), ("claim", "after")})
"""The moments before anything was compared with the world."""

Moment: TypeAlias = tuple[str, str]
Act: TypeAlias = Callable[["Play"], None]


class Tap:
    """Lets a trouble happen before or after the n-th call that changes something."""

    def __init__(self, play: Play, at: int, is_after: bool, act: Act) -> None:
        self._play, self._act = play, act
        self._left, self._is_after = at, is_after
        self.passed: list[str] = []
        self.moment: Moment | None = None

    def passing(self, name: str, call: Callable[[], object]) -> object:
        """Make a call, with the trouble around it when it is its turn."""
        self.passed.append(name)
        self._left -= 1
        is_mine = self._left == 0
        if is_mine and not self._is_after:
            self.moment = (name, "before")
            self._act(self._play)
        answer = call()
        if is_mine and self._is_after:
            self.moment = (name, "after")
            self._act(self._play)
        return answer


class Tapped:
    """A port of which each call that changes something passes a tap."""

    def __init__(self, port: object, tap: Tap, names: dict[str, str]) -> None:
        self._port, self._tap, self._names = port, tap, names

    def __getattr__(self, name: str) -> object:
        method = getattr(self._port, name)
        if name not in self._names:
            return method
        told = self._names[name]
        if name == "redrive":
            return lambda *given: self._redrive(method, *given)
        return lambda *given: self._tap.passing(_told(told, given), lambda: method(*given))

    def _redrive(
        self, method: Callable[..., object], arn: str, token: str, may_leave: Callable[[], None]
    ) -> object:
        def leaving() -> None:
            may_leave()
            self._tap.passing("flight", lambda: None)

        return self._tap.passing("call", lambda: method(arn, token, leaving))


def _told(name: str, given: tuple[object, ...]) -> str:
    """The name of a call; a record of an intent has one of its own."""
    is_intent = name == "record" and getattr(given[1], "state", "") == "INTENDED"
    return "intent" if is_intent else name


EFFECTS = {one: one for one in ("claim", "record", "finish", "pause", "renew")}
RUNNER = {"start": "call", "redrive": "call", "stop": "call"}
SESSIONS = {"save": "save"}


@dataclass
class Play:
    """One request, approved, over a store, and a world and a clock of its own."""

    ground: Ground
    script: Script
    request: Request
    world: World
    inventory: FakeInventory
    sessions: WatchedSessions
    clock: Clock
    executors: int = 0

    @property
    def token(self) -> str:
        """What the step is known by."""
        return f"{self.request.id}-1"

    @property
    def arn(self) -> str:
        """The execution that failed, or runs."""
        return execution("extract", session_id=self.script.step.session_id)

    @property
    def next_arn(self) -> str:
        """The execution that a restart or an entry makes."""
        step = self.script.step
        assert isinstance(step, RestartJob | EnterJob)
        return address(machine("extract"), step.execution_name)

    @property
    def effect(self) -> Effect | None:
        """What is recorded."""
        return self.ground.home.requests.effect(self.request.id)

    @property
    def ours(self) -> int:
        """How often something of ours was done for the request."""
        if is_of_session(self.script.step):
            return self.sessions.marks.count(self.token)
        return len(self.world.effects)

    def hands(self, tap: Tap | None = None) -> Hands:
        """What an executor holds, whose calls pass a tap if there is one."""
        home = self.ground.home
        effects: object = home.effects
        runner: object = self.world
        sessions: object = self.sessions
        if tap:
            effects = Tapped(home.effects, tap, EFFECTS)
            runner = Tapped(self.world, tap, RUNNER)
            sessions = Tapped(self.sessions, tap, SESSIONS)
        control = Control(
            effects=effects,  # type: ignore[arg-type]  # by __getattr__
            runner=runner,  # type: ignore[arg-type]  # by __getattr__
            payloads=FakePayloads(),
            keys=self.ground.keys,
            audit=home.audit,
        )
        seeing = Seeing(self.world, SilentLogs(), self.inventory)
        return Hands(self.ground.store(sessions), seeing, control, HOME)

    def execute(self, tap: Tap | None = None) -> EffectState | None:
        """Let one more executor have its turn."""
        self.executors += 1
        began = self.clock.now
        turn = Turn(f"worker-{self.executors}", began, lambda: self.clock.now - began)
        return execute(self.request, self.hands(tap), turn)

    def try_execute(self, tap: Tap | None = None) -> None:
        """Let one more executor have its turn, however it ends."""
        with contextlib.suppress(Crash, BunsuiError):
            self.execute(tap)

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.clock.now += timedelta(**span)

    def recover(self) -> None:
        """Let leases run out and others take over, until nothing more is done."""
        for _ in range(3):
            if (effect := self.effect) and effect.state.is_final:
                return
            self.wait(seconds=LEASE.total_seconds() + 1)
            self.try_execute()


def entered_inventory() -> FakeInventory:
    """The machine of the job, which can be entered, and the function that it calls."""
    inventory = FakeInventory()
    inventory.definitions[machine("extract")] = with_entry(ORDERS)
    inventory.codes["orders-write"] = "code-1"
    return inventory


def play(ground: Ground, script: Script) -> Play:
    """Set a script up, with a decision that is good."""
    mine = ground.next(script)
    clock = Clock(BEGIN)
    sessions, world = WatchedSessions(ground.home.sessions), World(clock)
    made = Play(ground, mine, mine.request, world, entered_inventory(), sessions, clock)
    if mine.session:
        sessions.save(mine.session)
    sessions.watched[mine.step.session_id] = (made.token, mine.step)
    world.told[made.arn] = HISTORY
    if mine.step.kind in ("redrive", "restart", "enter_at", "mark_done"):
        world.add_failed(made.arn, INPUT)
    elif mine.session:
        world.executions[made.arn] = FakeExecution(made.arn, INPUT)
    return made

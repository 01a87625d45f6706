"""The demo's stage: the embedded AWS, an approver's key, a worker and the agent, all at work."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.deployment import deploy
from bunsui_core.adapters.emulator.launcher import up
from bunsui_core.adapters.emulator.record import Credentials, LocalServer
from bunsui_core.adapters.emulator.scenes.play import Play
from bunsui_core.adapters.emulator.scenes.scene import Staged
from bunsui_core.app.decide import Signing
from bunsui_core.desk.operator import OperatorDesk
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.approval import Answer, Request
from bunsui_core.domain.errors import Refused, Unavailable
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.plan import StartSession
from bunsui_core.domain.session import Session
from bunsui_core.domain.trust import Approver
from bunsui_core.ports.store import Store
from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import operator_desk
from bunsui_core.wiring.rehearsal import AGENT, Rehearsal
from bunsui_core.wiring.worker import worker
from bunsui_core.wiring.written import written
from bunsui_core.worker import Pauses

APPROVER = "demo"
PASSPHRASE = "water"
"""The demo key's passphrase, shown on the screen: the key is marked and refused elsewhere."""

PATIENCE = 180.0
"""Seconds until scenes that do not come to their ends are given up."""

PAUSE = 0.05

WAIT_SCALE = 0.1
"""How long a Retry of the demo's machines pauses, as a share of what its definition says."""

_NOBODY = Credentials(access_key_id="", secret_access_key="")
_QUICK = Pauses(busy=0.05, idle=0.1, blind=1.0)
_NEWEST = 200
"""Sessions that one look covers; a demo has fewer."""

Narrate = Callable[[str], None]


@dataclass(frozen=True)
class Stage:
    """Everything the plays need, running."""

    settings: Settings
    account: Account
    desk: OperatorDesk
    rehearsal: Rehearsal
    store: Store

    def deploy(self, plays: tuple[Play, ...]) -> tuple[Pipeline, ...]:
        """Bring the pipelines of these plays, and no others, to the embedded AWS.

        Raises: Unavailable.
        """
        by_name = {play.scene.pipeline: play for play in plays}
        stacks = deploy(self.account, {name: play.template() for name, play in by_name.items()})
        made = tuple(play.pipeline(stacks[name]) for name, play in by_name.items())
        for pipeline in made:
            self.store.pipelines.put(pipeline)
        return made

    def start(self, play: Play, staged: Staged) -> str:
        """Start a session for a play, through a plan that the demo key approves; return its id."""
        scene = play.scene
        asked = self.desk.start(
            scene.pipeline, staged.session_input, f"scene {scene.name} of the demo"
        ).request
        self.decide(asked, Answer.APPROVE, "a scene of the demo")
        step = asked.plan.steps[0]
        if not isinstance(step, StartSession):
            raise Refused(f"request {asked.id} starts no session.", "Start the demo anew.")
        return step.session_id

    def decide(self, asked: Request, answer: Answer, reason: str) -> None:
        """Review a request and answer it with the demo key."""
        review = self.desk.review(asked.id)
        signing = Signing(approver=APPROVER, passphrase=PASSPHRASE)
        self.desk.decide(review, answer, signing, reason, review.typed_code)

    def asked(self, most: int) -> tuple[Request, ...]:
        """Return what of the newest requests is the scripted agent's."""
        newest = self.store.requests.newest(most)
        return tuple(one for one in newest if one.plan.requester == f"agent:{AGENT}")

    def resting(self, most: int = _NEWEST) -> frozenset[str]:
        """Return the ids of those of the newest sessions in which nothing moves any more."""
        page = self.store.sessions.page(SessionFilter(), most, "")
        rests = (line for line in page.items if not line.status.is_open)
        return frozenset(line.session_id for line in rests)

    def explained(self, session_ids: tuple[str, ...]) -> bool:
        """Whether every failed job of these sessions has its diagnosis."""
        sessions = map(self.store.sessions.get, session_ids)
        return all(
            self.store.diagnoses.get(session.id, job)
            for session in sessions
            for job in session.failed_jobs
        )

    def settled(self, session_id: str) -> Session:
        """Wait until nothing of a session moves any more. Raises: Unavailable when it does not."""
        deadline = time.monotonic() + PATIENCE
        while session_id not in self.resting():
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"session {session_id} did not settle within {PATIENCE:.0f} s.",
                    f"Look at {self.settings.home / 'local' / 'server.log'}.",
                )
            time.sleep(PAUSE)
        return self.store.sessions.get(session_id)


@contextmanager
def open_stage(settings: Settings, narrate: Narrate, waits: bool) -> Iterator[Stage]:
    """Give the stage, and stop worker and agent at the end; the agent `waits` for the human or not.

    The embedded AWS ends with this process, also when it becomes another program.
    Raises: Unavailable, Refused when this home has approvers of its own.
    """
    if settings.is_shared:  # the store is in the embedded AWS
        up(settings.home, watch_pid=os.getpid(), wait_scale=WAIT_SCALE, progress=narrate)
    desk = operator_desk(settings)
    _ensure_demo_key(desk.approvers(), desk.init_approver)
    with ExitStack() as opened:
        # Started first: to be ready takes it as long as all that follows here.
        rehearsal = Rehearsal(settings, waits)
        opened.callback(rehearsal.stop)
        threading.Thread(target=_load_sdk, name="bunsui-load-sdk").start()
        server = up(settings.home, watch_pid=os.getpid(), wait_scale=WAIT_SCALE, progress=narrate)
        narrate(f"the embedded AWS answers at {server.url}")
        account = opened.enter_context(_account_of(settings, server))
        opened.enter_context(_worker_at_work(settings))
        yield Stage(settings, account, desk, rehearsal, written(settings, "approver").store)


def _load_sdk() -> None:
    """Load while the embedded AWS starts what is needed as soon as it answers."""
    from bunsui_core.adapters.emulator import access

    access.session(_NOBODY)


def _account_of(settings: Settings, server: LocalServer) -> Account:
    # Deferred: it loads boto3.
    from bunsui_core.adapters.emulator.actors import credentials

    return Account(server, credentials(settings.home, "root"))


@contextmanager
def _worker_at_work(settings: Settings) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(
        target=worker(settings).run, args=(stop, _QUICK), name="bunsui-worker"
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _ensure_demo_key(known: tuple[Approver, ...], make: Callable[..., Approver]) -> None:
    if any(approver.is_demo for approver in known):
        return
    if known:
        raise Refused(
            "this home has approvers of its own; the demo signs with a demo key only.",
            "Set BUNSUI_HOME to an empty folder and run the demo there.",
        )
    make(APPROVER, PASSPHRASE, True)

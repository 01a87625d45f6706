"""The demo's stage: the embedded AWS with its pipelines, an approver's key and a worker at work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from bunsui_core.adapters.emulator.account import Account
from bunsui_core.adapters.emulator.actors import credentials
from bunsui_core.adapters.emulator.deployment import deploy
from bunsui_core.adapters.emulator.launcher import up
from bunsui_core.adapters.emulator.scenes.play import Play
from bunsui_core.adapters.emulator.scenes.scene import Staged
from bunsui_core.adapters.local.store import LocalPipelines
from bunsui_core.app.decide import Signing
from bunsui_core.domain.approval import Answer, Approval
from bunsui_core.domain.errors import NotFound, Refused, Unavailable
from bunsui_core.domain.plan import StartSession
from bunsui_core.domain.session import Session, SessionStatus
from bunsui_core.domain.trust import Approver
from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import operator_desk, writer
from bunsui_core.wiring.worker import worker

APPROVER = "demo"
PASSPHRASE = "water"
"""The demo key's passphrase, shown on the screen: the key is marked and refused elsewhere."""

PATIENCE = 120.0
"""Seconds until a scene that does not settle is given up."""

PAUSE = 0.05

Narrate = Callable[[str], None]


class Stage:
    """Everything the plays need, running. Close it to stop the worker."""

    def __init__(
        self, settings: Settings, plays: tuple[Play, ...], narrate: Narrate, watch_pid: int
    ) -> None:
        self.settings = settings
        self.server = up(settings.home, watch_pid=watch_pid, progress=narrate)
        narrate(f"the embedded AWS answers at {self.server.url}")
        self.desk = operator_desk(settings)
        _ensure_demo_key(self.desk.approvers(), self.desk.init_approver)
        self.account = Account(self.server, credentials(settings.home, "root"))
        self._deploy(plays, narrate)
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=worker(settings).run, args=(self._stop,), name="bunsui-worker"
        )
        self._thread.start()

    def start(self, play: Play, staged: Staged) -> str:
        """Start a session for a play, through a plan that the demo key approves; return its id."""
        scene = play.scene
        asked = self.desk.start(
            scene.pipeline, staged.session_input, f"scene {scene.name} of the demo"
        )
        self.decide(asked, Answer.APPROVE, "a scene of the demo")
        step = asked.request.plan.steps[0]
        if not isinstance(step, StartSession):
            raise Refused(f"request {asked.request.id} starts no session.", "Start the demo anew.")
        return step.session_id

    def decide(self, asked: Approval, answer: Answer, reason: str) -> Approval:
        """Review a request and answer it with the demo key."""
        review = self.desk.review(asked.request.id)
        signing = Signing(approver=APPROVER, passphrase=PASSPHRASE)
        return self.desk.decide(review, answer, signing, reason, review.typed_code)

    def settled(self, session_id: str) -> Session:
        """Wait until nothing of a session moves any more. Raises: Unavailable when it does not."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            session = self._find(session_id)
            if session and session.status is not SessionStatus.RUNNING:
                return session
            self._stop.wait(PAUSE)
        raise Unavailable(
            f"session {session_id} did not settle within {PATIENCE:.0f} s.",
            f"Look at {self.settings.home / 'local' / 'server.log'}.",
        )

    def close(self) -> None:
        """Stop the worker and wait for its end."""
        self._stop.set()
        self._thread.join()
        self.account.close()

    def _deploy(self, plays: tuple[Play, ...], narrate: Narrate) -> None:
        """Bring the pipelines of these plays, and no others, to the embedded AWS."""
        by_name = {play.scene.pipeline: play for play in plays}
        stacks = deploy(self.account, {name: play.template() for name, play in by_name.items()})
        known = LocalPipelines(writer(self.settings))
        for name, play in by_name.items():
            made = play.pipeline(stacks[name])
            known.put(made)
            narrate(f"deployed pipeline {name}: {' → '.join(made.order)}")

    def _find(self, session_id: str) -> Session | None:
        try:
            return self.desk.session(session_id).session
        except NotFound:
            return None


def _ensure_demo_key(known: tuple[Approver, ...], make: Callable[..., Approver]) -> None:
    if any(approver.is_demo for approver in known):
        return
    if known:
        raise Refused(
            "this home has approvers of its own; the demo signs with a demo key only.",
            "Set BUNSUI_HOME to an empty folder and run the demo there.",
        )
    make(APPROVER, PASSPHRASE, True)

"""The only place that calls a desk: always in a thread, and every answer is a message."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from datetime import datetime

from textual.app import App
from textual.message import Message

from bunsui_core.domain.answer import Analysis, Proposals
from bunsui_core.domain.errors import BunsuiError
from bunsui_core.domain.group import GroupBy
from bunsui_core.log import events
from bunsui_tui.asking import controlled, requested, storm_ways, ways
from bunsui_tui.asks import AskGiven, ControlRead, StormsRead, StormWaysRead, WaysRead
from bunsui_tui.board import LOGS, TIMELINE, Overview, Tail
from bunsui_tui.catalog import catalog
from bunsui_tui.ground import Ground, Opened
from bunsui_tui.messages import (
    CatalogRead,
    GroupsRead,
    ListRead,
    LogsRead,
    OverviewRead,
    ReviewRead,
    RunsRead,
    SessionExplained,
    SessionRead,
    TailRead,
    TimelineRead,
    Troubled,
)
from bunsui_tui.needs import Desk
from bunsui_tui.query import Query
from bunsui_tui.reader import ListReader, Wish
from bunsui_tui.runs import RunsReader
from bunsui_tui.sentences import sentence_of
from bunsui_tui.signing import AnswerGiven, UnlockGiven, answered, unlocked
from bunsui_tui.tailing import tail
from bunsui_tui.wishes import Causes, ControlWish, RerunWish, StormWish

TRY_AGAIN_S = 10.0
"""Seconds until an explanation that could not be had is tried again."""

AWS, STORE, LIST, SESSION = "aws", "store", "list", "session"
PIPELINES, RUNS, GROUPS = "pipelines", "runs", "groups"
REVIEW, DECISION, UNLOCK, WORKER = "review", "decision", "unlock", "worker"
PREVIEW, ASK = "preview", "ask"
"""What a trouble is about; the next success about the same takes it off the screen."""


class Workers:
    """Calls the desk for the app; a call that is still under way is not made twice."""

    def __init__(self, app: App[None], ground: Ground, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._clock = clock
        self._open_groups = Opened(ground.open_groups)
        self._open_desk = Opened(ground.open_desk)
        self._reader = ListReader(ground.lists)
        self._runs_reader = RunsReader()
        self._check = ground.check
        self._busy: set[str] = set()
        self._storm_wish: StormWish | None = None
        self._explained: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()
        self._log = events("tui")

    @property
    def _desk(self) -> Desk:
        """The desk, which a thread of ours opens and nobody waits for."""
        return self._open_desk()

    def check(self) -> None:
        """See whether AWS can be reached."""
        self._begin(AWS, AWS, self._check)

    def record(self, error: BaseException | None) -> None:
        """Write what broke the screen to the log."""
        self._log.error("screen_broken", exc_info=error)

    def overview(self) -> None:
        """Read who asks for what and how old the store is."""
        self._begin(STORE, STORE, lambda: self._post(OverviewRead(self._overview())))

    def sessions(self, wish: Wish) -> None:
        """Read a part of the list of sessions."""
        key = f"{LIST} {wish.query.text} {wish.pages} {wish.sought} {wish.waiting}"
        self._begin(key, LIST, lambda: self._post(ListRead(self._reader.read(wish))))

    def list_rests(self, query: str) -> bool:
        """Whether the list need not be read again yet, for that takes long."""
        return self._reader.is_resting(query)

    def groups(self, query: Query, by: GroupBy) -> None:
        """Group the sessions that a query wants."""
        key = f"{GROUPS} {by} {query.text}"
        self._begin(key, GROUPS, lambda: self._post(self._grouped(query, by)))

    def _grouped(self, query: Query, by: GroupBy) -> GroupsRead:
        return GroupsRead(query.text, self._open_groups().of(query.wanted, by))

    def runs(self, pipelines: frozenset[str]) -> None:
        """Read the last runs of pipelines."""
        self._begin(RUNS, RUNS, lambda: self._runs(pipelines))

    def _runs(self, pipelines: frozenset[str]) -> None:
        if runs := self._runs_reader.read(pipelines, self._desk):
            self._post(RunsRead(runs))

    def session(self, session_id: str) -> None:
        """Read a session, and explain it when it changed since it was explained."""
        self._begin(f"{SESSION} {session_id}", SESSION, lambda: self._session(session_id))

    def logs(self, session_id: str, job: str) -> None:
        """Read the log of a job's failing operation."""
        self._begin(
            f"{LOGS} {session_id} {job}",
            LOGS,
            lambda: self._post(LogsRead(job, self._desk.logs(session_id, job))),
        )

    def tail(self, session_id: str, job: str, known: Tail | None) -> None:
        """Read the log of a job, or what is new in it."""
        self._begin(
            f"tail {session_id} {job}",
            LOGS,
            lambda: self._post(TailRead(session_id, job, tail(self._desk, session_id, job, known))),
        )

    def timeline(self, session_id: str, job: str) -> None:
        """Read the states of a job's newest execution."""
        self._begin(
            f"{TIMELINE} {session_id} {job}",
            TIMELINE,
            lambda: self._post(TimelineRead(self._desk.timeline(session_id, job))),
        )

    def catalog(self) -> None:
        """Read the pipelines and machines, and how their last runs went."""
        self._begin(PIPELINES, PIPELINES, lambda: self._post(CatalogRead(catalog(self._desk))))

    def review(self, request_id: str) -> None:
        """Prepare the review of a request."""
        self._begin(
            f"{REVIEW} {request_id}",
            REVIEW,
            lambda: self._post(ReviewRead(self._desk.review(request_id))),
        )

    def ways(self, wish: RerunWish) -> None:
        """Judge every mode of a rerun."""
        self._begin(
            f"{PREVIEW} {wish}",
            PREVIEW,
            lambda: self._post(WaysRead(ways(self._desk, wish, self._clock))),
        )

    def control(self, wish: ControlWish) -> None:
        """Look up what a change of a session would do."""
        self._begin(
            f"{PREVIEW} {wish}",
            PREVIEW,
            lambda: self._post(ControlRead(controlled(self._desk, wish, self._clock))),
        )

    def storms(self) -> None:
        """Group the failed sessions by root cause."""
        self._begin(
            GROUPS,
            GROUPS,
            lambda: self._post(StormsRead(Causes(self._desk.storms(), self._clock()))),
        )

    def storm_ways(self, wish: StormWish) -> None:
        """Plan a storm in every mode; what was wished before is given up."""
        self._storm_wish = wish
        self._begin(f"{PREVIEW} {wish}", PREVIEW, lambda: self._storm_ways(wish))

    def _storm_ways(self, wish: StormWish) -> None:
        for found in storm_ways(self._desk, wish, self._clock):
            if self._storm_wish != wish:
                return
            self._post(StormWaysRead(found))

    def ask(self, given: AskGiven) -> None:
        """Ask for what was previewed."""
        self._begin(ASK, ASK, lambda: self._post(requested(self._desk, given)))

    def decide(self, given: AnswerGiven) -> None:
        """Sign and record an answer, to one request or to each of several."""
        self._begin(DECISION, DECISION, lambda: self._post(answered(self._desk, given)))

    def unlock(self, given: UnlockGiven) -> None:
        """Open a key for some minutes."""
        self._begin(UNLOCK, UNLOCK, lambda: self._post(unlocked(self._desk, given)))

    def lock(self) -> None:
        """Close the key that is open, at once: it takes no time."""
        self._desk.lock()

    def _begin(self, key: str, about: str, call: Callable[[], None]) -> None:
        with self._lock:
            if key in self._busy:
                return
            self._busy.add(key)
        self._app.run_worker(
            lambda: self._answered(key, about, call), thread=True, group=about, exit_on_error=False
        )

    def _answered(self, key: str, about: str, call: Callable[[], None]) -> None:
        try:
            call()
        except BunsuiError as error:
            self._post(Troubled(about, sentence_of(error)))
        except Exception:
            self._log.exception("desk_call_failed", about=about)
            self._post(Troubled(about, "this went wrong inside bunsui; the log file says where."))
        else:
            self._post(Troubled(about, ""))
        finally:
            with self._lock:
                self._busy.discard(key)

    def _post(self, message: Message) -> None:
        if self._app.is_running:
            self._app.post_message(message)

    def _overview(self) -> Overview:
        approvals = self._desk.approvals()
        return Overview(
            approvals=approvals,
            approvers=self._desk.mine(),
            freshness=self._desk.freshness(),
            kin=self._desk.alike(approvals),
            unlocked=self._desk.unlocked(),
        )

    def _session(self, session_id: str) -> None:
        view = self._desk.session(session_id)
        self._post(SessionRead(view))
        version, again_at = self._explained.get(session_id, (-1, 0.0))
        if version != view.session.version or time.monotonic() >= again_at:
            explained = self._explain(session_id, view.session.failed_jobs)
            again_at = time.monotonic() + TRY_AGAIN_S if explained.trouble else math.inf
            self._explained[session_id] = (view.session.version, again_at)
            self._post(explained)

    def _explain(self, session_id: str, failed: tuple[str, ...]) -> SessionExplained:
        analysis: Analysis | None = None
        proposals: dict[str, Proposals] = {}
        trouble = ""
        try:
            if failed:
                analysis = self._desk.analyze(session_id)
            for job in failed:
                proposals[job] = self._desk.propose(session_id, job)
        except BunsuiError as error:
            trouble = sentence_of(error)
        return SessionExplained(session_id, analysis, proposals, trouble)

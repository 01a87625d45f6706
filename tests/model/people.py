"""What humans do to a session through bunsui, and strangers beside it."""

from __future__ import annotations

import random

from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.controlling import controlled, require_control
from bunsui_core.domain.eligible import require_mode, require_rerun
from bunsui_core.domain.errors import BunsuiError, Conflict
from bunsui_core.domain.joining import execution_name
from bunsui_core.domain.plan import Control, ControlSession, MarkDone
from bunsui_core.domain.recovery import Wanted
from bunsui_core.domain.rerun import marked, next_number, redriven, restarted
from bunsui_core.domain.session import Attempt, JobStatus, Session, Wish
from bunsui_core.domain.verdict import Mode
from tests.builders import a_redrive, a_restart, machine
from tests.model.keeping import Keeping
from tests.model.world import World

EDITED = '{"edited":true}'
TOKEN = "token"
MODES = (Mode.REDRIVE, Mode.RESTART, Mode.MARK_DONE)


class People:
    """Act as bunsui's executor does: check, call, store under whatever version there is."""

    def __init__(self, world: World, keeping: Keeping, session_id: str) -> None:
        self._world = world
        self._keeping = keeping
        self._id = session_id
        self.strange: set[str] = set()

    def control(self, action: Control) -> None:
        """Pause, unpause or cancel, if that makes sense now."""
        while True:
            session = self._keeping.get(self._id)
            step = ControlSession(session_id=self._id, action=action, expect_status=session.status)
            try:
                require_control(session, action)
                self._keeping.save(controlled(session, step, self._world.now))
            except Conflict:
                continue
            except BunsuiError:
                return
            return

    def rerun(self, job: str, mode: Mode, downstream: bool, edited: bool = False) -> bool:
        """Run a job again in a mode, if that is possible; whether it was."""
        session = self._keeping.get(self._id)
        output = EDITED if mode is Mode.MARK_DONE else None
        wanted = Wanted(mode=mode, downstream=downstream, output=output)
        try:
            require_rerun(session, job, wanted)
            require_mode(session, job, mode, wanted)
        except BunsuiError:
            return False
        run = session.run(job)
        assert run
        assert run.last
        match mode:
            case Mode.REDRIVE:
                self._redrive(job, run.last, downstream)
            case Mode.MARK_DONE:
                self._mark(job, run.last, downstream)
            case _:
                self._restart(session, job, run.last, downstream, edited)
        return True

    def act(self, rng: random.Random) -> None:
        """Do anything that a human may do."""
        if rng.random() < 0.5:
            self.control(rng.choice((Control.PAUSE, Control.UNPAUSE, Control.UNPAUSE)))
        elif rng.random() < 0.1:
            self.control(Control.CANCEL)
        else:
            session = self._keeping.get(self._id)
            jobs = session.failed_jobs or session.pipeline.order
            mode, edited = rng.choice(MODES), rng.random() < 0.3
            self.rerun(rng.choice(jobs), mode, rng.random() < 0.5, edited)

    def meddle(self, rng: random.Random) -> None:
        """Do in the console what a stranger may do: stop what runs, redrive what failed last."""
        session = self._keeping.get(self._id)
        runs = [run.last for run in session.runs if run.last and run.last.execution_arn]
        if not runs or session.wish is Wish.CANCEL:
            return
        one = self._world.executions[rng.choice(runs).execution_arn]
        if one.now.status is JobStatus.RUNNING:
            self._world.stop(one.arn, "a stranger")
        elif one.now.status.is_failure:
            self.strange.add(one.arn)
            self._world.redrive(one.arn, f"stranger-{one.now.redrive_count}")

    def _redrive(self, job: str, last: Attempt, downstream: bool) -> None:
        expect = a_redrive().expect.model_copy(update={"redrive_count": last.redrive_count})
        step = a_redrive(
            session_id=self._id,
            job=job,
            execution_arn=last.execution_arn,
            expect=expect,
            downstream=downstream,
        )
        execution = self._world.executions[last.execution_arn]
        if execution.now.redrive_count != last.redrive_count:
            return
        self._world.redrive(last.execution_arn, f"{TOKEN}-{last.redrive_count}")
        while True:
            session = self._keeping.get(self._id)
            now = session.run(job)
            assert now
            assert now.last
            if now.last.number != last.number or now.last.redrive_count > last.redrive_count:
                return
            if self._saved(redriven(session, step, self._world.now)):
                return

    def _mark(self, job: str, last: Attempt, downstream: bool) -> None:
        step = MarkDone(
            session_id=self._id,
            job=job,
            machine=machine(job),
            failed_execution_arn=last.execution_arn,
            attempt=last.number + 1,
            output_digest=json_digest(EDITED),
            expect=a_redrive().expect,
            downstream=downstream,
        )
        while True:
            session = self._keeping.get(self._id)
            if next_number(session, job) != step.attempt:
                return
            if self._saved(marked(session, step, EDITED, self._world.now)):
                return

    def _restart(
        self, session: Session, job: str, last: Attempt, downstream: bool, edited: bool
    ) -> None:
        text = EDITED if edited else last.input
        name = execution_name(self._id, job, last.number + 1)
        step = a_restart(
            session_id=self._id,
            job=job,
            attempt=last.number + 1,
            execution_name=name,
            input_digest=json_digest(text),
            input_edited=edited,
            downstream=downstream,
        )
        self._world.by_humans.add(name)
        arn = self._world.start(session.pipeline.job(job).machine, name, text).execution_arn
        while True:
            session = self._keeping.get(self._id)
            if next_number(session, job) != step.attempt:
                return
            if self._saved(restarted(session, step, text, arn, self._world.now)):
                return

    def _saved(self, session: Session) -> bool:
        try:
            self._keeping.save(session)
        except Conflict:
            return False
        return True

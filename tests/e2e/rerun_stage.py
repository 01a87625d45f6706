"""A pipeline on the embedded AWS of this process, run again through plan, decision and executor."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from bunsui_core.adapters.aws.executions import event_of
from bunsui_core.adapters.emulator.actors import ensure_actors
from bunsui_core.adapters.emulator.record import Folder
from bunsui_core.adapters.local.control.keys import LocalKeys
from bunsui_core.app.decide import Signing
from bunsui_core.desk.operator import OperatorDesk
from bunsui_core.domain.approval import Answer, Approval, ApprovalStatus
from bunsui_core.domain.pipeline import Job, Pipeline
from bunsui_core.domain.preview import Preview
from bunsui_core.domain.recovery import Proposal
from bunsui_core.domain.session import JobStatus, Session, SessionStatus
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode
from bunsui_core.domain.walk import states_run
from bunsui_core.ports.store import Store
from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import operator_desk, writer
from bunsui_core.wiring.store import store
from bunsui_core.wiring.worker import worker
from tests.e2e.rerun_machines import DOING, SOME_BUCKET, Made, text_of
from tests.emulator.embedded import Embedded, packed
from tests.local_home import light_signers

PATIENCE = 60.0
HUMAN = Signing(approver="hanako", passphrase="three quiet rivers")


@dataclass(frozen=True)
class Reran:
    """What was shown before a rerun, and what the session is after it."""

    proposal: Proposal
    approval: Approval
    before: Session
    after: Session

    @property
    def preview(self) -> Preview:
        """What was shown to the human who approved it."""
        return self.proposal.preview


class RerunStage:
    """The embedded AWS, a human at a desk, and a worker that makes a round when it is told."""

    def __init__(self, aws: Embedded, settings: Settings) -> None:
        self.aws = aws
        self.settings = settings
        self.bucket = self.named("objects")
        connection = writer(settings)
        LocalKeys(connection, light_signers(settings.keys_path)).create(
            HUMAN.approver, HUMAN.passphrase, False, self.desk.live().as_of
        )
        self.store: Store = store(settings, connection)
        self.worker = worker(settings)
        aws.s3().create_bucket(Bucket=self.bucket)

    @cached_property
    def desk(self) -> OperatorDesk:
        """The human's desk."""
        return operator_desk(self.settings)

    def named(self, name: str) -> str:
        """A name for something in AWS that no other stage takes."""
        return f"{self.settings.home.name}-{name}"

    def pipeline(self, name: str, jobs: Mapping[str, Made]) -> Pipeline:
        """Bring machines to the embedded AWS and their pipeline to the store."""
        made = Pipeline(
            name=name,
            jobs=tuple(
                Job(
                    name=job,
                    machine=self.aws.machine(self.named(f"{name}-{job}"), text_of(one)),
                    after=one.after,
                    effect=one.effect,
                    enters=one.enters,
                )
                for job, one in jobs.items()
            ),
        )
        self.store.pipelines.put(made)
        return made

    def deploy(self, machine: str, made: Made) -> None:
        """Give a machine another definition."""
        self.aws.states().update_state_machine(
            stateMachineArn=machine, definition=json.dumps(text_of(made))
        )

    def function(self, name: str, code: str = DOING) -> str:
        """Make a function that does something, and return its ARN."""
        return self.aws.function(self.named(name), code.replace(SOME_BUCKET, self.bucket))

    def release(self, function: str, code: str = DOING) -> None:
        """Give a function other code."""
        own = packed(code.replace(SOME_BUCKET, self.bucket))
        self.aws.functions().update_function_code(FunctionName=function, ZipFile=own)

    def put(self, key: str) -> None:
        """Let an object be there."""
        self.aws.s3().put_object(Bucket=self.bucket, Key=key, Body=b"")

    def did(self, what: str) -> int:
        """How often something was done."""
        listed = self.aws.s3().list_objects_v2(Bucket=self.bucket, Prefix=f"did/{what}/")
        return int(listed["KeyCount"])

    def started(self, pipeline: Pipeline, given: Json) -> str:
        """Start a session, which the human approves; return its id when it has begun."""
        asked = self.desk.start(pipeline.name, json.dumps(given), "the cases of a rerun")
        self.approve(asked.request.id)
        session_id = asked.request.plan.session_id
        self.until(lambda: self._status(asked.request.id).status is ApprovalStatus.DONE)
        return session_id

    def session(self, session_id: str) -> Session:
        """The session as it is stored."""
        return self.store.sessions.get(session_id)

    def settled(self, session_id: str) -> Session:
        """Let the worker work until the session is over."""
        self.until(lambda: not self.session(session_id).status.is_open)
        return self.session(session_id)

    def failed(self, pipeline: Pipeline, given: Json) -> Session:
        """Start a session and let it fail."""
        found = self.settled(self.started(pipeline, given))
        assert found.status is SessionStatus.FAILED
        return found

    def asked(self, session_id: str, job: str, mode: Mode | None, **wanted: str | bool) -> Proposal:
        """What the desk proposes."""
        edited, output = wanted.get("edited_input"), wanted.get("output")
        return self.desk.rerun_from(
            session_id,
            job,
            mode,
            bool(wanted.get("downstream")),
            edited if isinstance(edited, str) else None,
            output if isinstance(output, str) else None,
        )

    def approved(self, proposal: Proposal) -> Reran:
        """Ask for a rerun, approve it, and let the worker execute it."""
        before = self.session(proposal.session_id)
        request_id = self.desk.request(proposal.proposal_id, "it can go on").request.id
        self.approve(request_id)
        self.until(lambda: not self._status(request_id).status.is_open)
        approval = self._status(request_id)
        assert approval.status is ApprovalStatus.DONE, approval
        return Reran(proposal, approval, before, self.session(proposal.session_id))

    def rerun(self, session: Session, job: str, mode: Mode | None, **wanted: str | bool) -> Reran:
        """Run a job of a session again, all the way, and check that what was shown is what ran."""
        reran = self.approved(self.asked(session.id, job, mode, **wanted))
        after = self.settled(session.id)
        found = replace(reran, after=after)
        self.must_be_as_shown(found)
        return found

    def must_be_as_shown(self, reran: Reran) -> None:
        """Check a preview against what AWS recorded of the executions."""
        ran = self._ran(reran)
        shown = {*reran.preview.runs, *reran.preview.follows, *reran.preview.resets}
        assert set(ran) <= shown
        assert {*reran.preview.runs, *reran.preview.resets} <= set(ran)
        for one in reran.preview.jobs:
            states = set(ran.get(one.job, ()))
            assert states <= {*one.certain, *one.possible}, one
            done = reran.after.run(one.job)
            if done and done.status is JobStatus.SUCCEEDED:
                assert {*one.certain} <= states, one
        for reused in reran.preview.reused:
            old, new = reran.before.run(reused.job), reran.after.run(reused.job)
            assert old == new
        assert self.fidelity(reran.approval.request.id) == ""

    def fidelity(self, request_id: str) -> str:
        """What bunsui itself says of how a plan and what then ran differ."""
        self.until(lambda: any(one.request_id == request_id for one in self.store.outcomes.all()))
        (told,) = (one for one in self.store.outcomes.all() if one.request_id == request_id)
        return told.fidelity

    def _ran(self, reran: Reran) -> dict[str, tuple[str, ...]]:
        """The jobs that ran, and which states of them, from the histories."""
        ran: dict[str, tuple[str, ...]] = {}
        for run in reran.after.runs:
            old, last = reran.before.run(run.job), run.last
            if last is None or old == run or not last.execution_arn:
                continue
            same = old is not None and old.last is not None and old.last.number == last.number
            events = self.aws.states().get_execution_history(executionArn=last.execution_arn)
            history = tuple(event_of(event) for event in events["events"])
            redriven = [e.id for e in history if e.type == "ExecutionRedriven"]
            ran[run.job] = states_run(history, redriven[-1] if same and redriven else 0)
        return ran

    def until(self, claim: Callable[[], bool]) -> None:
        """Let the worker make rounds until a claim is true."""
        deadline = time.monotonic() + PATIENCE
        while not claim():
            assert time.monotonic() < deadline, "it did not happen in time"
            self.worker.tick()
            time.sleep(0.02)

    def approve(self, request_id: str) -> None:
        """Review a request as the human does, and approve it."""
        review = self.desk.review(request_id)
        self.desk.decide(review, Answer.APPROVE, HUMAN, "as shown", review.typed_code)

    def _status(self, request_id: str) -> Approval:
        return self.desk.approval(request_id)


@contextmanager
def rerun_stage(inside: Embedded, home: Path) -> Iterator[RerunStage]:
    """A stage in a home of its own, on the embedded AWS of this process: nothing on it waits.

    The actors have their own permissions there, in the account that is every user's first.
    """
    folder = Folder.of(home)
    folder.prepare()
    folder.write_record(inside.server)
    root = Folder.of(inside.home).read_credentials("root")
    assert root is not None
    folder.write_credentials("root", root)
    ensure_actors(inside.server, folder)
    aws = Embedded(inside.server, home)
    with aws.open:
        yield RerunStage(aws, Settings(home=home))
    folder.forget_record()

"""One answer of every command, made of the builders' values."""

from __future__ import annotations

from collections.abc import Mapping

from bunsui_cli.answers import (
    ApprovalList,
    LocalReset,
    LocalState,
    PipelineGraph,
    PipelineList,
    PipelineRuns,
    WorkerStopped,
)
from bunsui_core.app.sweep import EXPRESS
from bunsui_core.domain.answer import (
    Analysis,
    Freshness,
    OperationLogs,
    Proposals,
    SessionPage,
    SessionView,
    Source,
    Totals,
)
from bunsui_core.domain.approval import Approval, fold
from bunsui_core.domain.configuring import Configuration, Initialised, Setting
from bunsui_core.domain.demo import DemoReport, DemoTotals, SceneLine, SceneList, ScenePlayed
from bunsui_core.domain.environment import Environment
from bunsui_core.domain.failure import LogLine
from bunsui_core.domain.freshness import Bound, Feed, Watch
from bunsui_core.domain.health import Check, Checkup, Health, Probed
from bunsui_core.domain.machine import MachineKind, MachineList, WatchedMachine
from bunsui_core.domain.odds import odds
from bunsui_core.domain.preview import Preview
from bunsui_core.domain.recovery import Proposal
from bunsui_core.domain.session import JobStatus, summarize
from bunsui_core.domain.trust import Approver
from bunsui_core.domain.value import Value
from bunsui_core.domain.verdict import Mode, Reason, Ruling, Verdict
from bunsui_core.wiring.environments import shown
from bunsui_core.wiring.estates import policies
from tests.builders import (
    INPUT,
    NOW,
    SESSION_ID,
    a_diagnosis,
    a_pipeline,
    a_plan,
    a_request,
    a_session,
    a_signed_decision,
    an_effect,
    later,
)
from tests.cli.approver_answers import of_approvers
from tests.cli.change_answers import of_changes
from tests.cli.more_answers import of_store, of_storms
from tests.cli.policy_answers import of_policies
from tests.cli.record_answers import of_records
from tests.watched import a_machine

RISKY_ID = "r-risk"
"""A waiting request of high risk; its code is RISK."""

FRESHNESS = Freshness(as_of=later(minutes=2), source=Source.STORE, worker_seen_at=NOW)


def an_approval(reason: str = "the object is there now") -> Approval:
    """A request that Hanako approved and a worker began to execute."""
    request = a_request(reason)
    return fold(request, (a_signed_decision(request),), an_effect(), later(minutes=1))


def a_waiting_approval(reason: str = "the object is there now") -> Approval:
    """A request that nobody has answered."""
    return fold(a_request(reason), (), None, later(minutes=1))


def a_proposal(mode: Mode = Mode.REDRIVE) -> Proposal:
    """A redrive that is judged safe."""
    plan = a_plan()
    return Proposal(
        proposal_id=plan.digest,
        session_id=SESSION_ID,
        job="extract",
        mode=mode,
        verdict=Verdict(
            mode=mode,
            ruling=Ruling.SAFE,
            reasons=(Reason(text="the object exists now", evidence=("event:6",)),),
        ),
        recommended=True,
        odds=odds(a_diagnosis().category, mode, ()),
        preview=Preview(runs=("extract",), follows=("transform", "load"), reused=(), untouched=()),
        plan=plan,
        input=INPUT,
    )


def an_approver(name: str = "hanako") -> Approver:
    """A human with a key of her own."""
    return Approver(name=name, key_id="0" * 16, public_key="00" * 32, is_demo=False, added_at=NOW)


def some_logs(text: str = "reading day.csv") -> OperationLogs:
    """One line of the failing request."""
    return OperationLogs(
        session_id=SESSION_ID,
        job="extract",
        operation="function orders-extract",
        function="orders-extract",
        request_id="7d1f",
        lines=(LogLine(at=NOW, text=text),),
        truncated=True,
        note="",
    )


def a_reset() -> LocalReset:
    """What a reset says of an embedded AWS that ran."""
    return LocalReset(
        removed={"executions": 12, "functions": 3},
        running=True,
        url="http://127.0.0.1:40521",
        store_removed=False,
        sessions=3,
        open_sessions=1,
        waiting_requests=2,
    )


def a_running_aws() -> LocalState:
    """An embedded AWS that runs."""
    return LocalState(
        running=True,
        url="http://127.0.0.1:41873",
        pid=7,
        account="000000000000",
        region="us-east-1",
        version="1.5.33",
        started_at=NOW,
    )


def a_report() -> DemoReport:
    """A demo of one scene, which recovered."""
    scene = ScenePlayed(
        scene="throttled",
        pipeline="orders",
        session_id=SESSION_ID,
        session_ids=(SESSION_ID,),
        first_status="FAILED",
        category="throttling",
        failed_state_path=("Extract",),
        verdicts={"redrive": "SAFE"},
        request_id="r-4f2a",
        decision="approve",
        mode="redrive",
        final_status="SUCCEEDED",
        witness="",
        as_told=True,
        difference="",
        later="",
        seconds=3.25,
    )
    totals = DemoTotals(scenes=1, as_told=1, recovered=1, rejected=0, healthy=0, seconds=3.25)
    return DemoReport(seed=1, pipeline="orders", scenes=(scene,), totals=totals)


def a_scene_list() -> SceneList:
    """A list of one scene."""
    story = "glue throttles publish longer than its own retries: a redrive recovers."
    return SceneList(seed=1, items=(SceneLine(name="throttled", story=story, later=""),))


def a_pipeline_list() -> PipelineList:
    """A list of one pipeline that failed once."""
    runs = PipelineRuns(totals=Totals(failed=1), newest=(summarize(a_session()),))
    return PipelineList(items=(a_pipeline(),), runs={"orders": runs})


def of_settings() -> Mapping[str, Value]:
    """The answers about environments and settings."""
    shop = Environment.model_validate(
        {"account": "123456789012", "region": "eu-west-1", "read_profile": "shop-read"}
    )
    checks = (Check(name="file", health=Health.WARN, found="read by others", next="chmod it"),)
    home = Setting(key="home", value="/h", origin="variable", where="BUNSUI_HOME")
    named = shown("shop", shop, chosen=True)
    return {
        "init": Initialised(name="shop", path="/h/b.toml", environment=named, checks=checks),
        "init-policies": policies(shop),
        "config-show": Configuration(settings=(home,), environments=(named,)),
        "config-check": Checkup(checks=checks),
    }


def of_health() -> Mapping[str, Value]:
    """The answers about what bunsui stands on."""
    return {
        "doctor": Checkup(
            checks=(Check(name="keys", health=Health.WARN, found="no key", next="Make one."),)
        ),
        "doctor-aws": Probed(
            environment="shop",
            account="123456789012",
            region="eu-west-1",
            profile="shop-run",
            has_run=False,
            checks=(Check(name="redrive", health=Health.SKIPPED, found="to do", next="Run it."),),
            left=(),
            policy="{}",
        ),
    }


def some_machines() -> MachineList:
    """A machine that is watched and one that cannot be, and what was measured."""
    bound = Bound(promised_s=25, measured_s=8)
    watch = Watch(
        at=NOW,
        feed=Feed.POLLING,
        own=bound,
        found=bound,
        swept=bound,
        redriven=Bound(promised_s=3600),
        machines=1,
        unwatched=1,
        found_as_of=NOW,
    )
    watched = WatchedMachine(
        machine=a_machine("orders"), since=NOW, read_at=NOW, last_status=JobStatus.FAILED
    )
    express = WatchedMachine(
        machine=a_machine("clicks", MachineKind.EXPRESS), since=NOW, why_not=EXPRESS
    )
    return MachineList(items=(watched, express), watch=watch)


def of_local() -> Mapping[str, Value]:
    """What the embedded AWS says of itself."""
    return {
        "local-up": a_running_aws(),
        "local-down": LocalState(running=False),
        "local-status": LocalState(running=False),
        "local-reset": a_reset(),
    }


def every_answer() -> Mapping[str, Value]:
    """The value of every command's answer by the name that its envelope carries."""
    approval = an_approval()
    return {
        "sessions-list": SessionPage(items=(summarize(a_session()),), total=7, next_cursor="c2"),
        "sessions-search": SessionPage(items=(), total=0, next_cursor="", unsearched=2),
        "sessions-show": SessionView(
            session=a_session(), freshness=FRESHNESS, open_requests=("r-4f2a",)
        ),
        "sessions-logs": some_logs(),
        "sessions-start": approval,
        **of_changes(a_proposal(), approval),
        "pipelines-list": a_pipeline_list(),
        "pipelines-show": a_pipeline(),
        "pipelines-graph": PipelineGraph(pipeline="orders", format="text", text="extract"),
        "machines-list": some_machines(),
        "failures-analyze": Analysis(session_id=SESSION_ID, diagnoses=(a_diagnosis(),), note=""),
        "recovery-propose": Proposals(
            session_id=SESSION_ID,
            job="extract",
            diagnosis=a_diagnosis(),
            proposals=(a_proposal(),),
        ),
        "recovery-request": approval,
        "approvals-list": ApprovalList(items=(approval, a_waiting_approval())),
        **{f"approvals-{verb}": approval for verb in ("show", "approve", "reject", "stop")},
        **of_approvers(an_approver()),
        **of_local(),
        "demo": a_report(),
        "demo-list": a_scene_list(),
        "worker": WorkerStopped(signal="SIGTERM"),
        **of_settings(),
        **of_health(),
        **of_store(),
        **of_storms(approval, a_proposal()),
        **of_records(),
        **of_policies(),
    }

"""An answer on a person's terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Literal

from rich.console import Console, RenderableType
from rich.text import Text

from bunsui_cli.answers import (
    ApprovalList,
    ApproverList,
    Controlled,
    KeyLine,
    LocalReset,
    LocalState,
    PipelineGraph,
    PipelineList,
    Rerun,
    WorkerStopped,
)
from bunsui_cli.envelope import Answer
from bunsui_cli.views import (
    approvals,
    approvers,
    audit,
    config,
    demo,
    failures,
    machine,
    machines,
    pipelines,
    policy,
    previews,
    sessions,
    store,
    storms,
)
from bunsui_cli.views.words import line, moment
from bunsui_cli.where import here
from bunsui_core.domain.answer import (
    Analysis,
    Freshness,
    OperationLogs,
    Proposals,
    SessionPage,
    SessionView,
    Source,
)
from bunsui_core.domain.approval import Approval
from bunsui_core.domain.auditing import AuditPage, Exported, ShownEntry
from bunsui_core.domain.chaining import Verification
from bunsui_core.domain.configuring import Configuration, Initialised, Policies
from bunsui_core.domain.demo import DemoReport, SceneList
from bunsui_core.domain.freshness import said
from bunsui_core.domain.health import WORKER_SILENT, Checkup, Probed
from bunsui_core.domain.machine import MachineList
from bunsui_core.domain.moving import Migrated, Moved, StoreState
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.policy_answers import (
    PolicyChecked,
    PolicyExplained,
    PolicyList,
    PolicyShown,
)
from bunsui_core.domain.storm import Storm, StormProposal, Storms
from bunsui_core.domain.together import Together
from bunsui_core.domain.trust import Approver
from bunsui_core.domain.trust_changing import Loss
from bunsui_core.domain.value import Value


def paint(answer: Answer) -> None:
    """Write the answer to stdout for a person; styles stay out where NO_COLOR is set."""
    out = console()
    if here():
        out.print(line(here()), style="bold")
    for part in parts(answer.data):
        out.print(part)
    if answer.freshness:
        out.print(Text(age(answer.freshness), style="" if answer.freshness.blind else "dim"))


def console() -> Console:
    """Return a console on stdout that takes no text for markup; no style where NO_COLOR is set."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    colours: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
    return Console(color_system=colours, highlight=False, markup=False, emoji=False)


def parts(value: Value) -> Sequence[RenderableType]:
    """Return what a person sees of an answer's value, top down."""
    match value:
        case SessionPage():
            return sessions.page(value)
        case SessionView():
            return sessions.view(value)
        case OperationLogs():
            return sessions.logs(value)
        case Analysis():
            return failures.analysis(value)
        case Proposals():
            return failures.proposals(value)
        case ApprovalList():
            return approvals.listing(value)
        case Approval():
            return approvals.one(value)
        case _:
            return other_parts(value)


def other_parts(value: Value) -> Sequence[RenderableType]:
    """Return what a person sees of the answers that are about this machine."""
    match value:
        case ApproverList() | Approver() | KeyLine() | Loss():
            return approvers.parts(value)
        case LocalState():
            return machine.local(value)
        case LocalReset():
            return machine.reset(value)
        case DemoReport():
            return demo.report(value)
        case SceneList():
            return demo.scenes(value)
        case WorkerStopped():
            return [Text("The worker has stopped.")]
        case _:
            return parts_of_pipelines(value)


def parts_of_pipelines(value: Value) -> Sequence[RenderableType]:
    """Return what a person sees of the answers about pipelines."""
    match value:
        case PipelineList():
            return pipelines.listing(value)
        case Pipeline():
            return pipelines.one(value)
        case PipelineGraph():
            return pipelines.graph(value)
        case _:
            return parts_of_surroundings(value)


def parts_of_surroundings(value: Value) -> Sequence[RenderableType]:
    """Return what a person sees of the answers about what bunsui stands on."""
    match value:
        case Checkup():
            return machine.checkup(value)
        case Probed():
            return machine.probed(value)
        case Configuration():
            return config.configuration(value)
        case Initialised():
            return config.initialised(value)
        case Policies():
            return config.policies(value)
        case MachineList():
            return machines.listing(value)
        case _:
            return parts_of_storms(value)


def parts_of_storms(value: Value) -> Sequence[RenderableType]:
    """Return what a person sees of the answers about storms."""
    match value:
        case Storms():
            return storms.listing(value)
        case Storm():
            return storms.one(value)
        case StormProposal():
            return storms.plan(value)
        case _:
            return parts_of_changes(value)


def parts_of_changes(value: Value) -> Sequence[RenderableType]:
    """Return what a person sees of a change that is previewed, was asked for, or decided."""
    match value:
        case Rerun():
            return previews.rerun(value)
        case Controlled():
            return previews.control(value)
        case Together():
            return approvals.together(value)
        case _:
            return parts_of_stores(value)


def parts_of_stores(value: Value) -> Sequence[RenderableType]:
    """Return what a person sees of a whole store, and of one that was moved."""
    match value:
        case StoreState():
            return store.state(value)
        case Moved():
            return store.moved(value)
        case Migrated():
            return store.migrated(value)
        case _:
            return parts_of_records(value)


def parts_of_records(value: Value) -> Sequence[RenderableType]:
    """Return what a person sees of the record."""
    match value:
        case AuditPage():
            return audit.listing(value)
        case ShownEntry():
            return audit.shown(value)
        case Verification():
            return audit.verification(value)
        case Exported():
            return audit.exported(value)
        case _:
            return parts_of_policies(value)


def parts_of_policies(value: Value) -> Sequence[RenderableType]:
    """Return what a person sees of policies."""
    match value:
        case PolicyShown():
            return policy.shown(value)
        case PolicyList():
            return policy.listing(value)
        case PolicyChecked():
            return policy.checked(value)
        case PolicyExplained():
            return policy.explained(value)
        case _:
            return [Text(value.model_dump_json(indent=2))]


def age(freshness: Freshness) -> str:
    """Return one line on how old an answer is and where it was read."""
    if freshness.source is Source.ARCHIVE:
        return f"from the archive, as it was read from AWS at {moment(freshness.as_of)}"
    if freshness.source is Source.LIVE:
        seen = freshness.worker_seen_at
        is_worked = seen is not None and freshness.as_of - seen <= WORKER_SILENT
        idle = "" if is_worked else "; no worker is running"
        return f"read from AWS at {moment(freshness.as_of)}{idle}"
    told = " and events" if freshness.source is Source.EVENTS else ""
    if freshness.blind:
        warning = line(f"{freshness.blind.said} {freshness.blind.next}", 800)
        return f"! {warning}" if freshness.is_unread else f"{_stored(freshness, told)}\n! {warning}"
    watched = f"\n{line(said(freshness.watch), 600)}" if freshness.watch else ""
    return f"{_stored(freshness, told)}{watched}"


def _stored(freshness: Freshness, told: str) -> str:
    return f"as of {moment(freshness.as_of)}, from the store{told}"

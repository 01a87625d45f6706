"""Writes `schemas/`: what every public object and every answer of the command line looks like.

Run it after a change of a value: `python -m bunsui_cli.schemas --write`. Without `--write` it
compares and ends with 1 when the folder is not what the values say.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

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
from bunsui_cli.envelope import schema_name
from bunsui_core import assets
from bunsui_core.domain.answer import (
    Analysis,
    OperationLogs,
    Proposals,
    Review,
    SessionPage,
    SessionView,
    Source,
)
from bunsui_core.domain.approval import Approval, Decision, Effect, Request, SignedDecision
from bunsui_core.domain.audit import AuditEntry
from bunsui_core.domain.auditing import AuditPage, Exported, ShownEntry
from bunsui_core.domain.chaining import Verification
from bunsui_core.domain.configuring import Configuration, Initialised, Policies
from bunsui_core.domain.demo import DemoReport, SceneList
from bunsui_core.domain.diagnosis import Diagnosis
from bunsui_core.domain.freshness import Blind
from bunsui_core.domain.health import Checkup, Probed
from bunsui_core.domain.machine import MachineList
from bunsui_core.domain.moving import Migrated, Moved, StoreState
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.pipeline import Pipeline
from bunsui_core.domain.plan import Plan
from bunsui_core.domain.policy_answers import (
    PolicyChecked,
    PolicyExplained,
    PolicyList,
    PolicyShown,
)
from bunsui_core.domain.recovery import Proposal
from bunsui_core.domain.session import Session, SessionSummary
from bunsui_core.domain.storm import Storm, StormProposal, Storms
from bunsui_core.domain.together import Together
from bunsui_core.domain.trust import Approver
from bunsui_core.domain.trust_changing import Loss
from bunsui_core.domain.value import Json, Value

DIALECT = "https://json-schema.org/draft/2020-12/schema"

OBJECTS: tuple[type[Value], ...] = (
    Approval,
    Approver,
    AuditEntry,
    Decision,
    Diagnosis,
    Effect,
    Outcome,
    Pipeline,
    Plan,
    Proposal,
    Request,
    Review,
    Session,
    SessionSummary,
    SignedDecision,
)
"""The objects that users and programs meet, whoever shows them."""

ANSWERS: Mapping[str, type[Value]] = {
    "sessions-list": SessionPage,
    "sessions-search": SessionPage,
    "sessions-show": SessionView,
    "sessions-logs": OperationLogs,
    "sessions-start": Approval,
    "sessions-rerun": Rerun,
    "sessions-pause": Controlled,
    "sessions-unpause": Controlled,
    "sessions-cancel": Controlled,
    "pipelines-list": PipelineList,
    "pipelines-show": Pipeline,
    "pipelines-graph": PipelineGraph,
    "machines-list": MachineList,
    "failures-analyze": Analysis,
    "storms-list": Storms,
    "storms-show": Storm,
    "storms-plan": StormProposal,
    "storms-recover": Approval,
    "recovery-propose": Proposals,
    "recovery-request": Approval,
    "approvals-list": ApprovalList,
    "approvals-show": Approval,
    "approvals-approve": Approval,
    "approvals-reject": Approval,
    "approvals-stop": Approval,
    "approvals-together": Together,
    "approvers-init": Approver,
    "approvers-list": ApproverList,
    "approvers-key": KeyLine,
    "approvers-add": Approver,
    "approvers-revoke": Loss,
    "approvers-role": Approver,
    "approvers-passphrase": Approver,
    "policy-show": PolicyShown,
    "policy-list": PolicyList,
    "policy-check": PolicyChecked,
    "policy-sign": PolicyShown,
    "policy-explain": PolicyExplained,
    "audit-list": AuditPage,
    "audit-show": ShownEntry,
    "audit-verify": Verification,
    "audit-export": Exported,
    "audit-bundle": Exported,
    "local-up": LocalState,
    "local-down": LocalState,
    "local-status": LocalState,
    "local-reset": LocalReset,
    "demo": DemoReport,
    "demo-list": SceneList,
    "doctor": Checkup,
    "doctor-aws": Probed,
    "init": Initialised,
    "init-policies": Policies,
    "config-show": Configuration,
    "config-check": Checkup,
    "worker": WorkerStopped,
    "store-status": StoreState,
    "store-migrate": Migrated,
    "store-export": Moved,
    "store-import": Moved,
}
"""The name of a command's answer, which its envelope carries, and the value in `data`."""

Schema = dict[str, Json]


def main(arguments: Sequence[str]) -> int:
    """Write or compare the folder; 0 when it is as the values say."""
    folder, wanted = assets.folder("schemas"), files()
    if "--write" in arguments:
        write(folder, wanted)
    stale = differences(folder, wanted)
    sys.stderr.writelines(f"schemas/{name} is not as generated\n" for name in stale)
    return 1 if stale else 0


def files() -> Mapping[str, str]:
    """Return every file of the folder by name."""
    objects = {f"object.{kebab(model)}.json": described(model) for model in OBJECTS}
    answers = {f"cli.{name}.json": envelope(name, model) for name, model in ANSWERS.items()}
    schemas = {**objects, **answers, "cli.error.json": error_envelope()}
    return {
        name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in schemas.items()
    }


def write(folder: Path, wanted: Mapping[str, str]) -> None:
    """Make the folder what the values say; what nothing describes any more is removed."""
    for path in folder.glob("*.json"):
        if path.name not in wanted and is_ours(path.name):
            path.unlink()
    for name, text in wanted.items():
        folder.joinpath(name).write_text(text, encoding="utf-8")


def differences(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Return the names of files that are missing, stale or no longer described."""
    present = {p.name: p.read_text(encoding="utf-8") for p in folder.glob("*.json")}
    ours = {name: text for name, text in present.items() if is_ours(name)}
    names = sorted(ours.keys() | wanted.keys())
    return [name for name in names if ours.get(name) != wanted.get(name)]


def is_ours(name: str) -> bool:
    """Whether this module describes the file; other front ends keep theirs beside it."""
    return name.startswith(("object.", "cli."))


def kebab(model: type[Value]) -> str:
    """Return a class name in lower case with hyphens."""
    name = model.__name__
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).removeprefix("-")


def described(model: type[Value]) -> Schema:
    """Return the schema of one object."""
    schema: Schema = model.model_json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": f"bunsui/object/{kebab(model)}/1", **schema}


def envelope(name: str, model: type[Value]) -> Schema:
    """Return the schema of a command's answer."""
    data: Schema = model.model_json_schema(mode="serialization")
    definitions = data.pop("$defs", {})
    freshness: Schema = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    return {
        **frame(name),
        "properties": {
            "schema": {"const": schema_name(name)},
            "ok": {"const": True},
            "data": data,
            "error": {"type": "null"},
            "as_of": {**freshness, "description": "When it was read, ISO 8601; null if never."},
            "source": {"enum": [*(one.value for one in Source), None]},
            "blind": blind_schema(),
            "next_cursor": {**freshness, "description": "Pass it as --cursor for the next page."},
        },
        "$defs": definitions,
    }


def blind_schema() -> Schema:
    """Return the schema of what says that an answer cannot be the whole truth."""
    found: Schema = Blind.model_json_schema(mode="serialization")
    return {"anyOf": [found, {"type": "null"}]}


def error_envelope() -> Schema:
    """Return the schema of a command that has no answer."""
    text: Schema = {"type": "string"}
    nothing: Schema = {"type": "null"}
    return {
        **frame("error"),
        "properties": {
            "schema": {"const": schema_name("error")},
            "ok": {"const": False},
            "data": nothing,
            "error": {
                "type": "object",
                "additionalProperties": False,
                "required": ["code", "message", "next"],
                "properties": {"code": text, "message": text, "next": text},
            },
            "as_of": nothing,
            "source": nothing,
            "blind": nothing,
            "next_cursor": nothing,
        },
    }


def frame(name: str) -> Schema:
    """Return what every envelope's schema begins with."""
    fields: list[Json] = ["schema", "ok", "data", "error", "as_of", "source"]
    fields += ["blind", "next_cursor"]
    return {
        "$schema": DIALECT,
        "$id": schema_name(name),
        "type": "object",
        "additionalProperties": False,
        "required": fields,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

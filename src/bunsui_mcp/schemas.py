"""Writes `schemas/mcp.*.json`: what every tool answers, with all that `tools/list` has no room for.

Run it after a change of an answer: `python -m bunsui_mcp.schemas --write`. Without `--write` it
compares and ends with 1 when the folder is not what the answers say.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bunsui_core import assets
from bunsui_core.domain.value import Json
from bunsui_mcp.answers import (
    AnalysisAnswer,
    Answer,
    ApprovalAnswer,
    ApprovalsAnswer,
    LogsAnswer,
    PipelineAnswer,
    ProposalsAnswer,
    SessionAnswer,
    SessionsAnswer,
    SimilarAnswer,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"

ANSWERS: Mapping[str, type[Answer]] = {
    "list_sessions": SessionsAnswer,
    "get_session": SessionAnswer,
    "analyze_failure": AnalysisAnswer,
    "get_operation_logs": LogsAnswer,
    "find_similar_failures": SimilarAnswer,
    "propose_recovery": ProposalsAnswer,
    "list_pipelines": PipelineAnswer,
    "list_approvals": ApprovalsAnswer,
    "withdraw_request": ApprovalAnswer,
    "request_recovery": ApprovalAnswer,
    "rerun_from": ApprovalAnswer,
    "control_session": ApprovalAnswer,
    "get_approval": ApprovalAnswer,
    "wait_for_approval": ApprovalAnswer,
}
"""What each tool answers."""


def main(words: Sequence[str]) -> int:
    """Write or compare the files; 0 when they are as the answers say."""
    folder, wanted = assets.folder("schemas"), files()
    if "--write" in words:
        write(folder, wanted)
    stale = differences(folder, wanted)
    sys.stderr.writelines(f"schemas/{name} is not as generated\n" for name in stale)
    return 1 if stale else 0


def files() -> Mapping[str, str]:
    """Return every file by name."""
    return {
        f"mcp.{tool}.json": json.dumps(described(tool, kind), indent=2, ensure_ascii=False) + "\n"
        for tool, kind in ANSWERS.items()
    }


def described(tool: str, kind: type[Answer]) -> dict[str, Json]:
    """Return the full schema of a tool's structured content."""
    schema: dict[str, Json] = kind.model_json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": f"bunsui/mcp/{tool}/1", **schema}


def write(folder: Path, wanted: Mapping[str, str]) -> None:
    """Make the files what the answers say; those of tools that are gone are removed."""
    for path in folder.glob("mcp.*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        folder.joinpath(name).write_text(text, encoding="utf-8")


def differences(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Return the names of files that are missing, stale or of a tool that is gone."""
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("mcp.*.json")}
    return sorted(name for name in {*there, *wanted} if there.get(name) != wanted.get(name))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What a client reads when a call cannot be answered: a code, a sentence and the next tool."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.types import Prompt
from pydantic import ValidationError

from bunsui_core.domain.errors import BadInput, BunsuiError, NotFound, StoreDamaged, Unavailable
from bunsui_mcp.tell import clip

_SENTENCE = 900

_AFTER_NOT_FOUND = {
    "request_recovery": "propose_recovery",
    "get_approval": "list_approvals",
    "wait_for_approval": "list_approvals",
    "withdraw_request": "list_approvals",
    "list_pipelines": "list_pipelines",
}
_AFTER_REFUSED = {
    "request_recovery": "propose_recovery",
    "rerun_from": "propose_recovery",
    "control_session": "get_session",
    "get_operation_logs": "get_session",
    "propose_recovery": "analyze_failure",
    "find_similar_failures": "get_session",
    "withdraw_request": "get_approval",
}


def unknown_tool(name: str, known: Collection[str]) -> ToolError:
    """Return the refusal of a tool that does not exist."""
    return ToolError(
        f"bad_input: there is no tool {clip(name, 80)}. "
        f"Next tool: {_nearest(name, known) or 'list_sessions'}."
    )


def unknown_arguments(tool: str, given: Collection[str], known: Collection[str]) -> str:
    """Return the sentence that refuses arguments a tool does not have; empty when it has all."""
    strange = sorted(set(given) - set(known))
    if not strange:
        return ""
    near = _nearest(strange[0], known)
    meant = f" Did you mean {near}?" if near else ""
    return (
        f"bad_input: {tool} has no argument {clip(strange[0], 80)}.{meant} "
        f"It takes: {', '.join(sorted(known))}. Next tool: {tool} with one of these."
    )


def wrong_prompt(name: str, given: Collection[str], known: Sequence[Prompt]) -> str:
    """Return the sentence that refuses to fill in a prompt; empty when it can be filled in."""
    prompt = next((one for one in known if one.name == name), None)
    if prompt is None:
        names = ", ".join(one.name for one in known)
        return f"bad_input: there is no prompt {clip(name, 80)}. There are: {names}."
    arguments = prompt.arguments or []
    if strange := sorted(set(given) - {one.name for one in arguments}):
        return (
            f"bad_input: {name} has no argument {clip(strange[0], 80)}. "
            f"It takes: {', '.join(one.name for one in arguments)}."
        )
    missing = [one.name for one in arguments if one.required and one.name not in given]
    return f"bad_input: {name} needs {', '.join(missing)}." if missing else ""


def in_words(tool: str, error: ToolError) -> ToolError:
    """Return the same failure as a client should read it; a crash keeps its text to itself."""
    cause = error.__cause__
    if isinstance(cause, BunsuiError):
        return ToolError(refusal(tool, cause))
    if isinstance(error, UnexpectedToolError):
        return UnexpectedToolError(
            f"error: {tool} failed inside bunsui, which logged the cause and changed nothing. "
            f"Next tool: {tool} once more; if it fails again, tell the operator."
        )
    if isinstance(cause, ValidationError):
        return ToolError(_wrong_arguments(tool, cause))
    return error


def refusal(tool: str, error: BunsuiError) -> str:
    """Return `code: sentence next step`, naming the tool to try next."""
    return (
        f"{error.code}: {_sentence(error.message)} {_sentence(error.next_step)} "
        f"Next tool: {next_tool(tool, error)}."
    )


def next_tool(tool: str, error: BunsuiError) -> str:
    """Return the tool that helps after a refusal."""
    if isinstance(error, NotFound):
        return _AFTER_NOT_FOUND.get(tool, "list_sessions")
    if isinstance(error, BadInput):
        return tool
    if isinstance(error, Unavailable | StoreDamaged):
        return f"{tool}, once a human has done that"
    return _AFTER_REFUSED.get(tool, "list_sessions")


def _wrong_arguments(tool: str, error: ValidationError) -> str:
    wrong = [
        f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()
    ]
    return f"bad_input: {clip('; '.join(wrong), _SENTENCE)}. Next tool: {tool} with this corrected."


def _sentence(text: str) -> str:
    shown = clip(text.strip(), _SENTENCE)
    return shown if not shown or shown[-1] in ".!?…" else f"{shown}."


def _nearest(name: str, known: Collection[str]) -> str:
    return next(iter(get_close_matches(name, known, n=1, cutoff=0.4)), "")

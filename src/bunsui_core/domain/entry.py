"""Entering a machine at one of its states: what the state is given, and the envelope for it.

The envelope is `{"payload": …, "bunsui": {"enter_at": {"state": …, "input": …, "variables": …}}}`;
`domain.door` has the state that reads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from bunsui_core.domain.errors import BadInput, Refused
from bunsui_core.domain.failure import HistoryEvent
from bunsui_core.domain.trace import labels, scopes
from bunsui_core.domain.value import Json, JsonText, Value, read_json

LARGEST = 256 * 1024
"""Bytes of an execution's input (API_StartExecution)."""

RESTART = "Restart the job instead"
"""What is possible where entering is not."""


class Entry(Value):
    """A state to enter at, with its input and the variables that are assigned by then."""

    state: str
    input: JsonText
    variables: JsonText = "{}"


def recorded_entry(events: tuple[HistoryEvent, ...], state: str) -> Entry:
    """Return a state's input when it was entered last, and the variables as they were then.

    Raises: Refused, with the reason, when the history does not tell.
    """
    if not events:
        raise Refused(
            "the history of that execution is gone: Step Functions keeps it for 90 days.",
            f"{RESTART}, with its recorded input.",
        )
    open_at = scopes(events)
    entered = [e for e in events if e.type.endswith("StateEntered") and e.name == state]
    if not entered:
        raise Refused(
            f"{state} never started in that execution, so its input is not known.",
            "Enter at a state that did start, or restart the job.",
        )
    last = entered[-1]
    around = open_at[last.id][:-1]
    if around:
        raise inside_of(state, labels(around)[0].split("[")[0], around[0].type)
    if last.input is None:
        raise Refused(
            f"the input of {state} was not recorded in the history of that execution.",
            f"{RESTART}, or enter with an input that you give.",
        )
    before = (e for e in events if e.id < last.id and not open_at[e.id])
    return Entry(state=state, input=last.input, variables=_variables(before))


def entry_envelope(payload: str, entry: Entry) -> str:
    """Return the input of an execution that enters at a state; `payload` is the job's own input.

    Raises: BadInput when it is not JSON, Refused when both together are too large.
    """
    try:
        read_json(payload)
    except ValueError as error:
        raise BadInput(f"this is not JSON: {error}.", "Correct it and try again.") from error
    # As text, not as values: no number may change its digits on the way.
    told = f'{{"state":{_text(entry.state)},"input":{entry.input},"variables":{entry.variables}}}'
    text = f'{{"payload":{payload},"bunsui":{{"enter_at":{told}}}}}'
    if (size := len(text.encode())) > LARGEST:
        raise Refused(
            f"the input of {entry.state} and the job's own input are {size:,} bytes together; Step "
            f"Functions carries {LARGEST:,}.",
            f"{RESTART}, or redrive its execution.",
        )
    return text


def payload_of(text: str) -> str:
    """Return the job's own input out of an execution's input, which may be an envelope."""
    document = read_json(text)
    if entry_in(text) is None or not isinstance(document, dict):
        return text
    return _text(document["payload"])


def entry_in(text: str) -> Entry | None:
    """Return where an execution with this input enters; nothing when it begins at its beginning."""
    document = read_json(text)
    if not isinstance(document, dict) or set(document) != {"payload", "bunsui"}:
        return None
    bunsui = document["bunsui"]
    told = bunsui.get("enter_at") if isinstance(bunsui, dict) else None
    if not isinstance(told, dict) or not isinstance(told.get("state"), str):
        return None
    return Entry(
        state=str(told["state"]),
        input=_text(told.get("input")),
        variables=_text(told.get("variables") or {}),
    )


def inside_of(state: str, outer: str, kind: str) -> Refused:
    """Return the refusal of a state that is inside another one."""
    return Refused(
        f"{state} is inside the {kind} state {outer}, and a machine is entered at its outermost "
        "states only.",
        f"Enter at {outer}: all that is in it runs again.",
    )


def _variables(before: Iterable[HistoryEvent]) -> str:
    values: dict[str, Json] = {}
    for event in before:
        assigned = read_json(event.assigned) if event.assigned else None
        if event.type.endswith("StateExited") and isinstance(assigned, dict):
            values |= {name: read_json(str(text)) for name, text in assigned.items()}
    return _text(values)


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

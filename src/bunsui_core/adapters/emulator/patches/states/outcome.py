"""How a state fails: worded as AWS words it, with the event that AWS records for it."""

from __future__ import annotations

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches.states import history

QUERY_FAILED = "States.QueryEvaluationError"


class Fatal(Exception):
    """What ends the whole execution as FAILED: no Retry and no Catch of any state applies."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause


def runtime(said: str) -> Fatal:
    """Return States.Runtime, which nothing catches, for the state that this thread is in."""
    return Fatal("States.Runtime", worded(said))


def evaluation(location: str, said: str) -> sf._ExecutionError:
    """Record that an expression of the present state failed, and return the state's error."""
    cause = worded(said)
    strand = history.strand()
    entered = strand.place if strand else None
    if strand and entered:
        # AWS lets the event follow the one before the state, unless the state has done something.
        if strand.last_event == entered.event and entered.kind != "Wait":
            strand.last_event = entered.previous
        details = {"state": entered.name, "location": location}
        history.add_event(
            strand.execution,
            "EvaluationFailed",
            {
                "evaluationFailedEventDetails": {
                    "error": QUERY_FAILED,
                    "cause": cause,
                    **details,
                }
            },
        )
    return sf._ExecutionError(QUERY_FAILED, cause)


def worded(said: str) -> str:
    """Begin a cause as AWS does: with the state and the event that says it was entered."""
    strand = history.strand()
    entered = strand.place if strand else None
    if entered is None:
        return said
    return (
        f"An error occurred while executing the state '{entered.name}' "
        f"(entered at the event id #{entered.event}). {said}"
    )

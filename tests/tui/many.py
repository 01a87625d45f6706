"""Several sessions that failed alike, each with a request that waits."""

from __future__ import annotations

from bunsui_core.domain.approval import Approval
from tests.builders import INPUT, a_diagnosis, a_redrive, a_request, a_session, execution
from tests.builders import a_failed_attempt as failed
from tests.tui.home import Home


def ask_for_many(home: Home, count: int, **plan_changes: object) -> tuple[Approval, ...]:
    """Let an assistant ask to redrive the same job of several sessions, each by itself."""
    return tuple(_ask(home, number, plan_changes) for number in range(1, count + 1))


def _ask(home: Home, number: int, plan_changes: dict[str, object]) -> Approval:
    session_id = f"s-many-{number:02d}"
    arn = execution("extract", 1, session_id)
    runs = ({"job": "extract", "attempts": (failed(execution_arn=arn),)}, *a_session().runs[1:])
    home.world.add_failed(arn, INPUT)
    home.store.sessions.save(a_session(id=session_id, runs=runs))
    home.store.diagnoses.put(a_diagnosis(session_id=session_id))
    step = a_redrive(session_id=session_id, execution_arn=arn)
    changes: dict[str, object] = {"request_id": f"many-{number:02d}-7F3M", "steps": (step,)}
    asked = a_request(f"reason {number}", **{**changes, **plan_changes})
    return home.desk.approval(home.store.requests.submit(asked).id)

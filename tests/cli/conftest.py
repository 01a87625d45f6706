"""Homes for commands: an empty one, and one in which a session failed and a request waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.store import store
from tests.builders import REQUEST_ID, a_diagnosis, a_pipeline, a_request, a_session, later
from tests.cli.answers import RISKY_ID
from tests.cli.shell import Shell


@pytest.fixture
def stocked(tmp_path: Path) -> Path:
    """A home with a failed session, its diagnosis, two more sessions and two waiting requests."""
    settings = Settings(home=tmp_path)
    kept = store(settings, writer(settings))
    kept.pipelines.put(a_pipeline())
    for number, session_id in enumerate((a_session().id, "s-2", "s-3")):
        kept.sessions.save(a_session(id=session_id, created_at=later(seconds=-number)))
    kept.diagnoses.put(a_diagnosis())
    now = datetime.now(UTC)
    for request_id, risk in ((REQUEST_ID, "low"), (RISKY_ID, "high")):
        asked = a_request(
            request_id=request_id, risk=risk, created_at=now, expires_at=now + timedelta(minutes=30)
        )
        kept.requests.submit(asked)
    return tmp_path


@pytest.fixture
def shell(
    stocked: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Shell:
    """What runs commands in the stocked home without a process for each."""
    return Shell(stocked, monkeypatch, capfd)

"""A worker of a named environment, over HTTP: what it finds of executions it did not start."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.session import SessionOrigin, SessionStatus, SessionSummary
from bunsui_core.settings import Settings
from bunsui_core.wiring.agent import reading_desk
from bunsui_core.wiring.worker import worker
from bunsui_core.worker import Pauses
from tests.emulator.embedded import Embedded, until

PAUSES = Pauses(busy=0.02, idle=0.05, blind=0.2)
PASSES = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
FAILS = {
    "StartAt": "Load",
    "States": {"Load": {"Type": "Fail", "Error": "NoFile", "Cause": "day.csv is not there"}},
}


@pytest.fixture
def shop(account: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a named environment whose profile leads to an account of the embedded AWS."""
    key = account.key("agent")
    config = tmp_path / "config"
    config.write_text(
        f"[profile shop-read]\nendpoint_url = {account.server.url}\n"
        f"aws_access_key_id = {key.access_key_id}\n"
        f"aws_secret_access_key = {key.secret_access_key}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    return Settings(
        home=tmp_path / "home",
        environment="shop",
        account=account.account,
        read_profile="shop-read",
    )


@contextmanager
def working(settings: Settings) -> Iterator[None]:
    """A worker of the environment, as long as the block lasts."""
    stop = threading.Event()
    thread = threading.Thread(target=worker(settings).run, args=(stop, PAUSES))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def sessions(settings: Settings) -> tuple[SessionSummary, ...]:
    """What a desk lists."""
    return reading_desk(settings).sessions(SessionFilter(), limit=100).items


def test_an_execution_that_nobody_started_through_bunsui_is_a_session_of_one_job(
    account: Embedded, shop: Settings
) -> None:
    ran = account.run(account.machine("orders", PASSES), {"order_id": 42})

    with working(shop):
        until(lambda: [one.status for one in sessions(shop)] == [SessionStatus.SUCCEEDED])
        (line,) = sessions(shop)
        until(lambda: "42" in reading_desk(shop).session(line.session_id).session.input)

    session = reading_desk(shop).session(line.session_id).session
    assert session.origin is SessionOrigin.FOUND
    assert session.pipeline.name == "orders"
    assert [run.last and run.last.execution_arn for run in session.runs] == [ran.arn]
    assert session.environment == "shop"

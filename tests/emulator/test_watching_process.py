"""`bunsui worker` of a named environment, as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from bunsui_core.adapters.local.seat import LocalSeat
from bunsui_core.settings import Settings, read_settings
from bunsui_core.wiring.agent import reading_desk
from bunsui_core.wiring.operator import writer
from tests.emulator.embedded import Embedded, until
from tests.emulator.nesting import FAILS, PASSES
from tests.emulator.reading_account import NAME, environment_file, profile
from tests.emulator.test_watching import listed, shop, working

__all__ = ["shop"]

PATIENCE_S = 60.0


def test_a_worker_process_finds_a_failure_and_ends_when_it_is_told_to(
    account: Embedded, tmp_path: Path
) -> None:
    account.run(account.machine("orders", FAILS), {"order_id": 42})
    environment_file(tmp_path, account.account, account.server.region)
    with profile(account, account.key("agent"), tmp_path) as variables:
        mine = {"BUNSUI_HOME": str(tmp_path), "BUNSUI_ENVIRONMENT": NAME}
        working = subprocess.Popen(
            [sys.executable, "-m", "bunsui_cli", "worker", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **variables, **mine},
        )
        settings = read_settings(mine)
        try:
            until(settings.store_path.exists)
            desk = reading_desk(settings)
            until(lambda: [one.error for one in listed(desk)] == ["NoRows"])
            working.send_signal(signal.SIGTERM)
            out, err = working.communicate(timeout=PATIENCE_S)
        finally:
            working.kill()
            working.wait()

    assert working.returncode == 0
    assert json.loads(out)["data"] == {"signal": "SIGTERM"}
    assert b"warning" not in err
    assert b"order_id" not in err


def test_of_two_workers_one_watches_and_the_other_takes_over(
    account: Embedded, shop: Settings
) -> None:
    """Both together would call as often as two shares allow."""
    machine = account.machine("orders", PASSES)
    seat = LocalSeat(shop.folder / "watching.lock")
    writer(shop)
    assert seat.take()

    with working(shop) as desk:
        account.run(machine, {})
        until(lambda: desk.freshness().worker_seen_at)
        assert desk.machines().items == ()
        seat.leave()
        until(lambda: listed(desk))

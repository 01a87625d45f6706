"""Several actors of one process and other processes share the store's file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bunsui_core.adapters.local.control.schema import create
from bunsui_core.adapters.local.control.writer import StoreWriter
from bunsui_core.settings import Settings
from bunsui_core.wiring.store import store
from tests.builders import ACCOUNT, REGION, a_pipeline

ELSEWHERE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
sys.stdout.write(str(connection.execute("SELECT count(*) FROM pipelines").fetchone()[0]))
connection.close()
"""


def seen_elsewhere(path: Path) -> str:
    """How many pipelines another process counts before it closes the file again."""
    run = [sys.executable, "-c", ELSEWHERE, str(path)]
    return subprocess.run(run, capture_output=True, text=True, check=True).stdout


def test_a_second_actor_of_the_process_does_not_cut_the_first_off_from_other_processes(
    tmp_path: Path,
) -> None:
    settings = Settings(home=tmp_path)
    create(settings.store_path, settings.inbox_path)
    first = store(settings, StoreWriter(settings.store_path, ACCOUNT, REGION))
    first.pipelines.put(a_pipeline())

    create(settings.store_path, settings.inbox_path)
    seen_elsewhere(settings.store_path)
    first.pipelines.put(a_pipeline(name="invoices"))

    assert seen_elsewhere(settings.store_path) == "2"

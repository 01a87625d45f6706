"""Executors of several processes, forced into the same moment, make one effect."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from tests.exactly_once.crowd import THREADS, work
from tests.exactly_once.ground import Ground
from tests.exactly_once.scripts import Script
from tests.local_home import LocalHome

PROCESSES = 4
REQUESTS = 12


@pytest.mark.slow
def test_eight_executors_in_four_processes_redrive_each_execution_once(
    tmp_path: Path, scripts: dict[str, Script]
) -> None:
    home, world = LocalHome(tmp_path / "home"), tmp_path / "world"
    world.mkdir()
    ground = Ground(home, tmp_path)
    asked = [ground.next(scripts["redrive"]) for _ in range(REQUESTS)]
    for one in asked:
        assert one.session
        home.sessions.save(one.session)
    ids = tuple(one.request.id for one in asked)
    spawning = multiprocessing.get_context("spawn")
    gate = spawning.Barrier(PROCESSES * THREADS)

    processes = [
        spawning.Process(target=work, args=(f"p-{n}", home.folder, world, ids, gate))
        for n in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=120)

    assert [process.exitcode for process in processes] == [0] * PROCESSES
    effects = [home.requests.effect(request_id) for request_id in ids]
    assert {effect and effect.state.value for effect in effects} == {"DONE"}
    assert {effect and effect.claims for effect in effects} == {1}
    assert [len(list(folder.iterdir())) for folder in world.iterdir()] == [1] * REQUESTS

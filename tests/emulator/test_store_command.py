"""`bunsui store` over a table of the embedded AWS, with the rights that each actor has there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bunsui_core.adapters.emulator.launcher import up
from bunsui_core.domain.environment import StoreKind
from bunsui_core.domain.errors import Unavailable
from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.shared import shared, shared_store
from bunsui_core.wiring.store import store
from bunsui_core.wiring.whole import whole
from bunsui_core.wiring.written import written
from tests.builders import SESSION_ID, a_diagnosis, a_pipeline, a_request, a_session
from tests.cli.shell import Done, bunsui

pytestmark = pytest.mark.slow


class Command:
    """A home whose files hold something, over an embedded AWS that runs."""

    def __init__(self, home: Path) -> None:
        self.home = home
        up(home)
        settings = Settings(home=home)
        kept = store(settings, writer(settings))
        kept.pipelines.put(a_pipeline())
        kept.sessions.save(kept.sessions.save(a_session()))
        kept.diagnoses.put(a_diagnosis())
        kept.requests.submit(a_request("because"))
        self.shared = settings.model_copy(update={"store": StoreKind.DYNAMODB})

    def __call__(self, *arguments: str, kind: str = "dynamodb") -> Done:
        """Run `bunsui store`; its data must be there."""
        return bunsui(self.home, "store", *arguments, BUNSUI_STORE=kind)

    def told(self, *arguments: str, kind: str = "dynamodb") -> dict[str, object]:
        """What a command answers."""
        done = self(*arguments, kind=kind)
        assert done.code == 0, done.stdout
        found = json.loads(done.stdout)["data"]
        assert isinstance(found, dict)
        return found


def test_files_become_a_table_and_files_again(home: Path, tmp_path: Path) -> None:
    command, path = Command(home), str(tmp_path / "table.tar")
    before = command.told("status", kind="sqlite")

    moved = command.told("migrate")["moved"]
    assert isinstance(moved, dict)
    assert command.told("status")["counts"] == before["counts"] == moved["counts"]
    assert (
        json.loads(bunsui(home, "sessions", "show", SESSION_ID, BUNSUI_STORE="dynamodb").stdout)[
            "data"
        ]["session"]["version"]
        == 2
    )

    again = command("migrate")
    assert (again.code, again.error["code"]) == (4, "conflict")
    sent = command.told("export", path)
    back = command.told("import", path, "--replace", kind="sqlite")
    assert sent["digest"] == moved["digest"] == back["digest"]


def test_a_half_filled_table_is_worked_on_by_nobody(home: Path) -> None:
    command = Command(home)
    target = whole(command.shared)
    with pytest.raises(KeyError), target.records.filling("ab" * 32):
        raise KeyError

    with pytest.raises(Unavailable, match="not finished"):
        written(command.shared, "worker")
    assert command.told("status")["unfinished"] == "ab" * 32
    assert command("export", str(home / "x.tar")).error["code"] == "unavailable"
    refused = command("migrate")
    assert refused.error["code"] == "refused"

    command.told("migrate", "--replace")

    assert command.told("status")["unfinished"] == ""
    assert written(command.shared, "worker").store.sessions.get(SESSION_ID).version == 2


def test_only_who_moves_a_store_may_read_it_whole(home: Path) -> None:
    command = Command(home)
    command.told("migrate")

    for actor in ("agent", "worker", "approver"):
        kept = shared(command.shared, actor)
        assert shared_store(kept).sessions.get(SESSION_ID).id == SESSION_ID
        with pytest.raises(Exception, match=r"AccessDenied|only reads"):
            list(kept.table.every())

"""The dependency rule, read from the source. A new edge is a decision about the design."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.architecture.import_rule import OUT_OF_REACH, SRC, Source, is_out_of_reach, within

SOURCE = Source(SRC)

AGAINST_THE_TABLE = [
    ("bunsui_core.domain.stray", "import structlog"),
    ("bunsui_core.domain.stray", "from bunsui_core.ports import store"),
    ("bunsui_core.ports.stray", "import pydantic"),
    ("bunsui_core.app.stray", "from bunsui_core.adapters.local import sqlite"),
    ("bunsui_core.app.stray", "from bunsui_core import log"),
    ("bunsui_core.desk.stray", "from bunsui_core.adapters.aws import clients"),
    ("bunsui_core.adapters.local.stray", "import boto3"),
    ("bunsui_core.adapters.local.stray", "from cryptography import x509"),
    ("bunsui_core.adapters.local.stray", "from bunsui_core.adapters.local.control import keys"),
    ("bunsui_core.adapters.aws.stray", "from bunsui_core.app import propose"),
    ("bunsui_core.adapters.emulator.stray", "from bunsui_core.wiring import agent"),
    ("bunsui_core.worker", "from bunsui_core.desk import operator"),
    ("bunsui_core.assets", "import pydantic"),
    ("bunsui_core.stray", "import pydantic"),
    ("bunsui_core.app.stray", "from . import decide"),
    ("bunsui_cli.stray", "from bunsui_core.app import decide"),
    ("bunsui_cli.stray", "import bunsui_tui"),
    ("bunsui_cli.stray", "import boto3"),
    ("bunsui_tui.stray", "from bunsui_core.ports import control"),
    ("bunsui_tui.stray", "from bunsui_mcp import server"),
    ("bunsui_mcp.stray", "from bunsui_core import wiring"),
    ("bunsui_mcp.stray", "from bunsui_core.desk import operator"),
    ("bunsui_mcp.stray", "def late() -> None:\n    import textual"),
]

ON_THE_WAY_OF_AN_AGENT = ["bunsui_core.wiring.agent", "bunsui_core.desk.agent", "bunsui_mcp.server"]


def test_every_module_imports_only_what_its_layer_allows() -> None:
    strays = {module: sorted(SOURCE.strays(module)) for module in SOURCE.imports}

    assert not {module: names for module, names in strays.items() if names}


def test_nothing_the_mcp_server_reaches_decides_or_changes_aws() -> None:
    reached = SOURCE.reachable_from("bunsui_mcp")

    assert not {module for module in reached if is_out_of_reach(module)}


@pytest.mark.parametrize("forbidden", sorted(OUT_OF_REACH))
@pytest.mark.parametrize("module", ON_THE_WAY_OF_AN_AGENT)
def test_the_rule_sees_a_way_from_the_mcp_server_to_control(
    module: str, forbidden: str, tmp_path: Path
) -> None:
    source = copied_with(tmp_path, module, f"import {forbidden}")
    plant(source.root, "bunsui_mcp.stray", f"import {module}")
    plant(source.root, forbidden, "")

    assert forbidden in source.reachable_from("bunsui_mcp")


@pytest.mark.parametrize(("module", "line"), AGAINST_THE_TABLE)
def test_the_rule_sees_an_import_against_the_table(module: str, line: str, tmp_path: Path) -> None:
    source = copied_with(tmp_path, module, line)

    assert source.strays(module)


def test_what_must_stay_out_of_reach_is_where_the_rule_looks_for_it() -> None:
    places = ("lambdas", "wiring.moving", "wiring.operator", "wiring.worker", "worker")
    actors = [f"bunsui_core.{name}" for name in places]
    reached = {module for actor in actors for module in SOURCE.reachable_from(actor)}
    must_exist = OUT_OF_REACH - {"bunsui_core.wiring.demo"}

    unseen = {name for name in must_exist if not any(within(module, name) for module in reached)}

    assert not unseen, f"renamed or gone: {sorted(unseen)}; the rule no longer protects them"


def copied_with(folder: Path, module: str, line: str) -> Source:
    """A copy of the source in which one module has one more line."""
    root = folder / "src"
    shutil.copytree(SRC, root, ignore=shutil.ignore_patterns("__pycache__"))
    plant(root, module, line)
    return Source(root)


def plant(root: Path, module: str, line: str) -> None:
    """Adds a line to a module, making the module when it is not there."""
    path = root.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as text:
        text.write(f"\n{line}\n")

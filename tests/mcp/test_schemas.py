"""`schemas/mcp.*.json` says what the tools answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from mcp import Client

from bunsui_core import assets
from bunsui_mcp.desks import always
from bunsui_mcp.schemas import ANSWERS, differences, files, write
from bunsui_mcp.server import build_server
from bunsui_mcp.slim import FRAME
from tests.mcp.home import Home


def test_the_committed_schemas_are_what_the_answers_say() -> None:
    assert differences(assets.folder("schemas"), files()) == []


@pytest.mark.parametrize("name", files())
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(files()[name]))


@pytest.mark.anyio
async def test_every_tool_has_a_schema_with_the_names_that_it_lists(home: Home) -> None:
    async with Client(build_server(always(home.desk()))) as client:
        listed = {tool.name: tool.output_schema or {} for tool in (await client.list_tools()).tools}

    assert {name: set(schema["properties"]) for name, schema in listed.items()} == {
        name: set(json.loads(files()[f"mcp.{name}.json"])["properties"]) - set(FRAME)
        for name in ANSWERS
    }


def test_a_file_of_a_tool_that_is_gone_is_seen_and_removed(tmp_path: Path) -> None:
    write(tmp_path, files())
    tmp_path.joinpath("mcp.approve.json").write_text("{}")
    tmp_path.joinpath("cli.error.json").write_text("{}")

    seen = differences(tmp_path, files())
    write(tmp_path, files())

    assert seen == ["mcp.approve.json"]
    assert differences(tmp_path, files()) == []
    assert tmp_path.joinpath("cli.error.json").exists()

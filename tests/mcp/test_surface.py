"""What a client sees before it calls anything."""

from __future__ import annotations

import pytest
from mcp import Client, MCPError
from mcp.types import INVALID_PARAMS, TextContent, Tool

from bunsui_mcp.desks import always
from bunsui_mcp.server import INSTRUCTIONS, READ_ONLY, Offer, build_server
from tests.mcp.calls import refused
from tests.mcp.home import Home

pytestmark = pytest.mark.anyio

LOOKING = {
    "list_sessions",
    "get_session",
    "analyze_failure",
    "find_similar_failures",
    "get_operation_logs",
    "propose_recovery",
    "list_pipelines",
    "list_approvals",
    "get_approval",
    "wait_for_approval",
}
ASKING = {"request_recovery", "withdraw_request", "rerun_from", "control_session"}
DECIDING = ("approve", "decide", "reject", "execute", "redrive", "start", "sign")


async def tools(home: Home, mode: str) -> dict[str, Tool]:
    """The tools that a client of that era is told of."""
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        return {tool.name: tool for tool in (await client.list_tools()).tools}


async def test_the_tools_are_those_that_look_and_those_that_ask(home: Home, mode: str) -> None:
    assert set(await tools(home, mode)) == LOOKING | ASKING


async def test_no_tool_is_called_like_a_decision(home: Home, mode: str) -> None:
    assert not [name for name in await tools(home, mode) if name.startswith(DECIDING)]


async def test_the_list_of_tools_takes_at_most_12_kb(home: Home, mode: str) -> None:
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        listed = await client.list_tools()

    assert len(listed.model_dump_json(by_alias=True, exclude_none=True).encode()) <= 12_000


async def test_only_the_asking_tools_say_that_they_write(home: Home, mode: str) -> None:
    hints = {name: tool.annotations for name, tool in (await tools(home, mode)).items()}

    assert {name for name, hint in hints.items() if hint and not hint.read_only_hint} == ASKING
    assert not [name for name, hint in hints.items() if not hint or hint.open_world_hint]


@pytest.mark.parametrize("name", sorted(ASKING))
async def test_asking_is_neither_destructive_nor_twice_the_same(
    home: Home, mode: str, name: str
) -> None:
    hint = (await tools(home, mode))[name].annotations

    assert hint
    assert (hint.destructive_hint, hint.idempotent_hint) == (False, True)


async def test_a_read_only_server_offers_no_tool_that_asks(home: Home, mode: str) -> None:
    server = build_server(always(home.desk()), Offer(read_only=True))
    async with Client(server, mode=mode) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        refusal = await refused(client, "request_recovery", proposal_id="p", reason="r")

        assert client.instructions == READ_ONLY
    assert names == LOOKING
    assert refusal.startswith("bad_input: there is no tool request_recovery")
    assert not [name for name in ASKING if name in READ_ONLY]


async def test_every_description_says_when_to_use_it_and_what_it_never_does(
    home: Home, mode: str
) -> None:
    told = {name: tool.description or "" for name, tool in (await tools(home, mode)).items()}

    silent = {n for n, d in told.items() if not ("Use it" in d or "Start here" in d)}
    boundless = {n for n, d in told.items() if not ("ever " in d or "does not execute" in d)}
    assert not silent | boundless


async def test_every_input_schema_is_closed(home: Home, mode: str) -> None:
    schemas = {name: tool.input_schema for name, tool in (await tools(home, mode)).items()}

    assert not [name for name, schema in schemas.items() if schema["additionalProperties"]]


async def test_every_reference_in_a_schema_leads_somewhere(home: Home, mode: str) -> None:
    for tool in (await tools(home, mode)).values():
        for schema in (tool.input_schema, tool.output_schema or {}):
            text = str(schema)
            assert text.count("#/$defs/") == 0 or all(
                f"'#/$defs/{name}'" in text for name in schema["$defs"]
            )


async def test_the_instructions_are_short_and_say_who_approves(home: Home, mode: str) -> None:
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        assert client.instructions == INSTRUCTIONS

    assert len(INSTRUCTIONS) < 500
    assert "Only a human approves" in INSTRUCTIONS


async def test_the_stored_prompts_are_served_with_their_arguments(home: Home, mode: str) -> None:
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        listed = {prompt.name: prompt for prompt in (await client.list_prompts()).prompts}

    required = {
        name: [one.name for one in prompt.arguments or () if one.required]
        for name, prompt in listed.items()
    }
    assert required == {
        "explain_to_lead": ["session_id"],
        "propose_and_request_recovery": ["session_id"],
        "triage_failed_session": [],
    }


async def test_a_prompt_carries_its_arguments_made_safe(home: Home, mode: str) -> None:
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        got = await client.get_prompt("explain_to_lead", {"session_id": "s-1\x1b[31m\nand more"})

    (message,) = got.messages
    assert isinstance(message.content, TextContent)
    assert "Explain session s-1␛[31m and more to the lead" in message.content.text
    assert "(no language given)" in message.content.text


WRONG_PROMPTS = [
    ("triage", {}, "there is no prompt triage. There are: explain_to_lead, "),
    ("explain_to_lead", {}, "explain_to_lead needs session_id."),
    ("explain_to_lead", {"session_id": "s-1", "lang": "ja"}, "has no argument lang. It takes: ses"),
]


@pytest.mark.parametrize(("name", "arguments", "sentence"), WRONG_PROMPTS)
async def test_a_prompt_that_cannot_be_filled_in_is_a_sentence(
    home: Home, mode: str, name: str, arguments: dict[str, str], sentence: str
) -> None:
    async with Client(build_server(always(home.desk())), mode=mode) as client:
        with pytest.raises(MCPError) as raised:
            await client.get_prompt(name, arguments)

    assert raised.value.error.code == INVALID_PARAMS
    assert sentence in raised.value.error.message

"""Secrets in payloads, errors and logs: no tool of an agent tells them, under any level."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mcp import Client

from bunsui_core.desk.agent import AgentDesk, Nature
from bunsui_core.desk.veiled import VeiledDesk
from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.environment import Expose
from bunsui_core.domain.errors import BadInput
from bunsui_core.domain.query import parse_query
from bunsui_core.domain.secrets import GONE
from bunsui_core.domain.session import JobRun
from bunsui_core.domain.verdict import Mode
from bunsui_core.ports.observe import Seeing
from bunsui_core.wiring.store import reader, store
from bunsui_mcp.desks import always
from bunsui_mcp.server import build_server
from tests.builders import a_failed_attempt, a_session, execution
from tests.mcp.calls import document_of
from tests.mcp.home import Home, a_line
from tests.mcp.test_veiled import CALLS, SESSION

pytestmark = pytest.mark.anyio

PASSWORD = "c0rrect-h0rse"
KEY_ID = "AKIA" + "IOSFODNN7EXAMPLE"
TOKEN = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NSJ9.dozjgNryP4J3jVmN"
GIVEN = json.dumps({"input": {"db": {"password": PASSWORD, "host": "db.example"}}, "outputs": {}})
SECRETS = (PASSWORD, KEY_ID, TOKEN)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A session whose input, error and log lines hold secrets, the log also one by itself."""
    home = Home(tmp_path)
    home.world.cause = f"OperationalError: login of {PASSWORD} failed at postgres://u:{PASSWORD}@db"
    attempt = a_failed_attempt(input=GIVEN, input_digest=json_digest(GIVEN))
    runs = (JobRun(job="extract", attempts=(attempt,)), JobRun(job="transform"), JobRun(job="load"))
    home.add(a_session(id=SESSION, input=GIVEN, runs=runs))
    lines = (f"env AWS_ACCESS_KEY_ID={KEY_ID}", f"Authorization: Bearer {TOKEN}", f"is {PASSWORD}")
    home.logs.spoken = tuple(map(a_line, lines))
    return home


def desk(home: Home, level: Expose | None) -> AgentDesk:
    """An agent's desk at a level; without one the desk that a human looks through."""
    numbers = iter(range(1000))
    nature = Nature(home.clock, lambda: f"r-{next(numbers)}", lambda: f"s-{next(numbers)}")
    seeing = Seeing(home.world, home.logs, home.inventory)
    kept = store(home.settings, reader(home.settings))
    if level is None:
        return AgentDesk(kept, seeing, "human:hanako", nature)
    return VeiledDesk(kept, seeing, "agent:claude", nature, level)


async def told(home: Home, level: Expose) -> dict[str, str]:
    """What every tool that looks answers, a resource, and a refusal."""
    async with Client(build_server(always(desk(home, level)))) as client:
        found = {
            name: json.dumps(document_of(await client.call_tool(name, arguments)))
            for name, arguments in CALLS
        }
        read = await client.read_resource(f"bunsui://sessions/{SESSION}")
        wrong = await client.call_tool("get_session", {"session_id": f"password={PASSWORD}"})
    return {**found, "resource": read.model_dump_json(), "refusal": wrong.model_dump_json()}


@pytest.mark.parametrize("level", list(Expose))
async def test_no_tool_tells_a_secret_under_any_level(home: Home, level: Expose) -> None:
    found = await told(home, level)

    assert not [name for name, text in found.items() if any(one in text for one in SECRETS)]


async def test_what_is_no_secret_is_told_beside_it(home: Home) -> None:
    found = await told(home, Expose.VALUES)

    assert GONE in found["get_session"]
    assert "db.example" in found["get_session"]
    assert "OperationalError" in found["analyze_failure"]


def test_a_human_sees_what_she_is_to_decide_about(home: Home) -> None:
    seen = desk(home, None).session(SESSION)
    logs = desk(home, None).logs(SESSION)

    assert PASSWORD in seen.model_dump_json()
    assert TOKEN in logs.model_dump_json()


GUESSES = (f"input:password={PASSWORD}", "input:password=c0*", "input:*=c0rrect*", "c0rrect")


def test_no_search_confirms_a_guess(home: Home) -> None:
    agent = desk(home, Expose.VALUES)

    assert not [one for one in GUESSES if agent.sessions(parse_query(one, home.clock())).total]


def test_a_search_finds_what_is_no_secret(home: Home) -> None:
    wanted = parse_query("input:host=db.example", home.clock())

    assert desk(home, Expose.VALUES).sessions(wanted).total == 1


def edited(home: Home, text: str) -> str:
    """What an input becomes that an agent edits in the text that it was shown."""
    home.world.add_failed(execution("extract", session_id=SESSION), GIVEN)
    agent = desk(home, Expose.VALUES)
    found = agent.rerun_from(SESSION, "extract", Mode.RESTART, edited_input=text)
    return agent_request(home, agent, found.proposal_id)


def agent_request(home: Home, agent: AgentDesk, proposal_id: str) -> str:
    """The input of the request for a proposal, as a human finds it."""
    asked = agent.request(proposal_id, "the host was wrong")
    (text,) = home.writing.requests.get(asked.request.id).inputs
    return text


def test_a_secret_that_an_edit_left_alone_is_whole_again(home: Home) -> None:
    shown = GIVEN.replace(PASSWORD, GONE).replace("db.example", "db2.example")

    assert json.loads(edited(home, shown)) == json.loads(GIVEN.replace("db.example", "db2.example"))


@pytest.mark.parametrize(
    "text",
    [
        GIVEN.replace(PASSWORD, f"c0{GONE}"),
        GIVEN.replace("db.example", GONE),
        json.dumps({"input": {"db": {"host": GONE}}, "outputs": {}}),
    ],
)
def test_what_stands_for_a_secret_is_nowhere_else_taken_for_it(home: Home, text: str) -> None:
    with pytest.raises(BadInput, match="hidden values"):
        edited(home, text)

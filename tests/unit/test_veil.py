"""An agent sees of inputs, outputs and log lines what its environment exposes, and no more."""

from __future__ import annotations

import json

import pytest

from bunsui_core.desk.agent import AgentDesk, Nature
from bunsui_core.desk.veiled import VeiledDesk
from bunsui_core.domain.answer import SessionFilter
from bunsui_core.domain.canonical import json_digest
from bunsui_core.domain.environment import EnvironmentClass, Expose
from bunsui_core.domain.errors import BadInput, Refused
from bunsui_core.domain.failure import LogLine
from bunsui_core.domain.quoted import HIDDEN
from bunsui_core.domain.searchable import Side
from bunsui_core.domain.session import JobRun
from bunsui_core.domain.veil import shape, veiled
from bunsui_core.ports.observe import LogWindow, Seeing
from bunsui_core.settings import Settings
from bunsui_core.wiring.agent import agent_desk, reading_desk
from tests.builders import NOW, a_diagnosis, a_failed_attempt, a_session, later
from tests.fakes import Clock
from tests.unit.desk_kit import Bench

SECRET = "4111-1111-1111-1111"
GIVEN = json.dumps({"input": {"card": SECRET, "rows": [1, 2, 3]}, "outputs": {"a": SECRET}})
SESSION = "s-veiled"
LINES = (
    LogLine(at=NOW, text="REPORT RequestId: 1 Duration: 3 ms"),
    LogLine(at=NOW, text=f"charging {SECRET}"),
    LogLine(at=NOW, text=json.dumps({"card": SECRET})),
)


class Leaky:
    """Logs that hold what nobody else may see."""

    def lines(self, window: LogWindow, limit: int) -> tuple[LogLine, ...]:
        """Return the lines."""
        return LINES


def desk(bench: Bench, level: Expose) -> AgentDesk:
    """The desk of an agent at that level, over a session whose every payload holds the secret."""
    attempt = a_failed_attempt(input=GIVEN, input_digest=json_digest(GIVEN), output=None)
    runs = (JobRun(job="extract", attempts=(attempt,)), JobRun(job="transform"), JobRun(job="load"))
    bench.store.sessions.save(a_session(id=SESSION, input=GIVEN, runs=runs))
    bench.world.add_failed(attempt.execution_arn, GIVEN)
    known = a_diagnosis(
        session_id=SESSION, logs=LINES, category="throttling", transient=True, action="wait_retry"
    )
    inside = json.dumps({"ExecutionArn": "x", "Input": GIVEN})
    failure = known.failure.model_copy(update={"state_input": GIVEN, "cause": inside})
    bench.store.diagnoses.put(known.model_copy(update={"failure": failure}))
    numbers = iter(range(1000))
    nature = Nature(
        Clock(later(minutes=5)), lambda: f"r-{next(numbers)}", lambda: f"s-{next(numbers)}"
    )
    seeing = Seeing(bench.world, Leaky(), bench.inventory)
    return VeiledDesk(bench.store, seeing, "agent:claude", nature, level)


def everything(agent: AgentDesk) -> dict[str, str]:
    """All that an agent can be answered about the session."""
    ways = agent.propose(SESSION)
    asked = agent.request(ways.proposals[0].proposal_id, "the throttling is over")
    answers = {
        "sessions": agent.sessions(SessionFilter()),
        "window": agent.window(SessionFilter(), 0, 9),
        "session": agent.session(SESSION),
        "stored": agent.stored(SESSION),
        "why": agent.analyze(SESSION),
        "like": agent.similar(SESSION),
        "ways": ways,
        "asked": asked,
        "approval": agent.approval(asked.request.id),
        "withdrawn": agent.withdraw(asked.request.id, "not needed"),
    }
    texts = {name: answer.model_dump_json() for name, answer in answers.items()}
    return {**texts, "approvals": str(agent.approvals())}


@pytest.mark.parametrize("level", [Expose.NONE, Expose.KEYS])
def test_nothing_that_is_hidden_is_in_any_answer(bench: Bench, level: Expose) -> None:
    found = everything(desk(bench, level))

    assert not [name for name, text in found.items() if SECRET in text]


def test_the_same_answers_hold_it_where_values_are_exposed(bench: Bench) -> None:
    found = everything(desk(bench, Expose.VALUES))

    shown = {name for name, text in found.items() if SECRET in text}
    assert {"session", "stored", "why", "like", "ways", "asked", "approval", "approvals"} <= shown


def test_every_answer_of_a_desk_is_veiled_or_has_nothing_to_hide() -> None:
    nothing = {"freshness", "live", "open_requests", "pipeline_names", "age_of"}
    answers = {name for name in dir(AgentDesk) if not name.startswith("_")}

    assert answers - nothing == {name for name in vars(VeiledDesk) if not name.startswith("_")}


@pytest.mark.parametrize("level", list(Expose))
def test_what_is_asked_for_is_whole_whatever_the_asker_sees(bench: Bench, level: Expose) -> None:
    agent = desk(bench, level)
    ways = agent.propose(SESSION).proposals
    asked = agent.request(ways[0].proposal_id, "the throttling is over")

    kept = bench.store.requests.get(asked.request.id)
    assert kept.inputs == (GIVEN,)
    assert kept.plan_digest == kept.plan.digest == asked.request.plan_digest


def test_a_value_cannot_be_found_out_by_searching_for_it(bench: Bench) -> None:
    agent = desk(bench, Expose.KEYS)
    guess = SessionFilter(words=(SECRET,))

    for call in (
        lambda: agent.sessions(guess),
        lambda: agent.window(guess, 0, 1),
        lambda: agent.place(guess, SESSION),
    ):
        with pytest.raises(Refused, match="expose = keys"):
            call()
    assert agent.sessions(SessionFilter(name="s-veiled")).total == 1


@pytest.mark.parametrize("level", list(Expose))
def test_the_keys_of_inputs_are_told_where_keys_are_shown(bench: Bench, level: Expose) -> None:
    assert bool(desk(bench, level).keys(Side.INPUT)) is (level is not Expose.NONE)


def test_a_hidden_value_is_not_taken_for_an_edited_input(bench: Bench) -> None:
    agent = desk(bench, Expose.KEYS)
    shown = agent.propose(SESSION).proposals[0].input

    with pytest.raises(BadInput, match="hidden values"):
        agent.propose(SESSION, "", shown)


def test_keys_and_kinds_are_shown_and_only_those() -> None:
    assert json.loads(shape(GIVEN, Expose.KEYS)) == {
        "input": {"card": "<hidden string>", "rows": ["<hidden number>", "<hidden: 2 more>"]},
        "outputs": {"a": "<hidden string>"},
    }
    assert json.loads(shape("[true, null]", Expose.KEYS)) == [
        "<hidden true or false>",
        "<hidden: 1 more>",
    ]
    assert shape(GIVEN, Expose.NONE) == '"<hidden>"'


@pytest.mark.parametrize("text", ["no json", "[" * 100_000])
def test_what_is_not_json_is_hidden_whole(text: str) -> None:
    assert json.loads(shape(text, Expose.KEYS)) == f"<hidden text of {len(text)} characters>"


def test_lines_that_aws_wrote_are_shown_and_others_counted() -> None:
    report, plain, record = (veiled(line, Expose.KEYS).text for line in LINES)

    assert report == LINES[0].text
    assert plain == f"<hidden line of {len(LINES[1].text)} characters>"
    assert json.loads(record) == {"card": "<hidden string>"}
    assert veiled(LINES[0], Expose.NONE).text.startswith(HIDDEN)


def test_an_input_in_a_cut_cause_is_hidden_too() -> None:
    cut = json.dumps({"Name": "n", "Input": GIVEN})[:60]
    failure = a_diagnosis().failure.model_copy(update={"cause": cut})

    assert veiled(failure, Expose.KEYS).cause == '{"Name": "n", "Input":"<hidden>"'


def test_an_agents_desk_is_veiled_everywhere_and_a_humans_is_not(bench: Bench) -> None:
    home = bench.settings.home
    production = Settings(
        home=home, environment="shop", kind=EnvironmentClass.PRODUCTION, expose=Expose.KEYS
    )

    assert isinstance(agent_desk(production, "claude"), VeiledDesk)
    assert isinstance(agent_desk(Settings(home=home), "claude"), VeiledDesk)
    assert not isinstance(reading_desk(Settings(home=home)), VeiledDesk)

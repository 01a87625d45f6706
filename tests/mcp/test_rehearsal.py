"""The scripted agent knows nothing but what the tools answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import Client

from bunsui_core.domain.approval import Answer
from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.plan import step_job
from bunsui_core.domain.session import JobRun
from bunsui_core.domain.value import Json
from bunsui_core.wiring.rehearsal import Rehearsed
from bunsui_mcp.desks import always
from bunsui_mcp.rehearsal import Case, Played, ScriptedAgent, laid_over, main
from bunsui_mcp.server import Offer, build_server
from tests.builders import INPUT, SESSION_ID, a_failed_attempt, a_pipeline, a_session, execution
from tests.mcp.home import Home, a_line
from tests.mcp.test_waiting import decide

MALFORMED = json.dumps(
    {
        "errorMessage": "row 3: invalid literal for int() with base 10: 'abc'",
        "errorType": "ValueError",
        "requestId": "5f0c8a5e-0d3b-4a57-9d43-0a4b7a0c4f11",
        "stackTrace": ["  File \"/var/task/f.py\", line 3, in handler\n    int(row['amount'])\n"],
    }
)


async def play(home: Home, case: Case, waits: bool = False) -> Played:
    """What the agent reports of one case, over a client in memory."""

    async def pace(_: float) -> None:
        (request,) = home.writing.requests.newest(1)
        decide(home, request.id, Answer.REJECT, "not tonight")

    async with Client(build_server(always(home.desk()), Offer(sleep=pace))) as client:
        return await ScriptedAgent(client, waits).play(case)


def run(home: Path, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
    """The agent as the process that it is."""
    return subprocess.run(
        [sys.executable, "-m", "bunsui_mcp.rehearsal", *words],
        input=said,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "BUNSUI_HOME": str(home)},
    )


@pytest.mark.anyio
async def test_a_transient_failure_is_asked_to_be_redriven(home: Home) -> None:
    played = await play(home, Case(session_id=SESSION_ID))

    assert (played.first_status, played.category) == ("FAILED", "throttling")
    assert played.failed_state_path == ("Extract",)
    assert set(played.verdicts) == {"redrive", "restart"}
    assert home.writing.requests.get(str(played.request_id)).plan_digest == played.proposal_id


@pytest.mark.anyio
async def test_the_reason_is_made_of_what_the_answers_said(home: Home) -> None:
    played = await play(home, Case(session_id=SESSION_ID))

    reason = home.writing.requests.get(str(played.request_id)).reason
    assert "throttling" in reason
    assert str(played.mode) in reason


@pytest.mark.anyio
async def test_an_edited_input_is_laid_over_the_recorded_one(home: Home) -> None:
    home.world.cause = MALFORMED
    edited: dict[str, Json] = {"input": {"source": "s3://orders/corrected.csv"}}
    played = await play(home, Case(session_id=SESSION_ID, edited_input=edited))

    assert (played.category, played.mode) == ("bad_input_data", "restart")
    (asked,) = home.writing.requests.get(str(played.request_id)).inputs
    assert json.loads(asked) == {"input": {"source": "s3://orders/corrected.csv"}, "outputs": {}}


@pytest.mark.anyio
async def test_a_hopeless_failure_is_not_asked_for(home: Home) -> None:
    home.world.cause = MALFORMED
    played = await play(home, Case(session_id=SESSION_ID))

    assert played.verdicts == {"redrive": "HOPELESS", "restart": "HOPELESS"}
    assert (played.request_id, home.writing.requests.newest(1)) == (None, ())


@pytest.mark.anyio
async def test_an_insisting_agent_is_refused_what_is_hopeless(home: Home) -> None:
    home.world.cause = MALFORMED
    played = await play(home, Case(session_id=SESSION_ID, insists=True))

    assert (played.request_id, home.writing.requests.newest(1)) == (None, ())
    assert "HOPELESS" in played.note


@pytest.mark.parametrize("insists", [False, True])
@pytest.mark.anyio
async def test_what_is_unsafe_is_asked_for_by_an_insisting_agent_only(
    home: Home, insists: bool
) -> None:
    charges = {"effect": SideEffect.EXTERNAL}
    jobs = tuple(job.model_copy(update=charges) for job in a_pipeline().jobs)
    home.add(a_session(id="s-charge", pipeline=a_pipeline(jobs=jobs)))
    played = await play(home, Case(session_id="s-charge", insists=insists))

    assert set(played.verdicts.values()) == {"UNSAFE"}
    assert bool(played.request_id) is insists


@pytest.mark.anyio
async def test_a_healthy_session_is_left_alone_and_said_to_be_so(home: Home) -> None:
    runs = tuple(JobRun(job=name) for name in ("extract", "transform", "load"))
    home.add(a_session(id="s-healthy", status="RUNNING", stopped_at=None, runs=runs))
    played = await play(home, Case(session_id="s-healthy"))

    assert (played.first_status, played.category, played.request_id) == ("RUNNING", None, None)
    assert "nothing failed" in played.note


@pytest.mark.anyio
async def test_a_waiting_agent_reports_how_the_request_ended(home: Home) -> None:
    played = await play(home, Case(session_id=SESSION_ID), waits=True)

    assert (played.status, played.final_status) == ("REQUESTED", "REJECTED")
    assert "not tonight" in played.note


@pytest.mark.anyio
async def test_a_refusal_ends_a_case_with_what_the_tool_said(home: Home) -> None:
    played = await play(home, Case(session_id="s-404"))

    assert played.note.startswith("not_found: ")


@pytest.mark.anyio
async def test_every_failed_job_of_a_session_is_played_and_asked_for(home: Home) -> None:
    failed = {
        job: JobRun(job=job, attempts=(a_failed_attempt(job),)) for job in ("extract", "load")
    }
    home.add(
        a_session(id="s-two", runs=(failed["extract"], JobRun(job="transform"), failed["load"]))
    )
    home.world.add_failed(execution("load"), INPUT)

    played = await play(home, Case(session_id="s-two"))

    (other,) = played.others
    requests = [home.writing.requests.get(str(one.request_id)) for one in (played, other)]
    assert (played.job, other.job) == ("extract", "load")
    assert [step_job(one.plan.steps[0]) for one in requests] == ["extract", "load"]


@pytest.mark.anyio
async def test_where_nothing_tells_the_reason_quotes_how_the_log_ends(home: Home) -> None:
    home.logs.spoken = (a_line("3 of 4 parts are there"), a_line("END RequestId: 1"))
    home.world.cause = "the job ended"

    played = await play(home, Case(session_id=SESSION_ID))

    reason = home.writing.requests.get(str(played.request_id)).reason
    assert played.category == "unknown"
    assert reason.endswith("Its log ends with “01:14:00 3 of 4 parts are there”")


@pytest.mark.parametrize(
    ("recorded", "edited", "expected"),
    [
        ({"input": {"a": 1, "b": 2}, "outputs": {}}, {"input": {"b": 3}}, {"a": 1, "b": 3}),
        ({"input": 1}, {"input": {"b": 3}}, {"b": 3}),
        ({"input": {"a": 1}}, {}, {"a": 1}),
    ],
)
def test_edits_replace_members_and_keep_the_others(
    recorded: Json, edited: Json, expected: Json
) -> None:
    merged = laid_over(recorded, edited)

    assert isinstance(merged, dict)
    assert merged["input"] == expected


def test_one_document_for_many_cases_is_a_list_the_demo_can_read(tmp_path: Path) -> None:
    Home(tmp_path)
    cases = "".join(json.dumps({"session_id": f"s-{n}"}) + "\n" for n in (1, 2))
    done = run(tmp_path, "--agent", "tester", said=cases)

    documents = [Rehearsed.model_validate(one) for one in json.loads(done.stdout)]
    assert [one.session_id for one in documents] == ["s-1", "s-2"]
    assert (done.returncode, done.stdout.count("\n")) == (4, 1)


def test_one_session_is_one_object(tmp_path: Path) -> None:
    Home(tmp_path)
    done = run(tmp_path, "--session", "s-404", "--edited-input", '{"input": {"a": 1}}')

    assert json.loads(done.stdout)["note"].startswith("not_found: there is no session s-404.")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--case", "{no"], "--case"),
        (["--case", "{}"], "a case is"),
        (["--edited-input", "{}"], "behind the --session"),
        (["--session", "s-1", "--edited-input", "{no"], "not JSON"),
        (["--stranger"], "--stranger"),
    ],
)
def test_words_that_say_nothing_are_refused_before_a_server_starts(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(words)
    except SystemExit as left:
        code = int(left.code or 0)

    heard = capsys.readouterr()
    assert (code, heard.out) == (2, "")
    assert sentence in heard.err

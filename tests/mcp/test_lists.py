"""The tools that list: pipelines, requests, failures like one; and the one that takes back."""

from __future__ import annotations

import pytest
from mcp import Client

from bunsui_core.domain.found import found_session
from bunsui_core.domain.freshness import Bound, Feed, Watch
from bunsui_core.domain.machine import WatchedMachine
from bunsui_core.domain.outcome import Outcome
from bunsui_core.domain.plan import Place
from bunsui_core.domain.session import JobStatus, Session
from bunsui_core.domain.value import Json
from bunsui_mcp.desks import always
from bunsui_mcp.server import build_server
from tests.builders import (
    ACCOUNT,
    NOW,
    REGION,
    REQUEST_ID,
    SESSION_ID,
    a_diagnosis,
    a_pipeline,
    a_request,
    a_session,
    an_outcome,
    later,
)
from tests.mcp.calls import answered, refused
from tests.mcp.home import Home
from tests.watched import a_machine, a_row

pytestmark = pytest.mark.anyio


@pytest.fixture
def told(home: Home) -> Home:
    """A home with an explained failure."""
    home.explain(a_diagnosis())
    return home


def client(home: Home) -> Client:
    return Client(build_server(always(home.desk())))


def add_like(home: Home, session_id: str, **changes: object) -> None:
    """Let another session have failed, and be explained."""
    home.add(a_session(id=session_id, created_at=later(hours=-1)))
    home.explain(a_diagnosis(session_id=session_id, **changes))


async def test_pipelines_are_listed_with_how_their_sessions_stand(told: Home) -> None:
    told.writing.pipelines.put(a_pipeline(name="invoices"))
    async with client(told) as it:
        answer = await answered(it, "list_pipelines")

    assert answer["pipelines"] == [
        line("invoices"),
        line("orders", failed=1),
    ]
    assert answer["jobs"] == []
    assert answer["next"] == "list_sessions with pipeline orders and status FAILED."


async def test_machines_of_no_pipeline_are_listed_with_why_nobody_watches_them(told: Home) -> None:
    told.writing.watches.put_machines(
        (watched("billing"), watched("clicks", "Step Functions lists no Express executions"))
    )
    told.add(found("billing"))
    async with client(told) as it:
        answer = await answered(it, "list_pipelines")
        one = await answered(it, "list_pipelines", name="clicks")

    why = "Step Functions lists no Express executions"
    assert answer["pipelines"] == [
        line("orders", failed=1),
        line("billing", jobs=1, failed=1),
        line("clicks", jobs=1, why_not_watched=why),
    ]
    assert str(answer["summary"]).endswith(" 1 machines are not watched.")
    assert f"It is not watched: {why}." in str(one["summary"])


async def test_a_session_that_nobody_started_through_bunsui_says_so(told: Home) -> None:
    strange = told.add(found("billing"))
    async with client(told) as it:
        theirs = await answered(it, "get_session", session_id=strange.id)
        ours = await answered(it, "get_session", session_id=SESSION_ID)

    assert (theirs["origin"], ours["origin"]) == ("found", "started")


async def test_what_is_older_than_promised_is_said(told: Home) -> None:
    told.writing.watches.put_report(report(measured_s=95))
    async with client(told) as it:
        late = await answered(it, "list_sessions")
        told.writing.watches.put_report(report(measured_s=20))
        kept = await answered(it, "list_sessions")

    assert str(late["summary"]).endswith(" Older than promised: found.")
    assert "Older" not in str(kept["summary"])


async def test_before_every_machine_was_read_once_a_list_says_so(told: Home) -> None:
    told.writing.watches.put_report(report(measured_s=20))
    async with client(told) as it:
        first = await answered(it, "list_sessions")
        told.writing.watches.put_report(report(20).model_copy(update={"found_as_of": NOW}))
        then = await answered(it, "list_sessions")

    assert "Not every machine has been read yet." in str(first["summary"])
    assert "Not every" not in str(then["summary"])


async def test_one_pipeline_is_described_with_what_waits_for_what(told: Home) -> None:
    async with client(told) as it:
        answer = await answered(it, "list_pipelines", name="orders")

    jobs = answer["jobs"]
    assert isinstance(jobs, list)
    assert [(job["job"], job["after"]) for job in jobs if isinstance(job, dict)] == [
        ("extract", []),
        ("transform", ["extract"]),
        ("load", ["transform"]),
    ]


async def test_a_pipeline_that_is_not_known_is_answered_with_the_nearest(told: Home) -> None:
    async with client(told) as it:
        sentence = await refused(it, "list_pipelines", name="order")

    assert sentence == (
        "not_found: there is no pipeline order. Did you mean orders? Next tool: list_pipelines."
    )


async def test_many_pipelines_are_paged_over_without_a_gap(told: Home) -> None:
    for number in range(90):
        told.writing.pipelines.put(a_pipeline(name=f"p{number:03}"))
    seen: list[str] = []
    cursor = ""
    async with client(told) as it:
        while not seen or cursor:
            answer = await answered(it, "list_pipelines", cursor=cursor)
            lines = answer["pipelines"]
            assert isinstance(lines, list)
            seen += [str(line["pipeline"]) for line in lines if isinstance(line, dict)]
            cursor = str(answer["next_cursor"])

    assert seen == ["orders", *(f"p{number:03}" for number in range(90))]


async def test_requests_are_listed_newest_first_with_who_asked(told: Home) -> None:
    told.writing.requests.submit(a_request())
    told.writing.requests.submit(a_request(request_id="r-2", created_at=later(minutes=1)))
    async with client(told) as it:
        answer = await answered(it, "list_approvals")

    lines = answer["approvals"]
    assert isinstance(lines, list)
    assert [(one["request_id"], one["requester"]) for one in lines if isinstance(one, dict)] == [
        ("r-2", "agent:claude"),
        (REQUEST_ID, "agent:claude"),
    ]
    assert answer["next"] == "wait_for_approval with request_id r-2."


async def test_requests_can_be_narrowed_to_what_is_open_and_to_one_session(told: Home) -> None:
    told.writing.requests.submit(a_request(expires_at=later(minutes=1)))
    async with client(told) as it:
        every = await answered(it, "list_approvals")
        open_ones = await answered(it, "list_approvals", open_only=True)
        elsewhere = await answered(it, "list_approvals", session_id="s-other")

    assert (every["total"], open_ones["total"], elsewhere["total"]) == (1, 0, 0)
    assert elsewhere["summary"] == "No request matches."


async def test_an_agent_takes_back_what_it_asked_for(told: Home) -> None:
    told.writing.requests.submit(a_request())
    async with client(told) as it:
        taken = await answered(
            it, "withdraw_request", request_id=REQUEST_ID, reason="no longer needed"
        )
        seen = await answered(it, "get_approval", request_id=REQUEST_ID)

    assert (taken["status"], taken["is_open"]) == ("WITHDRAWN", False)
    assert taken["summary"] == f"Request {REQUEST_ID} was withdrawn by its asker; nothing has run."
    assert (seen["status"], seen["note"]) == ("WITHDRAWN", "no longer needed")


async def test_an_agent_takes_back_nothing_that_another_asked_for(told: Home) -> None:
    told.writing.requests.submit(a_request(requester="agent:copilot"))
    async with client(told) as it:
        sentence = await refused(it, "withdraw_request", request_id=REQUEST_ID, reason="mine now")
        seen = await answered(it, "get_approval", request_id=REQUEST_ID)

    assert sentence.startswith(f"refused: {REQUEST_ID} was asked by agent:copilot")
    assert sentence.endswith("Next tool: get_approval.")
    assert seen["status"] == "REQUESTED"


async def test_failures_that_said_the_same_are_found_with_what_a_rerun_brought(told: Home) -> None:
    add_like(told, "s-20260301-orders")
    failure = a_diagnosis().failure.model_copy(update={"message": "something else entirely"})
    add_like(told, "s-20260228-orders", failure=failure)
    told.writing.outcomes.put(outcome("s-20260301-orders"))
    async with client(told) as it:
        answer = await answered(it, "find_similar_failures", session_id=SESSION_ID)

    lines = answer["failures"]
    assert isinstance(lines, list)
    assert [(one["session_id"], one["rerun"]) for one in lines if isinstance(one, dict)] == [
        ("s-20260301-orders", "redrive SUCCEEDED")
    ]
    assert str(answer["summary"]).startswith(
        "1 other failures said the same, in extract (1); 1 of 1 reruns of them worked."
    )


async def test_a_whole_storm_is_asked_for_by_its_id(told: Home) -> None:
    add_like(told, "s-20260301-orders")
    async with client(told) as it:
        found = await answered(it, "find_similar_failures", session_id=SESSION_ID)
        asked = {"proposal_id": str(found["storm_id"]), "reason": "the object is there"}
        answer = await answered(it, "request_recovery", **asked)

    plan = told.writing.requests.get(str(answer["request_id"])).plan
    assert answer["status"] == "REQUESTED"
    assert {step.session_id for step in plan.steps} == {SESSION_ID, "s-20260301-orders"}
    assert plan.waves
    assert f"with {found['storm_id']} as proposal_id asks for all of them" in str(found["summary"])


async def test_a_failure_of_its_own_kind_has_no_like(told: Home) -> None:
    async with client(told) as it:
        answer = await answered(it, "find_similar_failures", session_id=SESSION_ID)

    assert answer["failures"] == []
    assert answer["summary"] == "No other known failure said the same."


async def test_a_job_that_did_not_fail_has_no_like_to_look_for(told: Home) -> None:
    async with client(told) as it:
        sentence = await refused(it, "find_similar_failures", session_id=SESSION_ID, job="load")

    assert "job load of" in sentence
    assert sentence.endswith("Next tool: get_session.")


async def test_sessions_are_found_by_the_words_of_the_filter(told: Home) -> None:
    told.add(a_session(id="s-old", created_at=later(days=-9)))
    async with client(told) as it:
        young = await answered(it, "list_sessions", query="age:<1d", status="FAILED")
        named = await answered(it, "list_sessions", query="name:s-old")
        wrong = await refused(it, "list_sessions", query="stauts:failed")

    assert (young["total"], named["total"]) == (1, 1)
    assert "did you mean status" in wrong


def outcome(session_id: str) -> Outcome:
    """A redrive that worked."""
    return an_outcome(session_id=session_id, job="extract", mode="redrive", result="SUCCEEDED")


def line(name: str, **changes: Json) -> dict[str, Json]:
    """The line of a pipeline of three jobs."""
    zero: dict[str, Json] = {"jobs": 3, "failed": 0, "running": 0, "succeeded": 0}
    return {"pipeline": name, **zero, "why_not_watched": "", **changes}


def watched(name: str, why_not: str = "") -> WatchedMachine:
    """A machine of no pipeline."""
    return WatchedMachine(machine=a_machine(name), since=NOW, why_not=why_not)


def found(name: str) -> Session:
    """A failed execution of a machine that nobody started through bunsui."""
    here = Place(environment="local", account=ACCOUNT, region=REGION)
    return found_session(a_row(name, "x", status=JobStatus.FAILED), here)


def report(measured_s: int) -> Watch:
    """What a worker promises of found sessions, and what it measured."""
    kept = Bound(promised_s=30, measured_s=1)
    return Watch(
        at=later(minutes=3),
        feed=Feed.POLLING,
        own=kept,
        found=Bound(promised_s=60, measured_s=measured_s),
        swept=kept,
        redriven=kept,
        machines=1,
        unwatched=0,
    )

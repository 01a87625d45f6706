"""`bunsui pipelines` knows what the store knows and draws what a graph tool reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunsui_cli.answers import PipelineList
from bunsui_cli.exits import ExitCode
from bunsui_cli.graph import GraphFormat, drawn
from bunsui_core.domain.pipeline import Job, Pipeline
from tests.builders import SESSION_ID, a_pipeline
from tests.cli.shell import Shell, Terminal

DIAMOND = Pipeline(
    name="diamond",
    jobs=(
        Job(name="a", machine="m"),
        Job(name="b", machine="m", after=("a",)),
        Job(name="end", machine="m", after=("a",)),
        Job(name="d", machine="m", after=("b", "end")),
    ),
)


def test_the_list_holds_what_the_store_knows(shell: Shell) -> None:
    found = shell("pipelines", "list").document["data"]

    assert isinstance(found, dict)
    assert found["items"] == [a_pipeline().model_dump(mode="json")]


def test_the_list_tells_how_the_newest_sessions_went(shell: Shell) -> None:
    found = shell("pipelines", "list").document["data"]

    assert isinstance(found, dict)
    runs = PipelineList.model_validate(found).runs["orders"]
    assert runs.totals.all == 3
    assert [one.session_id for one in runs.newest] == [SESSION_ID, "s-2", "s-3"]


def test_a_person_sees_a_sign_for_each_of_the_newest_sessions(stocked: Path) -> None:
    done = Terminal(stocked, ["pipelines", "list"], env={"NO_COLOR": "1"}).end()

    assert "3, 3 failed" in done.stdout
    assert "✗ ✗ ✗" in done.stdout
    assert "1 pipeline\n" in done.stdout


def test_a_pipeline_is_shown_by_its_name(shell: Shell) -> None:
    done = shell("pipelines", "show", a_pipeline().name)

    assert done.document["data"] == a_pipeline().model_dump(mode="json")


def test_a_mistyped_name_suggests_the_nearest_one(shell: Shell) -> None:
    done = shell("pipelines", "show", f"{a_pipeline().name}x")

    assert done.code == ExitCode.NOT_FOUND
    assert f"Did you mean {a_pipeline().name}?" in str(done.error["next"])


def test_a_name_like_nothing_suggests_nothing(shell: Shell) -> None:
    assert "mean" not in str(shell("pipelines", "show", "zzzz").error["next"])


def test_a_format_is_written_bare_into_a_pipe(shell: Shell) -> None:
    done = shell("pipelines", "graph", a_pipeline().name, "--format", "dot")

    assert done.stdout.startswith(f'digraph "{a_pipeline().name}" {{')


def test_a_format_in_json_keeps_to_the_envelope(shell: Shell) -> None:
    done = shell("pipelines", "graph", a_pipeline().name, "--format", "dot", "--json")

    found = done.document["data"]
    assert isinstance(found, dict)
    assert found["format"] == "dot"


@pytest.mark.parametrize(
    ("wanted", "edge", "count"),
    [(GraphFormat.TEXT, "<-", 3), (GraphFormat.DOT, "->", 4), (GraphFormat.MERMAID, "-->", 4)],
)
def test_a_graph_shows_every_edge(wanted: GraphFormat, edge: str, count: int) -> None:
    assert drawn(DIAMOND, wanted).count(edge) == count


def test_a_job_stands_right_of_all_it_waits_for() -> None:
    lines = drawn(DIAMOND, GraphFormat.TEXT).splitlines()

    assert lines[0] == "a"
    assert lines[-1] == "    d <- b, end"


def test_a_word_of_mermaid_is_no_node_there() -> None:
    assert '["end"]' in drawn(DIAMOND, GraphFormat.MERMAID)
    assert "  end" not in drawn(DIAMOND, GraphFormat.MERMAID)

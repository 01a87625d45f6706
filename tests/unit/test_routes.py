"""Routes through graphs, compared with what trying every node gives."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bunsui_core.domain.routes import gathered, reachable, unavoidable

NAMES = [chr(ord("a") + number) for number in range(9)]
GRAPHS = st.fixed_dictionaries(
    {name: st.lists(st.sampled_from(NAMES), max_size=3).map(tuple) for name in NAMES}
)


def without(graph: dict[str, tuple[str, ...]], name: str) -> dict[str, tuple[str, ...]]:
    return {n: tuple(a for a in ahead if a != name) for n, ahead in graph.items() if n != name}


@settings(max_examples=400, deadline=None)
@given(graph=GRAPHS, goals=st.sets(st.sampled_from(NAMES), max_size=3))
def test_a_node_is_unavoidable_when_no_goal_can_be_come_to_without_it(
    graph: dict[str, tuple[str, ...]], goals: set[str]
) -> None:
    there = goals & {*reachable(graph, "a")}
    tried = {
        name
        for name in reachable(graph, "a")
        if there and (name == "a" or not goals & {*reachable(without(graph, name), "a")})
    }

    assert unavoidable(graph, "a", goals) == tried


@settings(max_examples=200, deadline=None)
@given(graph=GRAPHS)
def test_what_is_gathered_comes_from_every_node_that_leads_there(
    graph: dict[str, tuple[str, ...]],
) -> None:
    found = gathered(graph, {name: frozenset(name) for name in graph})

    for name in NAMES:
        before = {n for n in NAMES if any(name in reachable(graph, a) for a in graph[n])}
        assert found[name] == before


def test_what_is_nearest_is_told_first() -> None:
    graph = {"a": ("c", "b"), "b": ("d",), "c": ("d", "a"), "d": (), "e": ("a",)}

    assert reachable(graph, "a") == ("a", "c", "b", "d")

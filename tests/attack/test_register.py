"""The table of attacks is whole: what it names is there, and what came through is said."""

from __future__ import annotations

import ast

import pytest

from tests.attack.__main__ import table
from tests.attack.attacks import TESTS, Attack, Case, score
from tests.attack.page import PAGE, with_table
from tests.attack.register import ATTACKS

AN_ATTACK = Attack("steal", "a lock", off=("x.py::test_open",), on=("x.py::test_locked",))


def functions(file: str) -> set[str]:
    tree = ast.parse((TESTS / file).read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {one.name for one in ast.walk(tree) if isinstance(one, kinds)}


def test_every_test_that_an_attack_names_is_there() -> None:
    missing = [
        test
        for attack in ATTACKS
        for test in (*attack.on, *attack.off)
        if test.partition("::")[2].partition("[")[0] not in functions(test.partition("::")[0])
    ]

    assert not missing


def test_the_page_about_security_has_a_row_for_each() -> None:
    page = PAGE.read_text("utf-8")

    assert page == with_table(page, ATTACKS), "run python -m tests.attack --write"


def test_every_attack_has_a_name_of_its_own_and_is_tried() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
    assert all(attack.on and attack.defence for attack in ATTACKS)


@pytest.mark.parametrize(
    ("cases", "holds"),
    [
        ([("locked", True), ("open", True)], True),
        ([("locked[a]", True), ("locked[b]", False), ("open", True)], False),
        ([("locked", True), ("open", False)], False),
        ([("locked", True)], False),
        ([("open", True)], False),
    ],
    ids=["holds", "came through", "is hollow", "not tried without defence", "not tried"],
)
def test_an_attack_holds_when_it_was_tried_twice(
    cases: list[tuple[str, bool]], holds: bool
) -> None:
    run = [Case(f"x.py::test_{name}", passed) for name, passed in cases]

    assert score(AN_ATTACK, run).holds is holds


def test_the_table_ends_with_the_sum_of_what_came_through() -> None:
    run = [Case("x.py::test_locked[a]", True, tries=40), Case("x.py::test_locked[b]", False)]

    lines = list(table([score(AN_ATTACK, run)]))

    assert lines[1].split()[:3] == ["steal", "41", "1"]
    assert lines[-1] == "escapes 1"

"""`python -m tests.attack` tries every attack and says what came through; ends 1 when any did.

With `--write` it writes the table of docs/security.md instead.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

import pytest

from tests.attack.attacks import TESTS, Case, Score, score
from tests.attack.page import PAGE, with_table
from tests.attack.register import ATTACKS

WIDTH = 74


class Watching:
    """What pytest reports of each test, kept as cases."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the outcome of a test; a set-up that failed counts as a test that did."""
        test = report.nodeid.removeprefix("tests/")
        tries = dict(report.user_properties).get("tries", 1)
        if report.when == "call" or (report.failed and test not in self.cases):
            passed = report.passed
            if not report.skipped:
                self.cases[test] = Case(test, passed, int(str(tries)))


def main() -> int:
    """Run every test that an attack names, and write the table."""
    watching = Watching()
    with contextlib.redirect_stdout(sys.stderr):
        ended = pytest.main(["-n", "3", "--dist", "loadfile", "-q", *_tests()], [watching])
    scores = [score(attack, watching.cases.values()) for attack in ATTACKS]
    sys.stdout.write("\n".join(table(scores)) + "\n")
    return int(ended != pytest.ExitCode.OK or not all(one.holds for one in scores))


def table(scores: list[Score]) -> Iterator[str]:
    """The lines of the table: attack, tries, escapes, and how it went without the defence."""
    yield f"{'attack':{WIDTH}} {'tries':>7} {'escapes':>7}  without its defence"
    for one in scores:
        yield f"{one.attack.name:{WIDTH}} {one.tries:>7} {one.escapes:>7}  {_unguarded(one)}"
    tries, escapes = sum(one.tries for one in scores), sum(one.escapes for one in scores)
    yield f"{f'{len(scores)} attacks':{WIDTH}} {tries:>7} {escapes:>7}"
    yield f"escapes {escapes}"


def _unguarded(one: Score) -> str:
    if not one.attack.off:
        return "-"
    return f"succeeds, {one.unguarded - one.hollow} of {one.unguarded}"


def _tests() -> list[str]:
    named = dict.fromkeys(test for attack in ATTACKS for test in (*attack.on, *attack.off))
    return [f"{TESTS}/{test}" for test in named]


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(with_table(PAGE.read_text("utf-8"), ATTACKS), "utf-8")
    else:
        sys.exit(main())

"""The table of attacks in docs/security.md: a row for each, made from the register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.attack.attacks import TESTS, Attack

PAGE = TESTS.parent / "docs" / "security.md"
HEADER = ("| attack | what stops it | tried in |", "| --- | --- | --- |")


def rows(attacks: Iterable[Attack]) -> Iterator[str]:
    """The lines of the table."""
    yield from HEADER
    for attack in attacks:
        where = dict.fromkeys(test.partition("::")[0] for test in attack.on)
        files = ", ".join(f"`{file.removesuffix('.py')}`" for file in where)
        yield f"| {attack.name} | {attack.defence} | {files} |"


def with_table(page: str, attacks: Iterable[Attack]) -> str:
    """Return the page with the table in place of the one it has."""
    before, header, rest = page.partition(HEADER[0])
    lines = rest.split("\n")
    end = next(n for n, line in enumerate(lines) if n and not line.startswith("|"))
    assert header, f"{PAGE} has no table of attacks"
    return before + "\n".join([*rows(attacks), *lines[end:]])

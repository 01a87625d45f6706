"""How the programs of the terminal UI end; the command line hands over to them."""

from __future__ import annotations

OK, UNEXPECTED, TERMINAL = 0, 1, 8
EXITS = {
    "bad_input": 2,
    "not_found": 3,
    "refused": 4,
    "conflict": 4,
    "stale": 4,
    "not_authorised": 5,
    "unavailable": 6,
    "store_damaged": 7,
    "store_newer": 7,
}
"""The exit codes of the command line, by the code of an error."""

"""How every program of bunsui ends when it refuses; docs/cli.md explains it to users."""

from __future__ import annotations

from collections.abc import Mapping

EXITS: Mapping[str, int] = {
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
"""The exit code by the code of an error; what is not named here is a defect, and ends with 1."""

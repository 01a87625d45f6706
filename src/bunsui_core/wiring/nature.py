"""Ids that a person can read aloud, and the clock beside them."""

from __future__ import annotations

import secrets

from bunsui_core.desk.agent import Nature
from bunsui_core.settings import Settings
from bunsui_core.wiring.clock import clock

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""


def new_id() -> str:
    """Return an id such as `1KQ7R4X-9F3K`: seconds since 1970, then 20 random bits."""
    seconds, moment = int(clock().timestamp()), ""
    while seconds:
        seconds, digit = divmod(seconds, 32)
        moment = ALPHABET[digit] + moment
    return f"{moment}-{''.join(secrets.choice(ALPHABET) for _ in range(4))}"


def nature(settings: Settings) -> Nature:
    """Return the real clock and real makers of ids, and what is done here with an approval."""
    return Nature(clock, new_id, new_id, settings.may_execute)

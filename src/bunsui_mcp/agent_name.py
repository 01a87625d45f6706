"""What an agent may be called: nothing that could mislead the human who reads it."""

from __future__ import annotations

import re

RULE = "a name has 1 to 40 letters, digits, dots, dashes or underscores"
"""What is said about a name that is refused."""


def is_agent_name(text: str) -> bool:
    """Whether an agent may be called so."""
    return bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", text))

"""Which state machines of an account are watched, by name and by tag."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import Field

from bunsui_core.domain.value import Value

TAG = "tag:"
"""What a pattern of tags begins with; no name of a state machine has a colon."""

Pattern = Annotated[str, Field(pattern=r"^(tag:[^=\s]+(=.*)?|[^:\s]+)$")]
"""`orders-*` is about names; `tag:team=data*` is about a tag, `tag:team` about its presence."""


class Selection(Value):
    """Patterns of machines; an empty `include` takes in all, `exclude` always wins."""

    include: tuple[Pattern, ...] = ()
    exclude: tuple[Pattern, ...] = ()

    @property
    def needs_tags(self) -> bool:
        """Whether tags decide; reading them costs a call for each machine."""
        return any(one.startswith(TAG) for one in (*self.include, *self.exclude))

    def watches(self, name: str, tags: Mapping[str, str]) -> bool:
        """Whether a machine of that name and these tags is watched."""
        if any(matches(one, name, tags) for one in self.exclude):
            return False
        return not self.include or any(matches(one, name, tags) for one in self.include)


def matches(pattern: str, name: str, tags: Mapping[str, str]) -> bool:
    """Whether a pattern is about a machine of that name and these tags."""
    if not pattern.startswith(TAG):
        return fnmatchcase(name, pattern)
    key, _, value = pattern.removeprefix(TAG).partition("=")
    return key in tags and fnmatchcase(tags[key], value if "=" in pattern else "*")

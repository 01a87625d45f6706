"""The Markdown files of `prompts/` as MCP prompts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.prompts.base import PromptArgument

from bunsui_core import assets
from bunsui_core.domain.safe import safe

_FRONT = re.compile(r"\A---\n(?P<front>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)
_PLACE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_LONGEST_VALUE = 500


@dataclass(frozen=True)
class StoredPrompt:
    """A prompt file: its front matter and its text with `{{argument}}` places."""

    name: str
    title: str
    description: str
    arguments: tuple[PromptArgument, ...]
    body: str

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the text with the values in their places; an absent one is named so."""
        return _PLACE.sub(
            lambda place: (
                safe(values.get(place[1], ""), _LONGEST_VALUE, newlines=False)
                or f"(no {place[1]} given)"
            ),
            self.body,
        ).strip()


def stored_prompts() -> list[Prompt]:
    """Return the prompts of this installation."""
    return [_served(read_prompt(text)) for text in assets.prompt_texts()]


def read_prompt(text: str) -> StoredPrompt:
    """Return the prompt of a Markdown text.

    The front matter has `name`, `title` and `description`, and below `arguments:` one indented
    `argument: what it is` a line; a `?` after the argument's name makes it optional.
    Raises: ValueError when a part is missing or the text uses an undeclared argument.
    """
    parts = _FRONT.match(text)
    if parts is None:
        raise ValueError("a prompt begins with front matter between two lines of ---")
    lines = [line.partition(":") for line in parts["front"].splitlines() if line.strip()]
    said = {key: value.strip() for key, _, value in lines if not key.startswith(" ")}
    arguments = tuple(
        PromptArgument(
            name=key.strip().rstrip("?"),
            description=value.strip(),
            required=not key.endswith("?"),
        )
        for key, _, value in lines
        if key.startswith(" ")
    )
    if undeclared := set(_PLACE.findall(parts["body"])) - {a.name for a in arguments}:
        raise ValueError(f"the prompt uses {sorted(undeclared)}, which it does not declare")
    try:
        return StoredPrompt(
            said["name"], said["title"], said["description"], arguments, parts["body"]
        )
    except KeyError as error:
        raise ValueError(f"the prompt's front matter lacks {error}") from error


def _served(prompt: StoredPrompt) -> Prompt:
    known = {argument.name for argument in prompt.arguments}

    def fill(**values: str) -> str:
        if strange := sorted(set(values) - known):
            raise ValueError(f"{prompt.name} has no argument {safe(strange[0], 80)}")
        return prompt.filled(values)

    return Prompt(
        name=prompt.name,
        title=prompt.title,
        description=prompt.description,
        arguments=list(prompt.arguments),
        fn=fill,
    )

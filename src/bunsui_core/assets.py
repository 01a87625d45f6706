"""Where the Markdown prompts and the JSON schemas lie, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_HOMES = (_PACKAGE / "_assets", _PACKAGE.parents[1])


def folder(name: str) -> Path:
    """Return the folder `prompts` or `schemas`.

    Raises: FileNotFoundError when this installation does not have it.
    """
    for home in _HOMES:
        if (home / name).is_dir():
            return home / name
    raise FileNotFoundError(
        f"bunsui's {name} are not part of this installation; install bunsui again."
    )


def prompt_texts() -> tuple[str, ...]:
    """Return every prompt, front matter included, by file name."""
    return tuple(
        path.read_text(encoding="utf-8") for path in sorted(folder("prompts").glob("*.md"))
    )

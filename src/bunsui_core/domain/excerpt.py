"""Long texts and secret ones in a review: what is left out is named by its length and digest."""

from __future__ import annotations

import json

from bunsui_core.domain.answer import InputChange
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.safe import safe
from bunsui_core.domain.secrets import masked

SHOWN = 600
"""Characters of one input or value that a review shows; the digest covers the whole."""


def excerpt(text: str, shown: str | None = None) -> str:
    """Return a text on one line, without its secrets, and what names the whole if it is not it.

    `shown` is what is shown of it, where the secrets in it are known by something beside it.
    """
    bare = masked(text) if shown is None else shown
    is_long = len(bare) > SHOWN
    line = safe(bare[:SHOWN], SHOWN, False)
    if not is_long and bare == text:
        return line
    what = f"the first {SHOWN} of {len(text):,} characters" if is_long else "without its secrets"
    return f"{line}{'…' if is_long else ''} ({what}; sha256 of the whole {text_digest(text)})"


def changed(one: InputChange) -> str:
    """Return a value of an input before and after, without secrets."""
    before, after = (excerpt(text, _without_secret(one.path, text)) for text in _sides(one))
    return f"{safe(one.path, SHOWN, False)}: {before} -> {after}"


def _sides(one: InputChange) -> tuple[str, str]:
    return one.before, one.after


def _without_secret(path: str, text: str) -> str:
    """A value, masked as in the document in which it stands under its name."""
    name = path.rpartition(".")[2]
    try:
        held = json.loads(masked(json.dumps({name: json.loads(text)}, ensure_ascii=False)))
    except ValueError:
        return masked(text)
    bare = json.dumps(held[name], ensure_ascii=False)
    return text if bare == json.dumps(json.loads(text), ensure_ascii=False) else bare

"""Long texts and secret ones in a review: what is left out is named by its length and digest."""

from __future__ import annotations

import json

from bunsui_core.domain.answer import InputChange
from bunsui_core.domain.canonical import text_digest
from bunsui_core.domain.safe import safe
from bunsui_core.domain.secrets import masked

SHOWN = 600
"""Characters of one input or value that a review shows; the digest covers the whole."""


def excerpt(text: str) -> str:
    """Return a text on one line, without its secrets, and what names the whole if it is not it."""
    bare = masked(text)
    if bare == text:
        return _cut(text)
    # The plan has a digest of the whole as well, so this one tells nobody more.
    is_long = len(bare) > SHOWN
    line = safe(bare[:SHOWN], SHOWN, False) + ("…" if is_long else "")
    much = f"of {len(text):,} characters, " if is_long else ""
    return f"{line} ({much}without its secrets; sha256 of the whole {text_digest(text)})"


def changed(one: InputChange) -> str:
    """Return a value of an input before and after, without secrets.

    A secret has no digest here: one of a value alone can be guessed.
    """
    before, after = _without_secret(one.path, one.before), _without_secret(one.path, one.after)
    is_told = before == after and one.before != one.after
    other = " (another one)" if is_told else ""
    return f"{safe(one.path, SHOWN, False)}: {_cut(before)} -> {_cut(after)}{other}"


def _cut(text: str) -> str:
    if len(text) <= SHOWN:
        return safe(text, SHOWN, False)
    what = f"the first {SHOWN} of {len(text):,} characters; sha256 of the whole {text_digest(text)}"
    return f"{safe(text[:SHOWN], SHOWN, False)}… ({what})"


def _without_secret(path: str, text: str) -> str:
    """A value, masked as in the document in which it stands under its name."""
    name = path.rpartition(".")[2]
    try:
        held = json.loads(masked(json.dumps({name: json.loads(text)}, ensure_ascii=False)))
    except ValueError:
        return masked(text)
    bare = json.dumps(held[name], ensure_ascii=False)
    return text if bare == json.dumps(json.loads(text), ensure_ascii=False) else bare

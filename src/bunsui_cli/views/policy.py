"""Policies for a person."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from bunsui_cli.views.table import facts, table
from bunsui_cli.views.words import FAILED, MUTED, OK, STYLES, WAITING, line, moment, plain, several
from bunsui_core.domain.policy_answers import (
    PolicyChecked,
    PolicyExplained,
    PolicyList,
    PolicyShown,
    PolicyVersion,
)

LONGEST_SHOWN = 200_000
"""Characters of a policy that are shown; none is longer."""


def shown(value: PolicyShown) -> Sequence[RenderableType]:
    """Return a policy's text under who signed it and whether it is in force."""
    one = value.version
    head = facts(
        [
            ("policy", str(one.seq)),
            ("signed by", one.signer or "nobody who is trusted"),
            ("at", moment(one.at)),
            ("digest", one.digest),
        ]
    )
    return [head, _force(one), Text(), plain(value.text.rstrip(), LONGEST_SHOWN)]


def listing(value: PolicyList) -> Sequence[RenderableType]:
    """Return every policy that was signed, newest first."""
    if not value.items:
        return [Text("No policy was signed yet. `bunsui approvers init NAME` signs a first one.")]
    rows = [
        (str(one.seq), moment(one.at), one.signer or "–", one.digest[:12], _standing(one))
        for one in value.items
    ]
    found = table(("policy", "signed at", "by", "digest", "now"), rows)
    why = [_sign(FAILED, f"No policy is in force: {value.why}.")] if value.why else []
    return [found, *why]


def checked(value: PolicyChecked) -> Sequence[RenderableType]:
    """Return what a policy would do, and what of it can hardly be meant."""
    what = f"{several(value.rules, 'rule')}, {several(value.freezes, 'freeze')}"
    lost = ", ".join(value.loses)
    return [
        _sign(OK, f"It is a policy: {what}; digest {value.digest[:12]}."),
        *(_sign(WAITING, one) for one in value.remarks),
        *(_sign(WAITING, f"request {one}") for one in value.changes),
        *([_sign(WAITING, f"what was approved stops counting: {lost}")] if lost else []),
        Text("It is in force." if value.in_force else "Nothing was signed.", "dim"),
    ]


def explained(value: PolicyExplained) -> Sequence[RenderableType]:
    """Return what the policy says of a request, and what it would say of others."""
    said = [_sign(MUTED, one) for one in value.sentences]
    others = [_sign(MUTED, one) for one in value.otherwise]
    title = [Text("It would need:", "dim")] if others else []
    return [line(f"Request {value.request_id}:"), *said, *title, *others]


def _force(one: PolicyVersion) -> Text:
    if one.in_force:
        return _sign(OK, "It is in force.")
    return _sign(FAILED, f"It is not in force: {one.why}.")


def _standing(one: PolicyVersion) -> Text:
    sign = OK if one.in_force else WAITING
    return _sign(sign, "in force" if one.in_force else one.why)


def _sign(sign: str, text: str) -> Text:
    return Text.assemble((sign, STYLES[sign]), " ", line(text, 4000))

"""Approvers, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from bunsui_cli.answers import ApproverList, KeyLine
from bunsui_cli.views.table import table
from bunsui_cli.views.words import line, moment
from bunsui_core.domain.trust import Approver, Holder
from bunsui_core.domain.trust_changing import Loss


def parts(value: ApproverList | Approver | KeyLine | Loss) -> Sequence[RenderableType]:
    """Return what a person sees of an answer about approvers."""
    match value:
        case ApproverList():
            return listing(value)
        case Approver():
            return approvers((value,))
        case KeyLine():
            return key(value)
        case Loss():
            return loss(value)


def listing(value: ApproverList) -> Sequence[RenderableType]:
    """Return who may decide, and on which key the trust in all others rests."""
    if value.flaw:
        said = f"Nobody is trusted here: {line(value.flaw, 300)}."
        return [Text(said), Text("Find out who changed the store; restore it from an export.")]
    if not value.items:
        return [Text("Nobody may decide yet. Make a key: bunsui approvers init NAME")]
    root = [Text(f"All trust rests on the key {value.root}.")] if value.root else []
    return [*approvers(value.items), *root]


def approvers(items: Sequence[Approver]) -> Sequence[RenderableType]:
    """Return approvers, with what each may sign and where the key is."""
    heads = ("approver", "role", "key", "in", "since", "revoked")
    rows = [
        (
            line(one.name, 64),
            one.role.value,
            one.key_id,
            _where(one),
            moment(one.added_at),
            moment(one.revoked_at),
        )
        for one in items
    ]
    return [table(heads, rows)]


def key(value: KeyLine) -> Sequence[RenderableType]:
    """Return the line of a new key alone, so that it can be kept in a file."""
    return [Text(value.line, no_wrap=True, overflow="ignore")]


def loss(value: Loss) -> Sequence[RenderableType]:
    """Return whose key counts no more, and what went with it."""
    return [*approvers((value.approver,)), *map(Text, told(value))]


def told(value: Loss) -> Iterator[str]:
    """Give in sentences what goes with a key."""
    name = value.approver.name
    yield f"The key of {name} counts no more, also for what it signed."
    for request in value.requests:
        yield f"  its approval of {line(request, 80)} counts no more"
    if value.policy:
        yield f"  {name} signed the policy: until a lead signs it again, nothing is approved"


def _where(one: Approver) -> str:
    if one.is_demo:
        return "demo"
    return "KMS" if one.holder is Holder.KMS else "file"

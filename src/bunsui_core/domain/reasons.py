"""What was looked at, as reasons of a verdict: few enough to be read."""

from __future__ import annotations

from collections.abc import Iterator

from bunsui_core.domain.verdict import Look, Reason, Subject

_OF_FUNCTION = (Subject.CODE, Subject.SETTINGS)
_MANY = 3
"""From how many objects on they are counted and no longer named."""


def seen(look: Look) -> Reason:
    """Return a reason that rests on a look, cited as `code:orders-validate`."""
    return Reason(text=look.text, evidence=(_cited(look),))


def unchanged(looks: tuple[Look, ...]) -> tuple[Reason, ...]:
    """Return looks that saw no change as reasons: those of a function or of many objects as one.

    All of them are cited.
    """
    objects = [look for look in looks if look.subject is Subject.OBJECT and not look.is_missing]
    found: list[Reason] = []
    told: set[str] = set()
    for look in looks:
        if _cited(look) in told:
            continue
        together = list(_together(look, looks, objects))
        told |= {_cited(one) for one in together}
        found.append(_as_one(together))
    return tuple(found)


def _together(look: Look, looks: tuple[Look, ...], objects: list[Look]) -> Iterator[Look]:
    if look.subject in _OF_FUNCTION:
        yield from (one for one in looks if one.subject in _OF_FUNCTION and one.name == look.name)
    elif look in objects and len(objects) >= _MANY:
        yield from objects
    else:
        yield look


def _as_one(looks: list[Look]) -> Reason:
    first, *others = looks
    if not others or any(look.changed is not False for look in looks):
        return Reason(text="; ".join(look.text for look in looks), evidence=_all(looks))
    if first.subject is Subject.OBJECT:
        text = f"the {len(looks)} objects that it names are the same now"
    else:
        words = [str(look.subject) for look in looks]
        text = f"{', '.join(words[:-1])} and {words[-1]} of {first.name} are the same now"
    return Reason(text=text, evidence=_all(looks))


def _all(looks: list[Look]) -> tuple[str, ...]:
    return tuple(_cited(look) for look in looks)


def _cited(look: Look) -> str:
    return f"{look.subject}:{look.name}"

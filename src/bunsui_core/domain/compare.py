"""Whether a thing changed since the failure: how it stood then beside how it stands now."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bunsui_core.domain.granted import Grant
from bunsui_core.domain.standing import Standing
from bunsui_core.domain.value import Instant, Value
from bunsui_core.domain.verdict import Look, Subject

SOON = timedelta(minutes=5)
"""How soon after a failure a record still tells how things stood at it, where AWS tells no time."""

_NAMES = {
    Subject.CODE: "the code of {name}",
    Subject.SETTINGS: "what is configured of {name}",
    Subject.TASK: "what task definition {name} runs",
    Subject.IMAGE: "what the image {name} holds",
}
_BY_TIME = frozenset({Subject.CODE, Subject.OBJECT})
"""Subjects whose time of change AWS tells and that are judged by it where nothing was recorded."""


class About(Value):
    """What is known of the failure that things are compared for.

    `misses` says that it is about something missing, `misses_object` that this may be an object
    of S3, `by_identity` that nothing was granted.
    """

    failed_at: Instant | None
    misses: bool = False
    misses_object: bool = False
    by_identity: bool = False


def compared(now: Standing, then: Standing | None, about: About) -> Look:
    """Return whether a thing changed since the failure, and by what that is known."""
    was = then.state if then and not then.unseen else ""
    is_now = "" if now.unseen else now.state
    return _compared(now, then, about).model_copy(update={"then": was, "now": is_now})


def _compared(now: Standing, then: Standing | None, about: About) -> Look:
    if now.unseen:
        return _look(now, None, now.text)
    if now.subject is Subject.GRANT:
        return _of_grant(now, then, about)
    is_thing = now.subject is Subject.THING and (about.misses or not now.state)
    if is_thing or (now.subject is Subject.OBJECT and not now.state):
        return _of_presence(now, then, about)
    if then is None or then.unseen:
        return _of_unrecorded(now, about)
    if now.subject is Subject.OBJECT and not (then.state or about.misses_object):
        return _look(now, None, f"{now.text} was not there when it failed, and is there now")
    if then.state != now.state:
        return _of_limits(now, then) if now.subject is Subject.LIMITS else _of_change(now, then)
    return _of_same(now, then, about)


def _of_change(now: Standing, then: Standing) -> Look:
    if not then.state:
        return _look(now, True, f"{now.text} was not there, and is there now")
    if not now.state:
        return _look(now, None, f"{now.text} was there, and is gone")
    return _look(now, True, f"{_called(now)} is another now than at the failure")


def _of_same(now: Standing, then: Standing, about: About) -> Look:
    """The same now as when it was recorded; something may have happened before that."""
    failed_at = about.failed_at
    if not now.state:
        return _look(now, False, f"{now.text} is not there, and was not")
    if then.changed_at and failed_at and then.changed_at > failed_at:
        told = f"{_called(now)} was changed after the failure, {_at(then.changed_at)}"
        return _look(now, True, told)
    late = then.seen_at - failed_at if failed_at else timedelta()
    if now.changed_at is None and late > SOON and now.subject is not Subject.DEFINITION:
        told = f"{_called(now)} is as it was {_long(late)} after the failure, when it was recorded"
        return _look(now, None, told)
    if now.subject is Subject.LIMITS:
        return _look(now, False, f"{now.name} has {now.state}, as it had")
    return _look(now, False, f"{_called(now)} is the same now")


def _of_limits(now: Standing, then: Standing) -> Look:
    """Only a raised limit is a change for the better."""
    had, has = _numbers(then.state), _numbers(now.state)
    told = f"{now.name} has {now.state} now, it had {then.state}"
    raised = len(had) != len(has) or any(a < b for a, b in zip(had, has, strict=True))
    return _look(now, raised, told)


def _of_grant(now: Standing, then: Standing | None, about: About) -> Look:
    """Where the failure itself says that policies of the role denied it, no record is needed."""
    was = then.state if then and not then.unseen else ""
    match Grant(now.state):
        case Grant.OPEN:
            return _look(now, None, f"{now.text}, for what decides it is not in their text")
        case Grant.NOT_ALLOWED | Grant.FORBIDDEN:
            return _look(now, False, now.text)
        case Grant.ALLOWED if about.by_identity:
            return _look(now, True, f"{now.text} now, it was not")
        case Grant.ALLOWED if was in {Grant.NOT_ALLOWED, Grant.FORBIDDEN}:
            return _look(now, True, f"{now.text} now, it was {was}")
        case Grant.ALLOWED if was:
            told = f"{now.text}, and was: something else denied it, which is not seen"
            return _look(now, None, told)
        case Grant.ALLOWED:
            told = f"{now.text} now; whether it was at the failure is not recorded"
            return _look(now, None, told)


def _of_presence(now: Standing, then: Standing | None, about: About) -> Look:
    """What is missing helps when it comes; what was there all the time is not what is missing."""
    was = None if then is None or then.unseen else bool(then.state)
    if not now.state:
        misses = about.misses if now.subject is Subject.THING else about.misses_object
        if misses and not was:
            return _look(now, False, f"{now.text} still is not there", is_missing=True)
        if was is False:
            return _look(now, False, f"{now.text} is not there, and was not")
        gone = was and now.subject is Subject.OBJECT
        return _look(now, True if gone else None, f"{now.text} is not there")
    made_after = _is_after(now.changed_at, about.failed_at)
    if was is False or made_after or (was is None and now.changed_at is None):
        return _look(now, True, f"{now.text} is there now")
    when = "before the failure" if was is None else "when the failure was recorded"
    return _look(now, None, f"{now.text} is there, and was {when}")


def _of_unrecorded(now: Standing, about: About) -> Look:
    """Without a record there is only the time at which AWS says that it last changed."""
    changed = _is_after(now.changed_at, about.failed_at)
    if now.changed_at is None or changed is None:
        told = f"{_called(now)} was not recorded at the failure"
        return _look(now, None, told if now.changed_at is None else _dated(now, None))
    if changed and now.subject not in _BY_TIME:
        told = f"{_called(now)} may be another: something of it was changed after the failure"
        return _look(now, None, told)
    return _look(now, changed, _dated(now, changed))


def _dated(now: Standing, changed: bool | None) -> str:
    did = "written" if now.subject is Subject.OBJECT else "changed"
    when = {True: "after the failure", False: "before the failure", None: "at an unknown time"}
    at = f", {_at(now.changed_at)}" if now.changed_at else ""
    what = f"limits {now.text} of {now.name}" if now.subject is Subject.LIMITS else now.text
    return f"{what} was last {did} {when[changed]}{at}"


def _is_after(changed_at: datetime | None, failed_at: datetime | None) -> bool | None:
    """S3 tells whole seconds, so a change in the second of the failure goes unseen."""
    return None if changed_at is None or failed_at is None else changed_at > failed_at


def _called(now: Standing) -> str:
    return _NAMES.get(now.subject, now.text).format(name=now.name)


def _numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


def _at(moment: datetime) -> str:
    return f"at {moment:%Y-%m-%d %H:%M:%S} UTC"


def _long(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60} h" if minutes >= 120 else f"{minutes} min"


def _look(now: Standing, changed: bool | None, text: str, is_missing: bool = False) -> Look:
    return Look(
        subject=now.subject,
        name=now.name,
        changed=changed,
        text=text,
        seen_at=now.seen_at,
        is_missing=is_missing,
    )

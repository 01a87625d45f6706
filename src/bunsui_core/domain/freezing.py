"""Freezes: when nothing is approved or executed, but pausing and cancelling."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from bunsui_core.domain.rules import Match, Subject
from bunsui_core.domain.value import Instant, Value

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""In the order of `datetime.weekday`."""

Day: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

MOST_FOLLOWED = 400
"""Freezes that may follow one upon another before the end counts as out of sight."""


def _is_zone(name: str) -> str:
    try:
        zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name}; say it as Asia/Tokyo") from error
    return name


@lru_cache(maxsize=32)
def zone(name: str) -> ZoneInfo:
    """Return a time zone of the tables that come with the system or with Python."""
    return ZoneInfo(name)


class Span(Value):
    """From one moment until another, once."""

    model_config = ConfigDict(populate_by_name=True)

    name: str = ""
    since: Annotated[Instant, Field(alias="from")]
    until: Instant
    match: Match = Match()

    @model_validator(mode="after")
    def _is_forward(self) -> Self:
        if not 2000 <= self.since.year <= self.until.year <= 9000:
            raise ValueError("from and until are moments of the years 2000 to 9000, in this order")
        if self.until <= self.since:
            raise ValueError("until is not after from")
        return self

    def end_at(self, now: datetime) -> datetime | None:
        """Return when the window that holds at a moment ends; None when none holds then."""
        return self.until if self.since <= now < self.until else None

    def is_over(self, now: datetime) -> bool:
        """Whether the window never holds again."""
        return self.until <= now

    @property
    def text(self) -> str:
        """The window in words."""
        return f"from {self.since.isoformat()} until {self.until.isoformat()}"


class Weekly(Value):
    """On some days of each week, by the clock of a zone; without times whole days are meant.

    A window that ends before it begins, ends on the next day.
    """

    model_config = ConfigDict(populate_by_name=True)

    name: str = ""
    days: Annotated[tuple[Day, ...], Field(min_length=1)]
    since: Annotated[time | None, Field(alias="from")] = None
    to: time | None = None
    zone: Annotated[str, AfterValidator(_is_zone)]
    match: Match = Match()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.since is None) != (self.to is None):
            raise ValueError("from and to stand together, or neither of them")
        if self.since is not None and self.since == self.to:
            raise ValueError("from and to are the same; leave both away for whole days")
        if any(one is not None and one.tzinfo for one in (self.since, self.to)):
            raise ValueError("from and to are times of the zone, without one of their own")
        return self

    def end_at(self, now: datetime) -> datetime | None:
        """Return when the window that holds at a moment ends; None when none holds then."""
        here = now.astimezone(zone(self.zone))
        since, to = self.since or time(), self.to or time()
        overnight = to <= since
        for back in (0, 1) if overnight else (0,):
            day = (here - timedelta(days=back)).date()
            begins = datetime.combine(day, since)
            ends = datetime.combine(day + timedelta(days=overnight), to)
            if DAYS[day.weekday()] in self.days and begins <= here.replace(tzinfo=None) < ends:
                # The same fold: an hour that the clocks go back stands there twice.
                return ends.replace(tzinfo=zone(self.zone), fold=here.fold).astimezone(UTC)
        return None

    def is_over(self, now: datetime) -> bool:
        """Whether the window never holds again; one of every week always does."""
        return False

    @property
    def text(self) -> str:
        """The window in words."""
        hours = f" from {self.since:%H:%M} to {self.to:%H:%M}" if self.since and self.to else ""
        return f"{', '.join(self.days)}{hours}, {self.zone}"


def _which(given: object) -> str:
    """Whether a freeze is meant for every week; whatever else it says is then looked at."""
    if isinstance(given, Weekly):
        return "weekly"
    return "weekly" if isinstance(given, dict) and "days" in given else "once"


Freeze = Annotated[
    Annotated[Span, Tag("once")] | Annotated[Weekly, Tag("weekly")], Discriminator(_which)
]


class Frozen(Value):
    """That a freeze holds, which, and until when; `until` is None when no end is in sight."""

    name: str
    until: Instant | None

    @property
    def text(self) -> str:
        """The freeze in words."""
        end = f"until {self.until:%Y-%m-%d %H:%M} UTC" if self.until else "with no end in sight"
        return f"frozen {end}" + (f" ({self.name})" if self.name else "")


def frozen(
    freezes: Iterable[Span | Weekly], subjects: Iterable[Subject], now: datetime
) -> Frozen | None:
    """Return the freeze that holds for one of the subjects at a moment, through to its thaw."""
    told = tuple(subjects)
    covering = [one for one in freezes if any(one.match.covers(s) for s in told)]
    first = next(((one, end) for one in covering if (end := one.end_at(now))), None)
    if first is None:
        return None
    named, until = first[0].name or first[0].text, thaw(covering, first[1])
    return Frozen(name=named, until=until and until.astimezone(UTC))


def thaw(freezes: Iterable[Span | Weekly], end: datetime) -> datetime | None:
    """Return the first moment from `end` on at which no freeze holds; None when none is near."""
    for _ in range(MOST_FOLLOWED):
        later = [more for one in freezes if (more := one.end_at(end))]
        if not later:
            return end
        end = max(later)
    return None

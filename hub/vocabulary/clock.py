"""Time. An instant is a whole number of microseconds since 1970-01-01 UTC; rules count days in Asia/Shanghai."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import NewType
from zoneinfo import ZoneInfo

Instant = NewType("Instant", int)
"""Microseconds since 1970-01-01 00:00 UTC."""
Clock = Callable[[], Instant]

SHANGHAI = ZoneInfo("Asia/Shanghai")
SECOND = 1_000_000
DAY = 86_400 * SECOND
ALWAYS = Instant(-(2**62))
"""Before every instant: the start of a window that has no start."""
NEVER = Instant(2**62)
"""After every instant: the end of a window that has no end. Sort keys and windows are never null."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def system_now() -> Instant:
    return Instant(time.time_ns() // 1000)


def instant_of(moment: datetime) -> Instant:
    """The instant of a datetime; one without a zone is read as local time (Asia/Shanghai)."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    delta = aware - _EPOCH
    return Instant((delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds)


def instant_of_day(day: date) -> Instant:
    """The first instant of a local day."""
    return instant_of(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI))


def local(instant: Instant) -> datetime:
    return datetime.fromtimestamp(instant / SECOND, SHANGHAI)


def local_day(instant: Instant) -> date:
    return local(instant).date()


def iso(instant: Instant) -> str:
    """ISO 8601 in UTC, as GraphQL and files carry it; microseconds only when there are any."""
    seconds, micros = divmod(instant, SECOND)
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{micros:06d}Z" if micros else "Z")


def parse_instant(text: str) -> Instant:
    """Reads ISO 8601; a bare day is the start of that local day. Raises ValueError."""
    if len(text) == 10:
        return instant_of_day(date.fromisoformat(text))
    return instant_of(datetime.fromisoformat(text))

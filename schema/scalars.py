"""Scalars: instants, days, and whole numbers beyond 32 bits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from hub.vocabulary.clock import Instant, iso, parse_instant

Day = NewType("Day", str)
"""A calendar day as stored, `YYYY-MM-DD`."""
BigInt = NewType("BigInt", int)
"""A whole number that JSON carries exactly: up to 2^53."""

_EXACT = 2**53
_YEARS = parse_instant("0001-01-02"), parse_instant("9999-12-30")


def _parse_instant(value: Any) -> Instant:
    if not isinstance(value, str) or len(value) > 40:
        raise GraphQLError("An instant is text in ISO 8601, such as 2026-03-01T08:00:00Z.")
    try:
        instant = parse_instant(value)
    except (ValueError, OverflowError):
        raise GraphQLError(f"“{value}” is not an instant in ISO 8601, such as 2026-03-01T08:00:00Z.") from None
    if not _YEARS[0] <= instant <= _YEARS[1]:
        raise GraphQLError("An instant lies between the years 1 and 9999.")
    return instant


def _parse_day(value: Any) -> Day:
    try:
        if not isinstance(value, str) or len(value) != 10:
            raise ValueError
        return Day(date.fromisoformat(value).isoformat())
    except ValueError:
        raise GraphQLError("A day is written YYYY-MM-DD.") from None


def _parse_big_int(value: Any) -> BigInt:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _EXACT:
        raise GraphQLError("This is not a whole number up to 2^53.")
    return BigInt(value)


SCALARS: Mapping[object, ScalarDefinition] = {
    Instant: strawberry.scalar(
        name="DateTime",
        description="An instant in ISO 8601, given in UTC. Without a zone it is read as Asia/Shanghai.",
        serialize=iso,
        parse_value=_parse_instant,
    ),
    Day: strawberry.scalar(name="Date", description="A calendar day: YYYY-MM-DD.", parse_value=_parse_day),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number up to 2^53, as a JSON number.",
        parse_value=_parse_big_int,
    ),
}

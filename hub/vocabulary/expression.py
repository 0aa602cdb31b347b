"""The visibility and filter expression: small, closed, over named fields (design §2).

Compiled to SQL in `storage.expression_sql`, to tantivy in `indexers.embedded`, and evaluated here in Python;
a property test demands that all agree. Fields and what they hold:

    state        one of State                     publicity    one of Publicity
    kind         one of Kind                      audience     labels (a set)
    visible_from, visible_until, sort_at  instants (microseconds)
    site, section, unit                   ids, each a set: sections with their ancestors
    genre, validity, region, topic, keyword, theme, object, doc_no, year, language   strings, each a set
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

FactValue = str | int | frozenset[str]
Facts = Mapping[str, FactValue]
"""What is known of one item: a string, an instant, or a set of strings for each field."""

SET_FIELDS = frozenset(
    ["audience", "site", "section", "unit", "genre", "validity", "region", "topic", "keyword", "theme", "object",
     "doc_no", "year", "language"]
)  # fmt: skip
ONE_FIELDS = frozenset(["state", "publicity", "kind", "id"])
INSTANT_FIELDS = frozenset(["visible_from", "visible_until", "sort_at"])


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Expression


@dataclass(frozen=True, slots=True)
class Equals:
    """The field has exactly this value."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Overlaps:
    """The field, one value or a set, shares a value with these."""

    field: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Before:
    """field <= instant: the boundary instant itself belongs to it."""

    field: str
    instant: int


@dataclass(frozen=True, slots=True)
class After:
    """field > instant."""

    field: str
    instant: int


Expression = And | Or | Not | Equals | Overlaps | Before | After

EVERYTHING = And(())
NOTHING = Or(())


def both(*parts: Expression) -> Expression:
    return And(tuple(parts))


def overlaps(field: str, values: Iterable[str]) -> Overlaps:
    return Overlaps(field, frozenset(values))


def matches(expression: Expression, facts: Facts) -> bool:
    """Evaluates the expression over one item's facts. A field without a fact is a KeyError: a fault, not a miss."""
    match expression:
        case And(parts):
            return all(matches(part, facts) for part in parts)
        case Or(parts):
            return any(matches(part, facts) for part in parts)
        case Not(part):
            return not matches(part, facts)
        case Equals(field, value):
            return value in _values(facts[field])
        case Overlaps(field, values):
            return not values.isdisjoint(_values(facts[field]))
        case Before(field, instant):
            return _instant(facts[field]) <= instant
        case After(field, instant):
            return _instant(facts[field]) > instant


def _values(fact: FactValue) -> frozenset[str]:
    if isinstance(fact, frozenset):
        return fact
    if isinstance(fact, str):
        return frozenset((fact,))
    raise TypeError("an instant has no labels")


def _instant(fact: FactValue) -> int:
    if isinstance(fact, int):
        return fact
    raise TypeError("only instants are before or after")

"""What one row of the change log says, and which filters it concerns (design §4, changelog.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hub.vocabulary.expression import Expression, Facts, matches
from storage.change_log import FacetTuple

TUPLE_FIELDS = ("audience", "site", "section", "unit", "genre", "validity", "region", "topic", "keyword", "theme",
                "object", "doc_no", "language")  # fmt: skip
"""The set fields a facet tuple carries: everything a filter can ask."""


def facet_tuple(kind: str, sets: Mapping[str, Iterable[str]]) -> FacetTuple:
    """One visible state, as JSON: fields without a value are left out."""
    return {"kind": kind, **{field: sorted(sets[field]) for field in TUPLE_FIELDS if sets.get(field)}}


def facts_of(one: FacetTuple, item_id: str) -> Facts:
    facts: dict[str, str | int | frozenset[str]] = {field: frozenset(one.get(field, ())) for field in TUPLE_FIELDS}
    return {**facts, "kind": one["kind"], "id": item_id}


def concerns(before: Iterable[FacetTuple], after: FacetTuple | None, item_id: str, filter_: Expression) -> bool:
    """Whether a row matters to a filter: it matches `after` or any of `before`. Null never matches."""
    tuples = [*before, *([after] if after is not None else [])]
    return any(matches(filter_, facts_of(one, item_id)) for one in tuples)

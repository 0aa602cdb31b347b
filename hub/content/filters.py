"""What a list, a search or a change feed may be restricted to: one filter, compiled to scopes or to the expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from hub.content.doc_no import doc_no_key
from hub.vocabulary.clock import Instant
from hub.vocabulary.enums import Archived, Kind, State
from hub.vocabulary.errors import InvalidInput
from hub.vocabulary.expression import EVERYTHING, After, And, Before, Equals, Expression, overlaps
from storage.expression_sql import scope_key
from storage.stores.listings import ListRequest

MAX_VALUES = 20
"""Values of one field in one filter."""


@dataclass(frozen=True, slots=True)
class ContentFilter:
    """All given fields must hold; of several values of a field any will do. Ids for site, section and unit;
    a section stands for its whole subtree. `published_until` is exclusive."""

    kinds: tuple[Kind, ...] = ()
    site: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    genre: tuple[str, ...] = ()
    validity: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    keyword: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    object: tuple[str, ...] = ()
    doc_no: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    published_since: Instant | None = None
    published_until: Instant | None = None
    archived: Archived = Archived.EXCLUDE

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, tuple) and len(value) > MAX_VALUES:
                raise InvalidInput(f"A filter takes at most {MAX_VALUES} values of {one.name}.", field="filter")


SET_FILTERS = ("site", "section", "unit", "genre", "validity", "region", "topic", "keyword", "theme", "object",
               "doc_no", "language")  # fmt: skip


def values_of(filter_: ContentFilter, field: str) -> tuple[str, ...]:
    values: tuple[str, ...] = getattr(filter_, field)
    return tuple(doc_no_key(value) for value in values) if field == "doc_no" else values


def to_request(filter_: ContentFilter, *, by_update: bool = False, descending: bool = True) -> ListRequest:
    groups = ((name, values_of(filter_, name)) for name in SET_FILTERS)
    return ListRequest(
        kinds=filter_.kinds or tuple(Kind),
        scopes=tuple(tuple(scope_key(name, value) for value in values) for name, values in groups if values),
        archived=filter_.archived,
        by_update=by_update,
        descending=descending,
        since=filter_.published_since,
        until=filter_.published_until,
    )


def to_expression(filter_: ContentFilter) -> Expression:
    """The same filter for the search engines; archived content is left out unless asked for."""
    parts: list[Expression] = [overlaps(name, found) for name in SET_FILTERS if (found := values_of(filter_, name))]
    if filter_.kinds:
        parts.append(overlaps("kind", (kind.value for kind in filter_.kinds)))
    if filter_.published_since is not None:
        parts.append(After("sort_at", filter_.published_since - 1))
    if filter_.published_until is not None:
        parts.append(Before("sort_at", filter_.published_until - 1))
    if filter_.archived is not Archived.INCLUDE:
        state = State.LIVE if filter_.archived is Archived.EXCLUDE else State.ARCHIVED
        parts.append(Equals("state", state.value))
    return And(tuple(parts)) if parts else EVERYTHING


def change_expression(filter_: ContentFilter) -> Expression:
    """The filter over facet tuples: what a change row can be asked. Dates and archive state are not in a tuple."""
    parts: list[Expression] = [overlaps(name, found) for name in SET_FILTERS if (found := values_of(filter_, name))]
    if filter_.kinds:
        parts.append(overlaps("kind", (kind.value for kind in filter_.kinds)))
    return And(tuple(parts)) if parts else EVERYTHING


VIEW_FIELDS = frozenset(("kinds", "site", "section", *SET_FILTERS, "archived")) - {"doc_no"}


def view_filter(view: Mapping[str, Any]) -> ContentFilter:
    """The filter a section view stores: ids, lists of values."""
    made: dict[str, Any] = {name: _many(view[name]) for name in SET_FILTERS if view.get(name)}
    kinds = tuple(Kind(kind) for kind in view.get("kinds") or ())
    return ContentFilter(kinds=kinds, archived=Archived(view.get("archived") or Archived.EXCLUDE), **made)


def _many(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def narrowed(outer: ContentFilter, inner: ContentFilter) -> ContentFilter:
    """What both ask for: a caller's filter inside a view's. Raises `InvalidInput` when both name one field."""
    made: dict[str, Any] = {}
    for one in fields(ContentFilter):
        first, second = getattr(outer, one.name), getattr(inner, one.name)
        if one.name == "archived":
            made[one.name] = second
        elif one.name == "kinds" and first and second:
            both = tuple(kind for kind in second if kind in first)
            if not both:
                raise InvalidInput("The section does not show these kinds.", field="filter")
            made[one.name] = both
        elif first and second:
            raise InvalidInput(f"The section already decides {one.name}.", field="filter")
        else:
            made[one.name] = second or first
    return ContentFilter(**made)

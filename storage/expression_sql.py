"""Compiles the visibility and filter expression to SQL over the `item` table."""

from __future__ import annotations

import sqlalchemy as sa

from hub.vocabulary.enums import Kind
from hub.vocabulary.expression import After, And, Before, Equals, Expression, Not, Or, Overlaps
from storage.tables import audience_label, item, listing, scope

KIND_CODES = {kind: code for code, kind in enumerate(Kind, 1)}
"""How `listing.kind` writes a kind; the order of `Kind` is therefore fixed."""

_COLUMNS: dict[str, sa.ColumnElement[str]] = {
    "state": item.c.state,
    "publicity": item.c.publicity,
    "kind": item.c.kind,
    "id": item.c.id,
    "unit": item.c.unit_id,
}
_INSTANTS: dict[str, sa.ColumnElement[int]] = {
    "visible_from": item.c.visible_from,
    "visible_until": item.c.visible_until,
    "sort_at": item.c.sort_at,
}
LISTED_FIELDS = ("site", "section", "unit", "genre", "validity", "region", "topic", "keyword", "theme", "object",
                 "doc_no", "language")  # fmt: skip
"""Set fields that have listing rows, and so can restrict a list."""


def scope_key(field: str, value: str) -> str:
    return f"{field}:{value}"


def to_sql(expression: Expression) -> sa.ColumnElement[bool]:
    match expression:
        case And(parts):
            return sa.and_(sa.true(), *map(to_sql, parts))
        case Or(parts):
            return sa.or_(sa.false(), *map(to_sql, parts))
        case Not(part):
            return sa.not_(to_sql(part))
        case Equals(field, value):
            return _has(field, frozenset((value,)))
        case Overlaps(field, values):
            return _has(field, values)
        case Before(field, instant):
            return _INSTANTS[field] <= instant
        case After(field, instant):
            return _INSTANTS[field] > instant


def _has(field: str, values: frozenset[str]) -> sa.ColumnElement[bool]:
    ordered = sorted(values)
    if field in _COLUMNS:
        return _COLUMNS[field].in_(ordered)
    if field == "audience":
        keys = sa.select(audience_label.c.audience_key).where(audience_label.c.label.in_(ordered))
        return item.c.audience_key.in_(keys)
    if field not in LISTED_FIELDS:
        raise KeyError(field)
    scopes = sa.select(scope.c.id).where(scope.c.key.in_([scope_key(field, value) for value in ordered]))
    return sa.exists().where(listing.c.item_id == item.c.id, listing.c.scope_id.in_(scopes))

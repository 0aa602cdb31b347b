"""How many visible items each of several scopes lists: one statement, however many scopes."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from storage.database import Reader
from storage.expression_sql import KIND_CODES, to_sql
from storage.tables import item, listing, scope

AT_ONCE = 200
"""Scopes of one statement: SQLite joins at most 500 selects."""


async def visible_in(reader: Reader, keys: Iterable[str], limit: int) -> dict[str, int]:
    """Items not archived by scope key, each counted to `limit` at the most; without a key where there are none.

    Scopes beyond `AT_ONCE` cost a further statement each `AT_ONCE`.
    """
    wanted = sorted(set(keys))
    found: dict[str, int] = {}
    for start in range(0, len(wanted), AT_ONCE):
        parts = [_counted(reader, key, limit) for key in wanted[start : start + AT_ONCE]]
        rows = await reader.rows(sa.union_all(*parts))
        found.update({row.key: row.number for row in rows if row.number})
    return found


def _counted(reader: Reader, key: str, limit: int) -> sa.Select[str, int]:
    scope_id = sa.select(scope.c.id).where(scope.c.key == key).scalar_subquery()
    listed = (
        sa.select(sa.literal(1))
        .select_from(listing.join(item, item.c.id == listing.c.item_id))
        .where(listing.c.scope_id == scope_id, listing.c.kind.in_(KIND_CODES.values()), listing.c.archived == 0)
        .where(to_sql(reader.sight.listed))
        .limit(limit)
    )
    return sa.select(sa.literal(key).label("key"), sa.func.count().label("number")).select_from(listed.subquery())

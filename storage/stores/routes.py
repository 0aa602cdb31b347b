"""Addresses: `route(site, path)` is unique and kept for ever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from storage.database import Statements, Transaction
from storage.tables import route, site

Rows = Sequence[sa.Row[Any]]


async def at(source: Statements, site_code: str, path: str) -> sa.Row[Any] | None:
    query = sa.select(route).join(site, site.c.id == route.c.site_id)
    return await source.first(query.where(site.c.code == site_code, route.c.path == path))


async def current(source: Statements | Transaction, ids: Iterable[str]) -> Rows:
    """Current addresses of items, with code and domain of their sites."""
    query = sa.select(route.c.item_id, route.c.site_id, route.c.path, site.c.code, site.c.domain)
    query = query.join(site, site.c.id == route.c.site_id)
    return await source.rows(query.where(route.c.item_id.in_(sorted(set(ids))), route.c.is_current == 1))


async def lay(tx: Transaction, rows: Sequence[Mapping[str, Any]], *, some_exist: bool) -> None:
    """Makes these addresses current. Rows: site_id, path, item_id, section_id, created_at."""
    if not rows:
        return
    if some_exist:
        await _redirect_old(tx, rows)
    full = [{"section_id": None, **row, "redirect_to": None, "is_current": 1} for row in rows]
    await tx.run(_upsert(tx), full)


async def lead_on(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Old addresses of sections. Rows: site_id, path, section_id, redirect_to, created_at."""
    if rows:
        full = [{"item_id": None, "is_current": 0, **row} for row in rows]
        named = _insert(tx)
        fresh = {name: named.excluded[name] for name in ("section_id", "redirect_to", "is_current")}
        await tx.run(named.on_conflict_do_update(index_elements=[route.c.site_id, route.c.path], set_=fresh), full)


async def leave(tx: Transaction, places: Sequence[tuple[str, str]]) -> None:
    """(item, site) pairs whose item stands no longer on the site: its old addresses there are not given any more."""
    if places:
        theirs = (route.c.item_id == sa.bindparam("b_item"), route.c.site_id == sa.bindparam("b_site"))
        gone = sa.update(route).where(*theirs).values(is_current=0)
        await tx.run(gone, [{"b_item": item_id, "b_site": site_id} for item_id, site_id in places])


async def _redirect_old(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    old = (
        sa.update(route)
        .where(route.c.site_id == sa.bindparam("b_site"), route.c.item_id == sa.bindparam("b_item"))
        .where(route.c.path != sa.bindparam("b_path"))
        .values(is_current=0, redirect_to=sa.bindparam("b_to"))
    )
    values = [
        {"b_site": row["site_id"], "b_item": row["item_id"], "b_path": row["path"], "b_to": row["path"]} for row in rows
    ]
    await tx.run(old, values)


def _insert(tx: Transaction) -> Any:
    if tx.dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as pg_insert

        return pg_insert(route)
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert(route)


def _upsert(tx: Transaction) -> Any:
    fresh = {"redirect_to": None, "is_current": 1}
    return _insert(tx).on_conflict_do_update(index_elements=[route.c.site_id, route.c.path], set_=fresh)

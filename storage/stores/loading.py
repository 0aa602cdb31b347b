"""Reads of one relation for many parents at once: one statement, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from storage.database import Editorial, Reader, Statements
from storage.stores import listings
from storage.stores.items import EDITION, HEAD
from storage.stores.listings import ListRequest, Place
from storage.stores.structure import TABLES
from storage.tables import edition, item, link, placement, route, section, site

Rows = Sequence[sa.Row[Any]]
PARTS = 400
"""Walks joined by one statement: SQLite refuses more than 500 in a compound select, and one list has up to 200."""


async def addresses(source: Statements, ids: Iterable[str]) -> Rows:
    """Current addresses of items with code, domain and owner of their sites; `is_placed` where the item stands now."""
    placed = sa.exists().where(
        placement.c.edition_id == item.c.live_edition_id,
        section.c.id == placement.c.section_id,
        section.c.site_id == route.c.site_id,
    )
    query = (
        sa.select(
            route.c.item_id,
            route.c.site_id,
            route.c.path,
            site.c.code,
            site.c.domain,
            (site.c.unit_id == item.c.unit_id).label("is_own"),
            sa.func.coalesce(site.c.id == item.c.site_id, False).label("is_home"),
            placed.label("is_placed"),
        )
        .join(site, site.c.id == route.c.site_id)
        .join(item, item.c.id == route.c.item_id)
        .where(route.c.item_id.in_(sorted(set(ids))), route.c.is_current == 1)
        .order_by(route.c.item_id, site.c.code, route.c.path)
    )
    return await source.rows(query)


async def ancestors(source: Statements, sections: Iterable[str]) -> Rows:
    """Ancestors of these sections, the topmost first: rows of `section` with `leaf`, the section they belong to."""
    start = sa.select(section.c.id.label("leaf"), section.c.parent_id.label("id"), sa.literal(1).label("height"))
    tree = start.where(section.c.id.in_(sorted(set(sections)))).cte("ancestors", recursive=True)
    up = sa.select(tree.c.leaf, section.c.parent_id, tree.c.height + 1)
    tree = tree.union_all(up.join(section, section.c.id == tree.c.id))
    query = sa.select(tree.c.leaf, section).join(section, section.c.id == tree.c.id)
    return await source.rows(query.order_by(tree.c.leaf, tree.c.height.desc()))


async def editions(reader: Editorial, ids: Iterable[str]) -> Rows:
    """Editions of items the reader may edit, live or not."""
    query = sa.select(*HEAD, *EDITION).join(edition, edition.c.item_id == item.c.id)
    query = query.where(edition.c.id.in_(sorted(set(ids))))
    if reader.units is not None:
        query = query.where(item.c.unit_id.in_(sorted(reader.units)))
    return await reader.rows(query)


async def edition_links(reader: Editorial, editions_: Iterable[str]) -> Rows:
    """Links as they were written, of editions an `Editorial` reader has shown."""
    query = sa.select(link).where(link.c.edition_id.in_(sorted(set(editions_))))
    return await reader.rows(query.order_by(link.c.edition_id, link.c.order_no))


async def count_of(source: Statements, table: str) -> int:
    return int(await source.scalar(sa.select(sa.func.count()).select_from(TABLES[table])))


async def pages(
    reader: Reader, requests: Sequence[ListRequest], size: int, start: Place | None, *, backward: bool
) -> list[Rows]:
    """The same page of several lists, each as `listings.page` gives it: `PARTS` walks a statement."""
    if len(requests) == 1:
        return [await listings.page(reader, requests[0], size, start, backward=backward)]
    found: list[Rows] = []
    for chunk in _joined(await _rarest_first(reader, requests)):
        found += await _pages(reader, chunk, size, start, backward=backward)
    return found


def _joined(requests: Iterable[ListRequest]) -> list[list[ListRequest]]:
    """Lists that one statement reads: a list has a walk for each kind, archive flag and value of its first filter."""
    chunks: list[list[ListRequest]] = []
    parts = PARTS
    for request in requests:
        walks = len(listings._lanes(request))
        if parts + walks > PARTS:
            chunks.append([])
            parts = 0
        chunks[-1].append(request)
        parts += walks
    return chunks


async def _pages(
    reader: Reader, requests: Sequence[ListRequest], size: int, start: Place | None, *, backward: bool
) -> list[Rows]:
    parts = [
        sa.select(sa.literal(place).label("list_no"), lane.limit(size).subquery())
        for place, request in enumerate(requests)
        for lane in _lanes_of(reader, request, start, backward)
    ]
    keys = sa.union(*parts).subquery()
    query = (
        sa.select(keys.c.list_no, keys.c.sort_key, *HEAD, *EDITION)
        .join(item, item.c.id == keys.c.id)
        .join(edition, edition.c.id == item.c.live_edition_id)
    )
    found: list[list[sa.Row[Any]]] = [[] for _ in requests]
    for row in await reader.rows(query):
        found[row.list_no].append(row)
    for rows, request in zip(found, requests, strict=True):
        rows.sort(key=lambda row: (row.sort_key, row.id), reverse=request.descending != backward)
    return [rows[:size] for rows in found]


def _lanes_of(reader: Reader, request: ListRequest, start: Place | None, backward: bool) -> list[sa.Select[Any]]:
    descending = request.descending != backward
    return [listings._lane(reader, request, lane, start, descending) for lane in listings._lanes(request)]


async def _rarest_first(reader: Reader, requests: Sequence[ListRequest]) -> list[ListRequest]:
    """As `listings` does for one list: the rarest group of each drives its walk; one statement for all."""
    probes = {
        (place, number): listings._probe(group, request)
        for place, request in enumerate(requests)
        if len(request.scopes) > 1
        for number, group in enumerate(request.scopes)
    }
    if not probes:
        return list(requests)
    row = (await reader.rows(sa.select(*(probe.label(f"n{a}_{b}") for (a, b), probe in probes.items()))))[0]
    counts = dict(zip(probes, row, strict=True))
    return [
        replace(
            request, scopes=tuple(sorted(request.scopes, key=lambda group: counts[place, request.scopes.index(group)]))
        )
        if len(request.scopes) > 1
        else request
        for place, request in enumerate(requests)
    ]

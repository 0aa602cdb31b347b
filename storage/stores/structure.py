"""Units, sites, sections: rows in and out. Their number is small (thousands), their reads are by id, code or parent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from hub.vocabulary.enums import EditionState
from storage.database import Statements, Transaction
from storage.tables import edition, node, placement, section, site, unit

Source = Statements | Transaction
Rows = Sequence[sa.Row[Any]]

TABLES: dict[str, sa.Table] = {"unit": unit, "site": site, "section": section}


async def by_ids(source: Source, table: str, ids: Iterable[str]) -> Rows:
    chosen = TABLES[table]
    return await source.rows(sa.select(chosen).where(chosen.c.id.in_(sorted(set(ids)))))


async def by_id(source: Source, table: str, key: str) -> sa.Row[Any] | None:
    chosen = TABLES[table]
    return await source.first(sa.select(chosen).where(chosen.c.id == key))


async def by_codes(source: Source, table: str, codes: Iterable[str]) -> Rows:
    chosen = TABLES[table]
    return await source.rows(sa.select(chosen).where(chosen.c.code.in_(sorted(set(codes)))))


async def node_type(source: Source, key: str) -> str | None:
    found: str | None = await source.scalar(sa.select(node.c.node_type).where(node.c.id == key))
    return found


async def all_of(source: Source, table: str, limit: int, after: str = "") -> Rows:
    """In order of code; `after` is the code of the last row seen."""
    chosen = TABLES[table]
    return await source.rows(sa.select(chosen).where(chosen.c.code > after).order_by(chosen.c.code).limit(limit))


async def children(source: Source, table: str, parents: Iterable[str]) -> Rows:
    chosen = TABLES[table]
    order = (chosen.c.order_no, chosen.c.code) if table == "section" else (chosen.c.code,)
    return await source.rows(sa.select(chosen).where(chosen.c.parent_id.in_(sorted(set(parents)))).order_by(*order))


async def sections_of_sites(source: Source, sites: Iterable[str], *, roots_only: bool = False) -> Rows:
    query = sa.select(section).where(section.c.site_id.in_(sorted(set(sites))))
    if roots_only:
        query = query.where(section.c.parent_id.is_(None))
    return await source.rows(query.order_by(section.c.order_no, section.c.path))


async def views(source: Source) -> Rows:
    """Sections that show what a stored filter finds; few."""
    return await source.rows(sa.select(section).where(section.c.view.is_not(None)))


async def is_named_by_editions(source: Source, section_id: str) -> bool:
    """Whether an edition stands in this very section that is live, or may yet be shown again or published."""
    query = sa.select(placement.c.edition_id).join(edition, edition.c.id == placement.c.edition_id)
    query = query.where(placement.c.section_id == section_id, edition.c.state != EditionState.SUPERSEDED.value)
    return await source.first(query.limit(1)) is not None


async def section_at(source: Source, site_id: str, path: str) -> sa.Row[Any] | None:
    return await source.first(sa.select(section).where(section.c.site_id == site_id, section.c.path == path))


async def sections_at(source: Source, places: Iterable[tuple[str, str]]) -> Rows:
    """Sections by (site id, path)."""
    wanted = sorted(set(places))
    sites = sorted({site_id for site_id, _ in wanted})
    paths = sorted({path for _, path in wanted})
    found = await source.rows(sa.select(section).where(section.c.site_id.in_(sites), section.c.path.in_(paths)))
    return [row for row in found if (row.site_id, row.path) in set(wanted)]


async def ancestry(source: Source, sections: Iterable[str]) -> dict[str, tuple[str, frozenset[str]]]:
    """For each section its site and the set of itself and all its ancestors."""
    wanted = sorted(set(sections))
    if not wanted:
        return {}
    start = sa.select(section.c.id.label("leaf"), section.c.id, section.c.parent_id, section.c.site_id)
    tree = start.where(section.c.id.in_(wanted)).cte("ancestry", recursive=True)
    up = sa.select(tree.c.leaf, section.c.id, section.c.parent_id, section.c.site_id)
    tree = tree.union_all(up.join(section, section.c.id == tree.c.parent_id))
    found: dict[str, tuple[str, set[str]]] = {}
    for row in await source.rows(sa.select(tree.c.leaf, tree.c.id, tree.c.site_id)):
        found.setdefault(row.leaf, (row.site_id, set()))[1].add(row.id)
    return {leaf: (site_id, frozenset(line)) for leaf, (site_id, line) in found.items()}


async def subtree(source: Source, table: str, root: str) -> frozenset[str]:
    """The unit, site or section and all below it."""
    chosen = TABLES[table]
    tree = sa.select(chosen.c.id).where(chosen.c.id == root).cte("below", recursive=True)
    tree = tree.union_all(sa.select(chosen.c.id).join(tree, chosen.c.parent_id == tree.c.id))
    return frozenset(row.id for row in await source.rows(sa.select(tree.c.id)))


async def sites_of_units(source: Source, units: Iterable[str]) -> Rows:
    return await source.rows(sa.select(site).where(site.c.unit_id.in_(sorted(set(units)))).order_by(site.c.code))


async def insert(tx: Transaction, table: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await tx.run(sa.insert(TABLES[table]), list(rows))
        await tx.run(sa.insert(node), [{"id": row["id"], "node_type": table} for row in rows])


async def update(tx: Transaction, table: str, key: str, expected: int | None, values: dict[str, Any]) -> bool:
    """Writes and raises the lock version; False when `expected` is not the stored one."""
    chosen = TABLES[table]
    change = sa.update(chosen).where(chosen.c.id == key)
    if expected is not None:
        change = change.where(chosen.c.lock_version == expected)
    result = await tx.run(change.values(lock_version=chosen.c.lock_version + 1, **values))
    return result.rowcount == 1


async def move_paths(tx: Transaction, site_id: str, old: str, new: str) -> None:
    """Rewrites the paths of a section's descendants after it moved."""
    tail = sa.func.substr(section.c.path, len(old) + 1)
    below = section.c.path.startswith(old + "/", autoescape=True)
    await tx.run(sa.update(section).where(section.c.site_id == site_id, below).values(path=new + tail))

"""Rows for export, and raw rows back in: what a full export carries, and in which order it can be inserted again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from hub.vocabulary.enums import Kind, State
from storage.database import System, Transaction
from storage.stores.items import EDITION, HEAD
from storage.stores.listings import ensure_scopes
from storage.tables import (
    audience_label,
    audit,
    audit_head,
    change,
    details,
    due,
    edition,
    edition_body,
    finding,
    follower,
    follower_failure,
    idempotency,
    item,
    link,
    listing,
    log_state,
    media_object,
    node,
    placement,
    program_key,
    route,
    scope,
    section,
    site,
    synonym,
    unit,
    unpublishing,
)

Rows = Sequence[sa.Row[Any]]
Record = dict[str, Any]

TREES = ("unit", "site", "section")
"""Tables whose rows name another row of the same table: they are written with parents first."""
LISTINGS = "listing"
"""Written by item and scope key: the numbers of scopes belong to one database."""
TABLES: dict[str, sa.Table] = {
    one.name: one
    for one in (
        unit, site, section, node, media_object, synonym, audience_label, item, edition, edition_body,
        *(details[kind] for kind in Kind), link, placement, finding, unpublishing, route, listing, change, audit,
        audit_head, program_key, due,
    )
}  # fmt: skip
"""In the order in which a full export writes them and an import inserts them.

`due` comes last: a worker of the hub may settle its rows at once, and then appends to the log after what was imported.
"""
_TRANSIENT: dict[str, Record] = {"due": {"leased_until": 0, "leased_by": None}}
"""Columns that only mean something to running processes, and what they begin with."""
_OWN = (idempotency, follower, follower_failure, scope)
"""Tables that belong to one database and are not exported."""


def columns_of(name: str) -> list[str]:
    """Columns of a table as a full export writes them."""
    return [column.name for column in TABLES[name].columns if column.name not in _TRANSIENT.get(name, {})]


async def page(source: System, name: str, after: Sequence[Any] | None, limit: int) -> tuple[list[Record], Any]:
    """(rows in the order of their key beyond `after`, the key of the last one)."""
    table = TABLES[name]
    key = tuple(table.primary_key.columns)
    query = sa.select(*(table.c[column] for column in columns_of(name))).order_by(*key).limit(limit)
    if after is not None:
        query = query.where(_beyond(key, after))
    rows = [_record(row) for row in await source.rows(query)]
    return rows, [rows[-1][column.name] for column in key] if rows else None


def _record(row: sa.Row[Any]) -> Record:
    """By column; SQLAlchemy's own names are a subclass of str, which JSON refuses as keys."""
    return {str(name): value for name, value in row._mapping.items()}


def _beyond(key: Sequence[sa.Column[Any]], after: Sequence[Any]) -> sa.ColumnElement[bool]:
    there = [sa.bindparam(None, value, column.type) for column, value in zip(key, after, strict=True)]
    if len(key) == 1:
        return key[0] > there[0]
    return sa.tuple_(*key) > sa.tuple_(*there)


async def tree(source: System, name: str) -> list[Record]:
    """All units, sites or sections, parents first, siblings by id; some thousands at the most."""
    table = TABLES[name]
    below: dict[str | None, list[Record]] = {}
    for row in await source.rows(sa.select(table).order_by(table.c.id)):
        below.setdefault(row.parent_id, []).append(_record(row))
    ordered: list[Record] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        record = waiting.pop()
        ordered.append(record)
        waiting += reversed(below.get(record["id"], []))
    return ordered


async def listing_page(source: System, after: str, limit: int) -> list[Record]:
    """One record for each item that is listed, with its scope keys in order."""
    ids = sa.select(listing.c.item_id).distinct().order_by(listing.c.item_id).limit(limit)
    ids = ids.where(listing.c.item_id > after) if after else ids
    shared = (listing.c.item_id, listing.c.kind, listing.c.archived, listing.c.sort_at, listing.c.updated_at)
    query = sa.select(*shared, scope.c.key).join(scope, scope.c.id == listing.c.scope_id)
    records: dict[tuple[Any, ...], Record] = {}
    for row in await source.rows(query.where(listing.c.item_id.in_(ids)).order_by(*shared, scope.c.key)):
        values = _record(row)
        key = values.pop("key")
        records.setdefault(tuple(values.values()), {**values, "scopes": []})["scopes"].append(key)
    return list(records.values())


async def last_given(source: System | Transaction) -> int:
    """The last position that was ever given to a change row."""
    if source.dialect == "sqlite":
        given = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'change'")
        return int(await source.scalar(given) or 0)
    return int(await source.scalar(sa.select(sa.func.max(change.c.position))) or 0)


async def filled(source: System | Transaction) -> dict[str, int]:
    """Rows of each exported table that is not empty."""
    counts = [
        sa.select(sa.literal(name).label("name"), sa.func.count().label("number")).select_from(table)
        for name, table in TABLES.items()
    ]
    return {row.name: row.number for row in await source.rows(sa.union_all(*counts)) if row.number}


async def clear(tx: Transaction) -> None:
    """Empties the hub: only ever what an interrupted full import has left behind."""
    for table in (*reversed(TABLES.values()), *_OWN):
        await tx.run(sa.delete(table))
    if tx.dialect == "sqlite":
        await tx.run(sa.text("DELETE FROM sqlite_sequence WHERE name IN ('change', 'scope')"))


async def insert(tx: Transaction, name: str, rows: Sequence[Record]) -> None:
    """Raises ValueError with what the database says: an unknown column, a row that breaks a rule."""
    known = {*columns_of(name), "scopes"} if name == LISTINGS else set(columns_of(name))
    if unknown := sorted({column for row in rows for column in row} - known):
        raise ValueError(f"the table {name} has no column {unknown[0]!r}")
    try:
        await tx.run(sa.insert(TABLES[name]), await _complete(tx, name, rows))
    except sa.exc.StatementError as error:
        raise ValueError(f"{name}: {error.orig or error}") from error
    except (KeyError, TypeError) as error:
        raise ValueError(f"{name}: {type(error).__name__} {error}") from error


async def _complete(tx: Transaction, name: str, rows: Sequence[Record]) -> list[Record]:
    if name == LISTINGS:
        return await _listing_rows(tx, rows)
    empty: Record = {**dict.fromkeys(columns_of(name)), **_TRANSIENT.get(name, {})}
    return [{**empty, **row} for row in rows]


async def _listing_rows(tx: Transaction, records: Sequence[Record]) -> list[Record]:
    numbers = await ensure_scopes(tx, (key for record in records for key in record["scopes"]))
    return [
        {**{name: value for name, value in record.items() if name != "scopes"}, "scope_id": numbers[key]}
        for record in records
        for key in record["scopes"]
    ]


async def set_log_state(tx: Transaction, epoch: str, floor: int) -> None:
    await tx.run(sa.update(log_state).values(epoch=epoch, floor=floor))


async def set_last_given(tx: Transaction, position: int) -> None:
    """The next change row gets the position after this one."""
    if tx.dialect != "sqlite":
        next_one = sa.text("SELECT setval(pg_get_serial_sequence('change', 'position'), :next, false)")
        await tx.run(next_one, {"next": position + 1})
        return
    await tx.run(sa.text("DELETE FROM sqlite_sequence WHERE name = 'change'"))
    if position:
        await tx.run(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('change', :last)"), {"last": position})


async def live_page(source: System, after: tuple[str, str] | None, limit: int) -> Rows:
    """Live items with their live edition and its body, by (source, source_id)."""
    query = (
        sa.select(*HEAD, *EDITION, edition_body.c.html)
        .join(edition, edition.c.id == item.c.live_edition_id)
        .join(edition_body, edition_body.c.edition_id == edition.c.id)
        .where(item.c.state == State.LIVE.value)
        .order_by(item.c.source, item.c.source_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(_beyond((item.c.source, item.c.source_id), after))
    return await source.rows(query)


async def named_links(source: System, editions: Iterable[str]) -> Rows:
    """Links of these editions in order, each with the source and source_id of its target."""
    query = (
        sa.select(
            link.c.edition_id,
            link.c.link_type,
            sa.func.coalesce(link.c.target_source, item.c.source).label("source"),
            sa.func.coalesce(link.c.target_source_id, item.c.source_id).label("source_id"),
        )
        .outerjoin(item, item.c.id == link.c.target_id)
        .where(link.c.edition_id.in_(sorted(set(editions))))
        .order_by(link.c.edition_id, link.c.order_no)
    )
    return await source.rows(query)


async def placed(source: System, editions: Iterable[str]) -> Rows:
    """Placements of these editions in order."""
    query = sa.select(placement).where(placement.c.edition_id.in_(sorted(set(editions))))
    return await source.rows(query.order_by(placement.c.edition_id, placement.c.order_no))


async def objects_of(source: System, keys: Iterable[str]) -> Mapping[str, Any]:
    query = sa.select(media_object).where(media_object.c.object_key.in_(sorted(set(keys))))
    return {row.object_key: row for row in await source.rows(query)}

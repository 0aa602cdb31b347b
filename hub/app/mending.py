"""`hub check --repair`: rows that only repeat others are written anew from them. Content, log and audit never are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from hub.app.check_editions import Found, expected_addresses, listing_keys, missing_due
from hub.content.stored import content_of
from hub.vocabulary.clock import Clock
from hub.vocabulary.enums import Kind
from hub.vocabulary.ids import new_id
from storage.database import BULK, Database, Transaction
from storage.stores import checking, due, items, links, listings, routes, structure

BATCH = 100
Mend = Callable[[Transaction, Sequence[str]], Awaitable[None]]


async def mend(database: Database, clock: Clock, ids: Sequence[str], by: Mend) -> None:
    """Some items a transaction, each looked at again under its lock."""
    for first in range(0, len(ids), BATCH):
        async with database.transaction(clock(), BULK) as tx:
            await by(tx, ids[first : first + BATCH])


async def lists(tx: Transaction, ids: Sequence[str]) -> None:
    found = await _shown(tx, ids)
    ancestry = await structure.ancestry(tx, (section for one in found for section in one.content.sections))
    updated = {row.item_id: row.updated_at for row in await checking.listed(tx, ids)}
    wanted = {one.item_id: listing_keys(one, ancestry, tx.now) for one in found}
    numbers = await listings.ensure_scopes(tx, {key[0] for keys in wanted.values() for key in keys})
    rows = [
        {
            "scope_id": numbers[key],
            "kind": kind,
            "archived": archived,
            "sort_at": sort_at,
            "item_id": one.item_id,
            # a repair is no news: the item keeps its place in what is ordered by update
            "updated_at": updated.get(one.item_id, one.row.item_updated_at),
        }
        for one in found
        for key, kind, archived, sort_at in sorted(wanted[one.item_id])
    ]
    await listings.replace_rows(tx, list(ids), rows, clear=True)


async def addresses(tx: Transaction, ids: Sequence[str]) -> None:
    found = await _shown(tx, ids)
    ancestry = await structure.ancestry(tx, (section for one in found for section in one.content.sections))
    expected = await expected_addresses(tx, found, ancestry)
    rows = [
        {"site_id": site, "path": path, "item_id": item_id, "section_id": None, "created_at": tx.now}
        for (item_id, site), path in expected.items()
    ]
    await routes.lay(tx, rows, some_exist=True)


async def dues(tx: Transaction, ids: Sequence[str]) -> None:
    held: dict[str, list[tuple[str, int]]] = {}
    for row in await checking.open_due(tx, ids):
        held.setdefault(row.item_id, []).append((row.task, row.due_at))
    rows: list[dict[str, Any]] = [
        {"id": new_id(), "due_at": at, "task": task, "item_id": one.item_id, "edition_id": one.row.id}
        for one in await _shown(tx, ids)
        for task, at in missing_due(one, held.get(one.item_id, ()), tx.now)
    ]
    await due.replace(tx, ids, rows, clear=False)


async def waiting_links(database: Database, clock: Clock) -> None:
    """Points links that wait for what has arrived at it."""
    while True:
        async with database.transaction(clock(), BULK) as tx:
            found = await checking.arrived(tx, BATCH)
            await links.resolve_waiting(tx, found)
        if not found:
            return


async def _shown(tx: Transaction, ids: Sequence[str]) -> list[Found]:
    await items.lock(tx, ids)
    rows = await checking.shown_editions(tx, ids)
    return [Found(row, Kind(row.item_kind), await content_of(tx, row.id, Kind(row.item_kind))) for row in rows]

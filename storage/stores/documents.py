"""Everything a search document is made of, for any number of items at once: constant statements a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from hub.vocabulary.enums import Kind
from storage.database import System
from storage.stores.items import LIVE_STATES
from storage.tables import details, edition, edition_body, item

Rows = Sequence[sa.Row[Any]]


async def indexable(source: System, ids: Iterable[str]) -> Rows:
    """Those of the items that belong into the public index: live or archived, and public.

    What is under embargo is in it, kept from readers by the filter, so that it is found on the second.
    """
    query = (
        sa.select(
            item.c.id, item.c.kind, item.c.state, item.c.publicity, item.c.version, item.c.visible_from,
            item.c.visible_until, item.c.sort_at, item.c.audience_key, item.c.live_edition_id, edition.c.title,
            edition.c.summary, edition_body.c.text,
        )
        .join(edition, edition.c.id == item.c.live_edition_id)
        .join(edition_body, edition_body.c.edition_id == edition.c.id)
        .where(item.c.id.in_(sorted(set(ids))), item.c.state.in_(LIVE_STATES), item.c.publicity == "proactive")
    )  # fmt: skip
    return await source.rows(query)


async def detail_rows(source: System, editions: dict[Kind, list[str]]) -> dict[str, Any]:
    """Detail rows by edition id; a statement for each kind that occurs."""
    found: dict[str, Any] = {}
    for kind, ids in editions.items():
        table = details[kind]
        found |= {row.edition_id: row for row in await source.rows(sa.select(table).where(table.c.edition_id.in_(ids)))}
    return found


async def page_of_ids(source: System, after: str, limit: int) -> list[str]:
    """Ids of live items in order, for walking all of them."""
    query = sa.select(item.c.id).where(item.c.state.in_(LIVE_STATES), item.c.publicity == "proactive")
    if after:
        query = query.where(item.c.id > after)
    return [row.id for row in await source.rows(query.order_by(item.c.id).limit(limit))]


async def live_versions(source: System, after: str, limit: int) -> Rows:
    """(id, version) of indexable items in id order: what the index must hold."""
    query = sa.select(item.c.id, item.c.version).where(item.c.state.in_(LIVE_STATES), item.c.publicity == "proactive")
    if after:
        query = query.where(item.c.id > after)
    return await source.rows(query.order_by(item.c.id).limit(limit))


async def live_count(source: System) -> int:
    live = sa.select(sa.func.count()).select_from(item).where(item.c.state.in_(LIVE_STATES))
    return int(await source.scalar(live.where(item.c.publicity == "proactive")))

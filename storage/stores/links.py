"""Links between items. Both directions are read through a `Reader`: a hidden end is no link."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from hub.vocabulary.enums import LinkType
from storage.database import Reader, Statements, System, Transaction
from storage.expression_sql import to_sql
from storage.stores.items import EDITION, HEAD
from storage.tables import edition, item, link

Rows = Sequence[sa.Row[Any]]
PER_ITEM = 100
"""Links shown a row and direction; lists beyond it are asked for by `contents(filter: {linkedTo})`."""


def _bounded(query: sa.Select[Any], owner: sa.ColumnElement[Any], order: Sequence[Any]) -> sa.Select[Any]:
    rank = sa.func.row_number().over(partition_by=owner, order_by=order).label("place")
    inner = query.add_columns(rank).subquery()
    return sa.select(inner).where(inner.c.place <= PER_ITEM).order_by(inner.c.place)


async def targets(reader: Reader, editions: Iterable[str], types: Iterable[LinkType]) -> Rows:
    """Visible targets of these editions' links: rows of `HEAD`, `EDITION`, with `from_edition` and `link_type`."""
    query = (
        sa.select(link.c.edition_id.label("from_edition"), link.c.link_type, link.c.order_no, *HEAD, *EDITION)
        .join(item, item.c.id == link.c.target_id)
        .join(edition, edition.c.id == item.c.live_edition_id)
        .where(link.c.edition_id.in_(sorted(set(editions))), link.c.link_type.in_(sorted(types)))
        .where(to_sql(reader.sight.listed))
    )
    return await reader.rows(_bounded(query, link.c.edition_id, (link.c.order_no,)))


async def origins(reader: Reader, ids: Iterable[str], types: Iterable[LinkType]) -> Rows:
    """Visible items whose live edition links to these items: rows with `to_item` and `link_type`, newest first."""
    query = (
        sa.select(link.c.target_id.label("to_item"), link.c.link_type, *HEAD, *EDITION)
        .join(item, item.c.live_edition_id == link.c.edition_id)
        .join(edition, edition.c.id == item.c.live_edition_id)
        .where(item.c.id == link.c.item_id)
        .where(link.c.target_id.in_(sorted(set(ids))), link.c.link_type.in_(sorted(types)))
        .where(to_sql(reader.sight.listed))
    )
    return await reader.rows(_bounded(query, link.c.target_id, (item.c.sort_at.desc(), item.c.id.desc())))


async def targets_of(source: Statements | Transaction, editions: Iterable[str]) -> Rows:
    """(item_id, target_id) of all resolved links of these editions."""
    query = sa.select(link.c.item_id, link.c.target_id).where(link.c.edition_id.in_(sorted(set(editions))))
    return await source.rows(query.where(link.c.target_id.is_not(None)))


async def resolve_waiting(tx: Transaction, arrived: Sequence[tuple[str, str, str]]) -> None:
    """Points links that waited for (source, source_id) at the items (id, source, source_id) that have arrived."""
    if not arrived:
        return
    waiting = (
        sa.update(link)
        .where(link.c.target_id.is_(None))
        .where(link.c.target_source == sa.bindparam("b_source"), link.c.target_source_id == sa.bindparam("b_key"))
        .values(target_id=sa.bindparam("b_id"))
    )
    await tx.run(waiting, [{"b_id": key, "b_source": name, "b_key": source_id} for key, name, source_id in arrived])


async def waiting_count(source: System) -> int:
    return int(await source.scalar(sa.select(sa.func.count()).select_from(link).where(link.c.target_id.is_(None))))

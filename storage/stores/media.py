"""What lies in the object store, and synonyms: small tables with one use each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from hub.vocabulary.ids import new_id
from storage.database import Statements, Transaction
from storage.tables import media_object, synonym


async def object_row(source: Statements | Transaction, object_key: str) -> sa.Row[Any] | None:
    return await source.first(sa.select(media_object).where(media_object.c.object_key == object_key))


async def record_object(tx: Transaction, row: Mapping[str, Any]) -> None:
    if await object_row(tx, row["object_key"]) is None:
        await tx.run(sa.insert(media_object), [dict(row)])


async def objects(source: Statements, after: str, limit: int) -> Sequence[sa.Row[Any]]:
    query = sa.select(media_object).where(media_object.c.object_key > after)
    return await source.rows(query.order_by(media_object.c.object_key).limit(limit))


async def synonyms(source: Statements) -> list[list[str]]:
    return [row.terms for row in await source.rows(sa.select(synonym.c.terms).order_by(synonym.c.id))]


async def add_synonyms(tx: Transaction, groups: Sequence[Sequence[str]]) -> None:
    if groups:
        rows = [{"id": new_id(), "terms": list(terms), "created_at": tx.now} for terms in groups]
        await tx.run(sa.insert(synonym), rows)

"""Reading the change log, and the cursors of followers over it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from hub.vocabulary.clock import Instant
from storage.database import Reader, Statements, Transaction
from storage.expression_sql import to_sql
from storage.tables import change, follower, follower_failure, item, log_state

Rows = Sequence[sa.Row[Any]]


async def after(source: Statements | Transaction, position: int, limit: int, *, scope: str | None = "public") -> Rows:
    query = sa.select(change).where(change.c.position > position)
    if scope is not None:
        query = query.where(change.c.scope == scope)
    return await source.rows(query.order_by(change.c.position).limit(limit))


async def waiting(source: Statements, position: int, lane: int, limit: int) -> Rows:
    """Position and item of rows of one lane."""
    columns = (change.c.position, change.c.item_id)
    query = sa.select(*columns).where(change.c.lane == lane, change.c.position > position)
    return await source.rows(query.order_by(change.c.position).limit(limit))


async def unsettled(reader: Reader, name: str, limit: int, *, hidden_only: bool) -> frozenset[str]:
    """Items whose public state changed after what this follower has taken: its index may still show what was.

    `hidden_only`: those of them that the reader may not see now.
    """
    taken = _taken(name, follower.c.cursor), _taken(name, follower.c.express)
    ahead = sa.and_(change.c.lane == 0, change.c.position <= taken[1])
    query = sa.select(change.c.item_id).where(change.c.was_visible == 1, change.c.position > taken[0], sa.not_(ahead))
    if hidden_only:
        query = query.join(item, item.c.id == change.c.item_id).where(sa.not_(to_sql(reader.sight.listed)))
    return frozenset(row.item_id for row in await reader.rows(query.order_by(change.c.position.desc()).limit(limit)))


def _taken(name: str, column: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    found = sa.select(column).where(follower.c.name == name).scalar_subquery()
    return sa.func.coalesce(found, 0)


async def last(source: Statements | Transaction) -> int:
    return int(await source.scalar(sa.select(sa.func.max(change.c.position))) or 0)


async def state(source: Statements | Transaction) -> tuple[str, int]:
    """(epoch, floor): below the floor rows have been truncated; a restore begins a new epoch."""
    row = await source.first(sa.select(log_state.c.epoch, log_state.c.floor))
    if row is None:
        raise RuntimeError("the hub has not been initialised")
    return row.epoch, row.floor


async def begin_epoch(tx: Transaction, epoch: str) -> None:
    await tx.run(sa.insert(log_state), [{"id": 1, "epoch": epoch, "floor": 0}])


async def cursor(source: Statements | Transaction, name: str) -> tuple[int, int]:
    """(in order, express) of a follower; (0, 0) when it is new."""
    row = await source.first(sa.select(follower.c.cursor, follower.c.express).where(follower.c.name == name))
    return (row.cursor, row.express) if row else (0, 0)


async def save_cursor(tx: Transaction, name: str, position: int, express: int, now: Instant) -> None:
    values = {"cursor": position, "express": express, "updated_at": now}
    done = await tx.run(sa.update(follower).where(follower.c.name == name).values(**values))
    if done.rowcount == 0:
        await tx.run(sa.insert(follower), [{"name": name, **values}])


async def record_failure(tx: Transaction, name: str, position: int, item_id: str, error: str, now: Instant) -> None:
    same = (follower_failure.c.name == name, follower_failure.c.position == position)
    again = sa.update(follower_failure).where(*same)
    done = await tx.run(again.values(error=error, attempts=follower_failure.c.attempts + 1, at=now))
    if done.rowcount == 0:
        row = {"name": name, "position": position, "item_id": item_id, "error": error, "attempts": 1, "at": now}
        await tx.run(sa.insert(follower_failure), [row])


async def failures(source: Statements, name: str | None = None) -> Rows:
    query = sa.select(follower_failure).order_by(follower_failure.c.name, follower_failure.c.position)
    return await source.rows(query if name is None else query.where(follower_failure.c.name == name))


async def forget_failure(tx: Transaction, name: str, position: int) -> None:
    mine = (follower_failure.c.name == name, follower_failure.c.position == position)
    await tx.run(sa.delete(follower_failure).where(*mine))

"""Things that fall due: rows with an instant, claimed with a lease (design §4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from hub.vocabulary.clock import Instant
from storage.database import Statements, Transaction
from storage.tables import due

Rows = Sequence[sa.Row[Any]]


async def replace(tx: Transaction, items: Iterable[str], rows: Sequence[Mapping[str, Any]], *, clear: bool) -> None:
    """Sets what is to happen to these items; earlier open rows of theirs are dropped."""
    ids = sorted(set(items))
    if clear and ids:
        await tx.run(sa.delete(due).where(due.c.item_id.in_(ids), due.c.done_at.is_(None)))
    if rows:
        await tx.run(sa.insert(due), [{"leased_until": 0, "leased_by": None, "done_at": None, **row} for row in rows])


async def claim(tx: Transaction, now: Instant, worker: str, lease_until: Instant, limit: int) -> Rows:
    """Open rows whose instant has come and that no living worker holds."""
    query = (
        sa.select(due)
        .where(due.c.done_at.is_(None), due.c.due_at <= now, due.c.leased_until <= now)
        .order_by(due.c.due_at, due.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = await tx.rows(query)
    if rows:
        mine = sa.update(due).where(due.c.id.in_([row.id for row in rows]))
        await tx.run(mine.values(leased_until=lease_until, leased_by=worker))
    return rows


async def finish(tx: Transaction, key: str, worker: str) -> bool:
    """Marks it done; False when this worker does not hold it any more, or it was done or dropped meanwhile."""
    held = sa.update(due).where(due.c.id == key, due.c.done_at.is_(None), due.c.leased_by == worker)
    return (await tx.run(held.values(done_at=tx.now))).rowcount == 1


async def finish_all(tx: Transaction, subject_id: str, task: str) -> None:
    """Marks every open row of this subject and task as done."""
    open_ = (due.c.item_id == subject_id, due.c.task == task, due.c.done_at.is_(None))
    await tx.run(sa.update(due).where(*open_).values(done_at=tx.now))


async def forget_done(tx: Transaction, before: Instant) -> None:
    await tx.run(sa.delete(due).where(due.c.done_at < before))


async def next_at(source: Statements) -> int | None:
    """The next instant at which something can be claimed: due, and no longer held by another."""
    free_at = sa.case((due.c.leased_until > due.c.due_at, due.c.leased_until), else_=due.c.due_at)
    found: int | None = await source.scalar(sa.select(sa.func.min(free_at)).where(due.c.done_at.is_(None)))
    return found

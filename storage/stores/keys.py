"""Program keys (hashed at rest) and remembered answers of idempotent requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from hub.vocabulary.clock import Instant
from storage.database import Statements, Transaction
from storage.tables import idempotency, program_key, site, unit

Rows = Sequence[sa.Row[Any]]


async def sign_in(source: Statements, key_hash: str, now: Instant) -> SignedIn | None:
    """The key with its unit's subtree and the sites those units own, in one statement; None when it is not valid."""
    mine = sa.select(program_key.c.unit_id.label("id")).where(program_key.c.key_hash == key_hash)
    tree = mine.cte("below", recursive=True)
    tree = tree.union_all(sa.select(unit.c.id).join(tree, unit.c.parent_id == tree.c.id))
    units = sa.select(sa.literal("unit").label("what"), tree.c.id.label("id"))
    sites = sa.select(sa.literal("site"), site.c.id).where(site.c.unit_id.in_(sa.select(tree.c.id)))
    reach = units.union_all(sites).subquery()
    query = sa.select(program_key, reach.c.what, reach.c.id.label("reach_id")).select_from(
        program_key.join(reach, sa.true())
    )
    valid = (
        program_key.c.key_hash == key_hash,
        program_key.c.revoked_at.is_(None),
        sa.or_(program_key.c.expires_at.is_(None), program_key.c.expires_at > now),
    )
    found = await source.rows(query.where(*valid))
    return SignedIn(found) if found else None


class SignedIn:
    """A key's row with `units` and `own_sites`, the ids within its reach."""

    def __init__(self, rows: Rows) -> None:
        self._row = rows[0]
        self.units = frozenset(row.reach_id for row in rows if row.what == "unit")
        self.own_sites = frozenset(row.reach_id for row in rows if row.what == "site")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)


async def insert(tx: Transaction, row: Mapping[str, Any]) -> None:
    await tx.run(sa.insert(program_key), [dict(row)])


async def revoke(tx: Transaction, prefix: str, now: Instant) -> sa.Row[Any] | None:
    found = await tx.first(sa.select(program_key).where(program_key.c.prefix == prefix))
    if found is not None:
        await tx.run(sa.update(program_key).where(program_key.c.id == found.id).values(revoked_at=now))
    return found


async def every(source: Statements) -> Rows:
    query = sa.select(program_key, unit.c.code.label("unit_code")).join(unit, unit.c.id == program_key.c.unit_id)
    return await source.rows(query.order_by(program_key.c.created_at))


async def remembered(tx: Transaction, actor: str, key: str) -> sa.Row[Any] | None:
    return await tx.first(sa.select(idempotency).where(idempotency.c.actor == actor, idempotency.c.key == key))


async def remember(tx: Transaction, actor: str, key: str, request_hash: str, answer: Any) -> None:
    row = {"actor": actor, "key": key, "request_hash": request_hash, "answer": answer, "created_at": tx.now}
    await tx.run(sa.insert(idempotency), [row])


async def forget_before(tx: Transaction, instant: Instant) -> None:
    await tx.run(sa.delete(idempotency).where(idempotency.c.created_at < instant))

"""Appending to the change log and the audit chain: always the last statements of a transaction (changelog.md).

Promise: whoever has read up to position P never finds a new row at or below P. On PostgreSQL an advisory lock and the
sequence are taken in one statement right before COMMIT; on SQLite BEGIN IMMEDIATE orders the writers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.vocabulary.clock import Instant
from hub.vocabulary.enums import Verb
from storage.tables import audit, audit_head, change, item

FacetTuple = dict[str, Any]
"""Everything a filter can ask of one visible state: `kind` and the set fields, each a sorted list."""

_LOCK = 7700
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class NewChange:
    """One row to append. Only public changes set `item.version` and reach feeds."""

    item_id: str
    kind: str
    verb: Verb
    edition_id: str | None
    before: list[FacetTuple]
    after: FacetTuple | None
    touched: list[str] = field(default_factory=list)
    scope: str = "public"


@dataclass(frozen=True, slots=True)
class NewAudit:
    unit_id: str
    actor: str
    verb: str
    subject_id: str | None
    edition_id: str | None
    content_hash: str
    at: Instant
    detail: dict[str, Any] = field(default_factory=dict)


def audit_hash(row: dict[str, Any], previous: str) -> str:
    """SHA-256 over the row and the hash before it, as canonical JSON."""
    covered = {**row, "previous_hash": previous}
    return hashlib.sha256(orjson.dumps(covered, option=orjson.OPT_SORT_KEYS)).hexdigest()


async def append_audit(connection: AsyncConnection, entries: Sequence[NewAudit]) -> None:
    """Two statements and one insert, however many entries and units."""
    if not entries:
        return
    units = sorted({entry.unit_id for entry in entries})
    lock = sa.select(audit_head).where(audit_head.c.unit_id.in_(units)).order_by(audit_head.c.unit_id)
    known = (await connection.execute(lock.with_for_update())).all()
    heads = {row.unit_id: (row.seq, row.hash) for row in known}
    rows = []
    for entry in entries:
        seq, previous = heads.get(entry.unit_id, (0, GENESIS))
        row = audit_row(entry, seq + 1)
        digest = audit_hash(row, previous)
        heads[entry.unit_id] = (seq + 1, digest)
        rows.append({**row, "previous_hash": previous, "hash": digest})
    await connection.execute(sa.insert(audit), rows)
    await _save_heads(connection, {row.unit_id for row in known}, heads)


def audit_row(entry: NewAudit, seq: int) -> dict[str, Any]:
    return {
        "unit_id": entry.unit_id,
        "seq": seq,
        "at": entry.at,
        "actor": entry.actor,
        "verb": entry.verb,
        "subject_id": entry.subject_id,
        "edition_id": entry.edition_id,
        "content_hash": entry.content_hash,
        "detail": entry.detail,
    }


async def _save_heads(connection: AsyncConnection, known: set[str], heads: dict[str, tuple[int, str]]) -> None:
    new = [{"unit_id": unit, "seq": seq, "hash": digest} for unit, (seq, digest) in heads.items() if unit not in known]
    old = [{"b_unit": unit, "b_seq": seq, "b_hash": digest} for unit, (seq, digest) in heads.items() if unit in known]
    if new:
        await connection.execute(sa.insert(audit_head), new)
    if old:
        moved = sa.update(audit_head).where(audit_head.c.unit_id == sa.bindparam("b_unit"))
        await connection.execute(moved.values(seq=sa.bindparam("b_seq"), hash=sa.bindparam("b_hash")), old)


async def append_changes(connection: AsyncConnection, changes: Sequence[NewChange], now: Instant, lane: int) -> None:
    if not changes:
        return
    rows = [_change_row(one, now, lane) for one in changes]
    if connection.dialect.name == "postgresql":
        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    positions = await _insert(connection, rows)
    latest = {one.item_id: place for one, place in zip(changes, positions, strict=True) if one.scope == "public"}
    if latest:
        stamped = sa.update(item).where(item.c.id == sa.bindparam("b_id")).values(version=sa.bindparam("b_version"))
        await connection.execute(stamped, [{"b_id": key, "b_version": place} for key, place in latest.items()])
    if connection.dialect.name == "postgresql":
        await connection.execute(sa.text("NOTIFY change_log"))


async def _insert(connection: AsyncConnection, rows: list[dict[str, Any]]) -> list[int]:
    """Positions of the rows in the order given. On SQLite the one writer owns every number after the last."""
    if connection.dialect.name == "sqlite":
        last = (await connection.execute(_LAST_GIVEN)).scalar() or 0
        for offset, row in enumerate(rows, 1):
            row["position"] = last + offset
        await connection.execute(sa.insert(change), rows)
        return [row["position"] for row in rows]
    insert = sa.insert(change).returning(change.c.position, sort_by_parameter_order=True)
    return list((await connection.execute(insert, rows)).scalars())


_LAST_GIVEN = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'change'")


def _change_row(one: NewChange, now: Instant, lane: int) -> dict[str, Any]:
    return {
        "at": now,
        "scope": one.scope,
        "lane": lane,
        "was_visible": int(bool(one.before)),
        "item_id": one.item_id,
        "kind": one.kind,
        "verb": one.verb.value,
        "edition_id": one.edition_id,
        "before": one.before,
        "after": one.after,
        "touched": one.touched,
    }

"""The change log, audit, followers and things due (design §4)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Index, Integer, String, Table, Text

from storage.tables.base import metadata
from storage.types import Id, Json, Moment

_SEEN = sa.text("was_visible = 1")

change = Table(
    "change",
    metadata,
    Column("position", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("scope", String(10), nullable=False),
    Column("lane", Integer, nullable=False),
    Column("was_visible", Integer, nullable=False),
    Column("item_id", Id, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("verb", String(20), nullable=False),
    Column("edition_id", Id),
    Column("before", Json, nullable=False),
    Column("after", Json),
    Column("touched", Json, nullable=False),
    Index("ix_change_item", "item_id", "position"),
    Index("ix_change_lane", "lane", "position"),
    Index("ix_change_was_visible", "position", sqlite_where=_SEEN, postgresql_where=_SEEN),
    sqlite_autoincrement=True,
)
"""`before`: a list of facet tuples, `after`: one or null; `touched`: items whose reverse links this changes.
`lane`: 0 an editor waits for it, 1 a batch. `was_visible`: 1 when `before` is not empty, so that what an index may
still show can be found at once."""

log_state = Table(
    "log_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("epoch", String(36), nullable=False),
    Column("floor", sa.BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("unit_id", Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", String(60), nullable=False),
    Column("verb", String(40), nullable=False),
    Column("subject_id", Id),
    Column("edition_id", Id),
    Column("content_hash", String(64), nullable=False),
    Column("detail", Json, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_subject", "subject_id"),
    sqlite_with_rowid=False,
)
"""Chained by hash per unit: a gap or an edit can be shown."""

audit_head = Table(
    "audit_head",
    metadata,
    Column("unit_id", Id, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

_OPEN = sa.text("done_at IS NULL")

due = Table(
    "due",
    metadata,
    Column("id", Id, primary_key=True),
    Column("due_at", Moment, nullable=False),
    Column("task", String(30), nullable=False),
    Column("item_id", Id, nullable=False),
    Column("edition_id", Id),
    Column("done_at", Moment),
    Column("leased_until", Moment, nullable=False),
    Column("leased_by", String(60)),
    Index(
        "ix_due_open", "due_at", sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL")
    ),
    Index("ix_due_item", "item_id"),
)

follower = Table(
    "follower",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("cursor", sa.BigInteger, nullable=False),
    Column("express", sa.BigInteger, nullable=False),
    Column("updated_at", Moment, nullable=False),
)
"""`cursor` walks all rows in order; `express` has read ahead over lane 0 only."""

follower_failure = Table(
    "follower_failure",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    Column("item_id", Id, nullable=False),
    Column("error", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)

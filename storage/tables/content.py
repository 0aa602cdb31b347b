"""Items, their editions, the fields of each kind, links, placements, findings (design §1)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from hub.vocabulary.details import DETAIL_FIELDS, FieldType
from hub.vocabulary.enums import Kind
from storage.tables.base import metadata
from storage.types import Day, Id, Json, Moment

item = Table(
    "item",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("unit_id", Id, ForeignKey("unit.id"), nullable=False, index=True),
    Column("site_id", Id, ForeignKey("site.id")),
    Column("state", String(20), nullable=False),
    Column("lock_version", Integer, nullable=False),
    Column("version", sa.BigInteger, nullable=False),
    Column("live_edition_id", Id),
    Column("working_edition_id", Id),
    Column("publicity", String(20), nullable=False),
    Column("audience_key", Text, nullable=False),
    Column("visible_from", Moment, nullable=False),
    Column("visible_until", Moment, nullable=False),
    Column("sort_at", Moment, nullable=False),
    Column("first_published_at", Moment),
    Column("updated_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("source", String(120), nullable=False),
    Column("source_id", String(200), nullable=False),
    Column("row_hash", String(64)),
    UniqueConstraint("source", "source_id"),
    sqlite_with_rowid=False,
)
"""The lasting identity. From `publicity` to `sort_at` the columns repeat the live edition, so that one row decides
who may see it and where it sorts (ADR 7)."""

edition = Table(
    "edition",
    metadata,
    Column("id", Id, primary_key=True),
    Column("item_id", Id, ForeignKey("item.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("source_name", Text, nullable=False),
    Column("source_url", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("language", String(20), nullable=False),
    Column("made_on", Day),
    Column("published_at", Moment),
    Column("went_live_at", Moment),
    Column("embargo_at", Moment),
    Column("expires_at", Moment),
    Column("audience", Json, nullable=False),
    Column("publicity", String(20), nullable=False),
    Column("keywords", Json, nullable=False),
    Column("change_note", Text, nullable=False),
    Column("change_scale", String(10), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("approval_basis", Json),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(60), nullable=False),
    UniqueConstraint("item_id", "number"),
    Index("uq_edition_one_live", "item_id", unique=True, sqlite_where=sa.text("state = 'live'"),
          postgresql_where=sa.text("state = 'live'")),
    Index("uq_edition_one_working", "item_id", unique=True,
          sqlite_where=sa.text("state IN ('draft','in_review','approved','scheduled')"),
          postgresql_where=sa.text("state IN ('draft','in_review','approved','scheduled')")),
)  # fmt: skip

edition_body = Table(
    "edition_body",
    metadata,
    Column("edition_id", Id, ForeignKey("edition.id"), primary_key=True),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
)
"""Bodies apart from editions: a list never reads them."""

_COLUMN_TYPES: dict[FieldType, Any] = {
    FieldType.INT: Integer,
    FieldType.CATEGORY: Integer,
    FieldType.BOOL: Boolean,
    FieldType.LINES: Json,
    FieldType.DATE: Day,
}


def _details_of(kind: Kind, *more: Any) -> Table:
    columns = [Column(name, _COLUMN_TYPES.get(field.type, Text)) for name, field in DETAIL_FIELDS[kind].items()]
    return Table(
        kind.value, metadata, Column("edition_id", Id, ForeignKey("edition.id"), primary_key=True), *columns, *more
    )


details: dict[Kind, Table] = {
    Kind.ARTICLE: _details_of(Kind.ARTICLE),
    Kind.POLICY_DOCUMENT: _details_of(
        Kind.POLICY_DOCUMENT, Column("doc_no_key", Text), Column("repealed_by_id", Id), Column("repealed_on", Day)
    ),
    Kind.INTERPRETATION: _details_of(Kind.INTERPRETATION),
    Kind.MEDIA_ASSET: _details_of(Kind.MEDIA_ASSET, Column("object_key", Text)),
    Kind.SERVICE_ITEM: _details_of(Kind.SERVICE_ITEM),
}
"""One table a kind, its columns those of `DETAIL_FIELDS` and a few that only the hub writes."""

HUB_FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.POLICY_DOCUMENT: ("doc_no_key", "repealed_by_id", "repealed_on"),
    Kind.MEDIA_ASSET: ("object_key",),
}

link = Table(
    "link",
    metadata,
    Column("edition_id", Id, ForeignKey("edition.id"), primary_key=True),
    Column("order_no", Integer, primary_key=True, autoincrement=False),
    Column("item_id", Id, nullable=False),
    Column("link_type", String(20), nullable=False),
    Column("target_id", Id),
    Column("target_source", String(120)),
    Column("target_source_id", String(200)),
    Index("ix_link_target", "target_id", "link_type"),
    Index("ix_link_waiting", "target_source", "target_source_id", sqlite_where=sa.text("target_id IS NULL"),
          postgresql_where=sa.text("target_id IS NULL")),
)  # fmt: skip
"""A link names its target by id, or by (source, source_id) until the target arrives."""

placement = Table(
    "placement",
    metadata,
    Column("edition_id", Id, ForeignKey("edition.id"), primary_key=True),
    Column("section_id", Id, ForeignKey("section.id"), primary_key=True),
    Column("order_no", Integer, nullable=False),
    Index("ix_placement_section", "section_id"),
)

unpublishing = Table(
    "unpublishing",
    metadata,
    Column("item_id", Id, ForeignKey("item.id"), primary_key=True),
    Column("explanation", Text, nullable=False),
    Column("alternative_id", Id),
    Column("alternative_url", Text),
    Column("at", Moment, nullable=False),
)
"""Why an item is withdrawn, redirected or gone, and where to go instead."""

finding = Table(
    "finding",
    metadata,
    Column("edition_id", Id, ForeignKey("edition.id"), primary_key=True),
    Column("order_no", Integer, primary_key=True, autoincrement=False),
    Column("rule", String(60), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("field", String(60), nullable=False),
    Column("message", Text, nullable=False),
)

media_object = Table(
    "media_object",
    metadata,
    Column("object_key", String(80), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("size", sa.BigInteger, nullable=False),
    Column("media_type", String(120), nullable=False),
    Column("created_at", Moment, nullable=False),
)

synonym = Table(
    "synonym",
    metadata,
    Column("id", Id, primary_key=True),
    Column("terms", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
)
"""Groups of words that mean the same to a searcher; editors own them."""

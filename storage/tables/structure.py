"""Units, sites, sections, and the addresses under sites."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from storage.tables.base import metadata
from storage.types import Id, Json, Moment

unit = Table(
    "unit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", String(80), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("short_name", Text),
    Column("unit_type", String(30), nullable=False),
    Column("parent_id", Id, ForeignKey("unit.id"), index=True),
    Column("region", Text),
    Column("region_code", String(12)),
    Column("unified_code", String(18)),
    Column("address", Text),
    Column("phone", Text),
    Column("lock_version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
)

site = Table(
    "site",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", String(80), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("site_type", String(30), nullable=False),
    Column("unit_id", Id, ForeignKey("unit.id"), nullable=False, index=True),
    Column("parent_id", Id, ForeignKey("site.id")),
    Column("domain", Text),
    Column("site_id_code", String(12)),
    Column("language", String(20), nullable=False),
    Column("description", Text),
    Column("lock_version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
)

section = Table(
    "section",
    metadata,
    Column("id", Id, primary_key=True),
    Column("site_id", Id, ForeignKey("site.id"), nullable=False),
    Column("parent_id", Id, ForeignKey("section.id"), index=True),
    Column("code", String(80), nullable=False),
    Column("path", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("section_kind", String(30), nullable=False),
    Column("description", Text),
    Column("keywords", Json, nullable=False),
    Column("column_type", Text),
    Column("update_cycle_days", Integer),
    Column("order_no", Integer, nullable=False),
    Column("view", Json),
    Column("lock_version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("site_id", "path"),
)

node = Table(
    "node",
    metadata,
    Column("id", Id, primary_key=True),
    Column("node_type", String(20), nullable=False),
)
"""One table of ids, so that `node(id)` is one look-up whatever the id belongs to. Items are found in `item` itself."""

route = Table(
    "route",
    metadata,
    Column("site_id", Id, ForeignKey("site.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("item_id", Id, index=True),
    Column("section_id", Id),
    Column("redirect_to", Text),
    Column("is_current", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
)
"""Addresses are kept for ever: a moved item leaves its old row as a redirect to the new path."""

scope = Table(
    "scope",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
)
"""What a list may be restricted to, as `field:value`: `section:<id>`, `validity:in_force`, `all:`."""

listing = Table(
    "listing",
    metadata,
    Column("scope_id", Integer, primary_key=True, autoincrement=False),
    Column("kind", Integer, primary_key=True, autoincrement=False),
    Column("archived", Integer, primary_key=True, autoincrement=False),
    Column("sort_at", Moment, primary_key=True, autoincrement=False),
    Column("item_id", Id, primary_key=True),
    Column("updated_at", Moment, nullable=False),
    Index("ix_listing_item", "item_id"),
    Index("ix_listing_updated", "scope_id", "kind", "archived", "updated_at", "item_id"),
    sqlite_with_rowid=False,
)
"""Closure rows of the live edition: every list of one scope is one walk of this key (ADR 7)."""

audience_label = Table(
    "audience_label",
    metadata,
    Column("audience_key", Text, primary_key=True),
    Column("label", String(200), primary_key=True),
    Index("ix_audience_label_label", "label", "audience_key"),
)
"""The distinct sets of audience labels, few however many items there are."""

program_key = Table(
    "program_key",
    metadata,
    Column("id", Id, primary_key=True),
    Column("prefix", String(20), nullable=False),
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("unit_id", Id, ForeignKey("unit.id"), nullable=False),
    Column("verbs", Json, nullable=False),
    Column("sites", Json, nullable=False),
    Column("audience", Json, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Column("created_at", Moment, nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("actor", String(60), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("request_hash", String(64), nullable=False),
    Column("answer", Json, nullable=False),
    Column("created_at", BigInteger, nullable=False, index=True),
)

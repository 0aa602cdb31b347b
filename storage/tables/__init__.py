"""All tables, by subject."""

from __future__ import annotations

from storage.tables.base import metadata
from storage.tables.content import (
    HUB_FIELDS,
    details,
    edition,
    edition_body,
    finding,
    item,
    link,
    media_object,
    placement,
    synonym,
    unpublishing,
)
from storage.tables.log import audit, audit_head, change, due, follower, follower_failure, log_state
from storage.tables.structure import (
    audience_label,
    idempotency,
    listing,
    node,
    program_key,
    route,
    scope,
    section,
    site,
    unit,
)

__all__ = [
    "HUB_FIELDS", "audience_label", "audit", "audit_head", "change", "details", "due", "edition", "edition_body",
    "finding", "follower", "follower_failure", "idempotency", "item", "link", "listing", "log_state", "media_object",
    "metadata", "node", "placement", "program_key", "route", "scope", "section", "site", "synonym", "unit",
    "unpublishing",
]  # fmt: skip

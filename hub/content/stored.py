"""From stored rows back to the canonical content of an edition."""

from __future__ import annotations

from typing import Any

from hub.content.drafting import EditionContent, LinkTo
from hub.vocabulary.enums import Kind, LinkType, Publicity
from storage.database import Statements, Transaction
from storage.stores import items


async def content_of(source: Statements | Transaction, edition_id: str, kind: Kind) -> EditionContent:
    parts = await items.edition_parts(source, edition_id, kind)
    return content_from(kind, parts["edition"], parts["details"], parts["links"], parts["placements"])


def content_from(kind: Kind, edition: Any, details: Any, links: Any, placements: Any) -> EditionContent:
    return EditionContent(
        title=edition.title,
        summary=edition.summary,
        html=edition.html,
        text=edition.text,
        source_name=edition.source_name,
        source_url=edition.source_url,
        author=edition.author,
        language=edition.language,
        made_on=edition.made_on,
        published_at=edition.published_at,
        embargo_at=edition.embargo_at,
        expires_at=edition.expires_at,
        audience=tuple(edition.audience),
        publicity=Publicity(edition.publicity),
        keywords=tuple(edition.keywords),
        details=detail_values(kind, details),
        links=tuple(link_from(row) for row in links),
        sections=tuple(row.section_id for row in placements),
    )


def detail_values(kind: Kind, row: Any) -> dict[str, Any]:
    """The fields that have a value, in the table's order."""
    if row is None:
        return {}
    values = {name: getattr(row, name) for name in items.detail_columns(kind)}
    return {name: value for name, value in values.items() if value is not None}


def link_from(row: Any) -> LinkTo:
    by_source = row.target_source is not None
    return LinkTo(
        LinkType(row.link_type),
        None if by_source else row.target_id,
        row.target_source,
        row.target_source_id,
    )

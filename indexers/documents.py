"""From current rows to search documents; the same for every engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hub.content.facets import UNDATED
from hub.search import SearchDocument
from hub.vocabulary.clock import local
from hub.vocabulary.details import DETAIL_FIELDS, FieldType
from hub.vocabulary.enums import Kind
from hub.vocabulary.ids import ItemId
from storage.database import System
from storage.stores import documents as rows
from storage.stores import listings

_SAID = (FieldType.LINE, FieldType.TEXT, FieldType.LINES)
UNSAID = frozenset(("code", "task_code", "catalog_code", "consult_phone", "complaint_phone", "level", "sha256",
                    "file_name", "doc_no", "index_no", "region", "history", "joint_issuers"))  # fmt: skip
"""Detail fields that are no part of the text: numbers, codes, what facets already hold."""
SEARCHED_DETAILS: Mapping[Kind, tuple[str, ...]] = {
    kind: tuple(name for name, field in fields.items() if field.type in _SAID and name not in UNSAID)
    for kind, fields in DETAIL_FIELDS.items()
}


async def load(system: System, ids: Iterable[str]) -> list[SearchDocument]:
    """Documents of those items that belong into the index, as they are now; the others are simply absent."""
    found = await rows.indexable(system, ids)
    if not found:
        return []
    editions: dict[Kind, list[str]] = {}
    for row in found:
        editions.setdefault(Kind(row.kind), []).append(row.live_edition_id)
    details = await rows.detail_rows(system, editions)
    facets = await listings.facet_sets(system, [row.id for row in found])
    return [document_of(row, details.get(row.live_edition_id), facets.get(row.id, [])) for row in found]


def document_of(row: Any, detail: Any, facets: Sequence[tuple[str, str]]) -> SearchDocument:
    kind = Kind(row.kind)
    return SearchDocument(
        id=ItemId(row.id),
        version=row.version,
        title=row.title,
        text=searched_text(kind, row, detail),
        doc_no=(getattr(detail, "doc_no", None) or "") if detail is not None else "",
        state=row.state,
        kind=row.kind,
        publicity=row.publicity,
        visible_from=row.visible_from,
        visible_until=row.visible_until,
        sort_at=row.sort_at,
        sets=_sets(row, facets),
    )


def searched_text(kind: Kind, row: Any, detail: Any) -> str:
    """Summary, body and what the details say, one after the other."""
    parts = [row.summary, row.text]
    for name in SEARCHED_DETAILS[kind] if detail is not None else ():
        value = getattr(detail, name)
        parts += value if isinstance(value, list) else [value or ""]
    return "\n".join(part for part in parts if part)


def _sets(row: Any, facets: Sequence[tuple[str, str]]) -> dict[str, frozenset[str]]:
    sets: dict[str, set[str]] = {"audience": set(row.audience_key.split("\n"))}
    for name, value in facets:
        if name != "all":
            sets.setdefault(name, set()).add(value)
    if row.sort_at > UNDATED:
        sets["year"] = {str(local(row.sort_at).year)}
    return {name: frozenset(values) for name, values in sets.items()}

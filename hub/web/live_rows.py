"""From stored rows to the list rows of a page: owners' names and policies' facts are read once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hub.content.facets import validity_of
from hub.content.stored import detail_values
from hub.vocabulary.clock import local_day
from hub.vocabulary.details import DetailValue
from hub.vocabulary.enums import Kind, State, UnitType, Validity
from hub.web.reading import ListedItem
from storage.database import Reader
from storage.stores import items, structure

Details = Mapping[str, DetailValue]


@dataclass(frozen=True, slots=True)
class Background:
    """What list rows show beside their own columns. Two statements, however many rows."""

    units: Mapping[str, Any]
    policies: Mapping[str, Details]
    """Details of policy documents by edition id."""
    today: date

    @classmethod
    async def of(cls, reader: Reader, rows: Iterable[Any]) -> Background:
        known = list(rows)
        units = await by_ids(reader, "unit", (row.unit_id for row in known))
        policies = await details_by_edition(reader, Kind.POLICY_DOCUMENT, known)
        return cls(units, policies, local_day(reader.now))

    def item(self, row: Any) -> ListedItem:
        policy = self.policies.get(row.edition_id)
        return ListedItem(
            row.id,
            Kind(row.kind),
            row.title,
            row.summary,
            row.published_at,
            self.publisher(row),
            str(policy.get("doc_no", "")) if policy is not None else "",
            self.validity(policy) if policy is not None else None,
            State(row.state) is State.ARCHIVED,
        )

    def items(self, rows: Iterable[Any]) -> tuple[ListedItem, ...]:
        return tuple(self.item(row) for row in rows)

    def publisher(self, row: Any) -> str:
        """The owner's name; for what outside publishers wrote, its source as printed."""
        unit = self.units.get(row.unit_id)
        if unit is None or (unit.unit_type == UnitType.EXTERNAL and row.source_name):
            return str(row.source_name)
        return str(unit.name)

    def validity(self, policy: Details) -> Validity:
        return validity_of(policy, self.today)


async def by_ids(reader: Reader, table: str, ids: Iterable[str]) -> dict[str, Any]:
    """Units, sites or sections by id; no statement for no ids."""
    wanted = set(ids)
    return {row.id: row for row in await structure.by_ids(reader, table, wanted)} if wanted else {}


async def details_by_edition(reader: Reader, kind: Kind, rows: Iterable[Any]) -> dict[str, Details]:
    """Details of those rows that are of this kind."""
    editions = {row.edition_id for row in rows if row.kind == kind.value}
    if not editions:
        return {}
    found: Sequence[Any] = await items.details_of(reader, kind, editions)
    return {row.edition_id: detail_values(kind, row) for row in found}

"""Relations load by level: one statement a relation, whatever the number of rows. One set of loaders a request.

Everything that could be hidden is asked of the `Reader`; sections, sites and units are public.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import cached_property, partial
from typing import Any

from strawberry.dataloader import DataLoader

from hub.content import queries
from hub.vocabulary.enums import Kind, LinkType
from schema.addresses import Address
from storage.database import Editorial, Reader
from storage.stores import items, links, loading, structure
from storage.stores.listings import ListRequest, Place

Rows = Sequence[Any]
One = DataLoader[str, Any]
"""Key → the row, or None."""
Many = DataLoader[str, list[Any]]
"""Key → rows, in order; none is an empty list."""


class Loaders:
    def __init__(self, reader: Reader, base_url: str) -> None:
        self.reader = reader
        self.base_url = base_url
        self._by_types: dict[tuple[str, tuple[LinkType, ...]], Many] = {}
        self._details: dict[Kind, One] = {}

    @cached_property
    def items(self) -> One:
        """Visible content by item id."""
        return _one(partial(items.visible, self.reader), "id")

    @cached_property
    def bodies(self) -> One:
        """By edition id."""
        return _one(partial(items.bodies, self.reader), "edition_id")

    def details(self, kind: Kind) -> One:
        """By edition id."""
        if kind not in self._details:
            self._details[kind] = _one(partial(items.details_of, self.reader, kind), "edition_id")
        return self._details[kind]

    @cached_property
    def placements(self) -> Many:
        """Sections by edition id."""
        return _many(partial(items.placements_of, self.reader), "edition_id")

    @cached_property
    def addresses(self) -> DataLoader[str, list[Address]]:
        """Addresses by item id, the canonical one first."""
        return DataLoader(load_fn=self._addresses)

    async def _addresses(self, ids: list[str]) -> list[list[Address]]:
        rows = _grouped(await loading.addresses(self.reader, ids), "item_id")
        return [Address.of(rows.get(key, ()), self.base_url) for key in ids]

    @cached_property
    def unpublishings(self) -> One:
        return _one(partial(items.unpublishings, self.reader), "item_id")

    @cached_property
    def units(self) -> One:
        return _one(partial(structure.by_ids, self.reader, "unit"), "id")

    @cached_property
    def sites(self) -> One:
        return _one(partial(structure.by_ids, self.reader, "site"), "id")

    @cached_property
    def sites_by_code(self) -> One:
        return _one(partial(structure.by_codes, self.reader, "site"), "code")

    @cached_property
    def sections(self) -> One:
        return _one(partial(structure.by_ids, self.reader, "section"), "id")

    @cached_property
    def section_children(self) -> Many:
        return _many(partial(structure.children, self.reader, "section"), "parent_id")

    @cached_property
    def section_ancestors(self) -> Many:
        return _many(partial(loading.ancestors, self.reader), "leaf")

    @cached_property
    def sections_of_site(self) -> Many:
        return _many(partial(structure.sections_of_sites, self.reader), "site_id")

    @cached_property
    def top_sections_of_site(self) -> Many:
        return _many(partial(structure.sections_of_sites, self.reader, roots_only=True), "site_id")

    @cached_property
    def unit_children(self) -> Many:
        return _many(partial(structure.children, self.reader, "unit"), "parent_id")

    @cached_property
    def sites_of_unit(self) -> Many:
        return _many(partial(structure.sites_of_units, self.reader), "unit_id")

    def link_targets(self, types: Iterable[LinkType]) -> Many:
        """Visible targets by edition id: rows with `link_type`."""
        read = partial(links.targets, self.reader)
        return self._linked("targets", types, lambda chosen: _many(partial(read, types=chosen), "from_edition"))

    def link_origins(self, types: Iterable[LinkType]) -> Many:
        """Visible items that link to an item id, newest first: rows with `link_type`."""
        read = partial(links.origins, self.reader)
        return self._linked("origins", types, lambda chosen: _many(partial(read, types=chosen), "to_item"))

    def _linked(self, side: str, types: Iterable[LinkType], make: Callable[[tuple[LinkType, ...]], Many]) -> Many:
        chosen = tuple(sorted(set(types)))
        if (side, chosen) not in self._by_types:
            self._by_types[side, chosen] = make(chosen)
        return self._by_types[side, chosen]

    @cached_property
    def totals(self) -> DataLoader[ListRequest, tuple[int, bool]]:
        """How long a list is: one statement a different list, and none when nobody asks."""
        return DataLoader(load_fn=self._totals)

    async def _totals(self, requests: list[ListRequest]) -> list[tuple[int, bool]]:
        return [await queries.total(self.reader, request) for request in requests]

    @cached_property
    def table_totals(self) -> DataLoader[str, tuple[int, bool]]:
        return DataLoader(load_fn=self._table_totals)

    async def _table_totals(self, tables: list[str]) -> list[tuple[int, bool]]:
        return [(await loading.count_of(self.reader, table), True) for table in tables]

    @cached_property
    def pages(self) -> DataLoader[tuple[ListRequest, int, Place | None, bool], Rows]:
        """Pages of several lists at once; key: request, rows wanted, where it begins, whether backward."""
        return DataLoader(load_fn=self._pages)

    async def _pages(self, asked: list[tuple[ListRequest, int, Place | None, bool]]) -> list[Rows]:
        alike: dict[tuple[int, Place | None, bool], list[ListRequest]] = {}
        for request, *rest in asked:
            alike.setdefault(tuple(rest), []).append(request)  # type: ignore[arg-type]
        found: dict[Any, Rows] = {}
        for (size, start, backward), requests in alike.items():
            rows = await loading.pages(self.reader, requests, size, start, backward=backward)
            found |= {(request, size, start, backward): page for request, page in zip(requests, rows, strict=True)}
        return [found[key] for key in asked]


class DraftLoaders:
    """What belongs to editions, for staff."""

    def __init__(self, reader: Editorial) -> None:
        self.reader = reader

    @cached_property
    def editions(self) -> One:
        return _one(partial(loading.editions, self.reader), "edition_id")

    @cached_property
    def bodies(self) -> One:
        return _one(partial(items.bodies, self.reader), "edition_id")

    @cached_property
    def links(self) -> Many:
        return _many(partial(loading.edition_links, self.reader), "edition_id")

    @cached_property
    def findings(self) -> Many:
        return _many(partial(items.findings_of, self.reader), "edition_id")


def _one(read: Callable[[list[str]], Awaitable[Rows]], key: str) -> One:
    async def load(keys: list[str]) -> list[Any]:
        rows = {getattr(row, key): row for row in await read(keys)}
        return [rows.get(one) for one in keys]

    return DataLoader(load_fn=load)


def _many(read: Callable[[list[str]], Awaitable[Rows]], key: str) -> Many:
    async def load(keys: list[str]) -> list[list[Any]]:
        rows = _grouped(await read(keys), key)
        return [rows.get(one, []) for one in keys]

    return DataLoader(load_fn=load)


def _grouped(rows: Rows, key: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, key), []).append(row)
    return found

"""The search port: request in; ids, scores, facet counts out. Engines live in `indexers/`; tests hand in a small fake.

The database decides who may see: hits are loaded through a `Reader`, so a stale index cannot leak.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from hub.vocabulary.expression import EVERYTHING, Expression
from hub.vocabulary.ids import ItemId

MAX_HITS = 1_000
"""Search pages end here: offset + size never exceeds it (design §6)."""
EXACT_TO = 10_000
"""Totals and facets are exact to this many matches; beyond, `is_exact` is false."""
FACETS = ("kind", "site", "section", "unit", "year", "validity", "topic", "region", "genre")


class SearchSort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """One item as both engines index it. Built by `indexers.documents` from the current rows."""

    id: ItemId
    version: int
    title: str
    text: str
    doc_no: str
    """As printed; empty when the item has none."""
    state: str
    kind: str
    publicity: str
    visible_from: int
    visible_until: int
    sort_at: int
    sets: dict[str, frozenset[str]]
    """The set fields of `hub.vocabulary.expression`: audience, site, section (with ancestors), unit, genre …"""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    text: str
    where: Expression = EVERYTHING
    """Visibility and filter together."""
    sort: SearchSort = SearchSort.RELEVANCE
    offset: int = 0
    size: int = 20
    facets: tuple[str, ...] = ()
    facet_size: int = 50


@dataclass(frozen=True, slots=True)
class SearchHit:
    id: ItemId
    score: float
    sort_at: int = 0


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    hits: list[SearchHit]
    total: int
    is_exact: bool
    generation: str
    facets: dict[str, list[FacetValue]] = field(default_factory=dict)
    corrected_text: str | None = None
    """What was searched instead, when the text as typed finds nothing; null otherwise."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a text that answers the query: offsets in Unicode code points of the text handed in."""

    start: int
    end: int


class DocumentRefused(Exception):
    """The engine cannot take this one document; nothing of it was written, and the others are not affected."""

    def __init__(self, item_id: ItemId, reason: str) -> None:
        super().__init__(reason)
        self.item_id = item_id


class SearchEngine(Protocol):
    """Reading side; any number in a deployment. Raises `SearchUnavailable`."""

    async def search(self, request: SearchRequest) -> SearchAnswer: ...

    async def suggest(self, prefix: str, where: Expression, size: int) -> list[str]:
        """Titles of visible documents that begin with or contain the prefix (Chinese, or pinyin of the title)."""
        ...

    def marks(self, text: str, passages: Sequence[str]) -> list[list[Mark]]:
        """Where the query text shows in each passage (from tokens, the same for all engines)."""
        ...

    async def refresh(self) -> None:
        """Makes what the writer committed visible to this reader now."""
        ...


class SearchIndex(Protocol):
    """Writing side; one writer leads. `put` replaces by item id, so late or repeated work is harmless."""

    async def put(self, documents: Sequence[SearchDocument]) -> None:
        """Raises `DocumentRefused` for the first document that cannot be taken, before anything is written."""
        ...

    async def drop(self, ids: Sequence[ItemId]) -> None: ...

    async def commit(self) -> None: ...

    async def close(self) -> None: ...

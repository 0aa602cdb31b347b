"""`hub.web.reading.Reading` on the hub itself: every page is one snapshot, read as anybody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.access import ANONYMOUS, LISTED_STATES, sight
from hub.content import queries
from hub.search import SearchEngine
from hub.vocabulary.clock import Clock
from hub.vocabulary.details import flaw_of_text
from hub.web import live_content, live_places, live_search
from hub.web.reading import (
    ContentPage,
    Moved,
    Overview,
    SearchPage,
    SearchQuery,
    SectionPage,
    SitePage,
    UnpublishedPage,
)
from storage.database import Database, Reader
from storage.stores import structure


@asynccontextmanager
async def as_anybody(database: Database, clock: Clock) -> AsyncIterator[Reader]:
    """One snapshot with what anybody may see at this moment."""
    now = clock()
    async with database.snapshot() as connection:
        yield Reader(connection, sight(ANONYMOUS, now), now)


class LiveReading:
    """Implements `Reading`. `base_url` (without a slash at its end) makes the addresses of page tags absolute."""

    def __init__(self, database: Database, search: SearchEngine, clock: Clock, *, base_url: str = "") -> None:
        self._database = database
        self._engine = search
        self._clock = clock
        self._base_url = base_url.rstrip("/")

    async def overview(self) -> Overview:
        async with as_anybody(self._database, self._clock) as reader:
            return await live_places.overview(reader)

    async def search(self, query: SearchQuery) -> SearchPage:
        async with as_anybody(self._database, self._clock) as reader:
            return await live_search.search_page(reader, self._engine, query)

    async def content(self, item_id: str) -> ContentPage | UnpublishedPage | Moved | None:
        async with as_anybody(self._database, self._clock) as reader:
            row = await queries.single(reader, item_id)
            if row is None:
                return None
            if row.state in LISTED_STATES:
                return await live_content.content_page(reader, row, self._base_url)
            return await live_content.unpublished_page(reader, row)

    async def site(self, code: str) -> SitePage | None:
        if flaw_of_text(code):
            return None
        async with as_anybody(self._database, self._clock) as reader:
            found = await structure.by_codes(reader, "site", [code])
            return await live_places.site_page(reader, found[0]) if found else None

    async def section(
        self, site_code: str, path: str, *, after: str | None, before: str | None
    ) -> SectionPage | Moved | None:
        if flaw_of_text(site_code) or flaw_of_text(path):
            return None
        async with as_anybody(self._database, self._clock) as reader:
            found = await structure.by_codes(reader, "site", [site_code])
            if not found:
                return None
            section = await structure.section_at(reader, found[0].id, path)
            if section is None:
                return await live_places.moved_from(reader, found[0], path)
            return await live_places.section_page(reader, found[0], section, after=after, before=before)

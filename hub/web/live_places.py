"""Front page, sites and sections from rows. Their statements do not grow with rows, sites or sections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hub.content import queries
from hub.content.filters import ContentFilter, to_request
from hub.content.page_tags import column_tags, site_tags
from hub.content.queries import Page, PageArgs
from hub.vocabulary.clock import Instant
from hub.vocabulary.enums import Archived
from hub.web.labels import KIND_ORDER
from hub.web.live_rows import Background, by_ids
from hub.web.reading import Moved, Overview, SectionEntry, SectionPage, SiteEntry, SitePage
from storage.database import Reader
from storage.expression_sql import scope_key
from storage.stores import scope_counts, structure
from storage.stores.listings import COUNT_TO

NEWEST = 10
"""Items of the front page and of a site's page."""
PAGE_SIZE = 20
MAX_SITES = 100
"""Sites named on the front page."""


async def overview(reader: Reader) -> Overview:
    """Seven statements."""
    counts = await queries.counts_by_kind(reader)
    newest = await queries.list_page(reader, to_request(ContentFilter()), PageArgs(first=NEWEST))
    sites = await structure.all_of(reader, "site", MAX_SITES)
    placed = await _counts(reader, "site", sites)
    background = await Background.of(reader, newest.rows)
    return Overview(
        tuple((kind, counts[kind]) for kind in KIND_ORDER if counts.get(kind)),
        background.items(newest.rows),
        tuple(SiteEntry(site.code, site.name, placed.get(site.id, 0)) for site in sites),
        await _changed_at(reader),
    )


async def _changed_at(reader: Reader) -> Instant | None:
    """From what is visible: the log also moves when hidden content changes."""
    by_update = to_request(ContentFilter(archived=Archived.INCLUDE), by_update=True)
    rows = (await queries.list_page(reader, by_update, PageArgs(first=1))).rows
    return rows[0].updated_at if rows else None


async def _counts(reader: Reader, field: str, rows: Iterable[Any]) -> dict[str, int]:
    """Visible items by id of the site or section, exact to `COUNT_TO`; none for views, whose filter would be asked."""
    keys = {scope_key(field, row.id): row.id for row in rows if field == "site" or row.view is None}
    if not keys:
        return {}
    found = await scope_counts.visible_in(reader, keys, COUNT_TO)
    return {keys[key]: number for key, number in found.items()}


async def site_page(reader: Reader, site: Any) -> SitePage:
    """Six statements beside the one that found the site."""
    sections = await structure.sections_of_sites(reader, [site.id])
    newest = await queries.list_page(reader, to_request(ContentFilter(site=(site.id,))), PageArgs(first=NEWEST))
    owner = (await by_ids(reader, "unit", [site.unit_id])).get(site.unit_id)
    counts = await _counts(reader, "section", sections)
    background = await Background.of(reader, newest.rows)
    return SitePage(
        site.code,
        site.name,
        _tree(site, sections, counts),
        background.items(newest.rows),
        owner.name if owner is not None else "",
        site.domain or "",
        site_tags(site),
    )


def _tree(site: Any, sections: Sequence[Any], counts: Mapping[str, int]) -> tuple[SectionEntry, ...]:
    below: dict[str | None, list[Any]] = {}
    for section in sections:
        below.setdefault(section.parent_id, []).append(section)

    def entries(parent: str | None) -> tuple[SectionEntry, ...]:
        rows = below.get(parent, ())
        return tuple(_entry(site, row, counts.get(row.id, 0), entries(row.id)) for row in rows)

    return entries(None)


def _entry(site: Any, section: Any, count: int = 0, children: tuple[SectionEntry, ...] = ()) -> SectionEntry:
    return SectionEntry(site.code, section.path, section.name, site.name, count, children)


async def section_page(
    reader: Reader, site: Any, section: Any, *, after: str | None, before: str | None
) -> SectionPage:
    """At most seven statements beside those that found the section; a view of several conditions asks two more."""
    args = PageArgs(last=PAGE_SIZE, before=before) if before else PageArgs(first=PAGE_SIZE, after=after)
    page = await queries.list_page(reader, queries.section_request(section), args)
    total, _ = await queries.total(reader, page.request)
    above = await structure.sections_at(reader, _above(section)) if section.parent_id else ()
    children = await structure.children(reader, "section", [section.id])
    counts = await _counts(reader, "section", children)
    background = await Background.of(reader, page.rows)
    newer, older = _cursors(page, after, before)
    return SectionPage(
        SiteEntry(site.code, site.name),
        section.name,
        section.path,
        background.items(page.rows),
        section.description or "",
        tuple(_entry(site, row) for row in sorted(above, key=lambda row: len(row.path))),
        tuple(_entry(site, row, counts.get(row.id, 0)) for row in children),
        total,
        newer,
        older,
        column_tags(site, section),
    )


def _above(section: Any) -> list[tuple[str, str]]:
    codes = section.path.split("/")[:-1]
    return [(section.site_id, "/".join(codes[: depth + 1])) for depth in range(len(codes))]


def _cursors(page: Page, after: str | None, before: str | None) -> tuple[str | None, str | None]:
    """(newer, older). From an empty page the way back begins where the page began."""
    if not page.rows:
        return after, before
    newer = queries.encode_cursor(page.rows[0], page.request) if page.has_previous else None
    older = queries.encode_cursor(page.rows[-1], page.request) if page.has_next else None
    return newer, older


async def moved_from(reader: Reader, site: Any, path: str) -> Moved | None:
    """Where an address of the site leads now, if the reader may address what lies there."""
    route = await queries.routed(reader, site.code, path)
    if route is None:
        return None
    if route.item_id is not None:
        target = await queries.single(reader, route.item_id)
        return Moved(f"/content/{target.id}") if target is not None else None
    section = await structure.by_id(reader, "section", route.section_id) if route.section_id else None
    target_path = section.path if section is not None else route.redirect_to
    return Moved(f"/sites/{site.code}/{target_path}") if target_path and target_path != path else None

"""`hub export`: what is live, in the native exchange format (design §7). An import of it exports the same bytes.

Left behind, since the format has no word for it: other states and editions, ids (so `hub:item/ID` in a body leads
nowhere in another hub), a repeal that is still to come. A full export carries all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.content.facets import validity_of
from hub.content.stored import detail_values
from hub.importing.exporting import ExportFile
from hub.importing.full import Done, refuse_incomplete
from hub.importing.full_media import Objects, write_beside
from hub.importing.native_places import Places
from hub.importing.rows import ItemRow, LinkRow
from hub.vocabulary.clock import Clock, Instant, local_day
from hub.vocabulary.details import DETAIL_FIELDS
from hub.vocabulary.enums import BodyFormat, ChangeScale, Kind, LinkType, Publicity, Validity
from storage.database import Database, System
from storage.stores import documents, exporting

PAGE = 100


async def export_native(
    database: Database, clock: Clock, file: Path, objects: Objects, progress: Done | None = None
) -> int:
    """Writes units, sites, sections and live items, all of one instant; returns the number of rows.

    Raises ImportRefused for a hub that is itself only half imported.
    """
    async with database.system(clock()) as system:
        await refuse_incomplete(system)
        total = await documents.live_count(system) if progress is not None else 0
        places = await Places.load(system)
        with ExportFile(file) as out:
            count = 0
            for row in places.rows():
                out.write(row)
                count += 1
            after: tuple[str, str] | None = None
            while page := await exporting.live_page(system, after, PAGE):
                for one in await _items(system, page, places, file, objects):
                    out.write(one)
                after, count = (page[-1].source, page[-1].source_id), count + len(page)
                if progress is not None:
                    progress(count, total)
    return count


async def _items(system: System, page: Any, places: Places, file: Path, objects: Objects) -> list[ItemRow]:
    editions: dict[Kind, list[str]] = {}
    for row in page:
        editions.setdefault(Kind(row.kind), []).append(row.edition_id)
    details = await documents.detail_rows(system, editions)
    links: dict[str, list[LinkRow]] = {}
    for found in await exporting.named_links(system, details):
        if found.source is not None:
            link = LinkRow(LinkType(found.link_type), found.source, found.source_id)
            links.setdefault(found.edition_id, []).append(link)
    sections: dict[str, list[str]] = {}
    for found in await exporting.placed(system, details):
        sections.setdefault(found.edition_id, []).append(found.section_id)
    files = await _files(system, details, file, objects)
    return [
        _item(row, places, details[row.edition_id], links.get(row.edition_id, []), sections, files, system.now)
        for row in page
    ]


async def _files(system: System, details: Mapping[str, Any], file: Path, objects: Objects) -> dict[str, str]:
    """Paths of the media files by object key; each is written beside the export."""
    keys = {key for row in details.values() if (key := getattr(row, "object_key", None))}
    rows = await exporting.objects_of(system, keys) if keys else {}
    return {key: await write_beside(file, row, objects) for key, row in sorted(rows.items())}


def _item(
    row: Any,
    places: Places,
    detail: Any,
    links: list[LinkRow],
    sections: Mapping[str, list[str]],
    files: Mapping[str, str],
    now: Instant,
) -> ItemRow:
    kind = Kind(row.kind)
    site = places.site_code(row.site_id)
    return ItemRow(
        kind=kind,
        source=row.source,
        source_id=row.source_id,
        title=row.title,
        site=site,
        unit=places.unit_code(row.unit_id),
        sections=tuple(places.place(section, site) for section in sections.get(row.edition_id, ())),
        summary=row.summary,
        body=row.html,
        body_format=BodyFormat.HTML if row.html else BodyFormat.TEXT,
        author=row.author,
        origin=row.source_name,
        url=row.source_url,
        language=row.language,
        made_on=row.made_on or "",
        published_at=row.published_at,
        embargo_at=row.embargo_at,
        expires_at=row.expires_at,
        audience=() if row.audience == ["public"] else tuple(row.audience),
        publicity=Publicity(row.publicity),
        keywords=tuple(row.keywords),
        details=_details(kind, detail, now),
        links=tuple(dict.fromkeys(links)),
        file=files.get(getattr(detail, "object_key", None) or "", ""),
        change_note=row.change_note,
        change_scale=ChangeScale(row.change_scale),
    )


def _details(kind: Kind, detail: Any, now: Instant) -> dict[str, Any]:
    """What was stated. A repeal recorded here is stated too, or the policy would be in force again elsewhere."""
    values = detail_values(kind, detail)
    stated = {name: value for name, value in values.items() if name in DETAIL_FIELDS[kind]}
    if values.get("repealed_on") and validity_of(values, local_day(now)) is Validity.REPEALED:
        stated["validity"] = Validity.REPEALED.value
    return {name: stated[name] for name in DETAIL_FIELDS[kind] if name in stated}

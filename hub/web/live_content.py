"""The content page from rows: card, body, files, links both ways. At most 12 statements, however much hangs on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hub.content import queries
from hub.content.body import expand, references
from hub.content.page_tags import PageTags, content_tags
from hub.vocabulary.enums import Kind, LinkType, Publicity, State
from hub.web.cards import fact_card, policy_card
from hub.web.labels import LINK_LABELS
from hub.web.live_rows import Background, Details, by_ids, details_by_edition
from hub.web.reading import (
    ContentPage,
    FactCard,
    LinkGroup,
    MediaFile,
    Moved,
    PolicyCard,
    SectionEntry,
    UnpublishedPage,
)
from storage.database import Reader
from storage.stores import items, links

MAX_REFERENCES = 1_000
"""Items a body may refer to; references to more become plain text."""
WITHOUT_CARD = frozenset((Kind.ARTICLE,))
PLAYED = ("image/", "audio/", "video/")
"""Media shown in place: what the body shows is not shown again below it."""


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """All visible content around the page's own. `mentioned` is by id: what the body or the repeal names."""

    targets: Sequence[Any]
    origins: Sequence[Any]
    mentioned: Mapping[str, Any]
    assets: Mapping[str, Details]
    """Details of media assets by edition id."""
    background: Background

    def file(self, row: Any) -> MediaFile | None:
        """Null for what is no media asset, and for an asset whose file is elsewhere."""
        asset = self.assets.get(row.edition_id)
        if asset is None or "object_key" not in asset:
            return None
        return MediaFile(
            original(row.id),
            str(asset.get("file_name") or row.title),
            str(asset.get("media_type", "")),
            str(asset.get("alt_text", "")),
            int(str(asset.get("size", 0))),
        )


def original(item_id: str) -> str:
    """The path of a media asset's file."""
    return f"/media/{item_id}/original"


async def content_page(reader: Reader, row: Any, base_url: str) -> ContentPage:
    """`row` is live or archived, read through the same reader."""
    kind = Kind(row.kind)
    body = (await items.bodies(reader, [row.edition_id]))[0]
    details = (await details_by_edition(reader, kind, [row]))[row.edition_id]
    mentions = references(body.html)[:MAX_REFERENCES]
    near = await _neighbours(reader, row, [*mentions, str(details.get("repealed_by_id", ""))])
    sections, sites = await _placements(reader, row)
    files = _files(row, near, frozenset(mentions))
    is_first = row.number == 1
    return ContentPage(
        near.background.item(row),
        expand(body.html, lambda key: _address(near, key)),
        row.author,
        row.source_name,
        None if is_first else row.went_live_at,
        "" if is_first else row.change_note,
        row.language,
        _card(row, details, near),
        tuple(files.values()),
        _link_groups(row, near, frozenset(files)),
        tuple(_entry(sites[section.site_id], section) for section in sections),
        _tags(row, body.text, near, files.values(), sections, sites, base_url),
    )


async def _neighbours(reader: Reader, row: Any, named: Iterable[str]) -> _Neighbours:
    targets = await links.targets(reader, [row.edition_id], list(LinkType))
    origins = await links.origins(reader, [row.id], list(LinkType))
    mentioned = await queries.many(reader, sorted({key for key in named if key}))
    every = [row, *targets, *origins, *mentioned.values()]
    assets = await details_by_edition(reader, Kind.MEDIA_ASSET, every)
    return _Neighbours(targets, origins, mentioned, assets, await Background.of(reader, every))


async def _placements(reader: Reader, row: Any) -> tuple[Sequence[Any], dict[str, Any]]:
    """Sections in order, and their sites with the item's own by id."""
    sections = await items.placements_of(reader, [row.edition_id])
    own = [row.site_id] if row.site_id else []
    return sections, await by_ids(reader, "site", [*(section.site_id for section in sections), *own])


def _address(near: _Neighbours, item_id: str) -> str | None:
    row = near.mentioned.get(item_id)
    if row is None:
        return None
    return original(item_id) if near.file(row) is not None else f"/content/{item_id}"


def _card(row: Any, details: Details, near: _Neighbours) -> PolicyCard | FactCard | None:
    kind = Kind(row.kind)
    if kind is not Kind.POLICY_DOCUMENT:
        return None if kind in WITHOUT_CARD else fact_card(kind, details)
    repealing = near.mentioned.get(str(details.get("repealed_by_id", "")))
    return policy_card(
        {**details, "validity": near.background.validity(details).value},
        made_on=date.fromisoformat(row.made_on) if row.made_on else None,
        publicity=Publicity(row.publicity),
        repealed_by=near.background.item(repealing) if repealing is not None else None,
    )


def _files(row: Any, near: _Neighbours, in_body: frozenset[str]) -> dict[str, MediaFile]:
    """The asset's own file, what is attached, what illustrates the content; by item id."""
    attached = (one for one in near.targets if one.link_type == LinkType.ATTACHES)
    illustrating = (one for one in near.origins if one.link_type == LinkType.ILLUSTRATES)
    files: dict[str, MediaFile] = {}
    for one in (row, *attached, *illustrating):
        file = near.file(one)
        if file is not None and not (one.id in in_body and file.media_type.startswith(PLAYED)):
            files.setdefault(one.id, file)
    return files


def _link_groups(row: Any, near: _Neighbours, as_files: frozenset[str]) -> tuple[LinkGroup, ...]:
    """Without what the page shows as a file already; in the order of the labels."""
    grouped: dict[tuple[LinkType, bool], dict[str, Any]] = {}
    for rows, is_reverse in ((near.targets, False), (near.origins, True)):
        for one in rows:
            if one.id != row.id and one.id not in as_files:
                grouped.setdefault((LinkType(one.link_type), is_reverse), {})[one.id] = one
    return tuple(
        LinkGroup(*key, near.background.items(grouped[key].values()))  # type and direction
        for key in LINK_LABELS
        if key in grouped
    )


def _entry(site: Any, section: Any) -> SectionEntry:
    return SectionEntry(site.code, section.path, section.name, site.name)


def _tags(
    row: Any,
    text: str,
    near: _Neighbours,
    files: Iterable[MediaFile],
    sections: Sequence[Any],
    sites: Mapping[str, Any],
    base_url: str,
) -> PageTags:
    first = sections[0] if sections else None
    image = next((file.address for file in files if file.media_type.startswith("image/")), "")
    return content_tags(
        sites.get(first.site_id if first is not None else row.site_id),
        first,
        row,
        source=row.source_name or near.background.publisher(row),
        text=text,
        image=base_url + image if base_url and image else "",
        url=f"{base_url}/content/{row.id}" if base_url else "",
    )


async def unpublished_page(reader: Reader, row: Any) -> UnpublishedPage | Moved | None:
    """What the address of withdrawn, redirected or gone content says. A hidden alternative is none."""
    found = await items.unpublishings(reader, [row.id])
    if not found:
        return None
    why = found[0]
    if row.state == State.REDIRECTED:
        return await _moved(reader, why)
    is_gone = row.state == State.GONE
    instead = (await queries.many(reader, [why.alternative_id] if why.alternative_id else [])).get(why.alternative_id)
    background = await Background.of(reader, [instead] if instead is not None else [])
    return UnpublishedPage(
        "" if is_gone else row.title,
        why.explanation,
        is_gone,
        why.at,
        background.item(instead) if instead is not None else None,
        why.alternative_url or "",
    )


async def _moved(reader: Reader, why: Any) -> Moved | None:
    """To the address, or to an item whose page says something itself."""
    if why.alternative_id is None:
        return Moved(why.alternative_url) if why.alternative_url else None
    target = await queries.single(reader, why.alternative_id)
    return Moved(f"/content/{target.id}") if target is not None else None

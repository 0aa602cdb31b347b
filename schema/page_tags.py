"""Page tags (网页标签) of the site guide: domain.md §6. Values are plain text; whoever prints them escapes them."""

from __future__ import annotations

from typing import Any

import strawberry

from hub.content import page_tags
from hub.vocabulary.enums import Kind, LinkType
from schema import addresses
from schema.context import Info


@strawberry.type(description="A tag of a page (网页标签): escape the content when you print it.")
class PageTag:
    name: str = strawberry.field(description="Name, such as SiteName or PubDate.")
    content: str = strawberry.field(description="Its value, plain text, never empty.")


def _written(tags: page_tags.PageTags) -> list[PageTag]:
    return [PageTag(name=name, content=content) for name, content in tags]


def home_tags(site: Any) -> list[PageTag]:
    return _written(page_tags.site_tags(site))


async def column_tags(info: Info, section: Any) -> list[PageTag]:
    site = await info.context.load.sites.load(section.site_id)
    return _written(page_tags.column_tags(site, section))


async def content_tags(info: Info, row: Any, site_ref: str | None) -> list[PageTag]:
    """Tags of the content's page on a site: the named one, else where it stands first."""
    from schema.content.types import address_of

    section, site = await _place(info, row, site_ref)
    if site is None and site_ref is not None:
        return []
    source = row.source_name or (await info.context.load.units.load(row.unit_id)).name
    image = await _image(info, row) or ""
    url = await address_of(info, row, site.id if site is not None else None) or ""
    return _written(page_tags.content_tags(site, section, row, source=source, image=image, url=url))


async def _place(info: Info, row: Any, site_ref: str | None) -> tuple[Any | None, Any | None]:
    placed = await info.context.load.placements.load(row.edition_id)
    sites = await info.context.load.sites.load_many([section.site_id for section in placed])
    for section, site in zip(placed, sites, strict=True):
        if site_ref is None or site_ref in (site.id, site.code):
            return section, site
    return None, None


async def _image(info: Info, row: Any) -> str | None:
    """The first picture that illustrates it."""
    shown_with = await info.context.load.link_targets((LinkType.ILLUSTRATES,)).load(row.edition_id)
    picture = next((one for one in shown_with if one.kind == Kind.MEDIA_ASSET), None)
    return None if picture is None else addresses.original(picture.id, info.context.services.base_url)

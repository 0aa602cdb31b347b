"""Root fields for sites, sections and units."""

from __future__ import annotations

from typing import Annotated

import strawberry

from hub.vocabulary.ids import is_id
from schema.context import Info
from schema.fields import resolved
from schema.paging import DEFAULT_PAGE, After, Connection, First, table_page
from schema.structure.types import Section, Site, Unit
from storage.stores import structure

SiteName = Annotated[str, strawberry.argument(description="Code or id of the site.")]


@strawberry.type
class StructureQuery:
    @resolved("A site (站点) by code or id.")
    async def site(self, info: Info, code: SiteName) -> Site | None:
        load = info.context.load
        return Site.of_some(await (load.sites if is_id(code) else load.sites_by_code).load(code))

    @resolved("All sites (站点), by code.")
    async def sites(self, info: Info, first: First = None, after: After = None) -> Connection[Site] | None:
        return await table_page(info, "site", DEFAULT_PAGE if first is None else first, after, Site.of)

    @resolved("A section (栏目) by id.")
    async def section(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Id of the section.")]
    ) -> Section | None:
        return Section.of_some(await info.context.load.sections.load(id)) if is_id(id) else None

    @resolved("A section (栏目) by its place on a site.")
    async def section_at(
        self, info: Info, site: SiteName, path: Annotated[str, strawberry.argument(description="Path of the section.")]
    ) -> Section | None:
        load = info.context.load
        place = await (load.sites if is_id(site) else load.sites_by_code).load(site)
        if place is None:
            return None
        return Section.of_some(await structure.section_at(info.context.reader, place.id, path.strip("/")))

    @resolved("A unit (单位) by id.")
    async def unit(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Id of the unit.")]
    ) -> Unit | None:
        return Unit.of_some(await info.context.load.units.load(id)) if is_id(id) else None

    @resolved("All units (单位), by code.")
    async def units(self, info: Info, first: First = None, after: After = None) -> Connection[Unit] | None:
        return await table_page(info, "unit", DEFAULT_PAGE if first is None else first, after, Unit.of)

"""Sites, sections and units: public, few, read by id, code or parent."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from hub.content import filters
from hub.content.filters import ContentFilter, view_filter
from hub.vocabulary.enums import Archived, Genre, Kind, SectionKind, SiteType, UnitType, Validity
from schema import addresses
from schema.content.filters import ContentFilterInput, filter_of
from schema.content.types import Content, Node, content_of
from schema.context import Info
from schema.enums import ListOrder
from schema.fields import resolved
from schema.page_tags import PageTag, column_tags, home_tags
from schema.paging import After, Before, Connection, First, Last, PageArgs, content_page
from schema.scalars import BigInt

Filter = Annotated[ContentFilterInput | None, strawberry.argument(description="What the list is restricted to.")]
Order = Annotated[ListOrder, strawberry.argument(description="Order of the list.")]


@strawberry.type(description="A unit (单位): who owns content, sponsors sites or publishes.")
class Unit(Node):
    code: str = strawberry.field(description="Short name of its own, in addresses and files.")
    name: str = strawberry.field(description="Full name (名称).")
    short_name: str | None = strawberry.field(description="Short name (简称).")
    unit_type: UnitType = strawberry.field(description="Type (单位类型).")
    region: str | None = strawberry.field(description="Region (地区).")
    region_code: str | None = strawberry.field(description="Region code, 6 or 12 digits (行政区划代码).")
    unified_code: str | None = strawberry.field(description="Unified social credit code (统一社会信用代码).")
    address: str | None = strawberry.field(description="Address (地址).")
    phone: str | None = strawberry.field(description="Telephone (电话).")
    lock_version: BigInt = strawberry.field(description="Grows with every edit; name it when you change the unit.")

    @resolved("The unit above it (上级单位).")
    async def parent(self, info: Info) -> Unit | None:
        return Unit.of_some(await info.context.load.units.load(self.row.parent_id)) if self.row.parent_id else None

    @resolved("Units directly below it (下级单位), by code.")
    async def children(self, info: Info) -> list[Unit]:
        return [Unit.of(row) for row in await info.context.load.unit_children.load(self.row.id)]

    @resolved("Sites it owns (主办站点), by code.")
    async def sites(self, info: Info) -> list[Site]:
        return [Site.of(row) for row in await info.context.load.sites_of_unit.load(self.row.id)]


@strawberry.type(description="A site (站点): city portal, department site, sub-site.")
class Site(Node):
    code: str = strawberry.field(description="Short name of its own, in addresses and filters.")
    name: str = strawberry.field(description="Name (网站名称).")
    site_type: SiteType = strawberry.field(description="Type (站点类型).")
    domain: str | None = strawberry.field(description="Domain (域名).")
    site_id_code: str | None = strawberry.field(description="Site identification code (网站标识码).")
    language: str = strawberry.field(description="Language tag, such as zh-Hans.")
    description: str | None = strawberry.field(description="What it is for (简介).")
    lock_version: BigInt = strawberry.field(description="Grows with every edit; name it when you change the site.")

    @resolved("Unit that owns it (主办单位).")
    async def unit(self, info: Info) -> Unit:
        return Unit.of(await info.context.load.units.load(self.row.unit_id))

    @resolved("The site it is part of (上级站点).")
    async def parent(self, info: Info) -> Site | None:
        return Site.of_some(await info.context.load.sites.load(self.row.parent_id)) if self.row.parent_id else None

    @resolved("Its sections (栏目): those at the top, or all of them.")
    async def sections(
        self,
        info: Info,
        all: Annotated[bool, strawberry.argument(description="With all levels, in order of place.")] = False,
    ) -> list[Section]:
        load = info.context.load
        rows = await (load.sections_of_site if all else load.top_sections_of_site).load(self.row.id)
        return [Section.of(row) for row in rows]

    @resolved("Address of its home page.")
    def url(self, info: Info) -> str | None:
        return addresses.below(self.row, "", info.context.services.base_url)

    @resolved("Tags of its home page (网页标签).")
    def page_tags(self) -> list[PageTag]:
        return home_tags(self.row)


@strawberry.type(description="The filter of a section that is a view (栏目视图).")
class SectionView:
    kinds: list[Kind] = strawberry.field(description="Kinds (内容类型); none named is all.")
    site: list[strawberry.ID] = strawberry.field(description="Ids of sites (站点).")
    section: list[strawberry.ID] = strawberry.field(description="Ids of sections (栏目), each with its subtree.")
    unit: list[strawberry.ID] = strawberry.field(description="Ids of units (单位).")
    genre: list[Genre] = strawberry.field(description="Types of document (文种).")
    validity: list[Validity] = strawberry.field(description="Validity (有效性).")
    region: list[str] = strawberry.field(description="Regions (地区).")
    topic: list[str] = strawberry.field(description="Subject classes (主题).")
    keyword: list[str] = strawberry.field(description="Keywords (关键词).")
    theme: list[str] = strawberry.field(description="Service themes (主题分类).")
    object: list[str] = strawberry.field(description="Whom services serve (服务对象).")
    language: list[str] = strawberry.field(description="Language tags.")
    archived: Archived = strawberry.field(description="What it does with archived content (已归档).")


@strawberry.type(description="A section (栏目) of a site, or a view that shows what a stored filter finds.")
class Section(Node):
    code: str = strawberry.field(description="Last part of its path.")
    path: str = strawberry.field(description="Path on its site, such as zwgk/zcwj.")
    name: str = strawberry.field(description="Name (栏目名称).")
    section_kind: SectionKind = strawberry.field(description="What it is for (栏目类别).")
    description: str | None = strawberry.field(description="Description (栏目描述).")
    keywords: list[str] = strawberry.field(description="Keywords (栏目关键词).")
    column_type: str | None = strawberry.field(description="ColumnType of its page tags, when it has its own.")
    update_cycle_days: int | None = strawberry.field(description="Days within which it is renewed (更新周期).")
    order_no: int = strawberry.field(description="Place among its siblings.")
    lock_version: BigInt = strawberry.field(description="Grows with every edit; name it when you change the section.")

    @resolved("Site it belongs to (站点).")
    async def site(self, info: Info) -> Site:
        return Site.of(await info.context.load.sites.load(self.row.site_id))

    @resolved("The section above it (上级栏目).")
    async def parent(self, info: Info) -> Section | None:
        key = self.row.parent_id
        return Section.of_some(await info.context.load.sections.load(key)) if key else None

    @resolved("Sections directly below it (下级栏目), in their order.")
    async def children(self, info: Info) -> list[Section]:
        return [Section.of(row) for row in await info.context.load.section_children.load(self.row.id)]

    @resolved("Sections above it, the topmost first: the breadcrumb (当前位置).")
    async def ancestors(self, info: Info) -> list[Section]:
        return [Section.of(row) for row in await info.context.load.section_ancestors.load(self.row.id)]

    @resolved("Its stored filter when it is a view (栏目视图); null otherwise.")
    def view(self) -> SectionView | None:
        if self.row.view is None:
            return None
        stored = view_filter(self.row.view)
        return SectionView(**{one: _shown(getattr(stored, one)) for one in _VIEW_FIELDS})

    @resolved("What it shows: its content and that of all below it, or what its view finds.")
    async def items(
        self,
        info: Info,
        filter: Filter = None,
        order_by: Order = ListOrder.PUBLISHED_AT_DESC,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Content]:
        asked = await filter_of(info, filter)
        shown = view_filter(self.row.view) if self.row.view is not None else ContentFilter(section=(self.row.id,))
        both = filters.narrowed(shown, asked) if filter is not None else shown
        request = filters.to_request(both, by_update=order_by.by_update, descending=order_by.descending)
        return await content_page(info, request, PageArgs(first, after, last, before), content_of)

    @resolved("Address of its page.")
    async def url(self, info: Info) -> str | None:
        site = await info.context.load.sites.load(self.row.site_id)
        return addresses.below(site, self.row.path, info.context.services.base_url)

    @resolved("Tags of its page (网页标签).")
    async def page_tags(self, info: Info) -> list[PageTag]:
        return await column_tags(info, self.row)


_VIEW_FIELDS = tuple(SectionView.__annotations__)


def _shown(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value

"""Root fields for content: by id, by address, and lists."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import strawberry

from hub.content import queries
from hub.content.filters import to_request
from hub.vocabulary.enums import Kind
from hub.vocabulary.ids import is_id
from schema.addresses import below
from schema.content.answers import ContentResult, Redirect, RouteResult, answer_of
from schema.content.filters import filter_of
from schema.content.types import (
    TYPES,
    Article,
    Content,
    Interpretation,
    MediaAsset,
    Node,
    PolicyDocument,
    ServiceItem,
    content_of,
)
from schema.context import Info
from schema.enums import ListOrder
from schema.fields import resolved
from schema.paging import After, Before, Connection, First, Last, PageArgs, content_page
from schema.structure.types import Filter, Order, Section, Site, Unit
from storage.stores import structure

ContentId = Annotated[strawberry.ID, strawberry.argument(description="Id of the content.")]
_STRUCTURE: dict[str, Any] = {"unit": Unit, "site": Site, "section": Section}


def _listed(kind: Kind | None) -> Callable[..., Awaitable[Connection[Any]]]:
    """The resolver of a list of one kind, or of all kinds."""
    kinds = () if kind is None else (kind,)
    make = content_of if kind is None else TYPES[kind].of

    async def resolve(
        info: Info,
        filter: Filter = None,
        order_by: Order = ListOrder.PUBLISHED_AT_DESC,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Any:
        wanted = await filter_of(info, filter, kinds)
        request = to_request(wanted, by_update=order_by.by_update, descending=order_by.descending)
        return await content_page(info, request, PageArgs(first, after, last, before), make)

    return resolve


@strawberry.type
class ContentQuery:
    articles: Connection[Article] | None = strawberry.field(
        resolver=_listed(Kind.ARTICLE), description="Visible articles (文章)."
    )
    policy_documents: Connection[PolicyDocument] | None = strawberry.field(
        resolver=_listed(Kind.POLICY_DOCUMENT), description="Visible policy documents (政策文件)."
    )
    interpretations: Connection[Interpretation] | None = strawberry.field(
        resolver=_listed(Kind.INTERPRETATION), description="Visible interpretations (政策解读)."
    )
    media_assets: Connection[MediaAsset] | None = strawberry.field(
        resolver=_listed(Kind.MEDIA_ASSET), description="Visible media assets (媒体资产)."
    )
    service_items: Connection[ServiceItem] | None = strawberry.field(
        resolver=_listed(Kind.SERVICE_ITEM), description="Visible service items (政务服务事项)."
    )
    contents: Connection[Content] | None = strawberry.field(
        resolver=_listed(None), description="Visible content of all kinds (内容)."
    )

    @resolved("Content, site, section or unit of this id; null when there is none you may see.")
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Any id.")]
    ) -> Node | None:
        if not is_id(id):
            return None
        found = await info.context.load.items.load(id)
        if found is not None:
            return content_of(found)
        table = await structure.node_type(info.context.reader, id)
        return (
            None if table is None else _STRUCTURE[table].of_some(await structure.by_id(info.context.reader, table, id))
        )

    @resolved("Content by id, or what became of it; null when it is not for you, or never was.")
    async def content(self, info: Info, id: ContentId) -> ContentResult | None:
        answer: ContentResult | None = await answer_of(info, await queries.single(info.context.reader, id))
        return answer

    @resolved("What stands at an address (地址): content, where it moved, why it is gone, or a section.")
    async def route(
        self,
        info: Info,
        site: Annotated[str, strawberry.argument(description="Code or id of the site.")],
        path: Annotated[str, strawberry.argument(description="Path on the site, with or without a slash in front.")],
    ) -> RouteResult | None:
        load = info.context.load
        place = await (load.sites if is_id(site) else load.sites_by_code).load(site)
        if place is None or len(path) > MAX_PATH:
            return None
        row = await queries.routed(info.context.reader, place.code, path)
        if row is None or row.item_id is None:
            section = await structure.section_at(info.context.reader, place.id, path.strip("/"))
            if section is None and row is not None and row.section_id is not None:
                return await _moved_section(info, place, row.section_id)
            return Section.of_some(section)
        item = await queries.single(info.context.reader, row.item_id)
        answer: RouteResult | None = await answer_of(info, item)
        if isinstance(answer, Content) and row.redirect_to is not None:
            url = below(place, row.redirect_to, info.context.services.base_url)
            return Redirect(id=row.item_id, target_url=url, target_id=row.item_id)
        return answer


async def _moved_section(info: Info, site: Any, section_id: str) -> Redirect | None:
    """Where an old address of a section leads now."""
    section = await info.context.load.sections.load(section_id)
    if section is None:
        return None
    url = below(site, section.path, info.context.services.base_url)
    return Redirect(id=section.id, target_url=url, target_id=None)


MAX_PATH = 2_000

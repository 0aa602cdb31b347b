"""Delivery types: what everybody may see of content. Fields are columns of the row, or one relation each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from hub.content import body
from hub.vocabulary.clock import Instant
from hub.vocabulary.enums import Kind, LinkType, Publicity, State
from hub.vocabulary.errors import InvalidInput
from schema import addresses
from schema.content.details import with_details
from schema.context import Info
from schema.fields import resolved
from schema.page_tags import PageTag, content_tags
from schema.paging import bounded
from schema.rows import RowBacked
from schema.scalars import BigInt, Day

if TYPE_CHECKING:
    from schema.structure.types import Section, Site, Unit

LazySection = Annotated["Section", strawberry.lazy("schema.structure.types")]
LazySite = Annotated["Site", strawberry.lazy("schema.structure.types")]
LazyUnit = Annotated["Unit", strawberry.lazy("schema.structure.types")]
Types = Annotated[list[LinkType] | None, strawberry.argument(description="Links of these types only; all without it.")]
Number = Annotated[int, strawberry.argument(description="At most so many: 0 to 100.")]
SiteRef = Annotated[str | None, strawberry.argument(description="Code or id of a site.")]

SHOWN = (LinkType.ATTACHES, LinkType.ILLUSTRATES)


@strawberry.interface(description="Anything with an id of its own.")
class Node(RowBacked):
    id: strawberry.ID = strawberry.field(description="UUIDv7, the same in every answer, feed and address.")


@strawberry.type(description="A typed link to other content (关联).")
class Link:
    type: LinkType = strawberry.field(description="How the two are related.")
    target: Content = strawberry.field(description="The content at the other end; only visible content is linked.")


@strawberry.interface(description="Content of any kind (内容): what everybody may see of it, as it is now.")
class Content(Node):
    kind: Kind = strawberry.field(description="Kind of content (内容类型).")
    version: BigInt = strawberry.field(description="Position of the last public change; grows with each.")
    title: str = strawberry.field(description="Title (标题).")
    summary: str = strawberry.field(description="Summary (摘要), plain text; may be empty.")
    source_name: str = strawberry.field(name="source", description="Where it comes from (来源); may be empty.")
    source_url: str = strawberry.field(description="Address of the original (原文地址); may be empty.")
    author: str = strawberry.field(description="Author (作者); may be empty.")
    language: str = strawberry.field(description="Language tag, such as zh-Hans.")
    keywords: list[str] = strawberry.field(description="Keywords (关键词).")
    publicity: Publicity = strawberry.field(description="Disclosure attribute (公开属性).")
    made_on: Day | None = strawberry.field(description="Day it was made (成文日期).")
    published_at: Instant | None = strawberry.field(description="Publication as shown (发布时间).")
    first_published_at: Instant | None = strawberry.field(description="When it first went live here.")
    updated_at: Instant = strawberry.field(description="When its last public change happened.")
    change_note: str = strawberry.field(description="What this edition changed (更正说明); may be empty.")
    content_hash: str = strawberry.field(description="SHA-256 of the canonical content: equal content, equal hash.")

    @resolved("Whether it is archived (已归档).")
    def archived(self) -> bool:
        return bool(self.row.state == State.ARCHIVED)

    @resolved("Body (正文) as clean HTML, addresses expanded.")
    async def body(self, info: Info) -> str:
        return await expanded(info, (await info.context.load.bodies.load(self.row.edition_id)).html)

    @resolved("Body (正文) as plain text.")
    async def text(self, info: Info) -> str:
        return str((await info.context.load.bodies.load(self.row.edition_id)).text)

    @resolved("The beginning of the text, cut at a good place.")
    async def excerpt(
        self,
        info: Info,
        length: Annotated[int, strawberry.argument(description="At most so many characters: 1 to 2000.")] = 120,
    ) -> str:
        if not 1 <= length <= 2_000:
            raise InvalidInput(f"An excerpt has 1 to 2000 characters, not {length}.", field="length")
        return body.excerpt((await info.context.load.bodies.load(self.row.edition_id)).text, length)

    @resolved("Sections it stands in (栏目), the main one first.")
    async def sections(self, info: Info) -> list[LazySection]:
        from schema.structure.types import Section

        return [Section.of(row) for row in await info.context.load.placements.load(self.row.edition_id)]

    @resolved("Sites it stands on (站点).")
    async def sites(self, info: Info) -> list[LazySite]:
        from schema.structure.types import Site

        placed = await info.context.load.placements.load(self.row.edition_id)
        keys = list(dict.fromkeys(row.site_id for row in placed))
        return [Site.of(row) for row in await info.context.load.sites.load_many(keys)]

    @resolved("Unit that owns it (单位).")
    async def unit(self, info: Info) -> LazyUnit:
        from schema.structure.types import Unit

        return Unit.of(await info.context.load.units.load(self.row.unit_id))

    @resolved("Links to other content (关联), in the order they were written.")
    async def links(self, info: Info, types: Types = None, first: Number = 20) -> list[Link]:
        loader = info.context.load.link_targets(LinkType if types is None else types)
        return as_links(await loader.load(self.row.edition_id), first)

    @resolved("Content that links here (反向关联), newest first.")
    async def linked_from(self, info: Info, types: Types = None, first: Number = 20) -> list[Link]:
        loader = info.context.load.link_origins(LinkType if types is None else types)
        return as_links(await loader.load(self.row.id), first)

    @resolved("Media assets it attaches, shows or refers to (媒体).")
    async def media(self, info: Info) -> list[MediaAsset]:
        load = info.context.load
        linked = await load.link_targets(SHOWN).load(self.row.edition_id)
        html = (await load.bodies.load(self.row.edition_id)).html
        shown = await load.items.load_many(body.references(html))
        rows = {row.id: row for row in [*linked, *shown] if row is not None and row.kind == Kind.MEDIA_ASSET}
        return [MediaAsset.of(row) for row in rows.values()]

    @resolved("Tags of its page (网页标签), as the site guide asks.")
    async def page_tags(self, info: Info, site: SiteRef = None) -> list[PageTag]:
        return await content_tags(info, self.row, site)

    @resolved("Its address on a site; without one, on the site of its owner. Null where it is not.")
    async def url(self, info: Info, site: SiteRef = None) -> str | None:
        return await address_of(info, self.row, site)


@strawberry.type(description="An article (文章): news, notice, report.")
@with_details(Kind.ARTICLE)
class Article(Content):
    pass


@strawberry.type(description="A policy document (政策文件): law, rule, normative document.")
@with_details(Kind.POLICY_DOCUMENT)
class PolicyDocument(Content):
    @resolved("Interpretations of it (政策解读), newest first.")
    async def interpretations(self, info: Info, first: Number = 20) -> list[Interpretation]:
        rows = await info.context.load.link_origins((LinkType.INTERPRETS,)).load(self.row.id)
        return [Interpretation.of(row) for row in rows if row.kind == Kind.INTERPRETATION][: bounded(first)]

    @resolved("Day of its repeal (废止日期).")
    async def repealed_on(self, info: Info) -> Day | None:
        row = await info.context.load.details(Kind.POLICY_DOCUMENT).load(self.row.edition_id)
        return None if row is None else row.repealed_on

    @resolved("The policy that repealed it (废止依据).")
    async def repealed_by(self, info: Info) -> PolicyDocument | None:
        row = await info.context.load.details(Kind.POLICY_DOCUMENT).load(self.row.edition_id)
        if row is None or row.repealed_by_id is None:
            return None
        other = await info.context.load.items.load(row.repealed_by_id)
        return PolicyDocument.of(other) if other is not None and other.kind == Kind.POLICY_DOCUMENT else None


@strawberry.type(description="An interpretation (政策解读) of one policy or several.")
@with_details(Kind.INTERPRETATION)
class Interpretation(Content):
    @resolved("The policies it interprets (所解读的政策).")
    async def interprets(self, info: Info, first: Number = 20) -> list[PolicyDocument]:
        rows = await info.context.load.link_targets((LinkType.INTERPRETS,)).load(self.row.edition_id)
        return [PolicyDocument.of(row) for row in rows if row.kind == Kind.POLICY_DOCUMENT][: bounded(first)]


@strawberry.type(description="A media asset (媒体资产): image, audio, video, attachment.")
@with_details(Kind.MEDIA_ASSET)
class MediaAsset(Content):
    @resolved("Address of the file.")
    async def url(self, info: Info, site: SiteRef = None) -> str | None:
        return addresses.original(self.row.id, info.context.services.base_url)


@strawberry.type(description="A government service item (政务服务事项).")
@with_details(Kind.SERVICE_ITEM)
class ServiceItem(Content):
    pass


TYPES: dict[str, type[Content]] = {
    Kind.ARTICLE: Article,
    Kind.POLICY_DOCUMENT: PolicyDocument,
    Kind.INTERPRETATION: Interpretation,
    Kind.MEDIA_ASSET: MediaAsset,
    Kind.SERVICE_ITEM: ServiceItem,
}


def content_of(row: Any) -> Content:
    return TYPES[row.kind].of(row)


def content_of_some(row: Any | None) -> Content | None:
    return None if row is None else content_of(row)


def as_links(rows: list[Any], first: int) -> list[Link]:
    return [Link(type=LinkType(row.link_type), target=content_of(row)) for row in rows[: bounded(first)]]


async def address_of(info: Info, row: Any, site: str | None = None) -> str | None:
    """The file of a media asset; else the address on that site, or the canonical one."""
    base_url = info.context.services.base_url
    if row.kind == Kind.MEDIA_ASSET:
        return addresses.original(row.id, base_url)
    found = await info.context.load.addresses.load(row.id)
    if site is not None:
        return next((one.url for one in found if site in (one.site_code, one.site_id)), None)
    return found[0].url if found else addresses.unplaced(row.id, base_url)


async def expanded(info: Info, html: str) -> str:
    """Canonical HTML with references to visible items as addresses; hidden ones become their text."""
    named = body.references(html)
    rows = [row for row in await info.context.load.items.load_many(named) if row is not None]
    known = {row.id: url for row, url in zip(rows, [await address_of(info, row) for row in rows], strict=True)}
    return body.expand(html, known.get)

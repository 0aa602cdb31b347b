"""The editorial side of content: editions, drafts, findings. Read through an `Editorial` reader only."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from hub.content import workflow
from hub.content.workflow import Action
from hub.vocabulary.clock import Instant
from hub.vocabulary.details import DETAIL_FIELDS
from hub.vocabulary.enums import ChangeScale, EditionState, Kind, LinkType, Publicity, State
from hub.vocabulary.ids import is_id
from schema.content.details import python_name, stated_fields
from schema.content.types import Number
from schema.context import Info
from schema.fields import resolved
from schema.loaders import DraftLoaders
from schema.paging import bounded
from schema.rows import RowBacked
from schema.scalars import BigInt, Day
from schema.structure.types import Section, Unit
from storage.stores import items


def _details_type(kind: Kind, name: str, label: str) -> Any:
    """An object type of the fields of a kind as an editor stated them."""
    fields: dict[str, Any] = {}
    annotations: dict[str, Any] = {}
    for column, (type_, public_name, text) in stated_fields(kind).items():
        attribute = python_name(kind, column)
        fields[attribute] = strawberry.field(name=public_name, description=text)
        annotations[attribute] = type_
    made = type(name, (), {**fields, "__annotations__": annotations, "__module__": __name__})
    return strawberry.type(made, name=name, description=f"Fields of {label}, as stated.")


ArticleDetails: Any = _details_type(Kind.ARTICLE, "ArticleDetails", "an article (文章)")
PolicyDocumentDetails: Any = _details_type(
    Kind.POLICY_DOCUMENT, "PolicyDocumentDetails", "a policy document (政策文件)"
)
InterpretationDetails: Any = _details_type(Kind.INTERPRETATION, "InterpretationDetails", "an interpretation (政策解读)")
MediaAssetDetails: Any = _details_type(Kind.MEDIA_ASSET, "MediaAssetDetails", "a media asset (媒体资产)")
ServiceItemDetails: Any = _details_type(Kind.SERVICE_ITEM, "ServiceItemDetails", "a service item (政务服务事项)")
_DETAILS = {
    Kind.ARTICLE: ArticleDetails,
    Kind.POLICY_DOCUMENT: PolicyDocumentDetails,
    Kind.INTERPRETATION: InterpretationDetails,
    Kind.MEDIA_ASSET: MediaAssetDetails,
    Kind.SERVICE_ITEM: ServiceItemDetails,
}
Details = Annotated[
    ArticleDetails | PolicyDocumentDetails | InterpretationDetails | MediaAssetDetails | ServiceItemDetails,
    strawberry.union("EditionDetails", description="Fields of the kind, as stated."),
]


@strawberry.type(
    description="A link as it was written (关联): by id, or by source and source id until the target arrives."
)
class EditionLink(RowBacked):
    link_type: LinkType = strawberry.field(name="type", description="How the two are related.")
    target_id: strawberry.ID | None = strawberry.field(description="Id of the target, once it is known.")
    target_source: str | None = strawberry.field(description="Source the target was named by.")
    target_source_id: str | None = strawberry.field(description="Its id there.")


@strawberry.type(description="What an edition does not keep to (检查发现).")
class Finding(RowBacked):
    rule: str = strawberry.field(description="Stable name of the rule.")
    severity: str = strawberry.field(description="`error` or `warning`.")
    field: str = strawberry.field(description="Field it is about.")
    message: str = strawberry.field(description="What is wrong, in Chinese.")


@strawberry.type(description="One version of content (版本): never changed once it was live.")
class Edition(RowBacked):
    edition_id: strawberry.ID = strawberry.field(name="id", description="Id of the edition.")
    number: int = strawberry.field(description="Counts from 1.")
    edition_state: EditionState = strawberry.field(name="state", description="How far it has come (版本状态).")
    title: str = strawberry.field(description="Title (标题).")
    summary: str = strawberry.field(description="Summary (摘要).")
    source_name: str = strawberry.field(name="source", description="Where it comes from (来源).")
    source_url: str = strawberry.field(description="Address of the original (原文地址).")
    author: str = strawberry.field(description="Author (作者).")
    language: str = strawberry.field(description="Language tag.")
    keywords: list[str] = strawberry.field(description="Keywords (关键词).")
    audience: list[str] = strawberry.field(description="Who may see it (受众): labels; `public` is everybody.")
    publicity: Publicity = strawberry.field(description="Disclosure attribute (公开属性).")
    made_on: Day | None = strawberry.field(description="Day it was made (成文日期).")
    published_at: Instant | None = strawberry.field(description="Publication as shown (发布时间).")
    went_live_at: Instant | None = strawberry.field(description="When it truly went live (实际上线时间).")
    embargo_at: Instant | None = strawberry.field(description="Visible from then on (解禁时间).")
    expires_at: Instant | None = strawberry.field(description="Visible until then (下线时间).")
    change_note: str = strawberry.field(description="What it changed (更正说明).")
    change_scale: ChangeScale = strawberry.field(description="How much it changed (更正程度).")
    content_hash: str = strawberry.field(description="SHA-256 of the canonical content.")
    load: strawberry.Private[DraftLoaders]

    @resolved("Body (正文) as canonical HTML; references stay as hub:item/ID.")
    async def body(self) -> str:
        return str((await self.load.bodies.load(self.row.edition_id)).html)

    @resolved("Body (正文) as plain text.")
    async def text(self) -> str:
        return str((await self.load.bodies.load(self.row.edition_id)).text)

    @resolved("Fields of its kind, as stated.")
    async def details(self, info: Info) -> Details:
        kind = Kind(self.row.kind)
        row = await info.context.load.details(kind).load(self.row.edition_id)
        return _DETAILS[kind](**{python_name(kind, name): getattr(row, name, None) for name in DETAIL_FIELDS[kind]})

    @resolved("Sections it stands in (栏目).")
    async def sections(self, info: Info) -> list[Section]:
        return [Section.of(row) for row in await info.context.load.placements.load(self.row.edition_id)]

    @resolved("Its links as they were written (关联).")
    async def links(self) -> list[EditionLink]:
        return [EditionLink.of(row) for row in await self.load.links.load(self.row.edition_id)]

    @resolved("What it does not keep to (检查发现).")
    async def findings(self) -> list[Finding]:
        return [Finding.of(row) for row in await self.load.findings.load(self.row.edition_id)]


def edition_of(row: Any, load: DraftLoaders) -> Edition:
    made = Edition.of(row)
    made.load = load
    return made


@strawberry.type(description="Content as its editors see it: state, lock version, editions.")
class EditorialContent(RowBacked):
    id: strawberry.ID = strawberry.field(description="Id of the content.")
    kind: Kind = strawberry.field(description="Kind of content (内容类型).")
    state: State = strawberry.field(description="What it is to the outside (条目状态).")
    lock_version: BigInt = strawberry.field(description="Grows with every edit; name it in your next one.")
    version: BigInt = strawberry.field(description="Position of the last public change; 0 before the first.")
    source: str = strawberry.field(description="System it came from; `hub` when it was made here.")
    source_id: str = strawberry.field(description="Its id there.")
    created_at: Instant = strawberry.field(description="When it was made.")
    updated_at: Instant = strawberry.field(description="When its last public change happened.")
    first_published_at: Instant | None = strawberry.field(description="When it first went live.")

    @resolved("Unit that owns it (单位).")
    async def unit(self, info: Info) -> Unit:
        return Unit.of(await info.context.load.units.load(self.row.unit_id))

    @resolved("The edition being worked on; needs the right content.read_draft.")
    async def working(self, info: Info) -> Edition | None:
        return await _edition(info, self.row.working_edition_id)

    @resolved("The edition shown now or shown last; needs the right content.read_draft.")
    async def live(self, info: Info) -> Edition | None:
        return await _edition(info, self.row.live_edition_id)

    @resolved("All editions, newest first; needs the right content.read_draft.")
    async def editions(self, info: Info, first: Number = 20) -> list[Edition] | None:
        reader = info.context.drafts()
        rows = await items.editorial_editions(reader, self.row.id, bounded(first))
        return [edition_of(row, info.context.load_drafts) for row in rows]

    @resolved("Findings on the working edition, else on the live one; needs content.read_draft.")
    async def findings(self, info: Info) -> list[Finding] | None:
        info.context.drafts()
        edition = self.row.working_edition_id or self.row.live_edition_id
        return [Finding.of(row) for row in await info.context.load_drafts.findings.load(edition)] if edition else []

    @resolved("What may be done with it in its state (操作).")
    def possible_actions(self) -> list[Action]:
        return workflow.possible_actions(State(self.row.state))


async def _edition(info: Info, edition_id: str | None) -> Edition | None:
    info.context.drafts()
    if edition_id is None:
        return None
    row = await info.context.load_drafts.editions.load(edition_id)
    return None if row is None else edition_of(row, info.context.load_drafts)


@strawberry.type(description="What staff see and the public does not.")
class EditorialQueries:
    @resolved("Content by id, in any state; null when it is not your unit's.")
    async def content(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Id of the content.")]
    ) -> EditorialContent | None:
        reader = info.context.drafts()
        return EditorialContent.of_some(await items.editorial_item(reader, id)) if is_id(id) else None


@strawberry.type
class EditorialQuery:
    @resolved("Drafts and editions; needs a key with the right content.read_draft.")
    def editorial(self, info: Info) -> EditorialQueries | None:
        info.context.drafts()
        return EditorialQueries()

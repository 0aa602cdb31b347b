"""What `content` and `route` answer: the content, or why it is not there."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from hub.vocabulary.clock import Instant
from hub.vocabulary.enums import Kind, State
from schema.content.types import (
    Article,
    Content,
    Interpretation,
    MediaAsset,
    PolicyDocument,
    ServiceItem,
    address_of,
    content_of,
    content_of_some,
)
from schema.context import Info
from schema.fields import resolved
from schema.structure.types import Section


@strawberry.type(
    description="Content that has been withdrawn (已撤回) or removed (已删除): why, and where to go instead."
)
class Unpublished:
    id: strawberry.ID = strawberry.field(description="Id of the content.")
    kind: Kind = strawberry.field(description="Kind of content (内容类型).")
    state: State = strawberry.field(description="WITHDRAWN or GONE.")
    title: str = strawberry.field(description="Title (标题); empty when it is gone.")
    explanation: str = strawberry.field(description="Why (说明); may be empty.")
    alternative_url: str | None = strawberry.field(description="Address to go to instead.")
    at: Instant = strawberry.field(description="When it happened.")
    alternative_id: strawberry.Private[str | None]

    @resolved("Content to read instead (替代内容), when it is visible.")
    async def alternative(self, info: Info) -> Content | None:
        return await _other(info, self.alternative_id)


@strawberry.type(description="Content or an address that leads elsewhere (转向).")
class Redirect:
    id: strawberry.ID = strawberry.field(description="Id of the content or section whose address this was.")
    target_url: str | None = strawberry.field(description="Address to go to.")
    target_id: strawberry.Private[str | None]

    @resolved("Content it leads to, when it is visible.")
    async def target(self, info: Info) -> Content | None:
        return await _other(info, self.target_id)


ContentResult = Annotated[
    Article | PolicyDocument | Interpretation | MediaAsset | ServiceItem | Unpublished | Redirect,
    strawberry.union("ContentResult", description="The content, or what became of it."),
]
RouteResult = Annotated[
    Article | PolicyDocument | Interpretation | MediaAsset | ServiceItem | Unpublished | Redirect | Section,
    strawberry.union("RouteResult", description="What stands at an address of a site."),
]


async def answer_of(info: Info, row: Any | None) -> Any:
    """From a row the reader may address: content, `Unpublished`, `Redirect`; None for none."""
    if row is None or row.state in (State.LIVE, State.ARCHIVED):
        return content_of_some(row)
    why = await info.context.load.unpublishings.load(row.id)
    if row.state == State.REDIRECTED:
        return await _redirect(info, row, why)
    return Unpublished(
        id=row.id,
        kind=row.kind,
        state=row.state,
        title=row.title if row.state == State.WITHDRAWN else "",
        explanation=why.explanation if why is not None else "",
        alternative_url=why.alternative_url if why is not None else None,
        at=why.at if why is not None else row.updated_at,
        alternative_id=why.alternative_id if why is not None else None,
    )


async def _redirect(info: Info, row: Any, why: Any | None) -> Redirect:
    target_id = why.alternative_id if why is not None else None
    url = why.alternative_url if why is not None else None
    if target_id is not None:
        other = await info.context.load.items.load(target_id)
        url = await address_of(info, other) if other is not None else None
    return Redirect(id=row.id, target_url=url, target_id=target_id)


async def _other(info: Info, item_id: str | None) -> Content | None:
    return None if item_id is None else content_of_some(await info.context.load.items.load(item_id))


__all__ = ["ContentResult", "Redirect", "RouteResult", "Unpublished", "answer_of", "content_of"]

"""The change feed (变更流): what to take over, what to drop."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from hub.content import queries
from hub.content.queries import ChangeEntry
from hub.vocabulary.clock import Instant
from hub.vocabulary.enums import Kind, Verb
from schema.content.filters import filter_of
from schema.content.types import Content, content_of_some
from schema.context import Info
from schema.fields import resolved
from schema.scalars import BigInt
from schema.structure.types import Filter


@strawberry.type(
    description="What remains of content that is no longer for you (墓碑): drop what you hold up to this version."
)
class Tombstone:
    id: strawberry.ID = strawberry.field(description="Id of the content.")
    version: BigInt = strawberry.field(description="Drop copies of this version and older.")


@strawberry.type(
    description="An item that has changed: take `content` over as it is now, or drop what `tombstone` names."
)
class Change:
    position: BigInt = strawberry.field(description="Place in the change log; positions only grow.")
    verb: Verb | None = strawberry.field(
        description="What happened last (变更); null when only links that lead here have changed."
    )
    at: Instant = strawberry.field(description="When it happened.")
    kind: Kind = strawberry.field(description="Kind of content (内容类型).")
    item_id: strawberry.ID = strawberry.field(description="Id of the content.")
    version: BigInt = strawberry.field(description="Version of the content now, or of the tombstone.")
    row: strawberry.Private[Any]

    @resolved("The content as it is now; null when it is no longer for you.")
    def content(self) -> Content | None:
        return content_of_some(self.row)

    @resolved("What to drop; null when there is content to take over.")
    def tombstone(self) -> Tombstone | None:
        return None if self.row is not None else Tombstone(id=self.item_id, version=self.version)

    @classmethod
    def of(cls, one: ChangeEntry) -> Change:
        return cls(
            position=BigInt(one.position),
            verb=one.verb,  # type: ignore[arg-type]
            at=Instant(one.at),
            kind=one.kind,  # type: ignore[arg-type]
            item_id=strawberry.ID(one.item_id),
            version=BigInt(one.version),
            row=one.row,
        )


@strawberry.type(description="A stretch of the change feed.")
class ChangeFeed:
    entries: list[Change] = strawberry.field(description="Each item once, in order of position.")
    cursor: str = strawberry.field(description="Keep it and send it as `after` next time, also when nothing came.")
    has_more: bool = strawberry.field(description="Whether to ask again at once.")


@strawberry.type
class ChangeQuery:
    @resolved("What has changed since a cursor (变更流); without one, since the log begins.")
    async def changes(
        self,
        info: Info,
        filter: Filter = None,
        after: Annotated[str | None, strawberry.argument(description="`cursor` of the last answer.")] = None,
        first: Annotated[int, strawberry.argument(description="At most so many rows of the log: 1 to 100.")] = 20,
    ) -> ChangeFeed | None:
        context = info.context
        wanted = await filter_of(info, filter)
        page = await queries.change_page(context.reader, context.actor, wanted, after, first)
        return ChangeFeed(entries=[Change.of(one) for one in page.entries], cursor=page.cursor, has_more=page.has_more)

"""Who asks."""

from __future__ import annotations

import strawberry

from schema.context import Info
from schema.fields import resolved
from schema.structure.types import Unit


@strawberry.type(description="Whoever asks (操作者), and what they may do.")
class Viewer:
    name: str = strawberry.field(description="Name of the key, or `anonymous`.")
    permissions: list[str] = strawberry.field(description="Rights, such as content.publish.")
    unit_id: strawberry.Private[str | None]

    @resolved("Unit the key is bound to (单位); null for anonymous readers.")
    async def unit(self, info: Info) -> Unit | None:
        return Unit.of_some(await info.context.load.units.load(self.unit_id)) if self.unit_id else None


@strawberry.type
class ViewerQuery:
    @resolved("Who you are to the hub, and what you may do.")
    def viewer(self, info: Info) -> Viewer | None:
        actor = info.context.actor
        return Viewer(name=actor.name, permissions=sorted(actor.permissions), unit_id=actor.unit_id)

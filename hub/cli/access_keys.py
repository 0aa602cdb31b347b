"""keys create, list, revoke."""

from __future__ import annotations

from collections.abc import Sequence

from hub.app.opening import Hub
from hub.cli.opened import who, with_hub
from hub.content.keys import create_key, revoke_key
from hub.vocabulary.clock import DAY, Instant, iso
from storage.stores import keys


def create(
    name: str, unit: str, verbs: Sequence[str], sites: Sequence[str], audience: Sequence[str], days: int | None
) -> None:
    async def act(hub: Hub) -> str:
        now = hub.clock()
        expires_at = Instant(now + days * DAY) if days else None
        async with hub.database.transaction(now) as tx:
            return await create_key(
                tx,
                who(),
                name=name,
                unit_code=unit,
                verbs=verbs,
                audience=audience,
                site_codes=sites,
                expires_at=expires_at,
            )

    print(with_hub(act))


def show() -> None:
    async def act(hub: Hub) -> None:
        async with hub.database.system(hub.clock()) as system:
            for row in await keys.every(system):
                state = "revoked" if row.revoked_at else (f"until {iso(row.expires_at)}" if row.expires_at else "valid")
                print(f"{row.prefix}…  {state:28} {row.unit_code:20} {','.join(row.verbs):24} {row.name}")

    with_hub(act)


def revoke(prefix: str) -> None:
    async def act(hub: Hub) -> None:
        async with hub.database.transaction(hub.clock()) as tx:
            await revoke_key(tx, who(), prefix[:12])

    with_hub(act)
    print("Revoked.")

"""Program keys: the secret is shown once and never stored; what signing in gives; what a key may not touch."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from hub.access import ANONYMOUS, Actor, Permission
from hub.content.keys import create_key, key_hash, revoke_key, sign_in
from hub.vocabulary.clock import DAY, SECOND, Instant
from hub.vocabulary.errors import InvalidInput, NotFound, Unauthenticated
from storage.stores import keys
from storage.tables import program_key
from tests.world import OPERATOR, START, World, counting


async def made(world: World, unit: str = "city", verbs: tuple[str, ...] = ("content.*",), **more: Any) -> str:
    return await world.do(create_key, OPERATOR, name="新闻编辑部", unit_code=unit, verbs=verbs, **more)


async def signed_in(world: World, header: str | None) -> Actor:
    async with world.system() as system:
        return await sign_in(system, header, world.clock())


async def test_secret_is_random_and_stored_nowhere(world: World) -> None:
    secret, other = await made(world), await made(world)

    assert secret != other
    assert secret.startswith("hub_")
    assert len(secret) == 47
    await world.database.close()
    written = b"".join(path.read_bytes() for path in world.path.parent.iterdir())
    assert secret.encode() not in written
    assert secret[12:].encode() not in written
    assert key_hash(secret).encode() in written


async def test_key_signs_in_with_its_subtree_its_sites_and_its_rights(world: World) -> None:
    secret = await made(world, "city", ("content.publish", "structure.*"), audience=["staff"], site_codes=["county"])

    actor = await signed_in(world, f"Bearer {secret}")

    assert actor == Actor(
        id=f"key:{secret[:12]}",
        name="新闻编辑部",
        labels=frozenset(("public", "staff")),
        unit_id=world.units["city"],
        units=frozenset((world.units["city"], world.units["edu"])),
        permissions=frozenset((Permission.CONTENT_PUBLISH, Permission.STRUCTURE_EDIT)),
        sites=frozenset(world.sites.values()),
    )


async def test_key_of_a_lower_unit_reaches_that_unit_only(world: World) -> None:
    actor = await signed_in(world, f"bearer {await made(world, 'edu')}")

    assert actor.units == frozenset((world.units["edu"],))
    assert actor.sites == frozenset((world.sites["edu-site"],))
    assert actor.labels == frozenset(("public",))


async def test_unit_without_a_site_can_have_a_key(world: World) -> None:
    from hub.content import structure

    await world.do(structure.create_unit, OPERATOR, {"code": "bare", "name": "某办", "unit_type": "city_department"})

    assert (await signed_in(world, f"Bearer {await made(world, 'bare')}")).sites == frozenset()


async def test_signing_in_is_one_statement(world: World) -> None:
    secret = await made(world)

    async with counting(world.database) as counted:
        await signed_in(world, f"Bearer {secret}")

    assert len(counted) == 1


@pytest.mark.parametrize("header", [None, ""])
async def test_no_header_is_nobody(world: World, header: str | None) -> None:
    assert await signed_in(world, header) is ANONYMOUS


@pytest.mark.parametrize(
    "header", ["Basic abc", "Bearer", "Bearer abc", "hub_abc", "Bearer hub_", "Bearer hub_unknown"]
)
async def test_what_is_no_key_is_refused(world: World, header: str) -> None:
    await made(world)

    with pytest.raises(Unauthenticated):
        await signed_in(world, header)


async def test_key_ends_on_its_second(world: World) -> None:
    secret = await made(world, expires_at=Instant(START + DAY))
    world.clock.pass_by(DAY / SECOND - 0.000_001)
    await signed_in(world, f"Bearer {secret}")
    world.clock.pass_by(0.000_001)

    with pytest.raises(Unauthenticated):
        await signed_in(world, f"Bearer {secret}")


async def test_revoked_key_is_refused_at_once_and_others_are_not(world: World) -> None:
    secret, other = await made(world), await made(world)

    await world.do(revoke_key, OPERATOR, secret[:12])

    with pytest.raises(Unauthenticated):
        await signed_in(world, f"Bearer {secret}")
    assert (await signed_in(world, f"Bearer {other}")).id == f"key:{other[:12]}"


async def test_making_and_revoking_are_audited_without_the_secret(world: World) -> None:
    secret = await made(world)
    await world.do(revoke_key, OPERATOR, secret[:12])

    rows = [row for row in await world.audits() if row.verb.endswith("_key")]
    assert [(row.verb, row.unit_id, row.actor, row.detail) for row in rows] == [
        ("create_key", world.units["city"], "operator:test",
         {"prefix": secret[:12], "name": "新闻编辑部", "verbs": ["content.*"]}),
        ("revoke_key", world.units["city"], "operator:test", {"prefix": secret[:12]}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"unit": "nowhere"}, NotFound),
        ({"site_codes": ["portal", "nowhere"]}, NotFound),
        ({"verbs": ("content.publish", "content.fly")}, InvalidInput),
        ({"verbs": ("nothing.*",)}, InvalidInput),
    ],
)
async def test_key_for_what_does_not_exist_is_refused_and_not_made(
    world: World, more: dict[str, Any], refusal: type[Exception]
) -> None:
    footprint = await world.footprint()

    with pytest.raises(refusal):
        await made(world, **more)

    assert await world.footprint() == footprint


async def test_unknown_prefix_cannot_be_revoked(world: World) -> None:
    await made(world)

    with pytest.raises(NotFound):
        await world.do(revoke_key, OPERATOR, "hub_")


async def test_keys_are_listed_with_the_code_of_their_unit(world: World) -> None:
    await made(world, "edu")

    async with world.system() as system:
        rows = await keys.every(system)

    assert [(row.name, row.unit_code) for row in rows] == [("新闻编辑部", "edu")]
    assert [row.verbs for row in await world.rows(sa.select(program_key.c.verbs))] == [["content.*"]]

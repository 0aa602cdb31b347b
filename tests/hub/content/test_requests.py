"""The edge of a mutation: once per idempotency key, refusals audited in a transaction of their own."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from hub.access import ANONYMOUS, Actor
from hub.content import actions
from hub.content.requests import NO_UNIT, perform
from hub.vocabulary.enums import Kind
from hub.vocabulary.errors import Conflict, Forbidden, IdempotencyMismatch, InvalidInput, NotFound
from hub.vocabulary.ids import new_id
from storage.database import Transaction
from storage.stores import keys
from storage.tables import idempotency, item
from tests.world import START, World


async def create(world: World, actor: Actor, title: str, key: str | None) -> str:
    async def act(tx: Transaction) -> str:
        return await actions.create(tx, actor, Kind.ARTICLE, {"title": title}, unit_id=world.units["edu"])

    return await perform(
        world.database, actor, world.clock(), act, verb="createArticle", request={"title": title}, idempotency_key=key
    )


async def archive(world: World, actor: Actor, item_id: str, lock: int, key: str | None = None) -> str:
    async def act(tx: Transaction) -> str:
        return await actions.archive(tx, actor, item_id, lock)

    request: Any = {"id": item_id, "expected": lock}
    return await perform(
        world.database, actor, world.clock(), act, verb="archiveContent", request=request, subject_id=item_id,
        idempotency_key=key,
    )  # fmt: skip


async def items_made(world: World) -> int:
    return int((await world.rows(sa.select(sa.func.count()).select_from(item)))[0][0])


async def test_same_key_and_request_give_the_same_answer_and_write_once(world: World) -> None:
    actor = world.staff("edu")
    first = await create(world, actor, "通知", "k1")
    footprint = await world.footprint()

    again = [await create(world, actor, "通知", "k1") for _ in range(3)]

    assert again == [first] * 3
    assert await world.footprint() == footprint


async def test_same_key_for_another_request_is_a_mismatch_and_writes_only_the_audit(world: World) -> None:
    actor = world.staff("edu")
    await create(world, actor, "通知", "k1")
    footprint = await world.footprint()

    with pytest.raises(IdempotencyMismatch):
        await create(world, actor, "另一个通知", "k1")

    assert await world.footprint() == {**footprint, "audit": footprint["audit"] + 1}


async def test_key_of_another_actor_is_another_key(world: World) -> None:
    assert await create(world, world.staff("edu"), "通知", "k1") != await create(
        world, world.staff("city"), "通知", "k1"
    )


async def test_same_key_at_once_writes_once(world: World) -> None:
    actor = world.staff("edu")

    answers = await asyncio.gather(*(create(world, actor, "通知", "k1") for _ in range(10)))

    assert len(set(answers)) == 1
    assert await items_made(world) == 1


async def test_without_a_key_each_request_writes(world: World) -> None:
    actor = world.staff("edu")

    assert await create(world, actor, "通知", None) != await create(world, actor, "通知", None)


async def test_repeated_verb_with_its_old_lock_version_answers_by_its_key_and_conflicts_without(world: World) -> None:
    actor, key = world.staff("city"), await world.published()
    await archive(world, actor, key, 2, "k1")

    assert await archive(world, actor, key, 2, "k1") == key
    with pytest.raises(Conflict):
        await archive(world, actor, key, 2)
    assert await world.verbs(key) == ["published", "archived"]


async def test_refused_request_is_not_remembered(world: World) -> None:
    actor, key = world.staff("city"), await world.published()
    with pytest.raises(Conflict):
        await archive(world, actor, key, 7, "k1")

    await archive(world, actor, key, 2, "k1")

    assert await world.verbs(key) == ["published", "archived"]


@pytest.mark.parametrize("key", ["", "x" * 201])
async def test_key_has_one_to_two_hundred_characters(world: World, key: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await create(world, world.staff("edu"), "通知", key)

    assert refused.value.field == "idempotencyKey"


async def test_refusal_is_audited_under_the_unit_of_the_content_with_nothing_else_written(world: World) -> None:
    key = await world.published()
    footprint = await world.footprint()

    with pytest.raises(Forbidden):
        await archive(world, world.staff("county"), key, 2)

    rows = await world.audits(key)
    assert [(row.verb, row.actor, row.unit_id, row.detail) for row in rows][-1] == (
        "refused:archiveContent", "key:hub_county", world.units["city"], {"code": "forbidden", "field": ""},
    )  # fmt: skip
    assert await world.footprint() == {**footprint, "audit": footprint["audit"] + 1}
    assert await world.verbs(key) == ["published"]


async def test_refusal_about_nothing_is_audited_under_the_actor(world: World) -> None:
    missing = new_id()
    with pytest.raises(NotFound):
        await archive(world, world.staff("county"), missing, 1)
    with pytest.raises(NotFound):
        await archive(world, ANONYMOUS, "nonsense", 1)

    rows = [row for row in await world.audits() if row.verb.startswith("refused:")]
    assert {(row.actor, row.unit_id, row.subject_id) for row in rows} == {
        ("key:hub_county", world.units["county"], missing),
        ("anonymous", NO_UNIT, None),
    }


async def test_fault_is_no_refusal_and_leaves_nothing(world: World) -> None:
    footprint = await world.footprint()

    async def act(tx: Transaction) -> str:
        await actions.create(tx, world.staff("edu"), Kind.ARTICLE, {"title": "通知"}, unit_id=world.units["edu"])
        raise RuntimeError("fault")

    with pytest.raises(RuntimeError):
        await perform(world.database, world.staff("edu"), START, act, verb="x", request={}, idempotency_key="k")

    assert await world.footprint() == footprint


async def test_old_answers_can_be_forgotten(world: World) -> None:
    await create(world, world.staff("edu"), "通知", "old")
    world.clock.pass_by(10)
    await create(world, world.staff("edu"), "通知", "new")

    async with world.tx() as tx:
        await keys.forget_before(tx, world.clock())

    assert [row.key for row in await world.rows(sa.select(idempotency.c.key))] == ["new"]

"""What falls due writes exactly one change, on the second, whatever workers come and go."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hub.content import actions, due
from hub.content.drafting import LinkTo
from hub.content.due import BATCH, LEASE, run_due
from hub.vocabulary.clock import DAY, SECOND, Instant, parse_instant
from hub.vocabulary.enums import Kind, LinkType
from storage.stores import due as due_rows
from tests.world import OPERATOR, START, World, database_at

HOUR = 3_600


async def run(world: World, worker: str = "w1") -> int:
    return await run_due(world.database, world.clock(), worker)


async def test_embargo_ends_on_the_second_with_one_change(world: World) -> None:
    target = await world.published()
    key = await world.published(embargo_at=Instant(START + HOUR * SECOND), links=[LinkTo(LinkType.CITES, target)])
    assert (await world.changes(key))[0].after is None

    world.clock.pass_by(HOUR - 0.000_001)
    assert await run(world) == 0
    world.clock.pass_by(0.000_001)
    assert await run(world) == 1
    world.clock.pass_by(DAY / SECOND)
    assert await run(world) == 0

    last = (await world.changes(key))[1:]
    assert [(row.verb, row.before, row.at, row.touched) for row in last] == [
        ("became_visible", [], START + HOUR * SECOND, [target])
    ]
    assert last[0].after["section"] == [world.sections["news"]]
    assert (await world.head(key)).version == last[0].position
    assert [(row.verb, row.actor) for row in await world.audits(key)][-1] == ("visible", "hub:due")
    assert await world.open_due(key) == []


async def test_expiry_comes_on_the_second_with_one_change(world: World) -> None:
    key = await world.published(expires_at=Instant(START + HOUR * SECOND))
    shown = (await world.changes(key))[0].after

    world.clock.pass_by(HOUR - 0.000_001)
    assert await run(world) == 0
    world.clock.pass_by(0.000_001)
    assert await run(world) == 1
    assert await run(world) == 0

    assert [(row.verb, row.before, row.after) for row in (await world.changes(key))[1:]] == [("expired", [shown], None)]


async def test_validity_turns_at_the_beginning_of_the_local_day(world: World) -> None:
    key = await world.published(
        Kind.POLICY_DOCUMENT, details={"effective_on": "2026-03-05", "expires_on": "2026-03-09"}
    )
    first = (await world.changes(key))[0].after
    stamp = (await world.head(key)).updated_at

    world.clock.now = Instant(parse_instant("2026-03-05") - 1)
    assert await run(world) == 0
    world.clock.pass_by(0.000_001)
    assert await run(world) == 1
    world.clock.now = Instant(parse_instant("2026-03-10") - 1)
    assert await run(world) == 0
    world.clock.pass_by(0.000_001)
    assert await run(world) == 1

    in_force, expired = {**first, "validity": ["in_force"]}, {**first, "validity": ["expired"]}
    assert [(row.verb, row.before, row.after) for row in (await world.changes(key))[1:]] == [
        ("moved", [{**first, "validity": ["not_yet"]}], in_force),
        ("moved", [in_force], expired),
    ]
    scopes = {scope for scope, *_ in await world.listed_under(key) if scope.startswith("validity")}
    assert scopes == {"validity:expired"}
    assert (await world.head(key)).updated_at == stamp


async def test_link_named_by_its_source_is_touched_when_the_embargo_ends(world: World) -> None:
    law = await world.do(
        actions.create, OPERATOR, Kind.POLICY_DOCUMENT, {"title": "条例"}, unit_id=world.units["city"],
        source=("laws", "9"),
    )  # fmt: skip
    key = await world.published(
        embargo_at=Instant(START + SECOND), links=[LinkTo(LinkType.INTERPRETS, None, "laws", "9")]
    )
    world.clock.pass_by(1)

    await run(world)

    assert (await world.changes(key))[-1].touched == [law]


async def test_two_workers_at_once_write_each_change_once(world: World) -> None:
    keys = [await world.published(embargo_at=Instant(START + SECOND)) for _ in range(12)]
    world.clock.pass_by(1)
    other = database_at(world.path)

    taken = await asyncio.gather(run(world, "w1"), run_due(other, world.clock(), "w2"), run(world, "w3"))
    await other.close()

    assert sum(taken) == 12
    for key in keys:
        assert await world.verbs(key) == ["published", "became_visible"]


async def test_what_a_crashed_worker_held_is_taken_over_when_its_lease_ends(world: World) -> None:
    key = await world.published(embargo_at=Instant(START + SECOND))
    world.clock.pass_by(1)
    async with world.tx() as tx:
        await due_rows.claim(tx, tx.now, "crashed", Instant(tx.now + LEASE), BATCH)

    world.clock.pass_by(LEASE / SECOND - 0.000_001)
    assert await run(world, "w2") == 0
    world.clock.pass_by(0.000_001)
    assert await run(world, "w2") == 1

    assert await world.verbs(key) == ["published", "became_visible"]


async def test_next_instant_is_the_end_of_the_lease_while_one_is_held(world: World) -> None:
    await world.published(embargo_at=Instant(START + SECOND))
    async with world.system() as system:
        assert await due_rows.next_at(system) == START + SECOND
    world.clock.pass_by(1)
    async with world.tx() as tx:
        await due_rows.claim(tx, tx.now, "crashed", Instant(tx.now + LEASE), BATCH)

    async with world.system() as system:
        assert await due_rows.next_at(system) == START + SECOND + LEASE


async def test_worker_slower_than_its_lease_does_not_write_a_second_change(world: World) -> None:
    key = await world.published(embargo_at=Instant(START + SECOND))
    world.clock.pass_by(1)
    async with world.tx() as tx:
        stale = await due_rows.claim(tx, tx.now, "slow", Instant(tx.now + LEASE), BATCH)
    world.clock.pass_by(LEASE / SECOND)
    assert await run(world, "quick") == 1

    await due.settle_claimed(world.database, world.clock(), "slow", stale)

    assert await world.verbs(key) == ["published", "became_visible"]


async def test_row_replaced_between_claim_and_settling_is_left_to_its_successor(world: World) -> None:
    key = await world.published(expires_at=Instant(START + SECOND))
    world.clock.pass_by(1)
    async with world.tx() as tx:
        stale = await due_rows.claim(tx, tx.now, "w1", Instant(tx.now + LEASE), BATCH)
    await world.do(actions.correct, OPERATOR, key, 2, {"expires_at": Instant(START + DAY)}, change_note="延期")

    await due.settle_claimed(world.database, world.clock(), "w1", stale)

    assert await world.verbs(key) == ["published", "corrected"]
    assert await world.open_due(key) == [("expired", START + DAY)]


async def test_one_that_fails_does_not_hold_up_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = await world.published(embargo_at=Instant(START + SECOND))
    good = await world.published(embargo_at=Instant(START + SECOND))
    world.clock.pass_by(1)
    settle = due._settle

    async def failing(tx: Any, row: Any) -> None:
        if row.item_id == bad:
            raise RuntimeError("poison")
        await settle(tx, row)

    monkeypatch.setattr(due, "_settle", failing)
    await run(world)

    assert (await world.verbs(bad), await world.verbs(good)) == (["published"], ["published", "became_visible"])
    assert await world.open_due(bad) == [("visible", START + SECOND)]
    monkeypatch.setattr(due, "_settle", settle)
    world.clock.pass_by(LEASE / SECOND)
    await run(world)
    assert await world.verbs(bad) == ["published", "became_visible"]


async def test_worker_that_was_away_settles_in_order_and_consumers_of_every_facet_hear_of_the_expiry(
    world: World,
) -> None:
    key = await world.published(
        Kind.POLICY_DOCUMENT, expires_at=parse_instant("2026-03-06"), details={"expires_on": "2026-03-04"}
    )
    shown = (await world.changes(key))[0].after
    world.clock.pass_by(30 * DAY / SECOND)

    assert await run(world) == 2

    expired = {**shown, "validity": ["expired"]}
    assert [(row.verb, row.before, row.after) for row in (await world.changes(key))[1:]] == [
        ("moved", [shown], None),
        ("expired", [expired], None),
    ]


async def test_nothing_is_written_for_content_that_was_withdrawn_meanwhile(world: World) -> None:
    key = await world.published(embargo_at=Instant(START + SECOND))
    await world.do(actions.withdraw, OPERATOR, key, 2, explanation="错")
    world.clock.pass_by(5)

    assert await run(world) == 0
    assert await world.verbs(key) == ["published", "withdrawn"]


async def test_more_than_a_batch_is_taken_in_batches(world: World) -> None:
    await world.release([world.fresh(n, embargo_at=Instant(START + SECOND)) for n in range(BATCH + 5)])
    world.clock.pass_by(1)

    assert [await run(world), await run(world), await run(world)] == [BATCH, 5, 0]

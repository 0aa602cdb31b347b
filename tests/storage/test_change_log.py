"""The log and the audit chain: last statements of a transaction, positions in commit order, hashes that chain."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
import sqlalchemy as sa

from hub.content import actions
from hub.content.requests import NO_UNIT
from hub.vocabulary.clock import Instant
from hub.vocabulary.enums import Verb
from hub.vocabulary.ids import new_id
from storage.change_log import GENESIS, NewAudit, NewChange, audit_hash
from storage.database import BULK, INTERACTIVE, Database
from storage.stores import changes as rows
from storage.tables import audit, audit_head, change
from tests.world import OPERATOR, START, World, counting, database_at

COVERED = ("unit_id", "seq", "at", "actor", "verb", "subject_id", "edition_id", "content_hash", "detail")


async def append_one(database: Database, now: Instant, *, fails: bool = False) -> None:
    """A change of an item that has no row, and an audit row; rolled back when it fails."""
    try:
        async with database.transaction(now) as tx:
            tx.changes.append(NewChange(new_id(), "article", Verb.PUBLISHED, None, [], None))
            tx.audits.append(NewAudit(NO_UNIT, "test", "x", None, None, "", now))
            if fails:
                raise RuntimeError("rolled back")
    except RuntimeError:
        if not fails:
            raise


async def test_positions_follow_commit_order_under_two_databases_and_a_polling_reader(world: World) -> None:
    other = database_at(world.path)
    chance = random.Random(3)
    done = asyncio.Event()
    seen: list[int] = []

    async def write(database: Database) -> None:
        for number in range(40):
            await append_one(database, Instant(number), fails=chance.random() < 0.1)
            await asyncio.sleep(chance.random() / 500)

    async def read() -> None:
        while True:
            ended = done.is_set()
            seen.extend(row.position for row in await world.changes(after=seen[-1] if seen else 0))
            if ended:
                return
            await asyncio.sleep(0.002)

    reading = asyncio.create_task(read())
    await asyncio.gather(*(write(database) for database in (world.database, other) for _ in range(3)))
    done.set()
    await reading
    await other.close()

    assert seen == [row.position for row in await world.changes()]
    assert seen == sorted(set(seen))


async def test_number_of_a_deleted_row_is_never_given_again(world: World) -> None:
    await append_one(world.database, START)
    await append_one(world.database, START)
    await world.do(lambda tx: tx.run(sa.delete(change)))

    await append_one(world.database, START)

    assert [row.position for row in await world.changes()] == [3]


async def test_change_rows_are_the_last_statements_and_audit_rows_come_before(world: World) -> None:
    key = await world.published()

    async with counting(world.database) as counted:
        await world.do(actions.archive, OPERATOR, key, 2)

    kinds = [statement.split(" VALUES")[0].split("(")[0].strip() for statement in counted.statements[-6:]]
    assert kinds == [
        "SELECT audit_head.unit_id, audit_head.seq, audit_head.hash \nFROM audit_head \nWHERE audit_head.unit_id IN",
        "INSERT INTO audit",
        "UPDATE audit_head SET seq=?, hash=? WHERE audit_head.unit_id = ?",
        "SELECT seq FROM sqlite_sequence WHERE name = 'change'",
        "INSERT INTO change",
        "UPDATE item SET version=? WHERE item.id = ?",
    ]


async def test_several_changes_of_one_item_leave_it_at_the_last_position(world: World) -> None:
    key = await world.published()
    async with world.tx() as tx:
        for verb in (Verb.MOVED, Verb.CORRECTED):
            tx.changes.append(NewChange(key, "article", verb, None, [], None))

    assert [row.position for row in await world.changes(key)] == [1, 2, 3]
    assert (await world.head(key)).version == 3


async def test_editorial_change_leaves_the_version_and_reaches_no_feed(world: World) -> None:
    key = await world.published()
    async with world.tx() as tx:
        tx.changes.append(NewChange(key, "article", Verb.CORRECTED, None, [], None, scope="editorial"))

    assert (await world.head(key)).version == 1
    async with world.system() as system:
        assert [row.position for row in await rows.after(system, 0, 10)] == [1]
        assert [row.position for row in await rows.after(system, 0, 10, scope=None)] == [1, 2]


async def test_lanes_are_read_apart(world: World) -> None:
    async with world.database.transaction(START, BULK) as tx:
        tx.changes.append(NewChange(new_id(), "article", Verb.PUBLISHED, None, [], None))
    await append_one(world.database, START)

    async with world.system() as system:
        assert [row.position for row in await rows.waiting(system, 0, INTERACTIVE, 10)] == [2]
        assert [row.position for row in await rows.waiting(system, 0, BULK, 10)] == [1]
        assert await rows.last(system) == 2


async def chain(world: World) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in await world.rows(sa.select(audit).order_by(audit.c.unit_id, audit.c.seq)):
        found.setdefault(row.unit_id, []).append(row._asdict())
    return found


async def test_audit_rows_chain_by_hash_for_each_unit(world: World) -> None:
    first, second = await world.published(unit="city"), await world.published(unit="county")
    await world.do(actions.archive, OPERATOR, first, 2)
    async with world.tx() as tx:
        for unit in ("city", "county", "city"):
            tx.audits.append(NewAudit(world.units[unit], "test", "x", second, None, "", tx.now, {"文": [1]}))

    chains = await chain(world)

    heads = {row.unit_id: (row.seq, row.hash) for row in await world.rows(sa.select(audit_head))}
    assert set(chains) == {world.units[unit] for unit in ("city", "edu", "county")}
    for unit_id, entries in chains.items():
        assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
        previous = GENESIS
        for entry in entries:
            assert entry["previous_hash"] == previous
            previous = audit_hash({name: entry[name] for name in COVERED}, previous)
            assert entry["hash"] == previous
        assert heads[unit_id] == (len(entries), previous)


@pytest.mark.parametrize("name", COVERED)
async def test_changed_audit_row_no_longer_fits_its_hash(world: World, name: str) -> None:
    await world.published()
    entry = (await chain(world))[world.units["city"]][-1]
    other: dict[str, Any] = {"seq": 99, "at": 1, "detail": {"a": 1}}

    changed = {**{key: entry[key] for key in COVERED}, name: other.get(name, new_id())}

    assert audit_hash(changed, entry["previous_hash"]) != entry["hash"]


async def test_cursors_and_failures_of_a_follower_are_kept(world: World) -> None:
    key = new_id()
    async with world.tx() as tx:
        await rows.save_cursor(tx, "search", 5, 9, tx.now)
        await rows.save_cursor(tx, "search", 7, 9, tx.now)
        await rows.record_failure(tx, "search", 3, key, "first", tx.now)
        await rows.record_failure(tx, "search", 3, key, "second", tx.now)

    async with world.system() as system:
        assert await rows.cursor(system, "search") == (7, 9)
        assert await rows.cursor(system, "other") == (0, 0)
        failed = await rows.failures(system, "search")
    assert [(row.position, row.item_id, row.error, row.attempts) for row in failed] == [(3, key, "second", 2)]

    await world.do(rows.forget_failure, "search", 3)
    async with world.system() as system:
        assert await rows.failures(system) == []

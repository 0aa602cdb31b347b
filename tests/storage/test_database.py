"""Snapshots, transactions and their edges on real SQLite."""

from __future__ import annotations

import asyncio
import multiprocessing
from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.vocabulary.clock import Instant, system_now
from storage.database import Database, Transaction
from storage.migrating import prepare
from storage.stores import media
from storage.tables import change, unit
from tests.world import START, World, database_at


async def test_durability_pragmas_hold_on_every_connection(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}")
    await prepare(database, START)
    common = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}

    async with database.snapshot() as reading, database.transaction(START) as tx:
        # a writer asks for the lock in short steps of its own; a reader may wait
        for connection, patience in ((reading, 15_000), (tx.connection, 0)):
            wanted = {**common, "busy_timeout": patience}
            found = {name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in wanted}
            assert found == wanted

    await database.close()


async def test_snapshot_is_of_one_instant(world: World) -> None:
    async with world.database.snapshot() as connection:
        query = sa.select(sa.func.count()).select_from(change)
        before = (await connection.execute(query)).scalar()
        await world.published()
        assert (await connection.execute(query)).scalar() == before

    assert len(await world.changes()) == 1


async def test_failed_transaction_leaves_nothing_and_frees_the_next(world: World) -> None:
    footprint = await world.footprint()

    async def failing(tx: Transaction) -> None:
        await tx.run(sa.update(unit).values(name="x"))
        raise RuntimeError("fault")

    with pytest.raises(RuntimeError):
        await world.do(failing)

    assert await world.footprint() == footprint
    assert {row.name for row in await world.rows(sa.select(unit.c.name))} >= {"云澜市人民政府"}
    await world.published()


async def test_cancelled_transaction_leaves_nothing_and_frees_the_next(world: World) -> None:
    begun = asyncio.Event()

    async def hang() -> None:
        async with world.tx() as tx:
            await tx.run(sa.update(unit).values(name="x"))
            begun.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(hang())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert "x" not in {row.name for row in await world.rows(sa.select(unit.c.name))}
    await world.published()


async def test_readers_cannot_write(world: World) -> None:
    """A reader's transaction is begun deferred: a write in it would have to wait, or fail, behind a writer."""
    async with world.tx(), world.database.snapshot() as connection:
        await connection.exec_driver_sql("PRAGMA busy_timeout=1")
        with pytest.raises(sa.exc.OperationalError, match="locked"):
            await connection.execute(sa.update(unit).values(name="x"))


async def test_read_modify_write_of_two_databases_loses_nothing(world: World) -> None:
    other = database_at(world.path)
    query = sa.select(unit.c.lock_version).where(unit.c.code == "city")

    async def raise_it(database: Database) -> None:
        for _ in range(20):
            async with database.transaction(START) as tx:
                seen = await tx.scalar(query)
                await asyncio.sleep(0)
                await tx.run(sa.update(unit).where(unit.c.code == "city").values(lock_version=seen + 1))

    await asyncio.gather(*(raise_it(database) for database in (world.database, other) for _ in range(2)))
    await other.close()

    assert (await world.rows(query))[0].lock_version == 81


async def test_waiting_ends_at_a_change_and_at_the_latest_in_time(world: World) -> None:
    waiting = asyncio.create_task(world.database.wait_for_change(30))
    await asyncio.sleep(0)
    await world.published()
    await asyncio.wait_for(waiting, 5)

    await asyncio.wait_for(world.database.wait_for_change(0.01), 5)


async def test_transaction_without_changes_wakes_nobody(world: World) -> None:
    async with world.tx() as tx:
        await tx.run(sa.update(unit).values(name="x"))

    assert not world.database._woken.is_set()


def _write_apart(path: str, rounds: int, begin: object) -> None:
    """Another process: publishes one change after the other."""
    from tests.storage.test_change_log import append_one

    async def run() -> None:
        database = database_at(Path(path))
        begin.wait()  # type: ignore[attr-defined]
        for number in range(rounds):
            await append_one(database, Instant(number), fails=number % 10 == 3)
        await database.close()

    asyncio.run(run())


async def test_two_processes_write_and_a_reader_never_finds_a_new_row_below_what_it_read(world: World) -> None:
    context = multiprocessing.get_context("spawn")
    begin = context.Barrier(3)
    writers = [context.Process(target=_write_apart, args=(str(world.path), 60, begin)) for _ in range(2)]
    for writer in writers:
        writer.start()
    await asyncio.to_thread(begin.wait)
    seen: list[int] = []

    while any(writer.is_alive() for writer in writers) or not seen:
        seen += [row.position for row in await world.changes(after=seen[-1] if seen else 0)]
        await asyncio.sleep(0.001)
    for writer in writers:
        writer.join()
    seen += [row.position for row in await world.changes(after=seen[-1])]

    assert [writer.exitcode for writer in writers] == [0, 0]
    assert seen == [row.position for row in await world.changes()]
    assert len(seen) == 108
    assert seen == sorted(set(seen))


async def test_waiting_ends_soon_after_another_process_commits(world: World) -> None:
    other = Database(world.database.url)
    waiting = asyncio.create_task(world.database.wait_for_change(30))
    await asyncio.sleep(0.1)

    async with other.transaction(system_now()) as tx:
        await media.add_synonyms(tx, [["甲", "乙"]])

    await asyncio.wait_for(waiting, 5)
    await other.close()

"""The worker in a real hub: what is published is found, what is due is settled, one leads, and it ends when told."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from hub import access, planner
from hub.app import worker as worker_module
from hub.app.opening import Hub
from hub.app.worker import Worker
from hub.content import actions
from hub.content.filters import ContentFilter
from hub.settings import Settings
from hub.vocabulary.clock import SECOND, Instant, system_now
from hub.vocabulary.errors import SearchUnavailable
from storage.database import Reader
from tests.world import OPERATOR, World

PATIENCE = 20.0


@pytest.fixture
async def hub(world_template: World, tmp_path: Path) -> AsyncIterator[Hub]:
    shutil.copyfile(world_template.path, tmp_path / "hub.db")
    opened = await Hub.open(Settings(data_dir=tmp_path))
    yield opened
    await opened.close()


@pytest.fixture
def world(hub: Hub, world_template: World) -> World:
    """The world of the opened hub, with the real time."""
    clock = type(world_template.clock)(system_now())
    return World(hub.database, hub.settings.data_dir / "hub.db", clock, world_template.units, world_template.sites,
                 world_template.sections)  # fmt: skip


async def titles(hub: Hub, text: str) -> list[str]:
    now = hub.clock()
    await hub.search.refresh()
    async with hub.database.snapshot() as connection:
        reader = Reader(connection, access.sight(access.ANONYMOUS, now), now)
        page = await planner.search(reader, hub.search, text, ContentFilter())
    return [hit.row.title for hit in page.hits]


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                if await holds():
                    return
            except SearchUnavailable:
                pass  # the index is not there yet
            await asyncio.sleep(0.02)


async def stopped(worker: Worker, task: asyncio.Task[None]) -> None:
    worker.stop()
    await asyncio.wait_for(task, PATIENCE)


async def test_published_content_is_found_and_withdrawn_content_is_not(hub: Hub, world: World) -> None:
    worker = Worker(hub)
    task = asyncio.create_task(worker.run())
    key = await world.published(title="养老服务条例")
    await asyncio.wait_for(worker.caught_up(), PATIENCE)
    assert await titles(hub, "养老服务") == ["养老服务条例"]

    await world.do(actions.withdraw, OPERATOR, key, 2, explanation="错")
    await asyncio.wait_for(worker.caught_up(), PATIENCE)

    assert await titles(hub, "养老服务") == []
    await stopped(worker, task)


async def test_embargo_is_settled_when_it_ends(hub: Hub, world: World) -> None:
    worker = Worker(hub)
    task = asyncio.create_task(worker.run())
    key = await world.published(title="养老服务条例", embargo_at=Instant(system_now() + SECOND // 2))
    assert await world.verbs(key) == ["published"]

    async def settled() -> bool:
        return await world.verbs(key) == ["published", "became_visible"]

    await until(settled)
    await asyncio.wait_for(worker.caught_up(), PATIENCE)
    assert await titles(hub, "养老服务") == ["养老服务条例"]
    await stopped(worker, task)


async def test_of_two_workers_one_leads_and_the_other_takes_over(hub: Hub, world: World) -> None:
    first, second = Worker(hub), Worker(hub)
    one = asyncio.create_task(first.run())
    await asyncio.wait_for(first.leads.wait(), PATIENCE)
    two = asyncio.create_task(second.run())
    await asyncio.sleep(0.1)
    assert not second.leads.is_set()

    await stopped(first, one)
    await asyncio.wait_for(second.leads.wait(), PATIENCE)
    await world.published(title="养老服务条例")
    await asyncio.wait_for(second.caught_up(), PATIENCE)

    assert await titles(hub, "养老服务") == ["养老服务条例"]
    await stopped(second, two)


async def test_fault_makes_it_begin_again_from_the_saved_cursor(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "FAULT_SECONDS", 0.01)
    broken: list[int] = []
    step = worker_module.SearchFollower.step

    async def failing(self: worker_module.SearchFollower) -> int:
        if len(broken) < 2:
            broken.append(1)
            raise OSError("disk full")
        return await step(self)

    monkeypatch.setattr(worker_module.SearchFollower, "step", failing)
    worker = Worker(hub)
    await world.published(title="养老服务条例")
    task = asyncio.create_task(worker.run())

    async def found() -> bool:
        return await titles(hub, "养老服务") == ["养老服务条例"]

    await until(found)

    assert len(broken) == 2
    await stopped(worker, task)


async def test_told_to_stop_while_it_waits_for_the_lead_it_ends(hub: Hub) -> None:
    first, second = Worker(hub), Worker(hub)
    one = asyncio.create_task(first.run())
    await asyncio.wait_for(first.leads.wait(), PATIENCE)
    two = asyncio.create_task(second.run())
    await asyncio.sleep(0.05)

    await stopped(second, two)
    await stopped(first, one)

    assert not first.leads.is_set()


async def test_stopped_worker_releases_the_index(hub: Hub) -> None:
    for _ in range(2):
        worker = Worker(hub)
        task = asyncio.create_task(worker.run())
        await asyncio.wait_for(worker.leads.wait(), PATIENCE)
        await stopped(worker, task)


async def test_wait_for_what_is_due_is_a_second_at_the_most_and_never_spins(hub: Hub, world: World) -> None:
    worker = Worker(hub)
    assert await worker._until_due() == 1.0
    await world.published(embargo_at=Instant(system_now() + 3_600 * SECOND))
    assert await worker._until_due() == 1.0

    from hub.content.due import LEASE
    from storage.stores import due

    key = await world.published(embargo_at=Instant(world.clock() + 1))
    async with world.tx() as tx:
        later = Instant(system_now() + SECOND)
        rows = await due.claim(tx, later, "crashed", Instant(later + LEASE), 10)

    assert [row.item_id for row in rows] == [key]
    assert await worker._until_due() == 1.0

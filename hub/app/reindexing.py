"""Who keeps the index, and asking for a new generation: here when nobody else leads, else by a request file."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from hub.app.index_folder import REQUEST, forget_damaged, is_free
from hub.app.opening import Hub, index_folder
from hub.vocabulary.errors import SearchUnavailable
from indexers.embedded.index import EmbeddedIndex
from indexers.follower import NAME, SearchFollower
from indexers.rebuilding import rebuild
from storage.stores import changes

CATCH_UP_SECONDS = 30.0
REBUILD_SECONDS = 600.0
POLL_SECONDS = 0.05


@asynccontextmanager
async def leading(hub: Hub) -> AsyncIterator[EmbeddedIndex | None]:
    """The index, opened for writing; None while another process writes it.

    One that cannot be opened though nobody holds it is damaged: raises `SearchUnavailable`.
    """
    try:
        index = await asyncio.to_thread(EmbeddedIndex.open, index_folder(hub.settings))
    except SearchUnavailable:
        if is_free(hub.settings):
            raise
        yield None
        return
    try:
        yield index
    finally:
        await index.close()


async def rebuild_here(hub: Hub, progress: Callable[[int], None] | None = None) -> str | None:
    """Builds a new generation and returns its name; None while another process writes the index."""
    try:
        async with leading(hub) as index:
            return None if index is None else await rebuild_with(hub, index, progress)
    except SearchUnavailable:
        if not is_free(hub.settings):
            raise
    forget_damaged(hub.settings)
    async with leading(hub) as index:
        return None if index is None else await rebuild_with(hub, index, progress)


async def rebuild_with(hub: Hub, index: EmbeddedIndex, progress: Callable[[int], None] | None = None) -> str:
    follower = SearchFollower(hub.database, index, hub.clock)
    name = await rebuild(hub.database, index, hub.clock, follower, progress)
    withdraw_request(hub)
    return name


def request_rebuild(hub: Hub) -> None:
    """The process that leads, or will lead next, builds a new generation."""
    request = index_folder(hub.settings) / REQUEST
    request.parent.mkdir(parents=True, exist_ok=True)
    request.touch()


def withdraw_request(hub: Hub) -> None:
    (index_folder(hub.settings) / REQUEST).unlink(missing_ok=True)


def is_rebuild_requested(hub: Hub) -> bool:
    return (index_folder(hub.settings) / REQUEST).exists()


async def rebuilt_elsewhere(hub: Hub, seconds: float = REBUILD_SECONDS) -> bool:
    """Asks the process that leads and waits for it; False when it has not answered in time, or leads no more."""
    request_rebuild(hub)
    await until(lambda: not is_rebuild_requested(hub) or is_free(hub.settings), seconds)
    return not is_rebuild_requested(hub)


async def catch_up(hub: Hub, index: EmbeddedIndex) -> None:
    """Takes all of the log into the index."""
    follower = SearchFollower(hub.database, index, hub.clock)
    while await follower.step():
        pass


async def caught_up_elsewhere(hub: Hub, seconds: float = CATCH_UP_SECONDS) -> bool:
    """Waits for the process that leads to have taken what is in the log now; False when it has not in time."""
    async with hub.database.system(hub.clock()) as system:
        goal = await changes.last(system)
    end = time.monotonic() + seconds
    while True:
        async with hub.database.system(hub.clock()) as system:
            cursor, _ = await changes.cursor(system, NAME)
        if cursor >= goal:
            return True
        if time.monotonic() >= end:
            return False
        await asyncio.sleep(POLL_SECONDS)


async def until(holds: Callable[[], bool], seconds: float) -> bool:
    """Waits for it to hold; False when it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() >= end:
            return False
        await asyncio.sleep(POLL_SECONDS)
    return True

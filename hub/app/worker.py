"""The worker: keeps the index, settles what falls due. One process leads; the others wait for the lock."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket

from hub.app.index_folder import REQUEST, forget_damaged, is_free
from hub.app.opening import Hub, index_folder
from hub.content.due import run_due, tidy
from hub.vocabulary.clock import SECOND
from hub.vocabulary.errors import SearchUnavailable
from indexers.embedded.index import EmbeddedIndex
from indexers.follower import NAME, SearchFollower
from indexers.rebuilding import rebuild
from storage.stores import changes, documents, due

POLL_SECONDS = 0.02
ASK_SECONDS = 0.5
"""How often the log itself is asked, whether or not a commit was noticed."""
LOCK_SECONDS = 0.5
TIDY_SECONDS = 3_600
DAMAGED_AFTER = 3
"""Failures to open an index that nobody holds before it is taken as damaged."""
FAULT_SECONDS = 2.0
log = logging.getLogger("hub.worker")


class Worker:
    """`run` until `stop` is called; `caught_up` waits for the index to have taken everything."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.leads = asyncio.Event()
        self._stop = asyncio.Event()
        self._tidy_at = hub.clock() + TIDY_SECONDS * SECOND
        self._seen = -1
        self._idle = asyncio.Event()
        self._request = index_folder(hub.settings) / REQUEST
        self._name = f"{socket.gethostname()}:{os.getpid()}"[:60]

    def stop(self) -> None:
        self._stop.set()
        self.hub.database.wake()

    async def run(self) -> None:
        while not self._stop.is_set():
            index = await self._lead()
            if index is None:
                return
            try:
                await self._work(index)
            except Exception:
                # a fault of the disk or the engine: begin again from the saved cursor, which loses nothing
                log.exception("worker fault; starting again")
                await self._pause(FAULT_SECONDS)
            finally:
                self.leads.clear()
                with contextlib.suppress(SearchUnavailable):
                    await index.close()

    async def caught_up(self) -> None:
        """Returns when the index holds everything that was in the log when this was called."""
        async with self.hub.database.system(self.hub.clock()) as system:
            goal = await changes.last(system)
        # a condition would need a notice from stop(), which signal handlers call
        while not self._stop.is_set() and not (self._idle.is_set() and self._seen >= goal):  # noqa: ASYNC110
            await asyncio.sleep(POLL_SECONDS)

    async def _lead(self) -> EmbeddedIndex | None:
        failures = 0
        while not self._stop.is_set():
            try:
                index = await asyncio.to_thread(EmbeddedIndex.open, index_folder(self.hub.settings))
            except SearchUnavailable as fault:
                # once may be a lock released just now; thrice without any lock is a broken folder
                failures = failures + 1 if is_free(self.hub.settings) else 0
                if failures >= DAMAGED_AFTER:
                    log.error("the search index is damaged and will be built anew", extra={"fault": fault.message})
                    forget_damaged(self.hub.settings)
                await self._pause(LOCK_SECONDS)
            else:
                self.leads.set()
                return index
        return None

    async def _work(self, index: EmbeddedIndex) -> None:
        follower = SearchFollower(self.hub.database, index, self.hub.clock)
        if index.needs_rebuild or await self._has_lost_content(index):
            log.warning("the index was made by other rules, or was lost; building a new generation")
            await rebuild(self.hub.database, index, self.hub.clock, follower)
        async with asyncio.TaskGroup() as group:
            settling = group.create_task(self._settle_due())
            try:
                await self._follow(index, follower)
            finally:
                settling.cancel()

    async def _has_lost_content(self, index: EmbeddedIndex) -> bool:
        """An empty index though the log was followed: its folder was removed, and following brings nothing back."""
        async with self.hub.database.system(self.hub.clock()) as system:
            cursor, _ = await changes.cursor(system, NAME)
            is_empty_hub = not await documents.live_count(system)
        return cursor > 0 and not is_empty_hub and await index.count(index.generation) == 0

    async def _follow(self, index: EmbeddedIndex, follower: SearchFollower) -> None:
        while not self._stop.is_set():
            last = await self._last_position()
            is_quiet = last == self._seen and self._idle.is_set() and not self._request.exists()
            if is_quiet and not await follower.was_moved():
                await self.hub.database.wait_for_change(ASK_SECONDS)
                continue
            self._idle.clear()
            await self._rebuild_if_asked(index, follower)
            if await follower.step() == 0:
                self._seen = last
                self._idle.set()

    async def _rebuild_if_asked(self, index: EmbeddedIndex, follower: SearchFollower) -> None:
        if self._request.exists():
            await rebuild(self.hub.database, index, self.hub.clock, follower)
            self._request.unlink(missing_ok=True)

    async def _last_position(self) -> int:
        async with self.hub.database.system(self.hub.clock()) as system:
            return await changes.last(system)

    async def _settle_due(self) -> None:
        """Sleeps until the next instant at which something falls due, or a second."""
        while True:
            try:
                await self.hub.refresh_synonyms()
                await self._tidy()
                pause = await self._until_due()
                if pause == 0.0:
                    await run_due(self.hub.database, self.hub.clock(), self._name)
            except Exception:
                log.exception("settling what is due failed; trying again")
                pause = FAULT_SECONDS
            await asyncio.sleep(pause)

    async def _tidy(self) -> None:
        if self.hub.clock() >= self._tidy_at:
            self._tidy_at = self.hub.clock() + TIDY_SECONDS * SECOND
            await tidy(self.hub.database, self.hub.clock())

    async def _until_due(self) -> float:
        async with self.hub.database.system(self.hub.clock()) as system:
            next_at = await due.next_at(system)
        if next_at is None:
            return 1.0
        return min(1.0, max(0.0, (next_at - self.hub.clock()) / SECOND))

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

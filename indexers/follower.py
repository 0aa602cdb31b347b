"""The follower that keeps the search index: a cursor over the change log, reading current rows (design §4).

What an editor waits for goes first: rows of the interactive lane are read ahead of a bulk backlog (ADR: express lane).
Working with the current row makes late or repeated work harmless, so the same item may be indexed twice.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

from hub.planner import FOLLOWER
from hub.search import DocumentRefused, SearchDocument, SearchIndex
from hub.vocabulary.clock import Clock
from hub.vocabulary.ids import ItemId
from indexers import documents
from storage.database import INTERACTIVE, Database, System
from storage.stores import changes

NAME = FOLLOWER
EXPRESS_ROWS = 200
BULK_ROWS = 40
"""Rows of one bulk step: few, so that an editor's change waits for a fraction of a second at the most."""
PENDING_ROWS = 1_000
PENDING_SECONDS = 0.7
"""Bulk work is committed at the latest after so many rows or seconds."""
LOOK_SECONDS = 0.5
"""How often an idle follower looks whether somebody has set its cursor."""
log = logging.getLogger("hub.search")


class SearchFollower:
    """Call `step` again and again; it returns how many rows it took, 0 when there was nothing new."""

    def __init__(self, database: Database, index: SearchIndex, clock: Clock) -> None:
        self._database = database
        self._index = index
        self._clock = clock
        self._cursor: tuple[int, int] | None = None
        self._stored: tuple[int, int] | None = None
        """The cursor as it was last read or saved; another one in the table was set by somebody else: a replay."""
        self._pending = 0
        self._pending_since = 0.0
        self._looked_at = 0.0

    async def step(self) -> int:
        async with self._database.system(self._clock()) as system:
            cursor, express = await self._position(system)
            ahead = await changes.waiting(system, max(cursor, express), INTERACTIVE, EXPRESS_ROWS)
            bulk = [] if ahead else await changes.after(system, cursor, BULK_ROWS, scope=None)
            taken = ahead or bulk
            made = await documents.load(system, {row.item_id for row in taken}) if taken else []
        if not taken:
            await self._commit()
            return 0
        await self._take(taken, made)
        reached = taken[-1].position
        self._cursor = (cursor, reached) if ahead else (reached, max(express, 0))
        self._pending += len(taken)
        self._pending_since = self._pending_since or time.monotonic()
        if ahead or self._is_time():
            await self._commit()
        return len(taken)

    async def backlog(self) -> int:
        """Positions not yet taken in order; 0 when the index has caught up."""
        async with self._database.system(self._clock()) as system:
            cursor, _ = await self._position(system)
            return max(0, await changes.last(system) - cursor)

    async def was_moved(self) -> bool:
        """Whether somebody has set the cursor; looks now and then only, so that it may be asked all the time."""
        if self._stored is None or time.monotonic() - self._looked_at < LOOK_SECONDS:
            return False
        self._looked_at = time.monotonic()
        async with self._database.system(self._clock()) as system:
            return await changes.cursor(system, NAME) != self._stored

    async def _position(self, system: System) -> tuple[int, int]:
        stored = await changes.cursor(system, NAME)
        if self._cursor is None or stored != self._stored:
            self._cursor = self._stored = stored
        return self._cursor

    async def _take(self, taken: Sequence[Any], made: Sequence[SearchDocument]) -> None:
        present = {document.id for document in made}
        absent = sorted({row.item_id for row in taken} - present)
        await self._index.drop([ItemId(key) for key in absent])
        try:
            await self._index.put(made)
        except DocumentRefused:
            await self._one_by_one(taken, made)

    async def _one_by_one(self, taken: Sequence[Any], made: Sequence[SearchDocument]) -> None:
        """A poisonous document goes to `follower_failure` with its error, and the rest goes on."""
        positions = {row.item_id: row.position for row in taken}
        for document in made:
            try:
                await self._index.put([document])
            except DocumentRefused as refused:
                log.exception("document refused by the index", extra={"item_id": document.id})
                await self._index.drop([document.id])  # nothing is better than what it said before
                await self._fail(positions[document.id], document.id, str(refused))

    async def _fail(self, position: int, item_id: str, error: str) -> None:
        async with self._database.transaction(self._clock()) as tx:
            await changes.record_failure(tx, NAME, position, item_id, error, tx.now)

    def _is_time(self) -> bool:
        waited = time.monotonic() - self._pending_since
        return self._pending >= PENDING_ROWS or waited >= PENDING_SECONDS

    async def _commit(self) -> None:
        """The index first, the cursor after it: a crash between them repeats work and loses none."""
        if not self._pending or self._cursor is None:
            return
        await self._index.commit()
        async with self._database.transaction(self._clock()) as tx:
            if await changes.cursor(tx, NAME) == self._stored:
                await changes.save_cursor(tx, NAME, *self._cursor, tx.now)
                self._stored = self._cursor
        self._pending, self._pending_since = 0, 0.0

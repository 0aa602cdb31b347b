"""The database behind the hub: one snapshot to read, one transaction to write, on SQLite or PostgreSQL.

`Reader` and `Transaction` are different types. A `Reader` carries the visibility expression of its actor; there is no
way to select items for the outside without one. A `Transaction` commits at its edge and appends its changes last.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import orjson
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.util import await_only

from hub.vocabulary.clock import Instant
from hub.vocabulary.expression import Expression
from storage.change_log import NewAudit, NewChange, append_audit, append_changes

T = TypeVar("T")
INTERACTIVE, BULK = 0, 1
"""Lanes of the change log: somebody waits for it, or a batch."""

LOOK_SECONDS = 0.02
"""How often a waiting follower looks whether another process has committed."""

BULK_PAUSE_SECONDS = 0.02
"""After a batch, so that a writer of another process finds the lock free."""
LOCK_POLL_SECONDS = 0.003
LOCK_SECONDS = 15.0
"""How long a writer waits for the lock before it gives up."""

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=15000",
    "PRAGMA cache_size=-32000",
    "PRAGMA temp_store=MEMORY",
)
"""FULL: with NORMAL a power loss takes back acknowledged commits, and their positions are given out again."""


AT_ONCE = 10_000
"""Values of one IN: both databases refuse a statement with more than 32,766 parameters."""


def in_parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in pieces a statement can take; nearly always one."""
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


class Statements:
    """Runs statements on one connection, one after the other: relations of a level may ask at the same time."""

    def __init__(self, connection: AsyncConnection, now: Instant) -> None:
        self.connection = connection
        self.now = now
        self._turn = asyncio.Lock()

    @property
    def dialect(self) -> str:
        return self.connection.dialect.name

    async def rows(self, statement: sa.Executable, parameters: Any = None) -> Sequence[sa.Row[Any]]:
        async with self._turn:
            return (await self.connection.execute(statement, parameters)).all()

    async def first(self, statement: sa.Executable, parameters: Any = None) -> sa.Row[Any] | None:
        async with self._turn:
            return (await self.connection.execute(statement, parameters)).first()

    async def scalar(self, statement: sa.Executable, parameters: Any = None) -> Any:
        async with self._turn:
            return (await self.connection.execute(statement, parameters)).scalar()


@dataclass(frozen=True, slots=True)
class Sight:
    """What one actor may see at one instant: compiled to SQL here, to the engines' filters in `indexers`."""

    listed: Expression
    """Lists, links, facets, search, feeds: only visible content."""
    addressable: Expression
    """By id or route: also what was unpublished, which then answers without its body."""


class Reader(Statements):
    """A read snapshot that shows what one actor may see."""

    def __init__(self, connection: AsyncConnection, sight: Sight, now: Instant) -> None:
        super().__init__(connection, now)
        self.sight = sight


class Editorial(Statements):
    """A read of drafts, handed out by a permission check only. `units` is what it may show; None is all (operators)."""

    def __init__(self, connection: AsyncConnection, units: frozenset[str] | None, now: Instant) -> None:
        super().__init__(connection, now)
        self.units = units


class System(Statements):
    """A read snapshot for followers, checks and export: everything, never an answer to somebody outside."""


@dataclass
class Transaction:
    """One request, job or imported batch. Actions write through it and never commit."""

    connection: AsyncConnection
    now: Instant
    lane: int = INTERACTIVE
    changes: list[NewChange] = field(default_factory=list)
    audits: list[NewAudit] = field(default_factory=list)

    @property
    def dialect(self) -> str:
        return self.connection.dialect.name

    async def run(self, statement: sa.Executable, parameters: Any = None) -> sa.CursorResult[Any]:
        return await self.connection.execute(statement, parameters)

    async def rows(self, statement: sa.Executable, parameters: Any = None) -> Sequence[sa.Row[Any]]:
        return (await self.connection.execute(statement, parameters)).all()

    async def first(self, statement: sa.Executable, parameters: Any = None) -> sa.Row[Any] | None:
        return (await self.connection.execute(statement, parameters)).first()

    async def scalar(self, statement: sa.Executable, parameters: Any = None) -> Any:
        return (await self.connection.execute(statement, parameters)).scalar()


class Database:
    """Engines, snapshots and transactions of one hub."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = url
        self._write_turn = asyncio.Lock()
        self._woken = asyncio.Event()
        self._log_file = Path(f"{sa.make_url(url).database}-wal") if url.startswith("sqlite") else None
        options: dict[str, Any] = {
            "json_serializer": lambda value: orjson.dumps(value).decode(),
            "json_deserializer": orjson.loads,
        }
        if url.startswith("sqlite"):
            self._readers = _sqlite_engine(url, False, pool_size, options)
            self._writers = _sqlite_engine(url, True, 1, options)
        else:
            self._readers = self._writers = create_async_engine(url, pool_size=pool_size, **options)

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def engines(self) -> tuple[AsyncEngine, ...]:
        return (self._readers,) if self._readers is self._writers else (self._readers, self._writers)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """One read transaction; everything read in it is of one instant."""
        async with self._readers.connect() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def system(self, now: Instant) -> AsyncIterator[System]:
        async with self.snapshot() as connection:
            yield System(connection, now)

    @asynccontextmanager
    async def transaction(self, now: Instant, lane: int = INTERACTIVE) -> AsyncIterator[Transaction]:
        """Commits at its end with the audit rows and then the change rows as the very last statements.

        One lock around writers of a process: SQLite's busy handler is unfair (p99 237-950 ms against 52-148 ms).
        """
        turn = self._write_turn if self.is_sqlite else _no_turn()
        async with turn, self._writers.connect() as connection, connection.begin():
            tx = Transaction(connection, now, lane)
            yield tx
            await append_audit(connection, tx.audits)
            await append_changes(connection, tx.changes, now, lane)
        if tx.changes:
            self.wake()
        if lane == BULK and self.is_sqlite:
            await asyncio.sleep(BULK_PAUSE_SECONDS)

    def wake(self) -> None:
        """Tells followers of this process that the log has grown."""
        self._woken.set()

    async def wait_for_change(self, seconds: float) -> None:
        """Returns when this process appended a change, another process committed, or after that time."""
        before, until = self._commit_mark(), asyncio.get_running_loop().time() + seconds
        while (left := until - asyncio.get_running_loop().time()) > 0:
            try:
                await asyncio.wait_for(self._woken.wait(), min(left, LOOK_SECONDS))
            except TimeoutError:
                if self._commit_mark() != before:
                    return
            else:
                self._woken.clear()
                return

    def _commit_mark(self) -> tuple[int, int]:
        """Changes with a commit of any process: when and how far SQLite's log was written. Costs one look at a file.

        Two commits within one tick of the file system's clock may look like one: so no substitute for asking.
        """
        if self._log_file is None:
            return (0, 0)
        try:
            found = self._log_file.stat()
        except OSError:
            return (0, 0)
        return (found.st_mtime_ns, found.st_size)

    async def close(self) -> None:
        for engine in self.engines:
            await engine.dispose()


@asynccontextmanager
async def _no_turn() -> AsyncIterator[None]:
    yield


def _begin_writing(connection: sa.Connection) -> None:
    """Asks for the write lock every few milliseconds: SQLite's own handler sleeps up to 100 ms at a time, and so misses
    the moments that an importer of another process leaves between its batches."""
    end = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except sa.exc.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            await_only(asyncio.sleep(LOCK_POLL_SECONDS))
        else:
            return


def _sqlite_engine(url: str, is_writer: bool, pool_size: int, options: dict[str, Any]) -> AsyncEngine:
    engine = create_async_engine(
        url, poolclass=AsyncAdaptedQueuePool, pool_size=pool_size, max_overflow=0, pool_timeout=60, **options
    )

    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: Any, _: Any) -> None:
        # None: the driver begins nothing on its own, so that BEGIN is ours
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(pragma)
        if is_writer:
            # `_begin_writing` waits, and after it nobody else can hold the lock
            cursor.execute("PRAGMA busy_timeout=0")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: sa.Connection) -> None:
        if is_writer:
            _begin_writing(connection)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine

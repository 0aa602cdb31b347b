"""What one request knows: the hub's services, who asks, the instant, one snapshot and its loaders."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import strawberry

from hub import access
from hub.access import ANONYMOUS, Actor
from hub.content import keys
from hub.search import SearchEngine
from hub.vocabulary.clock import Clock, Instant
from schema.loaders import DraftLoaders, Loaders
from storage.database import Database, Editorial, Reader, Statements


class LimitSettings(Protocol):
    """The limits of `hub.settings.Settings`."""

    @property
    def limit_depth(self) -> int: ...
    @property
    def limit_aliases(self) -> int: ...
    @property
    def limit_tokens(self) -> int: ...
    @property
    def limit_bytes(self) -> int: ...
    @property
    def limit_cost(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Services:
    """What `hub.app` hands in. `base_url` has no slash at its end."""

    database: Database
    search: SearchEngine
    clock: Clock
    base_url: str
    limits: LimitSettings


class Context:
    """One request. All its reads are of one snapshot; a mutation takes a new one after it has committed."""

    reader: Reader
    load: Loaders
    _load_drafts: DraftLoaders | None

    def __init__(self, services: Services, stack: AsyncExitStack) -> None:
        self.services = services
        self.now: Instant = services.clock()
        self.actor: Actor = ANONYMOUS
        self._snapshots = stack

    async def sign_in(self, authorization: str | None) -> None:
        """Opens the snapshot and finds out who asks in it. Raises `Unauthenticated`."""
        connection = await self._snapshots.enter_async_context(self.services.database.snapshot())
        self.actor = await keys.sign_in(Statements(connection, self.now), authorization, self.now)
        self._read_with(connection)

    async def leave_snapshot(self) -> None:
        """Before writing: nothing read until now is shown any more."""
        await self._snapshots.aclose()

    async def renew(self) -> None:
        """A snapshot that shows what has just been committed."""
        await self._snapshots.aclose()
        self.now = max(self.now, self.services.clock())
        self._read_with(await self._snapshots.enter_async_context(self.services.database.snapshot()))

    def _read_with(self, connection: Any) -> None:
        self.reader = Reader(connection, access.sight(self.actor, self.now), self.now)
        self.load = Loaders(self.reader, self.services.base_url)
        self._load_drafts = None

    def drafts(self) -> Editorial:
        """A reader of drafts. Raises `Unauthenticated`, `Forbidden` without the right to read them."""
        return self._editorial(access.draft_units(self.actor))

    @property
    def load_drafts(self) -> DraftLoaders:
        """Loaders over `drafts`, the same ones for the whole snapshot. Raises as `drafts` does."""
        if self._load_drafts is None:
            self._load_drafts = DraftLoaders(self.drafts())
        return self._load_drafts

    def written(self) -> Editorial:
        """Shows the head of what this actor has just written: whoever may write sees that it was done."""
        units = None if self.actor.is_operator else self.actor.units
        return self._editorial(units)

    def _editorial(self, units: frozenset[str] | None) -> Editorial:
        reader = Editorial(self.reader.connection, units, self.now)
        reader._turn = self.reader._turn  # one connection: fields that are read at once take turns on it
        return reader


@asynccontextmanager
async def request_context(services: Services, authorization: str | None) -> AsyncIterator[Context]:
    """Raises `Unauthenticated` for a key that is not valid."""
    async with AsyncExitStack() as stack:
        context = Context(services, stack)
        await context.sign_in(authorization)
        yield context


Info = strawberry.Info[Context, None]

"""Opening a hub from its settings: database, search, object store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hub.settings import Settings
from hub.vocabulary.clock import Clock, system_now
from indexers.embedded.engine import EmbeddedSearch
from storage.database import Database
from storage.migrating import prepare
from storage.objects import LocalObjects
from storage.stores import media


@dataclass(slots=True)
class Hub:
    """One opened hub. `close` it; the index writer is opened by the worker, since one process leads."""

    settings: Settings
    database: Database
    search: EmbeddedSearch
    objects: LocalObjects
    clock: Clock
    synonyms: list[Sequence[str]] = field(default_factory=list)

    @classmethod
    async def open(cls, settings: Settings, clock: Clock = system_now) -> Hub:
        """Makes the data directory and the tables where there are none. Raises `SettingsInvalid`."""
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        database = Database(settings.database)
        try:
            await prepare(database, clock())
            groups: list[Sequence[str]] = []
            search = EmbeddedSearch(index_folder(settings), lambda: hub.synonyms)
            hub = cls(settings, database, search, LocalObjects(settings.data_dir / "objects"), clock, groups)
            await hub.refresh_synonyms()
        except BaseException:
            await database.close()
            raise
        return hub

    async def refresh_synonyms(self) -> None:
        """Reads the table anew; the search engine notices another list object."""
        async with self.database.system(self.clock()) as system:
            groups = await media.synonyms(system)
        if groups != self.synonyms:
            self.synonyms = list(groups)

    async def close(self) -> None:
        await self.database.close()


def index_folder(settings: Settings) -> Path:
    return settings.data_dir / "search"

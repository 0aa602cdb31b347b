"""A new generation of the index beside the old one: filled from the rows while both receive changes, then promoted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from hub.search import DocumentRefused, SearchDocument
from hub.vocabulary.clock import Clock
from hub.vocabulary.errors import SearchUnavailable
from indexers import documents
from indexers.embedded.engine import EmbeddedSearch
from indexers.embedded.index import EmbeddedIndex
from indexers.follower import SearchFollower
from storage.database import Database
from storage.stores import documents as rows

PAGE = 100
log = logging.getLogger("hub.search")


async def rebuild(
    database: Database,
    index: EmbeddedIndex,
    clock: Clock,
    follower: SearchFollower | None = None,
    progress: Callable[[int], None] | None = None,
) -> str:
    """Returns the new generation's name. Changes made meanwhile reach both; a gate compares counts before the switch.

    Raises `SearchUnavailable` when the new generation does not hold what the rows say; readers then keep the old one.
    """
    generation = await index.create_generation()
    try:
        await _fill(database, index, clock, generation, follower, progress)
        await _gate(database, index, clock, generation)
    except BaseException:
        await index.retire()  # half a generation is of no use, and would receive every change
        raise
    await index.promote(generation)
    await index.retire()
    return generation


async def _fill(
    database: Database,
    index: EmbeddedIndex,
    clock: Clock,
    generation: str,
    follower: SearchFollower | None,
    progress: Callable[[int], None] | None,
) -> None:
    after = ""
    while True:
        async with database.system(clock()) as system:
            ids = await rows.page_of_ids(system, after, PAGE)
            made = await documents.load(system, ids) if ids else []
        if not ids:
            break
        await _take(index, generation, made)
        after = ids[-1]
        if progress is not None:
            progress(len(ids))
        if follower is not None:
            await follower.step()
    while follower is not None and await follower.step():
        pass
    await index.commit()


async def _take(index: EmbeddedIndex, generation: str, made: Sequence[SearchDocument]) -> None:
    """A poisonous document is left out; its failure is on record since the follower met it."""
    try:
        await index.fill(generation, made)
    except DocumentRefused as refused:
        log.warning("document left out of the new generation", extra={"item_id": refused.item_id})
        await _take(index, generation, [document for document in made if document.id != refused.item_id])


async def _gate(database: Database, index: EmbeddedIndex, clock: Clock, generation: str) -> None:
    async with database.system(clock()) as system:
        wanted = await rows.live_count(system)
    held = await index.count(generation)
    # items may have come or gone while the last page was filled; more than a few is a fault
    if abs(wanted - held) > max(5, wanted // 1_000):
        raise SearchUnavailable(f"The new generation holds {held} of {wanted} items and was not taken into use.")


async def difference(database: Database, search: EmbeddedSearch, clock: Clock) -> tuple[list[str], list[str]]:
    """(ids the index lacks or holds in another version, ids it holds and should not)."""
    held = dict(await search.versions())
    missing: list[str] = []
    after = ""
    async with database.system(clock()) as system:
        while page := await rows.live_versions(system, after, 1_000):
            missing += [row.id for row in page if held.pop(row.id, None) != row.version]
            after = page[-1].id
    return missing, sorted(held)

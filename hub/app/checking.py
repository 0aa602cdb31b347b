"""`hub check`: proves that rows, index and files agree, that log and audit are whole; mends what only repeats rows."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any

from hub.app import mending
from hub.app.check_editions import check_editions
from hub.app.check_result import Check, Progress
from hub.app.opening import Hub
from hub.app.reindexing import (
    CATCH_UP_SECONDS,
    REBUILD_SECONDS,
    catch_up,
    caught_up_elsewhere,
    leading,
    rebuild_here,
    rebuild_with,
    rebuilt_elsewhere,
)
from hub.importing.full import INCOMPLETE
from hub.vocabulary.errors import SearchUnavailable
from hub.vocabulary.ids import ItemId
from indexers import documents
from indexers.embedded.index import EmbeddedIndex
from indexers.rebuilding import difference
from storage.change_log import GENESIS, audit_hash
from storage.database import System
from storage.objects import ObjectMissing
from storage.stores import changes, checking, exporting, media

PAGE = 500
ORPHAN_AGE_SECONDS = 3_600.0
"""A younger file may belong to a transaction that has not ended yet."""
_AUDITED = ("unit_id", "seq", "at", "actor", "verb", "subject_id", "edition_id", "content_hash", "detail")


async def check(
    hub: Hub,
    *,
    repair: bool = False,
    tell: Callable[[Check], None] = lambda done: None,
    progress: Progress | None = None,
    patience: float = CATCH_UP_SECONDS,
) -> bool:
    """Whether everything holds, after mending what can be mended with `repair`. Each check is told as it ends.

    `patience`: seconds to wait for another process that keeps the index.
    """
    mended: set[str] = set()
    is_ok = True
    async for done in _checks(hub, repair, mended, progress):
        tell(done)
        is_ok = is_ok and done.is_ok
    done = await check_index(hub, mended, repair=repair, patience=patience)
    tell(done)
    return is_ok and done.is_ok


async def _checks(hub: Hub, repair: bool, mended: set[str], progress: Progress | None) -> AsyncIterator[Check]:
    """All but the index, which comes last: it repeats the lists. `mended` gathers items whose lists were mended."""
    yield await check_log(hub)
    yield await _counted(hub, "every item's version is its last position in the log", checking.version_faults)
    yield await check_audit(hub)
    yield await _counted(hub, "items point at their one live and one working edition", checking.pointer_faults)
    yield await check_links(hub, repair=repair)
    async for done in _check_editions(hub, repair, mended, progress):
        yield done
    yield await check_media(hub, repair=repair)


async def _counted(hub: Hub, name: str, ask: Callable[[System], Awaitable[list[checking.Fault]]]) -> Check:
    async with hub.database.system(hub.clock()) as system:
        return Check(name, await checking.item_count(system), counted=await ask(system))


async def check_log(hub: Hub) -> Check:
    async with hub.database.system(hub.clock()) as system:
        found = Check("positions of the log grow without a gap", await exporting.last_given(system), "positions")
        found.counted = await checking.log_faults(system)
        epoch, _ = await changes.state(system)
    if epoch == INCOMPLETE:
        found.add("a full import was interrupted: run it again", [epoch])
    return found


async def check_audit(hub: Hub) -> Check:
    """Recomputes the chain of each unit from its first row to its head."""
    found = Check("audit chains are whole", of="rows")
    async with hub.database.system(hub.clock()) as system:
        codes = {row["id"]: row["code"] for row in await exporting.tree(system, "unit")}
        heads = {row["unit_id"]: row async for row in _rows(system, "audit_head")}
        seq, previous, unit_id = 0, GENESIS, ""
        ends: dict[str, tuple[int, str]] = {}
        async for row in _rows(system, "audit"):
            if row["unit_id"] != unit_id:
                unit_id, seq, previous = row["unit_id"], 0, GENESIS
            name = f"{codes.get(unit_id, unit_id)}/{row['seq']}"
            found.seen += 1
            if row["seq"] != seq + 1:
                found.add("rows missing before", [name])
            elif row["previous_hash"] != previous:
                found.add("not chained to the row before", [name])
            if audit_hash({column: row[column] for column in _AUDITED}, row["previous_hash"]) != row["hash"]:
                found.add("changed after it was written", [name])
            seq, previous = row["seq"], row["hash"]
            ends[unit_id] = (seq, previous)
    for key in sorted({*ends, *heads}):
        head = heads.get(key)
        if head is None or ends.get(key) != (head["seq"], head["hash"]):
            found.add("chain does not end where its head says", [str(codes.get(key, key))])
    return found


async def _rows(system: System, name: str) -> AsyncIterator[dict[str, Any]]:
    after: Any = None
    while (page := await exporting.page(system, name, after, PAGE))[0]:
        for row in page[0]:
            yield row
        after = page[1]


async def check_links(hub: Hub, *, repair: bool) -> Check:
    name = "links lead to what exists"
    found = await _counted(hub, name, checking.link_faults)
    if found.is_ok or not repair:
        return found
    await mending.waiting_links(hub.database, hub.clock)
    again = await _counted(hub, name, checking.link_faults)
    again.mended = found.count - again.count
    return again


async def _check_editions(hub: Hub, repair: bool, mended: set[str], progress: Progress | None) -> AsyncIterator[Check]:
    async with hub.database.system(hub.clock()) as system:
        found = await check_editions(system, progress)
    means = ((found.lists, mending.lists), (found.addresses, mending.addresses), (found.dues, mending.dues))
    is_sound = all(one.is_ok for one, _ in means)
    if is_sound or not repair:
        for one in found.all():
            yield one
        return
    for one, by in means:
        await mending.mend(hub.database, hub.clock, one.ids(), by)
    mended.update(found.lists.ids())
    async with hub.database.system(hub.clock()) as system:
        again = await check_editions(system, progress)
    for before, after in zip(found.all(), again.all(), strict=True):
        after.mended = max(0, before.count - after.count)
        yield after


async def check_media(hub: Hub, *, repair: bool) -> Check:
    """Every object has its file in its size. A file without an object is only noted: a crash may leave one."""
    found = Check("media files are there, in their size", of="files")
    async with hub.database.system(hub.clock()) as system:
        found.counted = await checking.media_faults(system)
        after = ""
        while page := await media.objects(system, after, PAGE):
            for row in page:
                found.seen += 1
                await _check_file(hub, found, row)
            after = page[-1].object_key
    orphans = [key async for key in _orphans(hub)]
    old = [key for key in orphans if _age(hub, key) > ORPHAN_AGE_SECONDS]
    if repair:
        for key in old:
            await hub.objects.delete(key)
        found.mended = len(old)
        found.notes += [f"removed {key}, which no object names" for key in old[: checking.SHOWN]]
    elif orphans:
        found.notes.append(f"{len(orphans)} files that no object names: {', '.join(orphans[: checking.SHOWN])}")
    return found


async def _check_file(hub: Hub, found: Check, row: Any) -> None:
    try:
        size = await hub.objects.size(row.object_key)
    except ObjectMissing:
        found.add("no file", [row.object_key])
    except ValueError:
        found.add("not the key of a file", [row.object_key])
    else:
        if size != row.size:
            found.add("file of another size", [row.object_key])


async def _orphans(hub: Hub) -> AsyncIterator[str]:
    after = ""
    while page := await hub.objects.list(after, PAGE):
        keys = [one.object_key for one in page]
        async with hub.database.system(hub.clock()) as system:
            known = await checking.known_objects(system, keys)
        for key in keys:
            if key not in known:
                yield key
        after = keys[-1]


def _age(hub: Hub, key: str) -> float:
    try:
        return time.time() - hub.objects.path(key).stat().st_mtime
    except FileNotFoundError:
        return 0.0


async def check_index(
    hub: Hub, again: Iterable[str] = (), *, repair: bool, patience: float = CATCH_UP_SECONDS
) -> Check:
    """The index against the rows, when it has caught up. With `repair` it is mended, and `again` is written anew."""
    try:
        async with leading(hub) as index:
            if index is not None:
                return await _check_own(hub, index, sorted(again), repair)
    except SearchUnavailable as fault:
        return await _check_damaged(hub, fault, repair)
    return await _check_running(hub, sorted(again), repair, patience)


async def _check_own(hub: Hub, index: EmbeddedIndex, again: Sequence[str], repair: bool) -> Check:
    await catch_up(hub, index)
    found = await _differences(hub)
    is_old = index.needs_rebuild
    if is_old:
        found.add("made by other rules or another dictionary: run hub reindex", [index.generation])
    if not repair or (found.is_ok and not again):
        return found
    if is_old:
        await rebuild_with(hub, index)
    else:
        await _mend(hub, index, found, again)
    after = await _differences(hub)
    after.mended = found.count
    return after


async def _mend(hub: Hub, index: EmbeddedIndex, found: Check, again: Sequence[str]) -> None:
    """Every wrong item is written from its rows, or dropped when they say that it does not belong there."""
    ids = list(dict.fromkeys((*found.ids(), *again)))
    for first in range(0, len(ids), 100):
        chunk = ids[first : first + 100]
        async with hub.database.system(hub.clock()) as system:
            made = await documents.load(system, chunk)
        present = {document.id for document in made}
        await index.drop([ItemId(key) for key in chunk if key not in present])
        await index.put(made)
    await index.commit()


async def _differences(hub: Hub) -> Check:
    found = Check("the index holds what the rows say")
    missing, surplus = await difference(hub.database, hub.search, hub.clock)
    found.seen = len(await hub.search.versions())
    found.add("not in the index, or in another version", missing)
    found.add("in the index without belonging there", surplus)
    return found


async def _check_running(hub: Hub, again: Sequence[str], repair: bool, patience: float) -> Check:
    """Another process keeps the index and may be at work: only what differs twice is wrong."""
    is_current = await caught_up_elsewhere(hub, patience)
    found = await _differences(hub)
    if not found.is_ok:
        is_current = await caught_up_elsewhere(hub, patience)
        second = await _differences(hub)
        second.faults = {
            what: both
            for what, ids in second.faults.items()
            if (both := sorted({*ids} & {*found.faults.get(what, ())}))
        }
        found = second
    if not is_current:
        found.add(f"the process that keeps the index is behind after {patience:.0f} s", ["search"])
    if not repair or (found.is_ok and not again):
        return found
    if not await rebuilt_elsewhere(hub, min(REBUILD_SECONDS, 20 * patience)):
        found.notes.append("asked the process that keeps the index for a new generation; it has not answered yet")
        return found
    after = await _differences(hub)
    after.mended = found.count
    return after


async def _check_damaged(hub: Hub, fault: SearchUnavailable, repair: bool) -> Check:
    found = Check("the index holds what the rows say")
    found.add(f"the index cannot be opened ({fault.message})", ["search"])
    if not repair:
        return found
    await rebuild_here(hub)
    after = await _differences(hub)
    after.mended = 1
    return after

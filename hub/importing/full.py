"""`hub export --full`: everything the same hub can be made of again, and the import of it into an empty hub.

The first line is `{"kind": "hub", …}`, then `{"table": …, "row": {…}}` for each row (columns without a value left
out), the last line `{"kind": "end", "rows": N}`. Not in it: cursors of followers (the index is built from the rows),
remembered answers, leases.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.importing.exporting import ExportFile
from hub.importing.full_media import Objects, read_beside, write_beside
from hub.importing.importer import Progress, Stop, Summary
from hub.importing.reading import SourceFile, first_object, format_of
from hub.vocabulary.clock import Clock
from hub.vocabulary.errors import ImportRefused
from storage.database import BULK, Database, System, Transaction
from storage.migrating import HEAD as REVISION
from storage.stores import changes, exporting, media

FORMAT = 1
PAGE = 100
BATCH_ROWS = 500
BATCH_CHARACTERS = 4_000_000
"""A batch ends early at this much text, so that a few huge bodies do not make a huge transaction."""
Done = Callable[[int, int], None]
"""Told now and then: rows done, of about so many."""
INCOMPLETE = "incomplete-full-import"
"""The log's epoch while a full import is under way: no cursor is worth anything until the last row is in."""


async def export_full(
    database: Database, clock: Clock, file: Path, objects: Objects, progress: Done | None = None
) -> int:
    """Writes all rows, of one instant, and the media files beside; returns the number of rows.

    Raises ImportRefused for a hub that is itself only half imported.
    """
    async with database.system(clock()) as system:
        header = await _header(system)
        total = sum((await exporting.filled(system)).values()) if progress is not None else 0
        with ExportFile(file) as out:
            out.write_object(header)
            count = 0
            async for name, record in _records(system, file, objects):
                row = {key: value for key, value in record.items() if value is not None}
                out.write_object({"table": name, "row": row})
                count += 1
                if progress is not None and count % PAGE == 0:
                    progress(count, total)
            out.write_object({"kind": "end", "rows": count})
    return count


async def refuse_incomplete(source: System | Transaction) -> None:
    """Raises ImportRefused: what is written now would be emptied when the import begins again."""
    if (await changes.state(source))[0] == INCOMPLETE:
        raise ImportRefused(
            "This hub is a full import that was interrupted.", hint="Run the import of the full export again first."
        )


async def _header(system: System) -> dict[str, Any]:
    await refuse_incomplete(system)
    epoch, floor = await changes.state(system)
    position = await exporting.last_given(system)
    return {"kind": "hub", "format": FORMAT, "tables": REVISION, "epoch": epoch, "floor": floor, "position": position}


async def _records(system: System, file: Path, objects: Objects) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    await _write_media(system, file, objects)
    for name in exporting.TABLES:
        if name in exporting.TREES:
            for record in await exporting.tree(system, name):
                yield name, record
        elif name == exporting.LISTINGS:
            after = ""
            while page := await exporting.listing_page(system, after, PAGE):
                for record in page:
                    yield name, record
                after = page[-1]["item_id"]
        else:
            key: Any = None
            while (found := await exporting.page(system, name, key, PAGE))[0]:
                for record in found[0]:
                    yield name, record
                key = found[1]


async def _write_media(system: System, file: Path, objects: Objects) -> None:
    after = ""
    while page := await media.objects(system, after, PAGE):
        for row in page:
            await write_beside(file, row, objects)
        after = page[-1].object_key


def is_full(path: Path) -> bool:
    """Whether the file begins as a full export does. Raises ImportRefused for a file that cannot be read."""
    if format_of(path) != ".jsonl":
        return False
    first = first_object(path)
    return first is not None and first.get("kind") == "hub"


@dataclass(frozen=True, slots=True)
class FullImport:
    summary: Summary
    needs_rebuild: bool
    """The log alone does not lead a follower to all rows: it begins above zero, or the hub was emptied first."""


async def import_full(
    database: Database,
    clock: Clock,
    path: Path,
    objects: Objects,
    *,
    stop: Stop | None = None,
    progress: Callable[[SourceFile], Progress] | None = None,
    is_dry: bool = False,
) -> FullImport:
    """Makes this empty hub the exported one, some hundred rows a transaction.

    Interrupted, it leaves the hub marked; the next import of a full export empties such a hub and begins again.
    Raises ImportRefused: the hub is not empty, the file is damaged, cut short, or of another version of the tables.
    """
    with SourceFile(path) as file:
        lines = _objects(file)
        header = _checked_header(next(lines, {}))
        emptied = await _begin(database, clock, is_dry=is_dry)
        target = _Target(database, clock, header, path, objects, is_dry)
        summary = await _go_through(lines, target, stop or Stop(), progress(file) if progress is not None else None)
        if not is_dry and not summary.interrupted:
            await target.finish()
    return FullImport(summary, emptied or int(header["floor"]) > 0)


async def _go_through(
    lines: Iterator[dict[str, Any]], target: _Target, stop: Stop, progress: Progress | None
) -> Summary:
    summary, rows, end = Summary(), 0, None
    for batch in _batches(lines):
        if stop.asked:
            summary.interrupted = True
            return summary
        await target.write(batch)
        rows, end = rows + batch.rows, batch.end
        summary.created += len(batch.tables.get("item", ()))
        if progress is not None:
            progress.advance(batch.rows)
    if end is None:
        raise ImportRefused("The export ends too early: its last line is missing.", hint="Fetch the file again.")
    if end != rows:
        raise ImportRefused(f"The export says it has {end} rows, and {rows} were read.", hint="Fetch the file again.")
    return summary


def _checked_header(header: Mapping[str, Any]) -> Mapping[str, Any]:
    if header.get("kind") != "hub" or header.get("format") != FORMAT:
        raise ImportRefused("This is no full export that this hub knows.", hint="Use the hub version that wrote it.")
    if str(header.get("tables")) != REVISION:
        raise ImportRefused(
            f"The export has tables of revision {header.get('tables')}, this hub has {REVISION}.",
            hint="Import it with the version that wrote it, then upgrade that hub.",
        )
    for name, wanted in (("epoch", str), ("floor", int), ("position", int)):
        if not isinstance(header.get(name), wanted):
            raise ImportRefused(f"The export's first line has no sound {name}.", hint="Fetch the file again.")
    return header


async def _begin(database: Database, clock: Clock, *, is_dry: bool) -> bool:
    """Marks the hub as half imported; True when it was so already and has been emptied."""
    async with database.transaction(clock(), BULK) as tx:
        epoch, _ = await changes.state(tx)
        held = await exporting.filled(tx)
        if held and epoch != INCOMPLETE:
            raise ImportRefused(
                "A full export needs an empty hub; this one has " + _told(held) + ".",
                hint="Import it into another data directory (HUB_DATA_DIR).",
            )
        if is_dry:
            return False
        if epoch == INCOMPLETE:
            await exporting.clear(tx)
        await exporting.set_log_state(tx, INCOMPLETE, 0)
    return epoch == INCOMPLETE


def _told(held: Mapping[str, int]) -> str:
    shown = [f"{held[name]} rows in {name}" for name in ("item", "unit", "site", "synonym") if name in held]
    return ", ".join(shown or [f"{number} rows in {name}" for name, number in list(held.items())[:3]])


@dataclass(slots=True)
class _Batch:
    tables: dict[str, list[dict[str, Any]]]
    rows: int = 0
    end: int | None = None


def _objects(file: SourceFile) -> Iterator[dict[str, Any]]:
    for raw in file:
        if raw.value is None:
            raise ImportRefused(f"Line {raw.where.line} {raw.flaw}", hint="Fetch the file again.")
        yield raw.value


def _batches(lines: Iterator[dict[str, Any]]) -> Iterator[_Batch]:
    """Batches in the order of the file; the last one, maybe without rows, carries what the file says it holds."""
    batch, characters = _Batch({}), 0
    for line in lines:
        if batch.end is not None:
            raise ImportRefused("Something follows the export's last line.", hint="Fetch the file again.")
        if line.get("kind") == "end":
            batch.end = int(line.get("rows", -1))
            continue
        name, row = line.get("table"), line.get("row")
        if name not in exporting.TABLES or not isinstance(row, dict):
            raise ImportRefused(f"The export holds a row of {name!r}, which is no table of this hub.")
        batch.tables.setdefault(name, []).append(row)
        batch.rows += 1
        characters += sum(len(value) for value in row.values() if isinstance(value, str))
        if batch.rows >= BATCH_ROWS or characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = _Batch({}), 0
    yield batch


@dataclass(frozen=True, slots=True)
class _Target:
    database: Database
    clock: Clock
    header: Mapping[str, Any]
    path: Path
    objects: Objects
    is_dry: bool

    async def write(self, batch: _Batch) -> None:
        if self.is_dry or not batch.rows:
            return
        for record in batch.tables.get("media_object", ()):
            await read_beside(self.path, record, self.objects)
        async with self.database.transaction(self.clock(), BULK) as tx:
            for name, rows in batch.tables.items():
                await self._insert(tx, name, rows)

    async def _insert(self, tx: Transaction, name: str, rows: list[dict[str, Any]]) -> None:
        if name == "due":
            # a worker may settle these as soon as they are there, and its changes come after the imported ones
            await self._number_on(tx)
        try:
            await exporting.insert(tx, name, rows)
        except ValueError as error:
            raise ImportRefused(f"The export does not fit: {error}.", hint="Fetch the file again.") from error

    async def finish(self) -> None:
        async with self.database.transaction(self.clock(), BULK) as tx:
            await self._number_on(tx)
            await exporting.set_log_state(tx, str(self.header["epoch"]), int(self.header["floor"]))

    async def _number_on(self, tx: Transaction) -> None:
        given = await exporting.last_given(tx)
        await exporting.set_last_given(tx, max(given, int(self.header["position"])))

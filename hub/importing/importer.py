"""The import loop: rows go to a target, one transaction a batch; refusals go to the reject file, the rest goes on."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from hub.importing.fields import RowRefused
from hub.importing.rejects import RejectFile
from hub.importing.rows import ItemRow, Row

BATCH_ROWS = 100
BATCH_CHARACTERS = 4_000_000
"""A batch ends early at this much body text, so that a few huge rows do not make a huge transaction."""


class ExitCode(IntEnum):
    ALL_TAKEN = 0
    BAD_USAGE = 2
    SOME_REFUSED = 3
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of one batch. The counts are of items; units, sites and sections only show when refused."""

    created: int = 0
    corrected: int = 0
    unchanged: int = 0
    refused: Sequence[tuple[Row, str, str]] = ()
    """Row, field, reason."""


class ImportTarget(Protocol):
    """Where rows go. One that only counts makes a dry run."""

    async def write(self, batch: Sequence[Row]) -> BatchResult:
        """Writes a batch in its order and in one transaction; a cancelled or failed write leaves nothing behind."""
        ...

    async def finish(self) -> None:
        """Called once after the last batch, also when interrupted between batches; not after a failure."""
        ...


class Progress(Protocol):
    def advance(self, rows: int) -> None:
        """So many rows of the file are done, refused ones included."""
        ...


class Stop:
    """Asked to stop, the loop finishes the batch it is in."""

    def __init__(self) -> None:
        self.asked = False

    def ask(self) -> None:
        self.asked = True


@dataclass(slots=True)
class Summary:
    created: int = 0
    corrected: int = 0
    unchanged: int = 0
    refused: int = 0
    interrupted: bool = False

    @property
    def exit_code(self) -> ExitCode:
        if self.interrupted:
            return ExitCode.INTERRUPTED
        return ExitCode.SOME_REFUSED if self.refused else ExitCode.ALL_TAKEN

    def count(self, result: BatchResult) -> None:
        self.created += result.created
        self.corrected += result.corrected
        self.unchanged += result.unchanged
        self.refused += len(result.refused)


@dataclass(frozen=True, slots=True)
class ImportOptions:
    rejects: RejectFile
    stop: Stop = field(default_factory=Stop)
    batch_rows: int = BATCH_ROWS


@dataclass(slots=True)
class Batch:
    rows: list[Row] = field(default_factory=list)
    refusals: list[RowRefused] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.rows) + len(self.refusals)


async def run(
    source: Iterable[Row | RowRefused], target: ImportTarget, options: ImportOptions, progress: Progress | None = None
) -> Summary:
    """Takes every row of the source to the target.

    While one batch is written the next is read in a thread. A failure of the target or of the file ends the import
    with that exception; batches written before stay. A second run passes over what is already there (idempotence by
    row hash in the target), so an interrupted import resumes by being run again.
    """
    batches = batched(source, options.batch_rows)
    summary = Summary()
    try:
        await _go_through(batches, target, options, progress, summary)
        await target.finish()
    finally:
        options.rejects.close()
    return summary


async def _go_through(
    batches: Iterator[Batch], target: ImportTarget, options: ImportOptions, progress: Progress | None, summary: Summary
) -> None:
    upcoming = _read_ahead(batches)
    try:
        while batch := await asyncio.shield(upcoming):
            if options.stop.asked:
                summary.interrupted = True
                return
            upcoming = _read_ahead(batches)
            await _write(batch, target, options.rejects, summary)
            if progress is not None:
                progress.advance(batch.size)
    finally:
        # The thread must be out of the file before it is closed; what it read is dropped.
        await asyncio.wait([upcoming])
        if not upcoming.cancelled():
            upcoming.exception()


def _read_ahead(batches: Iterator[Batch]) -> asyncio.Future[Batch | None]:
    return asyncio.ensure_future(asyncio.to_thread(next, batches, None))


async def _write(batch: Batch, target: ImportTarget, rejects: RejectFile, summary: Summary) -> None:
    for refusal in batch.refusals:
        rejects.refused(refusal)
    summary.refused += len(batch.refusals)
    if not batch.rows:
        return
    result = await target.write(batch.rows)
    for row, field_name, reason in result.refused:
        rejects.not_written(row, field_name, reason)
    summary.count(result)


def batched(source: Iterable[Row | RowRefused], rows: int) -> Iterator[Batch]:
    """Batches of so many rows (refusals count, so that progress moves), ended early by much text."""
    batch, characters = Batch(), 0
    for row in source:
        if isinstance(row, RowRefused):
            batch.refusals.append(row)
        else:
            batch.rows.append(row)
            characters += len(row.body) if isinstance(row, ItemRow) else 0
        if batch.size >= rows or characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = Batch(), 0
    if batch.size:
        yield batch


@contextmanager
def stop_on_signals(stop: Stop) -> Iterator[None]:
    """The first Ctrl-C or SIGTERM asks to stop after the batch; a second one has its usual effect."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)

    def ask() -> None:
        stop.ask()
        for number in signals:
            loop.remove_signal_handler(number)

    for number in signals:
        loop.add_signal_handler(number, ask)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)

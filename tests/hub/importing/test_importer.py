from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest

from hub.importing.fields import RowRefused, Where
from hub.importing.importer import (
    BATCH_CHARACTERS,
    BatchResult,
    ExitCode,
    ImportOptions,
    Stop,
    Summary,
    batched,
    run,
    stop_on_signals,
)
from hub.importing.rejects import RejectFile
from hub.importing.rows import ItemRow, Row, UnitRow
from hub.vocabulary.enums import Kind
from hub.vocabulary.errors import ImportRefused


def item(n: int, body: str = "") -> ItemRow:
    return ItemRow(Kind.ARTICLE, "s", str(n), "题", body=body, where=Where(n, 0))


@dataclass
class FakeTarget:
    """Counts every item as created, refuses the ids named."""

    refuses: frozenset[str] = frozenset()
    batches: list[list[Row]] = field(default_factory=list)
    finished: int = 0

    async def write(self, batch: Sequence[Row]) -> BatchResult:
        await asyncio.sleep(0)
        self.batches.append(list(batch))
        items = [row for row in batch if isinstance(row, ItemRow)]
        refused = [(row, "unit", "does not exist.") for row in items if row.source_id in self.refuses]
        return BatchResult(created=len(items) - len(refused), refused=refused)

    async def finish(self) -> None:
        self.finished += 1


@dataclass
class CountingProgress:
    seen: list[int] = field(default_factory=list)

    def advance(self, rows: int) -> None:
        self.seen.append(rows)


def options(folder: Path, stop: Stop | None = None, rows: int = 2) -> ImportOptions:
    return ImportOptions(RejectFile(folder / "rejects.jsonl", "a.jsonl"), stop or Stop(), rows)


def rejects(folder: Path) -> list[dict[str, object]]:
    path = folder / "rejects.jsonl"
    return [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


async def test_rows_go_to_the_target_in_order_and_in_batches(tmp_path: Path) -> None:
    target, progress = FakeTarget(), CountingProgress()
    rows = [UnitRow("a", "甲"), item(1), item(2), item(3), item(4)]

    summary = await run(rows, target, options(tmp_path), progress)

    assert target.batches == [rows[:2], rows[2:4], rows[4:]]
    assert summary == Summary(created=4)
    assert (summary.exit_code, target.finished, progress.seen) == (ExitCode.ALL_TAKEN, 1, [2, 2, 1])
    assert rejects(tmp_path) == []


async def test_refused_rows_go_to_the_reject_file_and_the_rest_goes_on(tmp_path: Path) -> None:
    target = FakeTarget(refuses=frozenset(["3"]))
    bad = RowRefused(Where(2, 9), "title", "is required.", {"source": "s", "source_id": "2"})

    summary = await run([item(1), bad, item(3), item(4)], target, options(tmp_path))

    assert summary == Summary(created=2, refused=2)
    assert summary.exit_code == ExitCode.SOME_REFUSED == 3
    assert rejects(tmp_path) == [
        {"file": "a.jsonl", "line": 2, "field": "title", "reason": "is required.",
         "key": {"source": "s", "source_id": "2"}},
        {"file": "a.jsonl", "line": 3, "field": "unit", "reason": "does not exist.",
         "key": {"source": "s", "source_id": "3"}},
    ]  # fmt: skip


async def test_reject_file_of_an_earlier_run_is_replaced(tmp_path: Path) -> None:
    await run([RowRefused(Where(1, 0), "title", "is required.")], FakeTarget(), options(tmp_path))

    await run([item(1)], FakeTarget(), options(tmp_path))

    assert not (tmp_path / "rejects.jsonl").exists()


def test_batch_ends_early_at_much_text() -> None:
    rows = [item(n, "文" * (BATCH_CHARACTERS // 2)) for n in range(4)]

    assert [batch.size for batch in batched(rows, 100)] == [2, 2]


async def test_stop_finishes_the_batch_it_is_in(tmp_path: Path) -> None:
    stop = Stop()

    class StoppingTarget(FakeTarget):
        async def write(self, batch: Sequence[Row]) -> BatchResult:
            stop.ask()
            return await super().write(batch)

    target = StoppingTarget()
    summary = await run([item(n) for n in range(6)], target, options(tmp_path, stop))

    assert summary == Summary(created=2, interrupted=True)
    assert (summary.exit_code, target.finished) == (ExitCode.INTERRUPTED, 1)


async def test_first_interrupt_asks_to_stop_and_handlers_are_put_back() -> None:
    stop, before = Stop(), signal.getsignal(signal.SIGTERM)

    with stop_on_signals(stop):
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0.01)

    assert stop.asked
    assert signal.getsignal(signal.SIGTERM) == before


async def test_cancelled_import_ends_after_its_reader_thread(tmp_path: Path) -> None:
    class WaitingTarget(FakeTarget):
        async def write(self, batch: Sequence[Row]) -> BatchResult:
            await asyncio.sleep(60)
            return BatchResult()

    target = WaitingTarget()
    task = asyncio.create_task(run([item(n) for n in range(6)], target, options(tmp_path)))
    await asyncio.sleep(0.05)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert (target.batches, target.finished) == ([], 0)


async def test_damaged_file_ends_the_import_with_what_came_before_written(tmp_path: Path) -> None:
    def rows() -> Iterator[Row]:
        yield from (item(1), item(2))
        raise ImportRefused("The packed file is damaged.")

    target = FakeTarget()
    with pytest.raises(ImportRefused):
        await run(rows(), target, options(tmp_path))

    assert target.batches == [[item(1), item(2)]]
    assert target.finished == 0


async def test_failing_target_ends_the_import_with_its_failure(tmp_path: Path) -> None:
    class FailingTarget(FakeTarget):
        async def write(self, batch: Sequence[Row]) -> BatchResult:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        await run([item(n) for n in range(6)], FailingTarget(), options(tmp_path))

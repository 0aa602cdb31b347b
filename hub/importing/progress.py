"""How far an import is: a bar with rate and time left on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from hub.importing.importer import Progress

LINE_EVERY_SECONDS = 10.0
Position = Callable[[], int]
"""Bytes of the file consumed so far."""


@contextmanager
def showing_progress(title: str, total: int, position: Position, out: TextIO | None = None) -> Iterator[Progress]:
    """Shows the way through `total` bytes on standard error, or on `out`."""
    stream = sys.stderr if out is None else out
    if not stream.isatty():
        yield ProgressLines(title, total, position, stream)
        return
    with _bar(stream) as bar:
        yield ProgressBar(bar, bar.add_task(title, total=total, rows=0, rate=0.0), position)


class ProgressBar:
    def __init__(self, bar: RichProgress, task: TaskID, position: Position) -> None:
        self._bar = bar
        self._task = task
        self._position = position
        self._rows = 0
        self._began = time.monotonic()

    def advance(self, rows: int) -> None:
        self._rows += rows
        rate = _rate(self._rows, time.monotonic() - self._began)
        self._bar.update(self._task, completed=self._position(), rows=self._rows, rate=rate)


class ProgressLines:
    """One line every so many seconds, none for a quick import."""

    def __init__(
        self, title: str, total: int, position: Position, out: TextIO, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._title, self._total, self._position, self._out, self._now = title, total, position, out, now
        self._rows = 0
        self._began = self._told = now()

    def advance(self, rows: int) -> None:
        self._rows += rows
        now = self._now()
        if now - self._told >= LINE_EVERY_SECONDS:
            self._told = now
            print(self._line(now - self._began), file=self._out, flush=True)

    def _line(self, elapsed: float) -> str:
        share = min(self._position() / self._total, 1.0) if self._total else 1.0
        left = f", about {elapsed / share - elapsed:.0f} s left" if share else ""
        return f"{self._title}: {share:.0%}, {self._rows} rows, {_rate(self._rows, elapsed):.0f} rows/s{left}"


def _rate(rows: int, elapsed: float) -> float:
    return rows / elapsed if elapsed > 0 else 0.0


def _bar(stream: TextIO) -> RichProgress:
    # Imported here: rich costs a tenth of the start of every command, and only long work on a terminal shows a bar.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]} rows, {task.fields[rate]:.0f}/s"),
        TimeRemainingColumn(),
        console=Console(file=stream),
    )

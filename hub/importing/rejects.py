"""The reject file: one JSON line for each row that was not taken, so that a person can mend and send it again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import orjson

from hub.importing.fields import RowRefused
from hub.importing.rows import Row, key_of


class RejectFile:
    """Describes the last run over one file: a run reads the file from its start, so it also starts this anew.

    Each line is appended by one write, so what a killed run leaves behind is whole lines.
    """

    def __init__(self, path: Path, source: str) -> None:
        self.path = path
        self.count = 0
        self._source = source
        self._descriptor: int | None = None
        path.unlink(missing_ok=True)

    def refused(self, refusal: RowRefused) -> None:
        """A line that could not be read, or a row whose value breaks a rule."""
        self._append(refusal.line, refusal.field, refusal.reason, refusal.key)

    def not_written(self, row: Row, field: str, reason: str) -> None:
        """A sound row the hub would not take."""
        self._append(row.where.line, field, reason, key_of(row))

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _append(self, line: int, field: str, reason: str, key: Mapping[str, str]) -> None:
        entry = {"file": self._source, "line": line, "field": field, "reason": reason, "key": dict(key)}
        os.write(self._open(), orjson.dumps(entry, default=str, option=orjson.OPT_APPEND_NEWLINE))
        self.count += 1

    def _open(self) -> int:
        if self._descriptor is None:
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        return self._descriptor

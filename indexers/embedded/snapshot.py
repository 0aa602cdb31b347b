"""What a reader sees: one commit of the current generation. Looking again costs two `stat` calls."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

import tantivy

from hub.vocabulary.errors import SearchUnavailable
from indexers.embedded.fields import schema
from indexers.embedded.generations import Generations

_Stamp = tuple[int, int, int]
_ATTEMPTS = 5
"""A commit may remove files between our look at its list and our opening them; the next look sees the new list."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    generation: str
    schema: tantivy.Schema
    searcher: tantivy.Searcher


class SnapshotSource:
    """Shared by all threads of a process."""

    def __init__(self, directory: Path) -> None:
        self._generations = Generations(directory)
        self._lock = threading.Lock()
        self._pointer_stamp: _Stamp | None = None
        self._commit_stamp: _Stamp | None = None
        self._index: tantivy.Index | None = None
        self._snapshot: Snapshot | None = None

    def look(self) -> Snapshot:
        """The newest commit. Raises SearchUnavailable when there is none."""
        with self._lock:
            for attempt in range(_ATTEMPTS):
                try:
                    return self._look()
                except (OSError, ValueError) as fault:
                    self._pointer_stamp = self._commit_stamp = self._index = None
                    if attempt == _ATTEMPTS - 1:
                        raise SearchUnavailable(f"The search index cannot be read: {fault}") from fault
        raise AssertionError("unreachable")

    def _look(self) -> Snapshot:
        pointer_stamp = _stamp(self._generations.pointer_path)
        if pointer_stamp is None:
            raise SearchUnavailable("There is no search index yet.", hint="Start a worker, or run hub reindex.")
        if pointer_stamp != self._pointer_stamp or self._snapshot is None:
            return self._turn(pointer_stamp)
        return self._reload(self._snapshot.generation)

    def _turn(self, pointer_stamp: _Stamp) -> Snapshot:
        pointer = self._generations.current()
        if pointer is None:
            raise SearchUnavailable("There is no search index yet.", hint="Start a worker, or run hub reindex.")
        self._index = tantivy.Index.open(str(self._generations.path(pointer.generation)))
        # we look ourselves: the watcher of "commit" polls twice a second, in a thread of its own
        self._index.config_reader("manual")
        self._commit_stamp = None
        snapshot = self._reload(pointer.generation)
        self._pointer_stamp = pointer_stamp
        return snapshot

    def _reload(self, generation: str) -> Snapshot:
        commit_stamp = _stamp(self._generations.path(generation) / "meta.json")
        is_same = commit_stamp == self._commit_stamp and self._snapshot is not None
        if self._snapshot is not None and is_same and self._snapshot.generation == generation:
            return self._snapshot
        if self._index is None:
            raise OSError("the index was closed by a fault")
        self._index.reload()
        self._snapshot = Snapshot(generation, schema(), self._index.searcher())
        self._commit_stamp = commit_stamp
        return self._snapshot


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size

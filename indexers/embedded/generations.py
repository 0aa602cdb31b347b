"""Generations on disk: `search/NAME/` holds one physical index; `search/CURRENT` names the one readers use.

The pointer is replaced by an atomic rename, so a reader sees the old one or the new one, never half of it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import orjson

from hub.vocabulary.errors import SearchUnavailable
from hub.vocabulary.ids import new_id

_POINTER = "CURRENT"
_LOCK = "LOCK"


@dataclass(frozen=True, slots=True)
class Pointer:
    generation: str
    fingerprint: str
    """Of the tokens in the index (`indexers.analysis.fingerprint`)."""


class Generations:
    """The folder of all generations under a data directory."""

    def __init__(self, directory: Path) -> None:
        self.root = directory

    def path(self, generation: str) -> Path:
        return self.root / generation

    @property
    def pointer_path(self) -> Path:
        return self.root / _POINTER

    def current(self) -> Pointer | None:
        try:
            facts = orjson.loads(self.pointer_path.read_bytes())
        except FileNotFoundError:
            return None
        return Pointer(facts["generation"], facts["fingerprint"])

    def make(self) -> str:
        name = new_id()
        self.path(name).mkdir(parents=True)
        return name

    def point_at(self, pointer: Pointer) -> None:
        fresh = self.root / f"{_POINTER}.new"
        with fresh.open("wb") as file:
            file.write(orjson.dumps({"generation": pointer.generation, "fingerprint": pointer.fingerprint}))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.pointer_path)
        _sync_folder(self.root)

    def names(self) -> list[str]:
        return sorted(entry.name for entry in self.root.iterdir() if entry.is_dir()) if self.root.is_dir() else []

    def remove(self, generation: str) -> None:
        shutil.rmtree(self.path(generation), ignore_errors=True)

    def lock(self) -> IO[bytes]:
        """Held until the file is closed, or its process dies. Raises SearchUnavailable if another process holds it."""
        self.root.mkdir(parents=True, exist_ok=True)
        file = (self.root / _LOCK).open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            file.close()
            raise SearchUnavailable(
                "Another process writes this search index.", hint="Stop the other worker, or let it do the work."
            ) from held
        return file


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""The object store: files under the SHA-256 of their bytes. Local folders here; S3 stands behind the same port.

A key is the digest's first two figures, a slash, and the other 62: `ab/cdef…`. The same bytes are stored once.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

CHUNK = 256 * 1024
"""Bytes read, hashed and sent at a time."""
_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{62}")
_FOLDER = re.compile(r"[0-9a-f]{2}")
_INCOMING = "incoming"
"""Where files are written before they have a name; on the same file system, so that naming them is atomic."""


class ObjectMissing(LookupError):
    """No object has this key."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    object_key: str
    sha256: str
    size: int
    """Bytes."""


class ObjectStore(Protocol):
    """Every method raises ValueError for a key that is none."""

    async def put(self, source: Path | bytes) -> StoredObject:
        """Returns when the bytes are durable. Storing the same bytes again changes nothing."""
        ...

    async def size(self, object_key: str) -> int:
        """Bytes. Raises `ObjectMissing`."""
        ...

    async def exists(self, object_key: str) -> bool: ...

    def stream(self, object_key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to and without `end`. Raises `ObjectMissing` at the first step."""
        ...

    async def list(self, after: str = "", limit: int = 1_000) -> Sequence[StoredObject]:
        """In order of keys, beyond `after`."""
        ...

    async def delete(self, object_key: str) -> None:
        """Without an object nothing happens."""
        ...


def key_of(sha256: str) -> str:
    return checked(f"{sha256[:2]}/{sha256[2:]}")


def digest_of(object_key: str) -> str:
    """The SHA-256 a key stands for."""
    return checked(object_key).replace("/", "")


def checked(object_key: str) -> str:
    """The key itself. Raises ValueError for anything else: no text from outside becomes a path."""
    if not _KEY.fullmatch(object_key):
        raise ValueError(f"not an object key: {object_key!r}")
    return object_key


class LocalObjects:
    """`ObjectStore` in a folder, made when the first object arrives."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, object_key: str) -> Path:
        """Where the object lies, whether or not it is there."""
        return self.root / checked(object_key)

    async def put(self, source: Path | bytes) -> StoredObject:
        return await asyncio.to_thread(self._put, source)

    async def size(self, object_key: str) -> int:
        path = self.path(object_key)
        try:
            return (await asyncio.to_thread(path.stat)).st_size
        except FileNotFoundError as error:
            raise ObjectMissing(object_key) from error

    async def exists(self, object_key: str) -> bool:
        return await asyncio.to_thread(self.path(object_key).is_file)

    async def stream(self, object_key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        try:
            file = await asyncio.to_thread(self.path(object_key).open, "rb")
        except FileNotFoundError as error:
            raise ObjectMissing(object_key) from error
        with file:
            file.seek(start)
            left = None if end is None else max(0, end - start)
            while chunk := await asyncio.to_thread(file.read, CHUNK if left is None else min(CHUNK, left)):
                left = None if left is None else left - len(chunk)
                yield chunk

    async def list(self, after: str = "", limit: int = 1_000) -> Sequence[StoredObject]:
        return await asyncio.to_thread(self._list, after, limit)

    async def delete(self, object_key: str) -> None:
        await asyncio.to_thread(self._delete, self.path(object_key))

    def _put(self, source: Path | bytes) -> StoredObject:
        incoming = self.root / _INCOMING
        incoming.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=incoming, delete=False) as file:
            written = Path(file.name)
            try:
                stored = _copy(source, file)
                file.flush()
                os.fsync(file.fileno())
                self._name(written, stored)
            finally:
                # gone already when it was given its name
                written.unlink(missing_ok=True)
        return stored

    def _name(self, written: Path, stored: StoredObject) -> None:
        target = self.path(stored.object_key)
        if target.is_file() and target.stat().st_size == stored.size:
            return
        target.parent.mkdir(exist_ok=True)
        os.replace(written, target)
        # a rename is durable when its folder is, and a new folder when the one above it is
        _sync_folder(target.parent)
        _sync_folder(self.root)

    def _list(self, after: str, limit: int) -> Sequence[StoredObject]:
        found: list[StoredObject] = []
        for key, path in self._paths(after):
            if len(found) >= limit:
                break
            with suppress(FileNotFoundError):
                found.append(StoredObject(key, digest_of(key), path.stat().st_size))
        return found

    def _paths(self, after: str) -> Iterator[tuple[str, Path]]:
        for folder in _names(self.root):
            if not _FOLDER.fullmatch(folder) or folder < after[:2]:
                continue
            for name in _names(self.root / folder):
                key = f"{folder}/{name}"
                if key > after and _KEY.fullmatch(key):
                    yield key, self.root / key

    def _delete(self, path: Path) -> None:
        with suppress(FileNotFoundError):
            path.unlink()
            _sync_folder(path.parent)


def _copy(source: Path | bytes, target: IO[bytes]) -> StoredObject:
    digest, size = hashlib.sha256(), 0
    for chunk in _chunks(source):
        digest.update(chunk)
        target.write(chunk)
        size += len(chunk)
    sha256 = digest.hexdigest()
    return StoredObject(key_of(sha256), sha256, size)


def _chunks(source: Path | bytes) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _names(folder: Path) -> Sequence[str]:
    try:
        return sorted(os.listdir(folder))
    except FileNotFoundError:
        return ()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

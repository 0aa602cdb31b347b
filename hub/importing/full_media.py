"""Media files beside an export: `FILE.media/<sha256>.<ext>`, written once and read back by name."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

from hub.content.media import TYPES
from hub.vocabulary.errors import ImportRefused, NotFound

_DIGEST = re.compile(r"[0-9a-f]{64}")
_TEXTS = {"text/plain": "txt", "text/csv": "csv"}


class Objects(Protocol):
    """What export and import need of the object store."""

    async def put(self, source: Path | bytes) -> Any: ...

    def stream(self, object_key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]: ...


def folder_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.media")


def name_of(sha256: str, media_type: str) -> str:
    """The ending follows the type: plain text is told by its name."""
    return f"{sha256}.{TYPES.get(media_type) or _TEXTS.get(media_type) or 'bin'}"


async def write_beside(file: Path, row: Any, objects: Objects) -> str:
    """Writes the object of a `media_object` row beside the export; its path relative to the export's folder.

    Raises NotFound when the store has lost the object: an export without it could not be imported again.
    """
    path = folder_of(file) / name_of(row.sha256, row.media_type)
    if not (path.is_file() and path.stat().st_size == row.size):
        await _copy(path, row, objects)
    return f"{path.parent.name}/{path.name}"


async def _copy(path: Path, row: Any, objects: Objects) -> None:
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as out:
            async for chunk in objects.stream(row.object_key):
                await asyncio.to_thread(out.write, chunk)
            out.flush()
            await asyncio.to_thread(os.fsync, out.fileno())
    except LookupError:
        part.unlink(missing_ok=True)
        raise NotFound(
            f"The media file {row.object_key} is missing in the object store.",
            hint="Put it back from a backup; hub check names all that are missing.",
        ) from None
    part.replace(path)


async def read_beside(file: Path, record: dict[str, Any], objects: Objects) -> None:
    """Takes the file of an imported `media_object` record into the store. Raises ImportRefused."""
    sha256 = str(record.get("sha256"))
    if not _DIGEST.fullmatch(sha256):
        raise ImportRefused(f"The export names no sound digest of a media file: {sha256[:80]!r}.")
    path = folder_of(file) / name_of(sha256, str(record.get("media_type")))
    if not path.is_file():
        raise ImportRefused(f"The media file {path.parent.name}/{path.name} is not beside the export.")
    stored = await objects.put(path)
    if stored.object_key != record.get("object_key") or stored.size != record.get("size"):
        raise ImportRefused(f"The media file {path.parent.name}/{path.name} is damaged.")

"""Writing rows back: the native format in a fixed key order, values at their default left out.

Reading a written line and writing it again gives the same bytes. A full export (design §7) writes further objects
through `ExportFile.write_object`; their keys are the caller's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import orjson
import zstandard

from hub.importing.rows import DEFAULT_LANGUAGE, ItemRow, LinkRow, Row, SectionRow, SiteRow, UnitRow
from hub.vocabulary.clock import iso
from hub.vocabulary.enums import BodyFormat, ChangeScale, Publicity, State

_PACKING_LEVEL = 10

_UNIT_KEYS = (
    "code", "name", "short_name", "unit_type", "parent", "region", "region_code", "unified_code", "address", "phone",
)  # fmt: skip
_SITE_KEYS = (
    "code", "name", "site_type", "unit", "parent", "domain", "site_id_code", "language", "description",
)  # fmt: skip
_SECTION_KEYS = (
    "site", "parent", "code", "name", "section_kind", "description", "keywords", "column_type", "update_cycle_days",
    "order", "view",
)  # fmt: skip
_ITEM_KEYS = (
    "kind", "source", "source_id", "state", "site", "unit", "sections", "title", "summary", "body", "body_format",
    "author", "origin", "url", "language", "made_on", "published_at", "embargo_at", "expires_at", "audience",
    "publicity", "keywords", "details", "links", "file", "change_note", "change_scale",
)  # fmt: skip
_INSTANTS = frozenset(["published_at", "embargo_at", "expires_at"])
_IMPLIED: dict[str, object] = {
    "state": State.LIVE,
    "language": DEFAULT_LANGUAGE,
    "publicity": Publicity.PROACTIVE,
    "body_format": BodyFormat.TEXT,
    "change_scale": ChangeScale.MINOR,
    "order": 0,
}
"""What a reader assumes when the key is absent; unit, site and section kinds are always written."""


def object_of(row: Row) -> dict[str, object]:
    """The row as a JSON object in the order of the format."""
    match row:
        case UnitRow():
            return {"kind": "unit"} | _object(row, _UNIT_KEYS)
        case SiteRow():
            return {"kind": "site"} | _object(row, _SITE_KEYS)
        case SectionRow():
            return {"kind": "section"} | _object(row, _SECTION_KEYS)
        case ItemRow():
            return _object(row, _ITEM_KEYS)


def line_of(value: Mapping[str, object]) -> bytes:
    """One line of the file, in UTF-8 with its end."""
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


class ExportFile:
    """A file being written, packed when its name ends in .zst. It takes its name only once it is whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f".{path.name}.part")
        self._closing = ExitStack()
        self._out: IO[bytes] | zstandard.ZstdCompressionWriter

    def __enter__(self) -> Self:
        file = self._closing.enter_context(self._part.open("wb"))
        self._out = file
        if self._path.name.lower().endswith(".zst"):
            packer = zstandard.ZstdCompressor(level=_PACKING_LEVEL, write_checksum=True)
            self._out = self._closing.enter_context(packer.stream_writer(file, closefd=False))
        return self

    def write(self, row: Row) -> None:
        self.write_object(object_of(row))

    def write_object(self, value: Mapping[str, object]) -> None:
        self._out.write(line_of(value))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._closing.close()
        if kind is not None:
            self._part.unlink(missing_ok=True)
            return
        with self._part.open("rb") as file:
            os.fsync(file.fileno())
        self._part.replace(self._path)


def _object(row: Row, keys: tuple[str, ...]) -> dict[str, object]:
    values = ((key, getattr(row, key)) for key in keys)
    return {key: _plain(key, value) for key, value in values if not _is_implied(key, value)}


def _is_implied(key: str, value: object) -> bool:
    if key == "view":
        return value is None
    return value is None or value == "" or value == () or value == {} or value == _IMPLIED.get(key)


def _plain(key: str, value: object) -> object:
    if key in _INSTANTS:
        return iso(value)  # type: ignore[arg-type]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_link(entry) if isinstance(entry, LinkRow) else entry for entry in value]
    return value


def _link(link: LinkRow) -> dict[str, str]:
    return {"type": link.type.value, "source": link.source, "source_id": link.source_id}

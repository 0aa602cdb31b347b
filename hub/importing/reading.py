"""Reading files of objects a line at a time (.jsonl, .csv, also .zst). Memory does not grow with the file."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import orjson
import zstandard

from hub.importing.fields import Where
from hub.vocabulary.errors import ImportRefused

MAX_LINE_BYTES = 64 * 1024 * 1024
_PACKED_CHUNK = 1024
"""Small, because one packed byte may unpack to very many: 1 KiB holds at most some 32 MiB."""
_BOM = b"\xef\xbb\xbf"
SUFFIXES = (".jsonl", ".ndjson", ".csv")


@dataclass(frozen=True, slots=True)
class RawRow:
    """One line of the file: an object, or why it is none."""

    where: Where
    value: dict[str, object] | None
    flaw: str = ""


class SourceFile:
    """One file open for reading. `position` of `size` bytes of the file itself are consumed, for progress."""

    def __init__(self, path: Path, *, encoding: str = "utf-8", max_line: int = MAX_LINE_BYTES) -> None:
        self.path = path
        self.format = format_of(path)
        self._encoding = encoding
        self._max_line = max_line
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise ImportRefused(f"{path} cannot be read: {error.strerror}.", hint="Check the path.") from error
        self.size = os.fstat(self._file.fileno()).st_size

    @property
    def position(self) -> int:
        return self._file.tell() if not self._file.closed else self.size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[RawRow]:
        """Every line from the start of the file. Raises ImportRefused when packed data is damaged or cut short."""
        self._file.seek(0)
        stream = io.BufferedReader(_Unpacked(self._file), 1 << 18) if _is_packed(self.path) else self._file
        lines = _lines(stream, self._max_line)
        return _csv_rows(lines, self._encoding) if self.format == ".csv" else _json_rows(lines)


def format_of(path: Path) -> str:
    """The suffix that decides how a file is read. Raises ImportRefused for one we do not read."""
    name = path.name.lower().removesuffix(".zst")
    for suffix in SUFFIXES:
        if name.endswith(suffix):
            return ".jsonl" if suffix == ".ndjson" else suffix
    raise ImportRefused(
        f"{path.name}: only .jsonl, .jsonl.zst, .csv and .csv.zst can be imported.",
        hint="Convert the file to JSON Lines: one object a line.",
    )


def first_object(path: Path, *, encoding: str = "utf-8") -> dict[str, object] | None:
    """The first sound object of a file, to tell what it holds."""
    with SourceFile(path, encoding=encoding) as source:
        return next((row.value for row in source if row.value is not None), None)


def _is_packed(path: Path) -> bool:
    return path.name.lower().endswith(".zst")


@dataclass(frozen=True, slots=True)
class _Line:
    where: Where
    data: bytes
    flaw: str = ""


def _lines(stream: BinaryIO | io.BufferedReader, limit: int) -> Iterator[_Line]:
    """Lines with number and offset, blank ones left out. An over-long one is passed over in pieces."""
    number, offset = 0, 0
    while data := stream.readline(limit + 1):
        number += 1
        start, length, flaw = offset, len(data), ""
        if length > limit:
            length += _skip_line(stream, data)
            data, flaw = b"", f"is longer than {limit} bytes."
        offset += length
        if number == 1:
            data = data.removeprefix(_BOM)
        if flaw or data.strip():
            yield _Line(Where(number, start), data, flaw)


def _skip_line(stream: BinaryIO | io.BufferedReader, data: bytes) -> int:
    """Reads to the end of the line whose beginning is `data`; the number of bytes read."""
    skipped = 0
    while data and not data.endswith(b"\n"):
        data = stream.readline(1 << 20)
        skipped += len(data)
    return skipped


def _json_rows(lines: Iterator[_Line]) -> Iterator[RawRow]:
    for line in lines:
        yield RawRow(line.where, None, line.flaw) if line.flaw else _parsed(line)


def _parsed(line: _Line) -> RawRow:
    try:
        value = orjson.loads(line.data)
    except orjson.JSONDecodeError as error:
        return RawRow(line.where, None, f"is not JSON in UTF-8: {error.msg} (column {error.colno}).")
    if not isinstance(value, dict):
        return RawRow(line.where, None, "is not a JSON object.")
    return RawRow(line.where, value)


class _Decoded:
    """Physical lines as text for the csv module; remembers where the record now being read began."""

    def __init__(self, lines: Iterator[_Line], encoding: str) -> None:
        self._lines = lines
        self._encoding = encoding
        self.begin: Where | None = None
        self.flaw = ""

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.begin = self.begin or line.where
            yield self._text(line)

    def _text(self, line: _Line) -> str:
        self.flaw = self.flaw or line.flaw
        try:
            return line.data.decode(self._encoding)
        except UnicodeDecodeError:
            self.flaw = self.flaw or f"is not text in {self._encoding}."
            return line.data.decode(self._encoding, "replace")

    def taken(self) -> tuple[Where, str]:
        """Where the record just read began and what is wrong with it; starts the next."""
        where, flaw = self.begin or Where(), self.flaw
        self.begin, self.flaw = None, ""
        return where, flaw


def _csv_rows(lines: Iterator[_Line], encoding: str) -> Iterator[RawRow]:
    """The first record names the columns; an empty cell is no value."""
    csv.field_size_limit(MAX_LINE_BYTES)
    decoded = _Decoded(lines, encoding)
    records = csv.reader(iter(decoded), strict=True)
    header: list[str] | None = None
    while True:
        try:
            record = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            yield RawRow(decoded.taken()[0], None, f"is not CSV: {error}.")
            continue
        where, flaw = decoded.taken()
        if header is None:
            header = _header(record, flaw)
        else:
            yield _record(header, record, where, flaw)


def _header(record: list[str], flaw: str) -> list[str]:
    names = [name.strip() for name in record]
    if flaw or len(set(names)) != len(names) or "" in names:
        raise ImportRefused(
            f"The first line must name the columns, each once. {flaw}".strip(),
            hint="Name every column in the first line; for GB 18030 files set `encoding` in the mapping file.",
        )
    return names


def _record(header: list[str], record: list[str], where: Where, flaw: str) -> RawRow:
    if not flaw and len(record) != len(header):
        flaw = f"has {len(record)} cells, the first line names {len(header)} columns."
    if flaw:
        return RawRow(where, None, flaw)
    return RawRow(where, {name: cell for name, cell in zip(header, record, strict=True) if cell != ""})


class _Unpacked(io.RawIOBase):
    """Zstandard frames as one stream. The library's own reader ends silently where a file was cut short."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = packed
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._fresh = True
        self._ready = memoryview(b"")
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            if not self._fill():
                return 0
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _fill(self) -> bool:
        """Unpacks the next chunk; False at the end. Raises ImportRefused for damaged or missing data."""
        chunk = self._rest or self._packed.read(_PACKED_CHUNK)
        self._rest = b""
        if not chunk:
            if not self._fresh:
                raise ImportRefused("The packed file ends too early.", hint="Fetch or pack the file again.")
            return False
        try:
            self._ready = memoryview(self._frame.decompress(chunk))
        except zstandard.ZstdError as error:
            raise ImportRefused(f"The packed file is damaged: {error}.", hint="Fetch or pack it again.") from error
        self._fresh = self._frame.eof
        if self._frame.eof:
            self._rest = self._frame.unused_data
            self._frame = zstandard.ZstdDecompressor().decompressobj()
        return True

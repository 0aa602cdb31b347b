"""The real documents, as rows of their files and resampled into a hub of any size."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import zstandard

Row = dict[str, Any]
SHARED = Path(__file__).resolve().parents[3] / "shared"
"""The folder with `data` and `ranking`, beside the project."""


def lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        stream = zstandard.ZstdDecompressor().stream_reader(file) if path.suffix == ".zst" else file
        rest = b""
        while chunk := stream.read(1 << 20):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from (line for line in whole if line)
        if rest:
            yield rest


def rows(path: Path) -> Iterator[Row]:
    return map(orjson.loads, lines(path))


def documents(data: Path) -> list[Path]:
    """Laws, news, reports and services of a data folder."""
    names = ("documents/laws", "documents/news", "documents/work_reports", "services/items")
    return [data / f"{name}.jsonl.zst" for name in names]


def write_rows(path: Path, made: Iterable[Row]) -> None:
    with path.open("wb") as file, zstandard.ZstdCompressor(level=1).stream_writer(file) as stream:
        for row in made:
            stream.write(orjson.dumps(row) + b"\n")


def places_and_items(native: Path) -> tuple[list[Row], list[Row]]:
    """The rows of a native export: units, sites and sections, then items."""
    found: tuple[list[Row], list[Row]] = ([], [])
    for row in rows(native):
        found["source_id" in row].append(row)
    return found


def resampled(items: Sequence[Row], count: int, seed: int = 4) -> Iterator[Row]:
    """`count` items: every real item in turn, then all of them again under another number, and so on.

    So kinds, lengths, sections and dates keep the real proportion; a link leads to the copy of the same round.
    """
    order = list(items)
    random.Random(seed).shuffle(order)
    for place in range(count):
        turn, row = divmod(place, len(order))[0], order[place % len(order)]
        links = [{**link, "source_id": f"{link['source_id']}-{turn}"} for link in row.get("links", ())]
        title = f"{row['title']} {place + 1}"[:500]
        yield {**row, "source_id": f"{row['source_id']}-{turn}", "title": title, **({"links": links} if links else {})}


def ids_by_source(folder: Path) -> dict[str, str]:
    """Item id → source id of a hub's database: GraphQL does not tell where an item came from."""
    with sqlite3.connect(f"file:{folder / 'hub.db'}?mode=ro", uri=True) as database:
        found = database.execute("SELECT lower(hex(id)), source_id FROM item").fetchall()
    database.close()
    return {str(UUID(key)): source_id for key, source_id in found}

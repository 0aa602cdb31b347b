"""Import rate against a baseline in the same run: `python tests/benchmarks/import_rate.py [DATA]`.

The baseline does by hand, in one process, what cannot be left out: parse each line, clean the body, segment it once,
executemany of the very rows the hub wrote with the same pragmas and 100 items a transaction, tantivy add and commit.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import tantivy
import zstandard

from hub.content.body import render
from hub.search import SearchDocument
from hub.vocabulary.enums import BodyFormat
from hub.vocabulary.ids import ItemId
from indexers.embedded.fields import engine_document, schema
from storage.database import SQLITE_PRAGMAS

DATA = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[3] / "shared" / "data"
FILES = [
    DATA / "documents" / "laws.jsonl.zst",
    DATA / "documents" / "news.jsonl.zst",
    DATA / "documents" / "work_reports.jsonl.zst",
    DATA / "services" / "items.jsonl.zst",
]
ITEMS_A_TRANSACTION = 100
Batches = list[list[tuple[str, list[tuple[Any, ...]]]]]


def hub_import(folder: Path) -> float:
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "hub", "import", *map(str, FILES)],
        env={**os.environ, "HUB_DATA_DIR": str(folder), "HUB_LOG_LEVEL": "warning"},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    print(done.stdout.strip())
    return time.perf_counter() - started


def rows_by_item(database: sqlite3.Connection) -> Batches:
    """The rows the hub wrote, in batches of 100 items; what belongs to no item goes into the first batch."""
    order = {row[0]: place for place, row in enumerate(database.execute("SELECT id FROM item ORDER BY created_at, id"))}
    editions = dict(database.execute("SELECT id, item_id FROM edition"))
    batches: Batches = [[] for _ in range(len(order) // ITEMS_A_TRANSACTION + 1)]
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    for (table,) in tables.fetchall():
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        insert = f"INSERT INTO {table} VALUES ({','.join('?' * len(columns))})"
        parts: dict[int, list[tuple[Any, ...]]] = {}
        for row in database.execute(f"SELECT * FROM {table}"):
            owner = owner_of(table, dict(zip(columns, row, strict=True)), editions)
            parts.setdefault(order.get(owner, 0) // ITEMS_A_TRANSACTION, []).append(row)
        for place, rows in parts.items():
            batches[place].append((insert, rows))
    return batches


def owner_of(table: str, row: dict[str, Any], editions: dict[bytes, bytes]) -> bytes:
    if table == "item":
        return row["id"]
    owner = row.get("item_id") or editions.get(row.get("edition_id", b""), b"") or row.get("subject_id")
    return owner or b""


def empty_copy(source: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    copy = sqlite3.connect(path, isolation_level=None)
    for pragma in SQLITE_PRAGMAS:
        copy.execute(pragma)
    copy.execute("PRAGMA foreign_keys=OFF")
    for (sql,) in source.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"):
        copy.execute(sql)
    return copy


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
        rest = b""
        while chunk := stream.read(1 << 20):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from (orjson.loads(line) for line in whole if line)


def baseline(batches: Batches, target: sqlite3.Connection, folder: Path) -> float:
    folder.mkdir()
    index = tantivy.Index(schema(), str(folder))
    writer = index.writer(128_000_000, 1)
    started = time.perf_counter()
    for path in FILES:
        for row in lines(path):
            writer.add_document(engine_document(document_of(row)))
    writer.commit()
    for batch in batches:
        target.execute("BEGIN IMMEDIATE")
        for insert, rows in batch:
            target.executemany(insert, rows)
        target.execute("COMMIT")
    return time.perf_counter() - started


def document_of(row: dict[str, Any]) -> SearchDocument:
    if "body_html" in row:
        text = render(row["body_html"], BodyFormat.HTML).text
    else:
        body_format = BodyFormat.MARKDOWN if row["id"].startswith("law") else BodyFormat.TEXT
        text = render(row.get("body") or service_text(row), body_format).text
    return SearchDocument(
        id=ItemId(row["id"]), version=1, title=row.get("title") or row["name"], text=text,
        doc_no=row.get("doc_number", ""), state="live", kind="article", publicity="proactive", visible_from=0,
        visible_until=2**62, sort_at=0, sets={"audience": frozenset(("public",))},
    )  # fmt: skip


def service_text(row: dict[str, Any]) -> str:
    return "\n".join([row.get("acceptance", ""), *row.get("materials", []), row.get("department", "")])


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hub = hub_import(folder / "hub")
        source = sqlite3.connect(folder / "hub" / "hub.db")
        items = source.execute("SELECT count(*) FROM item").fetchone()[0]
        batches = rows_by_item(source)
        target = empty_copy(source, folder / "baseline.db")
        base = baseline(batches, target, folder / "baseline-index")
        size = sum(path.stat().st_size for path in (folder / "hub").rglob("*") if path.is_file())
        print(f"hub import   {hub:7.2f} s  {items / hub:7.0f} items/s  {size / items / 1024:.1f} KiB on disk an item")
        print(f"baseline     {base:7.2f} s  {items / base:7.0f} items/s")
        print(f"ratio        {base / hub:7.2f}  (bar: at least 0.4)")
        shutil.rmtree(folder / "hub")


main()

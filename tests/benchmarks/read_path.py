"""The read path without a network: the queries of README.md, and those of mirrors and portals.

    python tests/benchmarks/read_path.py [--shared ../shared] [--runs 100]

On the sample with all real documents beside it. Each request goes through the ASGI application as the server would
call it. Printed: p50, statements (BEGIN and COMMIT not counted), and CPU time against a bare SQLAlchemy Core select of
the same rows: what it costs to have a contract.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import sqlalchemy as sa
from sqlalchemy import event

from hub.app.opening import Hub
from hub.app.web import make_app
from hub.logs import configure_logs
from hub.settings import load_settings
from storage.tables import edition, item, unit
from tests.benchmarks.figures import Verdicts, head, median
from tests.benchmarks.real_data import SHARED, documents
from tests.flows.serving import ROOT, HubFolder

README_QUERY = re.compile(r"```graphql\n(query (\w+).*?)```", re.DOTALL)
MORE = {
    "list of 20, the bar": """{ contents(first: 20) { totalCount nodes {
        title sections { name } unit { name } links { type target { title } } } } }""",
    "list of 2, the same": """{ contents(first: 2) { totalCount nodes {
        title sections { name } unit { name } links { type target { title } } } } }""",
    "list of 100, the same": """{ contents(first: 100) { totalCount nodes {
        title sections { name } unit { name } links { type target { title } } } } }""",
    "list of 20, plain": "{ contents(first: 20) { nodes { id kind title publishedAt unit { name } } } }",
    "change page of 100": "{ changes(first: 100) { cursor entries { position verb content { id title } } } }",
    "suggest": '{ suggest(prefix: "gongjijin") }',
}
LIST_STATEMENTS = 8


@dataclass
class Asked:
    """The application, and the statements it has sent."""

    hub: Hub
    key: str
    statements: int = 0

    def __post_init__(self) -> None:
        self.app: Any = make_app(self.hub, work=False)
        for engine in self.hub.database.engines:
            event.listen(engine.sync_engine, "before_cursor_execute", self._count)

    def _count(self, _: Any, __: Any, statement: str, *___: Any) -> None:
        self.statements += not statement.startswith(("BEGIN", "PRAGMA"))

    async def graphql(self, query: str) -> bytes:
        body = json.dumps({"query": query}).encode()
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"content-type", b"application/json"), (b"authorization", f"Bearer {self.key}".encode())]
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": "/graphql", "raw_path": b"/graphql", "query_string": b"", "headers": headers, "root_path": "",
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
        }  # fmt: skip
        await self.app(scope, receive, send)
        answer = b"".join(message.get("body", b"") for message in sent)
        if b'"errors"' in answer:
            raise RuntimeError(answer[:500].decode())
        return answer

    async def bare_list(self) -> Any:
        """The rows of the plain list of 20, as a script would select them."""
        query = (
            sa.select(item.c.id, item.c.kind, edition.c.title, edition.c.published_at, unit.c.name)
            .join(edition, edition.c.id == item.c.live_edition_id)
            .join(unit, unit.c.id == item.c.unit_id)
            .where(item.c.id.in_(self.ids))
        )
        async with self.hub.database.snapshot() as connection:
            return (await connection.execute(query)).all()

    async def prepare(self) -> None:
        async with self.hub.database.snapshot() as connection:
            found = await connection.execute(sa.select(item.c.id).where(item.c.state == "live").limit(20))
            self.ids = [row.id for row in found]


async def measured(work: Callable[[], Awaitable[Any]], runs: int) -> tuple[float, float]:
    """p50 in milliseconds, CPU milliseconds a run."""
    for _ in range(5):
        await work()
    times = []
    cpu = time.process_time()
    for _ in range(runs):
        started = time.perf_counter()
        await work()
        times.append((time.perf_counter() - started) * 1_000)
    return median(times), (time.process_time() - cpu) * 1_000 / runs


async def measure(folder: Path, key: str, runs: int, verdicts: Verdicts) -> None:
    asked = Asked(await Hub.open(load_settings({"HUB_DATA_DIR": str(folder)})), key)
    await asked.prepare()
    _, bare = await measured(asked.bare_list, runs)
    print(f"  bare select of the 20 rows of a plain list: {bare:.2f} ms CPU")
    readme = {name: text for text, name in README_QUERY.findall((ROOT / "README.md").read_text(encoding="utf-8"))}
    counts = {}
    for name, query in {**readme, **MORE}.items():
        asked.statements = 0
        size = len(await asked.graphql(query))
        counts[name] = asked.statements
        p50, cpu = await measured(lambda query=query: asked.graphql(query), runs)
        print(
            f"  {name:24s} p50 {p50:7.2f} ms  CPU {cpu:7.2f} ms = {cpu / bare:5.1f} × bare"
            f"  {counts[name]:2d} statements  {size / 1024:6.1f} KiB"
        )
    verdicts.at_most("statements of the list of 20", counts["list of 20, the bar"], LIST_STATEMENTS)
    same = {counts[name] for name in MORE if name.startswith("list of") and "plain" not in name}
    verdicts.holds("the same for 2, 20 and 100 rows", len(same) == 1, str(same))
    await asked.hub.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--runs", type=int, default=100)
    options = parser.parse_args()
    head("read path, in process")
    configure_logs("warning")
    verdicts = Verdicts()
    with tempfile.TemporaryDirectory() as name:
        hub = HubFolder(Path(name) / "hub")
        hub.run("demo", "--no-serve")
        hub.run("import", *documents(options.shared / "data"))
        asyncio.run(measure(hub.path, hub.key("yunlan-gov"), options.runs, verdicts))
    sys.exit(verdicts.code)


if __name__ == "__main__":
    main()

"""Every door of a hub in this process: GraphQL over HTTP, pages, media files; as somebody, at an instant."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import orjson

from hub.app.opening import Hub
from hub.app.web import make_app
from hub.settings import Settings
from hub.vocabulary.clock import Instant
from tests.flows.leak_world import NOW

WIDE: dict[str, int] = {
    "limit_depth": 30, "limit_aliases": 5_000, "limit_tokens": 100_000, "limit_bytes": 4_000_000,
    "limit_cost": 10**9,
}  # fmt: skip
"""Limits that hold nothing back: many questions go into one document."""


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = orjson.loads(self.body)
        return value

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Doors:
    """One opened hub. `now` may be set between questions."""

    def __init__(self, hub: Hub, client: httpx2.AsyncClient) -> None:
        self.hub = hub
        self.client = client
        self.now = NOW

    async def ask(self, query: str, variables: Mapping[str, Any] | None = None, key: str | None = None) -> Answer:
        """A GraphQL request. `key` is a secret; nobody without one."""
        headers = {"content-type": "application/json"}
        if key is not None:
            headers["authorization"] = f"Bearer {key}"
        content = orjson.dumps({"query": query, "variables": dict(variables or {})})
        return _answer(await self.client.post("/graphql", content=content, headers=headers))

    async def get(self, address: str, **headers: str) -> Answer:
        return _answer(await self.client.get(address, headers=headers))


def _answer(response: httpx2.Response) -> Answer:
    return Answer(response.status_code, dict(response.headers), response.content)


@asynccontextmanager
async def opened_doors(folder: Path, now: Instant = NOW, **settings: Any) -> AsyncIterator[Doors]:
    """The hub of that data directory, without a worker: what was not indexed before stays so."""
    told: dict[str, Any] = {**WIDE, "base_url": "https://hub.example", **settings}
    doors: Doors

    def clock() -> Instant:
        return doors.now

    hub = await Hub.open(Settings(data_dir=folder, **told), lambda: now)
    hub.clock = clock
    transport = httpx2.ASGITransport(app=make_app(hub, work=False), raise_app_exceptions=False)
    try:
        async with httpx2.AsyncClient(transport=transport, base_url="https://hub.example") as client:
            doors = Doors(hub, client)
            doors.now = now
            yield doors
    finally:
        await hub.close()

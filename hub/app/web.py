"""The ASGI application: pages, GraphQL, media, health, and the worker beside them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from hub.app.opening import Hub
from hub.app.worker import Worker
from hub.logs import RequestLog
from hub.web.errors import on_http_error
from hub.web.graphiql import graphiql_page
from hub.web.live_reading import LiveReading
from hub.web.media import media_routes
from hub.web.routes import routes
from schema.context import Services
from schema.http import GraphQLApp
from storage.stores import changes

REFRESH_SECONDS = 5.0
WARM_AFTER_SECONDS = 0.5
log = logging.getLogger("hub.web")


def make_app(hub: Hub, *, work: bool) -> ASGIApp:
    """`work`: keep the index and settle due things in this process too."""
    graphql = GraphQLApp(_services(hub), page=graphiql_page if hub.settings.graphiql else None)
    reading = LiveReading(hub.database, hub.search, hub.clock, base_url=hub.settings.public_url)
    app = Starlette(
        routes=[
            Route("/health/live", _live),
            Route("/health/ready", _Ready(hub).answer),
            Route("/graphql", graphql),
            *media_routes(hub.database, hub.objects, hub.clock),
            *routes(reading),
        ],
        exception_handlers={HTTPException: on_http_error},
        lifespan=_Lifespan(hub, work=work),
    )
    return RequestLog(app)


def _services(hub: Hub) -> Services:
    return Services(
        database=hub.database,
        search=hub.search,
        clock=hub.clock,
        base_url=hub.settings.public_url,
        limits=hub.settings,
    )


class _Lifespan:
    """Starts the worker with the server, and ends it before the database closes."""

    def __init__(self, hub: Hub, *, work: bool) -> None:
        self.hub = hub
        self.work = work

    @asynccontextmanager
    async def __call__(self, _: Starlette) -> AsyncIterator[None]:
        worker = Worker(self.hub)
        warming = asyncio.create_task(self._warm())
        tasks = [warming, asyncio.create_task(worker.run() if self.work else self._refresh())]
        try:
            yield
        finally:
            worker.stop()
            warming.cancel()
            if not self.work:
                tasks[-1].cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.hub.close()

    async def _warm(self) -> None:
        """Loads the dictionaries once the first requests are answered: loading holds the interpreter for 0.1 s."""
        await asyncio.sleep(WARM_AFTER_SECONDS)
        await asyncio.to_thread(self.hub.search.marks, "预热", ["预热"])

    async def _refresh(self) -> None:
        while True:
            await self.hub.refresh_synonyms()
            await asyncio.sleep(REFRESH_SECONDS)


async def _live(_: Request) -> JSONResponse:
    return JSONResponse({"status": "live"})


class _Ready:
    """Ready when the database answers and the index can be read; 503 names what does not."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    async def answer(self, _: Request) -> JSONResponse:
        failing = {}
        for name, ask in (("database", self._database), ("search", self.hub.search.refresh)):
            try:
                await ask()
            except Exception as error:
                log.warning("not ready: %s: %s", name, error)
                failing[name] = "unavailable"
        status = "unavailable" if failing else "ready"
        return JSONResponse({"status": status, **failing}, status_code=503 if failing else 200)

    async def _database(self) -> None:
        async with self.hub.database.system(self.hub.clock()) as system:
            await changes.last(system)

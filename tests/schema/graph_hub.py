"""A small real hub behind `/graphql`, on SQLite: a city, two departments with a site each, keys, a clock to set."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hub.access import operator
from hub.content import actions, keys, structure
from hub.content.drafting import LinkTo, clean
from hub.content.release import Release, go_live
from hub.logs import RequestLog
from hub.search import FacetValue, Mark, SearchAnswer, SearchHit, SearchRequest
from hub.settings import Settings
from hub.vocabulary.clock import Instant, parse_instant
from hub.vocabulary.enums import Kind, LinkType, Verb
from hub.vocabulary.errors import SearchUnavailable
from hub.vocabulary.expression import Expression
from hub.vocabulary.ids import ItemId, new_id
from schema.context import Services
from schema.http import GraphQLApp
from storage.database import Database
from storage.migrating import prepare

OPERATOR = operator("test")
START = parse_instant("2026-11-01T12:00:00+08:00")
BASE_URL = "https://hub.example"


@dataclass
class ScriptedEngine:
    """Answers with the hits it was given, marks every place of the text, keeps what it was asked."""

    hits: list[str] = field(default_factory=list)
    facets: dict[str, list[FacetValue]] = field(default_factory=dict)
    corrected_text: str | None = None
    generation: str = "g1"
    is_down: bool = False
    asked: list[SearchRequest] = field(default_factory=list)

    async def search(self, request: SearchRequest) -> SearchAnswer:
        if self.is_down:
            raise SearchUnavailable("No engine answers.")
        self.asked.append(request)
        page = self.hits[request.offset : request.offset + request.size]
        found = [SearchHit(ItemId(key), 2.5) for key in page]
        facets = {name: self.facets.get(name, []) for name in request.facets}
        return SearchAnswer(found, len(self.hits), True, self.generation, facets, self.corrected_text)

    async def suggest(self, prefix: str, where: Expression, size: int) -> list[str]:
        return [f"{prefix}办法", f"{prefix}规定"][:size]

    def marks(self, text: str, passages: Sequence[str]) -> list[list[Mark]]:
        return [
            [Mark(start, start + len(text)) for start in range(len(passage)) if passage.startswith(text, start)]
            for passage in passages
        ]

    async def refresh(self) -> None: ...


@dataclass
class GraphHub:
    database: Database
    client: httpx2.AsyncClient
    app: GraphQLApp
    engine: ScriptedEngine
    now: Instant = START
    units: dict[str, str] = field(default_factory=dict)
    sites: dict[str, str] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    """By site code and path: `portal:zwgk/zcwj`."""
    keys: dict[str, str] = field(default_factory=dict)

    # -- asking ------------------------------------------------------------------------------------------------

    async def post(self, body: Any, key: str | None = None, **headers: str) -> httpx2.Response:
        given = {"Authorization": f"Bearer {self.keys.get(key, key)}"} if key else {}
        return await self.client.post("/graphql", json=body, headers={**given, **headers})

    async def answer(self, query: str, key: str | None = None, **variables: Any) -> dict[str, Any]:
        """The whole answer, whatever it says."""
        response = await self.post({"query": query, "variables": variables}, key)
        return dict(response.json())

    async def ask(self, query: str, key: str | None = None, **variables: Any) -> Any:
        """The data of an answer without errors."""
        answer = await self.answer(query, key, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def error(self, query: str, key: str | None = None, **variables: Any) -> dict[str, Any]:
        """The one error of an answer: its message and extensions, without the request's id."""
        answer = await self.answer(query, key, **variables)
        assert len(answer["errors"]) == 1, answer
        error = answer["errors"][0]
        extensions = {name: value for name, value in error["extensions"].items() if name not in ("requestId", "hint")}
        return {"message": error["message"], **extensions}

    async def do(self, mutation: str, key: str = "city", **variables: Any) -> dict[str, Any]:
        """The payload of one mutation."""
        return dict(next(iter((await self.ask(mutation, key, **variables)).values())))

    # -- arranging ---------------------------------------------------------------------------------------------

    async def add(
        self,
        kind: Kind,
        title: str,
        *,
        sections: Sequence[str] = (),
        links: Sequence[tuple[LinkType, str]] = (),
        hub_details: Mapping[str, Any] | None = None,
        unit: str = "city",
        **values: Any,
    ) -> str:
        """Publishes one item; links are (type, id of the target)."""
        placed = [self.sections[path] for path in sections]
        given = {"title": title, "published_at": self.now, "sections": placed, **values}
        content = clean(kind, {**given, "links": [LinkTo(type_, target) for type_, target in links]})
        content = replace(content, details={**content.details, **(hub_details or {})})
        key = new_id()
        one = Release(key, kind, self.units[unit], content, Verb.PUBLISHED, "publish", source="t", source_id=key)
        async with self.database.transaction(self.now) as tx:
            await go_live(tx, OPERATOR.id, [one])
        return key

    async def draft(self, kind: Kind, title: str, *, unit: str = "city", **values: Any) -> str:
        async with self.database.transaction(self.now) as tx:
            return await actions.create(tx, OPERATOR, kind, {"title": title, **values}, unit_id=self.units[unit])

    async def act(self, verb: Any, item_id: str, *args: Any, expected: int = 1, **more: Any) -> None:
        async with self.database.transaction(self.now) as tx:
            await verb(tx, OPERATOR, item_id, expected, *args, **more)

    async def key(self, name: str, unit: str, *verbs: str, **more: Any) -> None:
        async with self.database.transaction(self.now) as tx:
            self.keys[name] = await keys.create_key(tx, OPERATOR, name=name, unit_code=unit, verbs=verbs, **more)

    async def section(self, site: str, path: str, name: str, **more: Any) -> str:
        parent = self.sections.get(f"{site}:{path.rpartition('/')[0]}")
        values = {
            "site_id": self.sites[site],
            "code": path.rpartition("/")[2],
            "name": name,
            "section_kind": "other",
            "parent_id": parent,
            **more,
        }
        async with self.database.transaction(self.now) as tx:
            self.sections[f"{site}:{path}"] = await structure.create_section(tx, OPERATOR, values)
        return self.sections[f"{site}:{path}"]

    # -- looking inside ----------------------------------------------------------------------------------------

    async def rows(self, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        async with self.database.snapshot() as connection:
            return [tuple(row) for row in (await connection.execute(sa.text(statement), parameters)).all()]

    async def verbs(self) -> list[str]:
        """Everything the change log says, in order."""
        return [str(row[0]) for row in await self.rows("SELECT verb FROM change ORDER BY position")]

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """What is sent to the database meanwhile, BEGIN and COMMIT not counted."""
        seen: list[str] = []

        def note(_: Any, __: Any, statement: str, *___: Any) -> None:
            if not statement.startswith("BEGIN"):
                seen.append(statement)

        engines = [engine.sync_engine for engine in self.database.engines]
        for engine in engines:
            sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            for engine in engines:
                sa.event.remove(engine, "before_cursor_execute", note)


async def _page(request: Any) -> Response:
    return PlainTextResponse("GraphiQL")


@asynccontextmanager
async def opened(folder: Path, **limits: int) -> AsyncIterator[GraphHub]:
    database = Database(f"sqlite+aiosqlite:///{folder}/hub.db")
    await prepare(database, START)
    engine = ScriptedEngine()
    settings = Settings(data_dir=folder, **limits)  # type: ignore[arg-type]
    app = GraphQLApp(Services(database, engine, lambda: hub.now, BASE_URL, settings), page=_page)
    served = RequestLog(Starlette(routes=[Route("/graphql", app)]))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=served), base_url="http://hub.test") as client:
        hub = GraphHub(database, client, app, engine)
        await _lay(hub)
        yield hub
    await database.close()


async def _lay(hub: GraphHub) -> None:
    async with hub.database.transaction(hub.now) as tx:
        for code, name in (("city", "云岭市人民政府"), ("edu", "云岭市教育局"), ("health", "云岭市卫生健康委员会")):
            parent = hub.units.get("city")
            kind = "city_department" if parent else "city_gov"
            values = {"code": code, "name": name, "unit_type": kind, "parent_id": parent}
            hub.units[code] = await structure.create_unit(tx, OPERATOR, values)
        for code, unit, name, more in (
            ("portal", "city", "云岭市门户", {"domain": "www.yunling.example", "site_id_code": "5399000001"}),
            ("edu-site", "edu", "教育局网站", {"site_type": "department_site"}),
            ("health-site", "health", "卫健委网站", {"site_type": "department_site"}),
        ):
            values = {"code": code, "name": name, "site_type": "portal", "unit_id": hub.units[unit], **more}
            hub.sites[code] = await structure.create_site(tx, OPERATOR, values)
    await hub.section("portal", "zwgk", "政务公开")
    await hub.section("portal", "zwgk/zcwj", "政策文件", section_kind="policy_document", description="市政府文件")
    await hub.section("portal", "zwgk/zcjd", "政策解读", section_kind="interpretation", order_no=1)
    await hub.section("edu-site", "news", "教育动态", section_kind="news")
    await hub.section("health-site", "news", "健康动态", section_kind="news")
    await hub.key("city", "city", "content.*", "structure.edit")
    await hub.key("edu", "edu", "content.*", "structure.edit")
    await hub.key("edu-writer", "edu", "content.create", "content.update")
    await hub.key("health", "health", "content.*", "structure.edit")

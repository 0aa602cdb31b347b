"""A small real hub on SQLite for the tests of the live pages: one city, two sites, every state an item can be in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hub.access import operator
from hub.content import actions, structure
from hub.content.drafting import LinkTo, clean
from hub.content.release import Release, go_live
from hub.search import FacetValue, Mark, SearchAnswer, SearchHit, SearchRequest
from hub.vocabulary.clock import SHANGHAI, Instant, instant_of
from hub.vocabulary.enums import Kind, LinkType, Verb
from hub.vocabulary.errors import SearchUnavailable
from hub.vocabulary.expression import Expression
from hub.vocabulary.ids import ItemId, new_id
from hub.web.live_reading import LiveReading
from storage.database import Database
from storage.migrating import prepare
from storage.objects import LocalObjects

OPERATOR = operator("test")


def at(text: str) -> Instant:
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI))


@dataclass
class ScriptedEngine:
    """Answers with the hits it was given, marks every place of the text, and keeps what it was asked."""

    hits: list[str] = field(default_factory=list)
    facets: dict[str, list[FacetValue]] = field(default_factory=dict)
    corrected_text: str | None = None
    is_down: bool = False
    asked: list[SearchRequest] = field(default_factory=list)

    async def search(self, request: SearchRequest) -> SearchAnswer:
        if self.is_down:
            raise SearchUnavailable("No engine answers.")
        self.asked.append(request)
        page = self.hits[request.offset : request.offset + request.size]
        found = [SearchHit(ItemId(key), 1.0) for key in page]
        return SearchAnswer(found, len(self.hits), True, "g1", self.facets, self.corrected_text)

    async def suggest(self, prefix: str, where: Expression, size: int) -> list[str]:
        return []

    def marks(self, text: str, passages: Sequence[str]) -> list[list[Mark]]:
        return [_places(passage, text) for passage in passages]

    async def refresh(self) -> None: ...


def _places(passage: str, text: str) -> list[Mark]:
    starts = [start for start in range(len(passage)) if passage.startswith(text, start)]
    return [Mark(start, start + len(text)) for start in starts]


@dataclass
class LiveHub:
    database: Database
    objects: LocalObjects
    engine: ScriptedEngine
    now: Instant
    unit: str = ""
    ministry: str = ""
    portal: str = ""
    county: str = ""
    sections: dict[str, str] = field(default_factory=dict)
    """Section ids by path; the county's path begins with `county:`."""

    @classmethod
    async def build(cls, folder: Path) -> LiveHub:
        database = Database(f"sqlite+aiosqlite:///{folder}/hub.db")
        hub = cls(database, LocalObjects(folder / "objects"), ScriptedEngine(), at("2026-11-01 12:00"))
        await prepare(database, hub.now)
        async with database.transaction(hub.now) as tx:
            hub.unit = await structure.create_unit(
                tx, OPERATOR, {"code": "city", "name": "云岭市人民政府", "unit_type": "city_gov"}
            )
            hub.ministry = await structure.create_unit(
                tx, OPERATOR, {"code": "npc", "name": "外部单位", "unit_type": "external"}
            )
            await hub._lay_sites(tx)
        return hub

    async def _lay_sites(self, tx: Any) -> None:
        site = {"code": "city", "name": "云岭市门户", "site_type": "portal", "unit_id": self.unit}
        named = {"domain": "www.yunling.example", "site_id_code": "5399000001"}
        self.portal = await structure.create_site(tx, OPERATOR, {**site, **named})
        self.county = await structure.create_site(tx, OPERATOR, {**site, "code": "county", "name": "青溪县门户"})
        zwgk = await self._section(tx, self.portal, "zwgk", "政务公开")
        description = {"description": "市政府文件", "keywords": ["文件", "规章"], "column_type": "政策文件库"}
        await self._section(tx, self.portal, "zwgk/zcwj", "政策文件", parent_id=zwgk, **description)
        await self._section(tx, self.portal, "zwgk/zcjd", "政策解读", parent_id=zwgk, order_no=1)
        await self._section(tx, self.county, "county:zcwj", "政策文件")
        view = {"kinds": ["policy_document"], "section": [zwgk]}
        await self._section(tx, self.county, "county:szf", "市政府文件", order_no=1, view=view)

    async def _section(self, tx: Any, site_id: str, path: str, name: str, **more: Any) -> str:
        code = path.rpartition("/")[2].rpartition(":")[2]
        values = {"site_id": site_id, "code": code, "name": name, "section_kind": "other", **more}
        self.sections[path] = await structure.create_section(tx, OPERATOR, values)
        return self.sections[path]

    def reading(self) -> LiveReading:
        return LiveReading(self.database, self.engine, lambda: self.now, base_url="https://hub.example/")

    async def add(
        self,
        kind: Kind,
        title: str,
        *,
        sections: Sequence[str] = (),
        links: Sequence[tuple[LinkType, str]] = (),
        hub_details: dict[str, Any] | None = None,
        unit: str = "",
        item_id: str = "",
        **values: Any,
    ) -> str:
        """Publishes one item; links are (type, id of the target)."""
        placed = [self.sections[path] for path in sections]
        given = {"title": title, "published_at": self.now, "sections": placed, **values}
        content = clean(kind, {**given, "links": [LinkTo(type_, target) for type_, target in links]})
        content = replace(content, details={**content.details, **(hub_details or {})})
        key = item_id or new_id()
        one = Release(key, kind, unit or self.unit, content, Verb.PUBLISHED, "publish", source="t", source_id=key)
        async with self.database.transaction(self.now) as tx:
            await go_live(tx, OPERATOR.id, [one])
        return key

    async def add_file(self, title: str, media_type: str, data: bytes, name: str = "", **more: Any) -> str:
        stored = await self.objects.put(data)
        details = {"media_type": media_type, "file_name": name, "size": stored.size, "alt_text": f"{title}的图"}
        return await self.add(
            Kind.MEDIA_ASSET, title, details=details, hub_details={"object_key": stored.object_key}, **more
        )

    async def act(self, verb: Any, item_id: str, *args: Any, expected: int = 1, **more: Any) -> None:
        async with self.database.transaction(self.now) as tx:
            await verb(tx, OPERATOR, item_id, expected, *args, **more)

    async def withdraw(self, item_id: str, explanation: str, **more: Any) -> None:
        await self.act(actions.withdraw, item_id, explanation=explanation, **more)

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

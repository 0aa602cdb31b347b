"""A small real hub on SQLite, with units, sites and sections, a clock that stands still, and short ways to act on it.

city 云澜市 ── edu 教育局        sites: portal (city), edu-site (edu), county (county)
county 枕溪县                    sections by path: portal: news, gov, gov/policy, gov/read; county: news
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from hub import access
from hub.access import ANONYMOUS, Actor, operator, permissions_from
from hub.content import actions, structure
from hub.content.drafting import clean
from hub.content.release import Release, go_live
from hub.vocabulary.clock import SECOND, Instant, parse_instant
from hub.vocabulary.enums import Kind, Verb
from hub.vocabulary.ids import new_id
from storage.database import Database, Reader, System, Transaction
from storage.migrating import prepare
from storage.tables import audit, change, edition, item, listing, route, scope
from storage.tables import due as due_table

P = ParamSpec("P")
T = TypeVar("T")
START = parse_instant("2026-03-02T09:00:00+08:00")
OPERATOR = operator("test")


@dataclass
class StandingClock:
    """Stands still until it is moved."""

    now: Instant = START

    def __call__(self) -> Instant:
        return self.now

    def pass_by(self, seconds: float) -> Instant:
        self.now = Instant(self.now + round(seconds * SECOND))
        return self.now


@dataclass
class World:
    database: Database
    path: Path
    clock: StandingClock = field(default_factory=StandingClock)
    units: dict[str, str] = field(default_factory=dict)
    """Ids by code."""
    sites: dict[str, str] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    """Ids by `path` on the portal, `county:path` on the county's site, `edu-site:path` on the department's."""

    @asynccontextmanager
    async def tx(self) -> AsyncIterator[Transaction]:
        async with self.database.transaction(self.clock()) as tx:
            yield tx

    @asynccontextmanager
    async def reading(self, actor: Actor = ANONYMOUS) -> AsyncIterator[Reader]:
        now = self.clock()
        async with self.database.snapshot() as connection:
            yield Reader(connection, access.sight(actor, now), now)

    @asynccontextmanager
    async def system(self) -> AsyncIterator[System]:
        async with self.database.system(self.clock()) as system:
            yield system

    async def do(self, act: Callable[Concatenate[Transaction, P], Awaitable[T]], *args: P.args, **kw: P.kwargs) -> T:
        """Runs one action in a transaction of its own."""
        async with self.tx() as tx:
            return await act(tx, *args, **kw)

    def staff(self, unit: str, *verbs: str, labels: Iterable[str] = (), sites: Iterable[str] = ()) -> Actor:
        """A program of that unit with these rights (all when none is named), as signing in would give it."""
        units = {"city": ("city", "edu"), "edu": ("edu",), "county": ("county",)}[unit]
        own = {"city": ("portal", "edu-site"), "edu": ("edu-site",), "county": ("county",)}[unit]
        return Actor(
            f"key:hub_{unit}",
            f"{unit} program",
            labels=frozenset(("public", *labels)),
            unit_id=self.units[unit],
            units=frozenset(self.units[code] for code in units),
            permissions=permissions_from(verbs or ("*",)),
            sites=frozenset(self.sites[code] for code in (*own, *sites)),
        )

    async def draft(self, kind: Kind = Kind.ARTICLE, unit: str = "city", **values: Any) -> str:
        values = {"title": "关于春季开学的通知", "body": "正文", "body_format": "text", **values}
        return await self.do(actions.create, OPERATOR, kind, values, unit_id=self.units[unit])

    async def published(self, kind: Kind = Kind.ARTICLE, unit: str = "city", **values: Any) -> str:
        """Lock version 2 afterwards."""
        item_id = await self.draft(kind, unit, **{"sections": [self.sections["news"]], **values})
        return await self.do(actions.publish, OPERATOR, item_id, 1)

    def fresh(self, number: int, **values: Any) -> Release:
        """A policy document (or another `kind`) as an import brings it: source oa, id the number."""
        kind = values.pop("kind", Kind.POLICY_DOCUMENT)
        unit = values.pop("unit", "city")
        given = {"title": f"第{number}号通知", "body": "正文", "body_format": "text",
                 "sections": [self.sections["gov/policy"]], **values}  # fmt: skip
        return Release(
            new_id(), kind, self.units[unit], clean(kind, given), Verb.PUBLISHED, "import",
            source="oa", source_id=str(number),
        )  # fmt: skip

    async def release(self, releases: Sequence[Release], *, same_edition: bool = False) -> None:
        async with self.tx() as tx:
            await go_live(tx, OPERATOR.id, releases, same_edition=same_edition)

    async def rows(self, query: sa.Executable) -> Sequence[sa.Row[Any]]:
        async with self.database.snapshot() as connection:
            return (await connection.execute(query)).all()

    async def head(self, item_id: str) -> Any:
        return (await self.rows(sa.select(item).where(item.c.id == item_id)))[0]

    async def lock_version(self, item_id: str) -> int:
        return int((await self.head(item_id)).lock_version)

    async def changes(self, item_id: str | None = None, *, after: int = 0) -> Sequence[sa.Row[Any]]:
        query = sa.select(change).where(change.c.position > after).order_by(change.c.position)
        return await self.rows(query if item_id is None else query.where(change.c.item_id == item_id))

    async def verbs(self, item_id: str) -> list[str]:
        return [row.verb for row in await self.changes(item_id)]

    async def audits(self, subject: str | None = None) -> Sequence[sa.Row[Any]]:
        query = sa.select(audit).order_by(audit.c.at, audit.c.unit_id, audit.c.seq)
        return await self.rows(query if subject is None else query.where(audit.c.subject_id == subject))

    async def editions(self, item_id: str) -> list[tuple[int, str]]:
        query = sa.select(edition.c.number, edition.c.state).where(edition.c.item_id == item_id)
        return [(row.number, row.state) for row in await self.rows(query.order_by(edition.c.number))]

    async def listed_under(self, item_id: str) -> set[tuple[str, int, int, int]]:
        """(scope key, kind code, archived, sort instant) of each closure row."""
        query = sa.select(scope.c.key, listing.c.kind, listing.c.archived, listing.c.sort_at)
        query = query.join(scope, scope.c.id == listing.c.scope_id).where(listing.c.item_id == item_id)
        return {tuple(row) for row in await self.rows(query)}

    async def routes(self, item_id: str) -> dict[str, tuple[int, str | None]]:
        """Path → (is current, where it leads)."""
        query = sa.select(route.c.path, route.c.is_current, route.c.redirect_to).where(route.c.item_id == item_id)
        return {row.path: (row.is_current, row.redirect_to) for row in await self.rows(query)}

    async def open_due(self, item_id: str) -> list[tuple[str, int]]:
        query = sa.select(due_table.c.task, due_table.c.due_at).where(due_table.c.item_id == item_id)
        query = query.where(due_table.c.done_at.is_(None)).order_by(due_table.c.due_at, due_table.c.task)
        return [(row.task, row.due_at) for row in await self.rows(query)]

    async def footprint(self) -> dict[str, int]:
        """Rows of every table: equal before and after means nothing was written."""
        tables = await self.rows(sa.text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"))
        counts = [(row.name, await self.rows(sa.text(f'SELECT count(*) AS n FROM "{row.name}"'))) for row in tables]
        return {name: found[0].n for name, found in counts}


@dataclass
class Counted:
    statements: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)


@asynccontextmanager
async def counting(database: Database) -> AsyncIterator[Counted]:
    """The statements sent meanwhile; BEGIN and COMMIT are none, an insert of many rows is one."""
    counted = Counted()

    def saw(_c: Any, _k: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            counted.statements.append(statement)
            counted.parameters.append(parameters)

    engines = [engine.sync_engine for engine in database.engines]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", saw)
    try:
        yield counted
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", saw)


def database_at(path: Path) -> Database:
    """Does not wait for the disk: no test here pulls the plug. `tests/storage/test_database.py` holds the pragmas."""
    database = Database(f"sqlite+aiosqlite:///{path}", pool_size=4)

    def hurry(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF").close()

    for engine in database.engines:
        event.listen(engine.sync_engine, "connect", hurry)
    return database


async def _build(path: Path) -> World:
    made = World(database_at(path), path)
    await prepare(made.database, START)
    async with made.tx() as tx:
        await _units_and_sites(tx, made)
    async with made.tx() as tx:
        await _sections(tx, made)
    await made.database.close()
    return made


async def _units_and_sites(tx: Transaction, made: World) -> None:
    for code, name, unit_type, parent in (
        ("city", "云澜市人民政府", "city_gov", None),
        ("edu", "云澜市教育局", "city_department", "city"),
        ("county", "枕溪县人民政府", "county_gov", None),
    ):
        values = {"code": code, "name": name, "unit_type": unit_type, "parent_id": made.units.get(parent or "")}
        made.units[code] = await structure.create_unit(tx, OPERATOR, values)
    for code, name, site_type, owner in (
        ("portal", "云澜市人民政府门户网站", "portal", "city"),
        ("edu-site", "云澜市教育局网站", "department_site", "edu"),
        ("county", "枕溪县人民政府门户网站", "portal", "county"),
    ):
        values = {"code": code, "name": name, "site_type": site_type, "unit_id": made.units[owner]}
        made.sites[code] = await structure.create_site(tx, OPERATOR, values)


async def _sections(tx: Transaction, made: World) -> None:
    for key, name, section_kind in (
        ("news", "要闻", "news"),
        ("gov", "政务公开", "other"),
        ("gov/policy", "政策文件", "policy_document"),
        ("gov/read", "政策解读", "interpretation"),
        ("edu-site:news", "教育要闻", "news"),
        ("county:news", "县区要闻", "news"),
    ):
        site, _, path = key.rpartition(":")
        above, _, code = path.rpartition("/")
        values = {
            "site_id": made.sites[site or "portal"],
            "parent_id": made.sections.get(above),
            "code": code,
            "name": name,
            "section_kind": section_kind,
        }
        made.sections[key] = await structure.create_section(tx, OPERATOR, values)


def run_apart(act: Callable[[], Awaitable[T]]) -> T:
    """Runs a coroutine in a loop of its own, in a thread of its own: safe whatever loop the test has."""

    async def main() -> T:
        return await act()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, main()).result()


@pytest.fixture(scope="session")
def world_template(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Built once; every test copies its file."""
    path = tmp_path_factory.mktemp("template") / "hub.db"
    return run_apart(lambda: _build(path))


def copied(template: World, folder: Path) -> World:
    path = folder / "hub.db"
    shutil.copyfile(template.path, path)
    return World(
        database_at(path), path, StandingClock(), dict(template.units), dict(template.sites), dict(template.sections)
    )


@pytest.fixture
async def world(world_template: World, tmp_path: Path) -> AsyncIterator[World]:
    made = copied(world_template, tmp_path)
    yield made
    await made.database.close()

"""One visibility expression, compiled three times: Python, SQL and tantivy must say the same of every item."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub import access
from hub.access import Actor
from hub.content.release import is_visible
from hub.search import SearchDocument, SearchRequest
from hub.vocabulary.clock import ALWAYS, NEVER, Instant, system_now
from hub.vocabulary.enums import Kind, Publicity, State
from hub.vocabulary.expression import After, And, Before, Equals, Expression, Facts, Not, Or, Overlaps, matches
from hub.vocabulary.ids import ItemId, new_id
from indexers.embedded.engine import EmbeddedSearch
from indexers.embedded.index import EmbeddedIndex
from storage.database import Database, Reader
from storage.expression_sql import KIND_CODES, scope_key, to_sql
from storage.migrating import prepare
from storage.tables import audience_label, edition, item, listing, scope, unit

T0 = 1_700_000_000_000_000
INSTANTS = [ALWAYS, T0 - 1, T0, T0 + 1, T0 + 2, NEVER]
LABELS = ["public", "staff", "partner:日报", "county"]
SETS = {
    "site": ["s1", "s2"],
    "section": ["a", "b", "c"],
    "genre": ["notice", "order"],
    "validity": ["in_force", "repealed"],
    "region": ["云澜", "枕溪"],
    "keyword": ["养老", "a:b", "\"引号\""],
    "theme": ["就业"],
    "doc_no": ["云澜政发|2025|12"],
}  # fmt: skip


@dataclass(frozen=True)
class Made:
    """One generated item."""

    state: str
    kind: str
    publicity: str
    audience: frozenset[str]
    visible_from: int
    visible_until: int
    sort_at: int
    sets: dict[str, frozenset[str]]

    def facts(self, item_id: str, unit_id: str) -> Facts:
        empty = {name: frozenset[str]() for name in (*SETS, "topic", "object", "language", "year")}
        return {
            **empty,
            **self.sets,
            "id": item_id,
            "unit": frozenset((unit_id,)),
            "state": self.state,
            "kind": self.kind,
            "publicity": self.publicity,
            "audience": self.audience,
            "visible_from": self.visible_from,
            "visible_until": self.visible_until,
            "sort_at": self.sort_at,
        }


def some_of(values: list[str], *, least: int = 0) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values), min_size=least)


made_items = st.builds(
    Made,
    state=st.sampled_from([state.value for state in State]),
    kind=st.sampled_from([kind.value for kind in Kind]),
    publicity=st.sampled_from([publicity.value for publicity in Publicity]),
    audience=some_of(LABELS, least=1),
    visible_from=st.sampled_from(INSTANTS[:-1]),
    visible_until=st.sampled_from(INSTANTS[1:]),
    sort_at=st.sampled_from([T0 - 1, T0, T0 + 1]),
    sets=st.fixed_dictionaries({name: some_of(values) for name, values in SETS.items()}),
)
leaves: st.SearchStrategy[Expression] = st.one_of(
    st.builds(Equals, st.just("state"), st.sampled_from([state.value for state in State])),
    st.builds(Overlaps, st.just("kind"), some_of([kind.value for kind in Kind])),
    st.builds(Equals, st.just("publicity"), st.sampled_from([publicity.value for publicity in Publicity])),
    st.builds(Overlaps, st.just("audience"), some_of([*LABELS, "nobody"])),
    *[st.builds(Overlaps, st.just(name), some_of([*values, "无"])) for name, values in SETS.items()],
    st.builds(Before, st.sampled_from(["visible_from", "visible_until", "sort_at"]), st.sampled_from(INSTANTS)),
    st.builds(After, st.sampled_from(["visible_from", "visible_until", "sort_at"]), st.sampled_from(INSTANTS)),
)
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(And, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)
actors = st.builds(lambda labels: Actor("key:test", "test", labels=labels | {"public"}), some_of(LABELS[1:]))


instants = st.sampled_from([T0 - 1, T0, T0 + 1, T0 + 2])


class World:
    """Both engines under one set of items."""

    def __init__(self, folder: Path, database: Database, index: EmbeddedIndex) -> None:
        self.database = database
        self.index = index
        self.search = EmbeddedSearch(folder / "search")
        self.unit_id = new_id()
        self.scopes: dict[str, int] = {}

    async def fill(self, items: list[Made]) -> dict[str, Made]:
        """Replaces everything by these items, in the database and in the index."""
        stored = {new_id(): one for one in items}
        async with self.database.transaction(system_now()) as tx:
            for table in (listing, scope, audience_label, item, edition):
                await tx.run(sa.delete(table))
            self.scopes = {}
            for item_id, one in stored.items():
                await self._insert(tx, item_id, one)
        await self.index.drop([ItemId(key) for key in await self.search.versions()])
        await self.index.put([self._document(item_id, one) for item_id, one in stored.items()])
        await self.index.commit()
        await self.search.refresh()
        return stored

    async def _insert(self, tx, item_id: str, one: Made) -> None:
        key = "\n".join(sorted(one.audience))
        await tx.run(sa.insert(item), [{
            "id": item_id, "kind": one.kind, "unit_id": self.unit_id, "site_id": None, "state": one.state,
            "lock_version": 1, "version": 1, "live_edition_id": None, "working_edition_id": None,
            "publicity": one.publicity, "audience_key": key, "visible_from": one.visible_from,
            "visible_until": one.visible_until, "sort_at": one.sort_at, "first_published_at": 0, "updated_at": 0,
            "created_at": 0, "source": "t", "source_id": item_id, "row_hash": None,
        }])  # fmt: skip
        for label in one.audience:
            known = sa.select(audience_label).where(
                audience_label.c.audience_key == key, audience_label.c.label == label
            )
            if await tx.first(known) is None:
                await tx.run(sa.insert(audience_label), [{"audience_key": key, "label": label}])
        for field, values in one.sets.items():
            for value in values:
                number = self.scopes.setdefault(scope_key(field, value), len(self.scopes) + 1)
                if await tx.first(sa.select(scope).where(scope.c.id == number)) is None:
                    await tx.run(sa.insert(scope), [{"id": number, "key": scope_key(field, value)}])
                await tx.run(sa.insert(listing), [{
                    "scope_id": number, "kind": KIND_CODES[Kind(one.kind)], "archived": 0, "sort_at": one.sort_at,
                    "item_id": item_id, "updated_at": 0,
                }])  # fmt: skip

    def _document(self, item_id: str, one: Made) -> SearchDocument:
        return SearchDocument(
            id=ItemId(item_id), version=1, title="标题", text="正文", doc_no="", state=one.state, kind=one.kind,
            publicity=one.publicity, visible_from=one.visible_from, visible_until=one.visible_until,
            sort_at=one.sort_at, sets={**one.sets, "audience": one.audience, "unit": frozenset((self.unit_id,))},
        )  # fmt: skip

    async def by_sql(self, expression: Expression) -> set[str]:
        now = system_now()
        async with self.database.snapshot() as connection:
            reader = Reader(connection, access.sight(access.ANONYMOUS, now), now)
            return {row.id for row in await reader.rows(sa.select(item.c.id).where(to_sql(expression)))}

    async def by_index(self, expression: Expression) -> set[str]:
        answer = await self.search.search(SearchRequest("", expression, size=1_000))
        assert answer.total == len(answer.hits)
        return {hit.id for hit in answer.hits}


@pytest.fixture
async def world(tmp_path: Path):
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/hub.db")
    await prepare(database, system_now())
    index = EmbeddedIndex.open(tmp_path / "search")
    made = World(tmp_path, database, index)
    async with database.transaction(system_now()) as tx:
        await tx.run(sa.insert(unit), [{"id": made.unit_id, "code": "u", "name": "单位", "unit_type": "city_gov",
                                        "lock_version": 1, "created_at": 0}])  # fmt: skip
    yield made
    await index.close()
    await database.close()


def python_says(stored: dict[str, Made], unit_id: str, expression: Expression) -> set[str]:
    return {item_id for item_id, one in stored.items() if matches(expression, one.facts(item_id, unit_id))}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    items=st.lists(made_items, min_size=1, max_size=25),
    asked=st.lists(
        st.tuples(actors, st.sampled_from([T0 - 1, T0, T0 + 1, T0 + 2]), expressions), min_size=1, max_size=8
    ),
)
async def test_python_sql_and_index_agree_on_every_item(world: World, items, asked) -> None:
    stored = await world.fill(items)

    for actor, now, filter_ in asked:
        sight = access.sight(actor, Instant(now))
        for expression in (sight.listed, sight.addressable, filter_, And((sight.listed, filter_)), Not(filter_)):
            expected = python_says(stored, world.unit_id, expression)
            assert await world.by_sql(expression) == expected
            assert await world.by_index(expression) == expected


@given(one=made_items, now=st.sampled_from([T0 - 1, T0, T0 + 1, T0 + 2]))
def test_change_rows_call_visible_what_somebody_could_see(one: Made, now: int) -> None:
    everybody = Actor("key:all", "all", labels=frozenset(LABELS))
    facts = one.facts("x", "u")

    shown = is_visible(one.state, one.publicity, one.visible_from, one.visible_until, Instant(now))

    assert shown == matches(access.sight(everybody, Instant(now)).listed, facts)

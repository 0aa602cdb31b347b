"""Search decides the order, the database decides who may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from hub import planner
from hub.content import actions
from hub.content.filters import ContentFilter
from hub.search import MAX_HITS, FacetValue, Mark, SearchAnswer, SearchHit, SearchRequest, SearchSort
from hub.vocabulary.clock import Instant
from hub.vocabulary.enums import Kind
from hub.vocabulary.errors import CursorExpired, InvalidCursor, InvalidInput
from hub.vocabulary.expression import Expression, matches
from hub.vocabulary.ids import ItemId, new_id
from tests.world import OPERATOR, START, World


@dataclass
class FakeEngine:
    """Holds ids in order, and answers as a stale index would: it knows nothing of who may see."""

    ids: list[str] = field(default_factory=list)
    generation: str = "g1"
    total: int | None = None
    asked: list[SearchRequest] = field(default_factory=list)
    prefixes: list[tuple[str, int]] = field(default_factory=list)

    async def search(self, request: SearchRequest) -> SearchAnswer:
        self.asked.append(request)
        page = self.ids[request.offset : request.offset + request.size]
        hits = [SearchHit(ItemId(key), 1.0 / (place + 1)) for place, key in enumerate(page)]
        total = len(self.ids) if self.total is None else self.total
        return SearchAnswer(hits, total, True, self.generation, {"kind": [FacetValue("article", 1)]})

    async def suggest(self, prefix: str, where: Expression, size: int) -> list[str]:
        self.prefixes.append((prefix, size))
        return ["养老服务条例"]

    def marks(self, text: str, passages: Sequence[str]) -> list[list[Mark]]:
        return [[] for _ in passages]

    async def refresh(self) -> None: ...


async def search(world: World, engine: FakeEngine, text: str = "养老", **more: Any) -> planner.FoundPage:
    filter_ = more.pop("filter_", ContentFilter())
    async with world.reading() as reader:
        return await planner.search(reader, engine, text, filter_, **more)


async def test_hits_come_in_the_order_of_the_engine_with_their_rows(world: World) -> None:
    keys = [await world.published(title=str(n)) for n in range(3)]
    engine = FakeEngine([keys[1], keys[2], keys[0]])

    page = await search(world, engine)

    assert [(hit.row.title, hit.score) for hit in page.hits] == [("1", 1.0), ("2", 1 / 2), ("0", 1 / 3)]
    assert (page.total, page.is_exact, page.has_next, page.text, page.corrected_text) == (3, True, False, "养老", None)
    assert page.facets == {"kind": [FacetValue("article", 1)]}


async def test_stale_index_cannot_show_what_is_hidden_nor_count_it(world: World) -> None:
    shown, withdrawn = await world.published(), await world.published()
    embargoed, draft = await world.published(embargo_at=Instant(START + 1)), await world.draft()
    await world.do(actions.withdraw, OPERATOR, withdrawn, 2, explanation="错")

    page = await search(world, FakeEngine([withdrawn, shown, embargoed, draft, new_id()]))

    assert [hit.row.id for hit in page.hits] == [shown]
    assert page.total == 1


async def test_engine_is_asked_for_what_is_visible_and_wanted_together(world: World) -> None:
    engine = FakeEngine()

    await search(
        world, engine, filter_=ContentFilter(kinds=(Kind.ARTICLE,)), sort=SearchSort.NEWEST, first=7,
        facets=("kind", "year", "kind"),
    )  # fmt: skip

    asked = engine.asked[0]
    assert (asked.text, asked.sort, asked.offset, asked.size, asked.facets) == (
        "养老", SearchSort.NEWEST, 0, 7, ("kind", "year"),
    )  # fmt: skip
    facts = {"state": "live", "kind": "article", "publicity": "proactive", "audience": frozenset(("public",)),
             "visible_from": 0, "visible_until": 2**62, "id": "some"}  # fmt: skip
    assert matches(asked.where, facts)
    for name, value in (("kind", "media_asset"), ("state", "archived"), ("visible_from", START + 1),
                        ("audience", frozenset(("staff",))), ("publicity", "withheld")):  # fmt: skip
        assert not matches(asked.where, {**facts, name: value}), name


async def test_pages_follow_each_other_to_the_end(world: World) -> None:
    keys = [await world.published() for _ in range(5)]
    engine, found, after = FakeEngine(keys), [], None
    for size in (2, 2, 1):
        page = await search(world, engine, first=2, after=after)
        assert len(page.hits) == size
        found += [hit.row.id for hit in page.hits]
        after = page.hits[-1].cursor

    assert found == keys
    assert not page.has_next


async def test_page_after_a_rebuild_has_expired(world: World) -> None:
    engine = FakeEngine([await world.published() for _ in range(3)])
    after = (await search(world, engine, first=1)).hits[0].cursor
    engine.generation = "g2"

    with pytest.raises(CursorExpired):
        await search(world, engine, first=1, after=after)


async def test_search_ends_at_a_thousand_hits(world: World) -> None:
    key = await world.published()
    engine = FakeEngine([new_id()] * (MAX_HITS - 1) + [key] * 500)

    page = await search(world, engine, first=20, after=planner._encode("g1", MAX_HITS - 1))
    beyond = await search(world, engine, first=20, after=planner._encode("g1", MAX_HITS))

    assert ([hit.row.id for hit in page.hits], page.has_next) == ([key], False)
    assert (beyond.hits, beyond.has_next) == ([], False)


@pytest.mark.parametrize(
    "cursor", ["", "x", "é", "W10", planner._encode("g1", -1), planner._encode("g1", MAX_HITS + 1)]
)
async def test_foreign_cursor_is_refused(world: World, cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        await search(world, FakeEngine(), after=cursor)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"text": "长" * 401}, "text"), ({"text": "a\x00b"}, "text"),
        ({"first": 101}, "first"), ({"first": -1}, "first"),
        ({"facets": ("audience",)}, "facets"), ({"facets": ("state",)}, "facets"),
    ],
)  # fmt: skip
async def test_wrong_request_is_refused_by_field_and_not_asked(world: World, more: dict[str, Any], field: str) -> None:
    engine = FakeEngine()

    with pytest.raises(InvalidInput) as refused:
        await search(world, engine, **more)

    assert (refused.value.field, engine.asked) == (field, [])


async def test_suggestions_are_bounded_and_blank_prefixes_ask_nobody(world: World) -> None:
    engine = FakeEngine()
    async with world.reading() as reader:
        assert await planner.suggest(reader, engine, "  养老" + "长" * 100, 5) == ["养老服务条例"]
        assert await planner.suggest(reader, engine, "  ", 5) == []
        for size in (0, 21):
            with pytest.raises(InvalidInput):
                await planner.suggest(reader, engine, "养老", size)

    assert engine.prefixes == [("养老" + "长" * 58, 5)]

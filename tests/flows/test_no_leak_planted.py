"""The walk finds leaks planted on purpose: in a relation, in a count, in the index filter, in the loading of hits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hub import planner
from hub.search import SearchAnswer, SearchRequest
from hub.vocabulary.expression import EVERYTHING
from indexers.embedded.engine import EmbeddedSearch
from schema.api import api
from storage.database import Reader, Sight
from storage.stores import items, links, listings, scope_counts
from tests.flows.leak_documents import Walk
from tests.flows.leak_questions import questions
from tests.flows.leak_walking import walking, widen
from tests.flows.leak_world import Worlds


@pytest.fixture(scope="module")
def walk() -> Walk:
    return Walk(api.as_str())


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    widen(monkeypatch)


def without_sight(read: Callable[..., Any]) -> Callable[..., Any]:
    """The store function as somebody may write it who forgets the reader's condition."""

    async def leaking(reader: Reader, *args: Any, **more: Any) -> Any:
        blind = Reader(reader.connection, Sight(EVERYTHING, EVERYTHING), reader.now)
        return await read(blind, *args, **more)

    return leaking


async def findings(worlds: Worlds, walk: Walk, *prefixes: str) -> str:
    async with walking(worlds, walk) as walker:
        await walker.ask(one for one in questions(walk, worlds.plan) if one.name.startswith(prefixes))
    return "\n".join(walker.findings)


@pytest.mark.parametrize("relation", ["targets", "origins"])
async def test_a_relation_that_forgets_the_condition_is_found(
    worlds: Worlds, walk: Walk, monkeypatch: pytest.MonkeyPatch, relation: str
) -> None:
    monkeypatch.setattr(links, relation, without_sight(getattr(links, relation)))

    found = await findings(worlds, walk, "content:deep:6")

    assert "shows ['" in found
    assert "title" in found


async def test_loading_by_id_that_forgets_the_condition_is_found(
    worlds: Worlds, walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(items, "visible", without_sight(items.visible))

    found = await findings(worlds, walk, "node:0")

    assert "shows ['" in found


async def test_a_count_that_forgets_the_condition_is_found(
    worlds: Worlds, walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "total", without_sight(listings.total))

    found = await findings(worlds, walk, "filter:0")

    assert "totalCount" in found
    assert "shows" not in found


async def test_an_index_without_filter_betrays_counts_but_no_text_of_a_hit(
    worlds: Worlds, walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EmbeddedSearch, "search", _unfiltered(EmbeddedSearch.search))

    found = await findings(worlds, walk, "search:0")

    assert "facets" in found
    assert "title" not in found


async def test_hits_that_are_not_loaded_through_the_reader_are_found(
    worlds: Worlds, walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EmbeddedSearch, "search", _unfiltered(EmbeddedSearch.search))
    monkeypatch.setattr(planner.queries, "many", without_sight(_loaded))

    found = await findings(worlds, walk, "search:0")

    assert "title" in found


async def _loaded(reader: Reader, ids: list[str]) -> dict[str, Any]:
    return {row.id: row for row in await items.visible(reader, ids)}


def _unfiltered(search: Callable[..., Any]) -> Callable[..., Any]:
    async def leaking(engine: EmbeddedSearch, request: SearchRequest) -> SearchAnswer:
        answer: SearchAnswer = await search(engine, replace(request, where=EVERYTHING))
        return answer

    return leaking


async def test_a_page_that_counts_without_the_condition_differs_from_its_twin(
    worlds: Worlds, walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scope_counts, "visible_in", without_sight(scope_counts.visible_in))

    async with walking(worlds, walk) as walker:
        pages = [await hub.get("/sites/city") for hub in (walker.full, walker.twin)]

    assert pages[0].text != pages[1].text

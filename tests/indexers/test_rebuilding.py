"""A new generation beside the old one: complete, also for what changes meanwhile; else not taken into use."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from hub.content import actions
from hub.search import SearchDocument
from hub.vocabulary.errors import SearchUnavailable
from indexers import rebuilding
from indexers.embedded import index as index_module
from indexers.embedded.engine import EmbeddedSearch
from indexers.embedded.index import EmbeddedIndex
from indexers.follower import SearchFollower
from indexers.rebuilding import difference, rebuild
from tests.world import OPERATOR, World


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[EmbeddedIndex]:
    made = EmbeddedIndex.open(tmp_path / "search")
    yield made
    await made.close()


async def versions(folder: Path) -> dict[str, int]:
    return {str(key): version for key, version in (await EmbeddedSearch(folder / "search", list).versions()).items()}


async def filled(world: World, index: EmbeddedIndex, number: int) -> tuple[list[str], SearchFollower]:
    keys = [await world.published() for _ in range(number)]
    follower = SearchFollower(world.database, index, world.clock)
    while await follower.step():
        pass
    return keys, follower


async def test_new_generation_holds_every_row_and_the_old_one_is_removed(
    world: World, index: EmbeddedIndex, tmp_path: Path
) -> None:
    keys, follower = await filled(world, index, 7)
    old = index.generation

    new = await rebuild(world.database, index, world.clock, follower)

    assert new == index.generation != old
    assert await versions(tmp_path) == {key: (await world.head(key)).version for key in keys}
    assert [path.parent.name for path in (tmp_path / "search").rglob("meta.json")] == [new]


async def test_changes_made_meanwhile_are_in_both_generations(
    world: World, index: EmbeddedIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "PAGE", 2)
    keys, follower = await filled(world, index, 6)
    ordered = sorted(keys)
    made: list[str] = []
    steps: list[Callable[[], Awaitable[Any]]] = [
        # one that was filled is corrected, one that comes later is withdrawn, a new one comes
        lambda: world.do(actions.correct, OPERATOR, ordered[0], 2, {"title": "新"}, change_note="改"),
        lambda: world.do(actions.withdraw, OPERATOR, ordered[5], 2, explanation="错"),
        lambda: world.published(),
    ]
    load = rebuilding.documents.load

    async def loading(system: Any, ids: Any) -> list[SearchDocument]:
        found = await load(system, ids)
        if steps and isinstance(ids, list):
            made.append(await steps.pop(0)())
        return found

    monkeypatch.setattr(rebuilding.documents, "load", loading)
    old_count = await index.count(index.generation)
    seen: list[int] = []

    async def both() -> None:
        seen.append(await index.count(index.generation))

    promote = index.promote

    async def promoting(generation: str) -> None:
        await both()
        await promote(generation)

    monkeypatch.setattr(index, "promote", promoting)
    await rebuild(world.database, index, world.clock, follower)

    expected = {key: (await world.head(key)).version for key in (*ordered[:5], made[2])}
    assert await versions(tmp_path) == expected
    assert (old_count, seen) == (6, [6])


async def test_without_a_follower_what_came_meanwhile_is_followed_afterwards(
    world: World, index: EmbeddedIndex, tmp_path: Path
) -> None:
    _, follower = await filled(world, index, 3)
    late = await world.published()

    await rebuild(world.database, index, world.clock)
    while await follower.step():
        pass

    assert late in await versions(tmp_path)


async def test_generation_that_lacks_rows_is_not_taken_into_use_and_removed(
    world: World, index: EmbeddedIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, follower = await filled(world, index, 8)
    old = index.generation

    async def lossy(*_: Any) -> None:
        return None

    monkeypatch.setattr(index, "fill", lossy)
    with pytest.raises(SearchUnavailable) as refused:
        await rebuild(world.database, index, world.clock, follower)

    assert refused.value.message == "The new generation holds 0 of 8 items and was not taken into use."
    assert index.generation == old
    assert set(await versions(tmp_path)) == set(keys)
    assert [path.parent.name for path in (tmp_path / "search").rglob("meta.json")] == [old]


async def test_poisonous_document_is_left_out_of_the_new_generation(
    world: World, index: EmbeddedIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, follower = await filled(world, index, 4)
    make = index_module.engine_document

    def failing(document: SearchDocument) -> Any:
        if document.id == keys[1]:
            raise ValueError("poison")
        return make(document)

    monkeypatch.setattr(index_module, "engine_document", failing)

    await rebuild(world.database, index, world.clock, follower)

    assert set(await versions(tmp_path)) == {keys[0], keys[2], keys[3]}


async def test_difference_names_what_the_index_lacks_and_what_it_should_not_hold(
    world: World, index: EmbeddedIndex, tmp_path: Path
) -> None:
    keys, _ = await filled(world, index, 3)
    await world.do(actions.withdraw, OPERATOR, keys[0], 2, explanation="错")
    await world.do(actions.correct, OPERATOR, keys[1], 2, {"title": "新"}, change_note="改")
    new = await world.published()

    missing, surplus = await difference(world.database, EmbeddedSearch(tmp_path / "search", list), world.clock)

    assert (missing, surplus) == (sorted([keys[1], new]), [keys[0]])

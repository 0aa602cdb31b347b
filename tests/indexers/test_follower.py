"""The follower of the search index: current rows, express lane, poison, replay, crashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hub import access, planner
from hub.content import actions
from hub.content.filters import ContentFilter
from hub.content.release import go_live
from hub.search import DocumentRefused, SearchDocument, SearchRequest
from hub.vocabulary.errors import SearchUnavailable
from hub.vocabulary.ids import ItemId
from indexers import follower as follower_module
from indexers.embedded.engine import EmbeddedSearch
from indexers.embedded.index import EmbeddedIndex
from indexers.follower import BULK_ROWS, NAME, SearchFollower
from storage.database import BULK
from storage.stores import changes
from tests.world import OPERATOR, World


@dataclass
class FakeIndex:
    """Remembers in order what it was told; refuses documents whose title is poison."""

    held: dict[str, SearchDocument] = field(default_factory=dict)
    committed: dict[str, SearchDocument] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    breaks: bool = False

    async def put(self, documents: Sequence[SearchDocument]) -> None:
        if self.breaks:
            raise SearchUnavailable("disk full")
        for document in documents:
            if "毒" in document.title:
                raise DocumentRefused(document.id, "ValueError: poison")
        for document in documents:
            self.held[document.id] = document
            self.told.append(document.id)

    async def drop(self, ids: Sequence[ItemId]) -> None:
        for item_id in ids:
            self.held.pop(item_id, None)

    async def commit(self) -> None:
        self.committed = dict(self.held)

    async def close(self) -> None: ...


def following(world: World, index: FakeIndex | EmbeddedIndex) -> SearchFollower:
    return SearchFollower(world.database, index, world.clock)


async def catch_up(follower: SearchFollower) -> int:
    steps = 0
    while await follower.step():
        steps += 1
    return steps


async def bulk(world: World, numbers: range) -> list[str]:
    batch = [world.fresh(n) for n in numbers]
    async with world.database.transaction(world.clock(), BULK) as tx:
        await go_live(tx, OPERATOR.id, batch)
    return [one.item_id for one in batch]


async def test_index_holds_current_rows_with_their_versions_and_drops_what_is_gone(world: World) -> None:
    index = FakeIndex()
    live, withdrawn, hidden = await world.published(), await world.published(), await world.published()
    follower = following(world, index)
    await catch_up(follower)
    assert set(index.committed) == {live, withdrawn, hidden}

    await world.do(actions.correct, OPERATOR, live, 2, {"title": "第二"}, change_note="改")
    await world.do(actions.withdraw, OPERATOR, withdrawn, 2, explanation="错")
    await world.do(actions.correct, OPERATOR, hidden, 2, {"publicity": "withheld"}, change_note="改")
    await catch_up(follower)

    assert {key: (one.title, one.version) for key, one in index.committed.items()} == {live: ("第二", 4)}
    assert await follower.backlog() == 0


async def test_published_content_is_found_and_withdrawn_content_is_not(world: World, tmp_path: Path) -> None:
    index = EmbeddedIndex.open(tmp_path / "search")
    engine = EmbeddedSearch(tmp_path / "search", list)
    follower = following(world, index)

    async def found() -> list[str]:
        await catch_up(follower)
        await engine.refresh()
        where = access.sight(access.ANONYMOUS, world.clock()).listed
        return [str(hit.id) for hit in (await engine.search(SearchRequest("养老服务", where))).hits]

    key = await world.published(title="养老服务条例")
    assert await found() == [key]
    await world.do(actions.withdraw, OPERATOR, key, 2, explanation="错")
    assert await found() == []
    await world.do(actions.restore, OPERATOR, key, 3)
    assert await found() == [key]
    await index.close()


async def test_poisonous_document_is_set_aside_with_its_error_and_the_rest_goes_on(world: World) -> None:
    index = FakeIndex()
    keys = [await world.published(title=title) for title in ("一", "毒", "三")]
    position = (await world.changes(keys[1]))[0].position

    await catch_up(following(world, index))

    assert set(index.committed) == {keys[0], keys[2]}
    async with world.system() as system:
        failed = await changes.failures(system, NAME)
        assert await changes.cursor(system, NAME) == (3, 3)
    assert [(row.position, row.item_id, row.error) for row in failed] == [(position, keys[1], "ValueError: poison")]


async def test_document_that_turned_to_poison_no_longer_shows_what_it_said_before(world: World) -> None:
    index = FakeIndex()
    key = await world.published(title="一")
    follower = following(world, index)
    await catch_up(follower)
    await world.do(actions.correct, OPERATOR, key, 2, {"title": "毒"}, change_note="改")

    await catch_up(follower)

    assert index.committed == {}


async def test_embedded_index_refuses_one_document_by_its_id_and_takes_the_others(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from indexers.embedded import index as index_module

    made = index_module.engine_document

    def failing(document: SearchDocument) -> object:
        if document.title == "毒":
            raise UnicodeEncodeError("utf-8", "x", 0, 1, "surrogates not allowed")
        return made(document)

    monkeypatch.setattr(index_module, "engine_document", failing)
    index = EmbeddedIndex.open(tmp_path / "search")
    keys = [await world.published(title=title) for title in ("一", "毒", "三")]

    await catch_up(following(world, index))

    assert await index.count(index.generation) == 2
    async with world.system() as system:
        failed = await changes.failures(system, NAME)
    assert [(row.item_id, row.error.split(":")[0]) for row in failed] == [(keys[1], "UnicodeEncodeError")]
    await index.close()


async def test_fault_of_the_engine_sets_nothing_aside_and_moves_no_cursor(world: World) -> None:
    index = FakeIndex(breaks=True)
    key = await world.published()

    with pytest.raises(SearchUnavailable):
        await following(world, index).step()

    async with world.system() as system:
        assert await changes.failures(system) == []
        assert await changes.cursor(system, NAME) == (0, 0)
    index.breaks = False
    await catch_up(following(world, index))
    assert set(index.committed) == {key}


async def test_what_an_editor_waits_for_goes_before_a_bulk_backlog(world: World) -> None:
    index = FakeIndex()
    many = await bulk(world, range(3 * BULK_ROWS))
    follower = following(world, index)
    await follower.step()
    mine = await world.published()

    await follower.step()

    assert mine in index.committed
    assert len(index.committed) < len(many)
    await catch_up(follower)
    assert set(index.committed) == {*many, mine}
    async with world.system() as system:
        assert (await changes.cursor(system, NAME))[0] == await changes.last(system)


async def test_cursor_in_order_never_passes_a_bulk_row_that_was_not_taken(world: World) -> None:
    index = FakeIndex()
    await bulk(world, range(BULK_ROWS + 5))
    await world.published()
    follower = following(world, index)

    await follower.step()

    async with world.system() as system:
        assert await changes.cursor(system, NAME) == (0, BULK_ROWS + 6)
    assert await follower.backlog() == BULK_ROWS + 6


async def test_replay_takes_everything_again_and_changes_nothing(world: World) -> None:
    index = FakeIndex()
    keys = {await world.published() for _ in range(3)}
    follower = following(world, index)
    await catch_up(follower)
    before = dict(index.committed)
    index.told.clear()

    async with world.tx() as tx:
        await changes.save_cursor(tx, NAME, 0, 0, tx.now)
    await catch_up(follower)

    assert set(index.told) == keys
    assert index.committed == before


async def test_crash_between_the_index_and_the_cursor_repeats_harmlessly(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = FakeIndex()
    keys = {await world.published() for _ in range(3)}

    async def killed(*_: object) -> None:
        raise OSError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(follower_module.changes, "save_cursor", killed)
        with pytest.raises(OSError, match="killed"):
            await catch_up(following(world, index))
    assert set(index.committed) == keys
    before = dict(index.committed)

    await catch_up(following(world, index))

    assert index.committed == before
    async with world.system() as system:
        assert await changes.cursor(system, NAME) == (3, 3)


async def test_crash_before_the_index_commits_loses_nothing(world: World) -> None:
    keys = await bulk(world, range(BULK_ROWS * 2))
    lost = FakeIndex()
    await following(world, lost).step()
    assert lost.committed == {}

    index = FakeIndex()
    await catch_up(following(world, index))

    assert set(index.committed) == set(keys)


async def test_nothing_new_is_nothing_done(world: World) -> None:
    follower = following(world, FakeIndex())

    assert await follower.step() == 0
    assert await follower.backlog() == 0


async def test_index_that_is_behind_shows_nothing_of_what_was_withdrawn(world: World, tmp_path: Path) -> None:
    index = EmbeddedIndex.open(tmp_path / "search")
    follower = SearchFollower(world.database, index, world.clock)
    kept, gone = [await world.published(title=title) for title in ("养老服务办法", "养老服务细则")]
    changed = await world.published(title="养老院旧名")
    while await follower.step():
        pass
    search = EmbeddedSearch(tmp_path / "search")
    await world.do(actions.withdraw, OPERATOR, gone, await world.lock_version(gone), explanation="有误")
    lock = await world.lock_version(changed)
    await world.do(actions.correct, OPERATOR, changed, lock, {"title": "养老院新名"}, change_note="更名")

    async with world.reading() as reader:
        page = await planner.search(reader, search, "养老", ContentFilter(), facets=("kind",))
        counted = await planner.search(reader, search, "养老", ContentFilter(), first=0)
        suggested = await planner.suggest(reader, search, "养老", 10)

    assert ({hit.row.id for hit in page.hits}, page.total) == ({kept, changed}, 2)
    assert [(one.value, one.count) for one in page.facets["kind"]] == [("article", 2)]
    assert counted.total == 2
    assert suggested == ["养老服务办法"]
    await index.close()

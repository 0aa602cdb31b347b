from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from hub.search import SearchRequest
from hub.vocabulary.errors import SearchUnavailable
from indexers.embedded.engine import EmbeddedSearch
from indexers.embedded.index import EmbeddedIndex

Make = Callable[..., Any]


async def test_put_replaces_by_id_and_drop_removes(tmp_path: Path, a_document: Make, ask: Make, id_of: Make) -> None:
    index = EmbeddedIndex.open(tmp_path)
    search = EmbeddedSearch(tmp_path)

    await index.put([a_document(1, "养老"), a_document(2, "养老")])
    await index.put([a_document(1, "农机", version=2)])
    await index.commit()
    first = await ask(search, "养老"), await ask(search, "农机")
    await index.drop([id_of(1), id_of(9)])
    await index.commit()

    assert first == ([2], [1])
    assert await search.versions() == {id_of(2): 1}
    await index.close()


async def test_what_is_not_committed_is_not_seen(tmp_path: Path, a_document: Make, ask: Make) -> None:
    index = EmbeddedIndex.open(tmp_path)
    search = EmbeddedSearch(tmp_path)

    await index.put([a_document(1, "养老")])
    before = await ask(search, "养老")
    await index.commit()

    assert (before, await ask(search, "养老")) == ([], [1])
    await index.close()


async def test_second_writer_is_refused_until_the_first_closes(tmp_path: Path) -> None:
    index = EmbeddedIndex.open(tmp_path)

    with pytest.raises(SearchUnavailable, match="Another process"):
        EmbeddedIndex.open(tmp_path)

    await index.close()
    await EmbeddedIndex.open(tmp_path).close()


async def test_new_generation_fills_beside_the_old_and_is_promoted(
    tmp_path: Path, a_document: Make, ask: Make, id_of: Make
) -> None:
    index, search = EmbeddedIndex.open(tmp_path), EmbeddedSearch(tmp_path)
    await index.put([a_document(1, "养老"), a_document(2, "养老"), a_document(3, "养老")])
    fresh = await index.create_generation()

    await index.put([a_document(1, "新养老", version=5)])
    await index.drop([id_of(2)])
    await index.fill(fresh, [a_document(1, "养老", version=4), a_document(2, "养老"), a_document(3, "养老")])
    await index.commit()
    before = await ask(search, "养老")
    await index.promote(fresh)
    answer = await search.search(SearchRequest("养老"))

    assert before == [3, 1]
    assert ([int(hit.id[-12:]) for hit in answer.hits], answer.generation) == ([3, 1], fresh)
    assert await search.versions() == {id_of(1): 5, id_of(3): 1}
    await index.close()


async def test_rollback_returns_to_the_generation_that_kept_receiving(
    tmp_path: Path, a_document: Make, ask: Make
) -> None:
    index, search = EmbeddedIndex.open(tmp_path), EmbeddedSearch(tmp_path)
    old = index.generation
    await index.promote(await index.create_generation())
    await index.put([a_document(1, "养老")])
    await index.commit()

    await index.rollback()

    assert (index.generation, await ask(search, "养老")) == (old, [1])
    with pytest.raises(SearchUnavailable):
        await index.rollback()
    await index.close()


async def test_retire_leaves_the_current_generation_alone(tmp_path: Path, a_document: Make, ask: Make) -> None:
    index, search = EmbeddedIndex.open(tmp_path), EmbeddedSearch(tmp_path)
    fresh = await index.create_generation()
    await index.put([a_document(1, "养老")])
    await index.promote(fresh)
    await ask(search, "养老")

    await index.retire()
    await index.put([a_document(2, "养老")])
    await index.commit()

    assert await ask(search, "养老") == [2, 1]
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_dir()] == [fresh]
    await index.close()


async def test_leftovers_of_a_crash_are_swept_at_the_start(tmp_path: Path) -> None:
    await EmbeddedIndex.open(tmp_path).close()
    leftover = tmp_path / "unfinished"
    leftover.mkdir()

    await EmbeddedIndex.open(tmp_path).close()

    assert not leftover.exists()


async def test_other_token_rules_ask_for_a_rebuild(tmp_path: Path) -> None:
    index = EmbeddedIndex.open(tmp_path)
    fresh = index.needs_rebuild
    await index.close()
    pointer = tmp_path / "CURRENT"
    pointer.write_bytes(orjson.dumps({**orjson.loads(pointer.read_bytes()), "fingerprint": "of older rules"}))

    index = EmbeddedIndex.open(tmp_path)
    stale = index.needs_rebuild
    await index.promote(await index.create_generation())

    assert (fresh, stale, index.needs_rebuild) == (False, True, False)
    await index.close()


_WRITER = """
import asyncio, sys
from pathlib import Path
from hub.search import SearchDocument
from indexers.embedded.index import EmbeddedIndex

async def main():
    index = EmbeddedIndex.open(Path(sys.argv[1]))
    for batch in range(10_000):
        names = [f"{batch:06d}-{one}" for one in range(5)]
        facts = "养老", "文" * 300, "", "live", "article", "proactive", 0, 9, batch, {}
        await index.put([SearchDocument(name, 1, *facts) for name in names])
        await index.commit()
        print(batch, flush=True)

asyncio.run(main())
"""


async def test_kill_leaves_the_last_commit_whole(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    for _ in range(3):
        writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE, cwd=root)
        assert writer.stdout is not None
        told = [int(writer.stdout.readline()) for _ in range(4)]
        await asyncio.sleep(0.02)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()

        found = await EmbeddedSearch(tmp_path).versions()
        batches: dict[str, int] = {}
        for item_id in found:
            batches[item_id[:6]] = batches.get(item_id[:6], 0) + 1

        assert set(batches.values()) == {5}
        assert {f"{batch:06d}" for batch in told} <= set(batches)
    await EmbeddedIndex.open(tmp_path).close()


async def test_reader_in_another_process_never_stumbles_over_commits(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE, cwd=root)
    assert writer.stdout is not None
    writer.stdout.readline()
    search = EmbeddedSearch(tmp_path)

    totals = [(await search.search(SearchRequest("养老"))).total for _ in range(300)]

    writer.kill()
    writer.communicate()
    assert totals == sorted(totals)
    assert all(total % 5 == 0 and total > 0 for total in totals)
    assert totals[-1] > totals[0]

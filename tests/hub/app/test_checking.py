from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.app.check_result import Check
from hub.app.checking import check, check_index
from hub.app.opening import Hub, index_folder
from hub.app.reindexing import catch_up, is_rebuild_requested, leading, rebuild_here
from hub.app.worker import Worker
from hub.content.due import run_due
from hub.importing.full import INCOMPLETE
from hub.settings import Settings
from hub.vocabulary.clock import DAY, Instant
from hub.vocabulary.ids import ItemId
from indexers.embedded.generations import Generations
from tests.hub.importing.varied_hub import NOW, VariedHub, fill

LATER = Instant(NOW + DAY // 2)
"""After everything was written, before the embargo ends."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A data directory with the sample, an item in every state and its index, and the ids of those items."""
    folder = tmp_path_factory.mktemp("filled") / "data"

    async def make() -> dict[str, str]:
        varied = await VariedHub.empty(folder)
        await fill(varied)
        await varied.close()
        hub = await Hub.open(Settings(data_dir=folder), lambda: LATER)
        async with leading(hub) as index:
            assert index is not None
            await catch_up(hub, index)
        await hub.close()
        return varied.ids

    return folder, asyncio.run(make())


@pytest.fixture
def ids(filled: tuple[Path, dict[str, str]]) -> dict[str, str]:
    return filled[1]


@pytest.fixture
async def hub(filled: tuple[Path, dict[str, str]], tmp_path: Path) -> AsyncIterator[Hub]:
    shutil.copytree(filled[0], tmp_path / "data")
    opened = await Hub.open(Settings(data_dir=tmp_path / "data"), lambda: LATER)
    yield opened
    await opened.close()


def blob(key: str) -> bytes:
    return bytes.fromhex(key.replace("-", ""))


def tamper(hub: Hub, *statements: tuple[str, tuple[object, ...]]) -> None:
    """Changes rows past everything that keeps them sound."""
    with sqlite3.connect(hub.settings.data_dir / "hub.db") as connection:
        for statement, values in statements:
            assert connection.execute(statement, values).rowcount > 0, statement
    connection.close()


async def run(hub: Hub, *, repair: bool = False) -> tuple[bool, list[Check]]:
    told: list[Check] = []
    is_ok = await check(hub, repair=repair, tell=told.append, patience=0.3)
    assert is_ok == all(one.is_ok for one in told)
    return is_ok, told


def wrong(told: list[Check]) -> dict[str, dict[str, list[str]]]:
    """Ids by fault by check, of the checks that found any."""
    return {one.name: {fault.what: list(fault.ids) for fault in one.named()} for one in told if not one.is_ok}


async def test_sound_hub_passes_every_check(hub: Hub) -> None:
    is_ok, told = await run(hub)

    assert (is_ok, wrong(told)) == (True, {})
    assert len(told) == 12
    assert all(one.seen > 0 for one in told)
    assert [one.notes for one in told if one.notes] == []


VERSIONS = "every item's version is its last position in the log"
LOG = "positions of the log grow without a gap"
POINTERS = "items point at their one live and one working edition"
HEADS = "heads repeat their live edition"
HASHES = "content hashes are those of the content"
LISTS = "lists hold what the editions say"
LINKS = "links lead to what exists"
ADDRESSES = "placed items have their addresses"
DUES = "what is to come has its due row"
AUDIT = "audit chains are whole"
MEDIA = "media files are there, in their size"
INDEX = "the index holds what the rows say"


@pytest.mark.parametrize(
    ("statement", "name", "where", "what"),
    [
        ("UPDATE item SET version = version - 1 WHERE id = ?", "corrected", VERSIONS,
         "items whose version is not their last position"),
        ("UPDATE item SET version = 5 WHERE id = ?", "draft", VERSIONS,
         "items whose version is not their last position"),
        ("UPDATE item SET live_edition_id = x'00000000000000000000000000000000' WHERE id = ?", "corrected", POINTERS,
         "items whose live edition is missing, not live or another item's"),
        ("UPDATE item SET working_edition_id = live_edition_id WHERE id = ?", "corrected", POINTERS,
         "items whose working edition is missing, no longer worked on or another item's"),
        ("UPDATE item SET working_edition_id = NULL WHERE id = ?", "updated", POINTERS,
         "items that do not point at their working edition"),
        ("UPDATE item SET live_edition_id = NULL WHERE id = ?", "corrected", POINTERS,
         "items that do not point at their live edition"),
        ("UPDATE item SET live_edition_id = NULL WHERE id = ?", "withdrawn", POINTERS,
         "items without the live edition their state needs"),
        ("UPDATE item SET state = 'draft' WHERE id = ?", "archived", POINTERS, "drafts with a live edition"),
        ("DELETE FROM unpublishing WHERE item_id = ?", "gone", POINTERS, "unpublished items without an explanation"),
        ("UPDATE item SET publicity = 'withheld' WHERE id = ?", "withdrawn", HEADS,
         "another publicity than the live edition's"),
        ("UPDATE item SET audience_key = 'public' WHERE id = ?", "embargoed", HEADS,
         "another audience than the live edition's"),
        ("UPDATE item SET visible_from = 0 WHERE id = ?", "embargoed", HEADS,
         "another window than the live edition's"),
        ("UPDATE item SET sort_at = sort_at + 1 WHERE id = ?", "withdrawn", HEADS,
         "another sort_at than the live edition's"),
        ("DELETE FROM listing WHERE item_id = ?", "archived", LISTS, "in other lists than their edition says"),
        ("UPDATE listing SET archived = 0 WHERE item_id = ?", "archived", LISTS,
         "in other lists than their edition says"),
        ("UPDATE listing SET item_id = x'00000000000000000000000000000001' WHERE item_id = ?", "moved", LISTS,
         "in other lists than their edition says"),
        ("UPDATE link SET target_id = x'00000000000000000000000000000000' WHERE item_id = ?", "corrected", LINKS,
         "items with links to what does not exist"),
        ("UPDATE route SET is_current = 0 WHERE item_id = ?", "moved", ADDRESSES, "no current address"),
        ("DELETE FROM route WHERE item_id = ? AND is_current = 1", "moved", ADDRESSES, "no current address"),
        ("DELETE FROM due WHERE item_id = ?", "embargoed", DUES, "no due row for what is to come"),
        ("UPDATE due SET done_at = 1 WHERE item_id = ? AND task = 'validity'", "policy", DUES,
         "no due row for what is to come"),
    ],
)  # fmt: skip
async def test_tampered_row_is_found_and_named(
    hub: Hub, ids: dict[str, str], statement: str, name: str, where: str, what: str
) -> None:
    tamper(hub, (statement, (blob(ids[name]),)))

    _, told = await run(hub)

    assert ids[name] in wrong(told)[where][what]


async def test_changed_content_is_found_by_its_hash(hub: Hub, ids: dict[str, str]) -> None:
    live = "(SELECT live_edition_id FROM item WHERE id = ?)"
    tamper(
        hub,
        (f"UPDATE edition_body SET html = '<p>x</p>' WHERE edition_id = {live}", (blob(ids["corrected"]),)),
        (f"UPDATE policy_document SET issuer = 'x' WHERE edition_id = {live}", (blob(ids["policy"]),)),
        ("UPDATE edition SET title = 'x' WHERE item_id = ? AND state = 'superseded'", (blob(ids["corrected"]),)),
        (f"DELETE FROM edition_body WHERE edition_id = {live}", (blob(ids["moved"]),)),
    )

    _, told = await run(hub)

    found = wrong(told)[HASHES]
    named = sorted(one.split(" of ")[1] for one in found["editions whose content is not what was hashed"])
    assert named == sorted([ids["corrected"], ids["corrected"], ids["policy"]])
    assert len(found["editions without a body"]) == 1


async def test_log_with_a_gap_names_the_place(hub: Hub, ids: dict[str, str]) -> None:
    tamper(hub, ("DELETE FROM change WHERE position IN (7, 8, 20)", ()))

    _, told = await run(hub)

    assert wrong(told)[LOG] == {"positions missing before": ["9", "21"]}


async def test_log_without_its_last_rows_is_found(hub: Hub) -> None:
    tamper(hub, ("DELETE FROM change WHERE position > (SELECT seq - 2 FROM sqlite_sequence WHERE name = 'change')", ()))
    with sqlite3.connect(hub.settings.data_dir / "hub.db") as connection:
        last = connection.execute("SELECT max(position) FROM change").fetchone()[0]
    connection.close()

    _, told = await run(hub)

    assert wrong(told)[LOG] == {"positions missing at the end, after": [str(last)]}
    assert VERSIONS in wrong(told)


async def test_positions_beyond_the_sequence_or_below_the_floor_are_named(hub: Hub) -> None:
    tamper(
        hub,
        ("UPDATE sqlite_sequence SET seq = (SELECT max(position) - 1 FROM change) WHERE name = 'change'", ()),
        ("UPDATE log_state SET floor = 1", ()),
    )

    _, told = await run(hub)

    found = wrong(told)[LOG]
    assert found["positions at or below the floor"] == ["1"]
    assert len(found["positions above the last one given"]) == 1


async def test_interrupted_full_import_is_said(hub: Hub) -> None:
    tamper(hub, ("UPDATE log_state SET epoch = ?", (INCOMPLETE,)))

    _, told = await run(hub)

    assert wrong(told)[LOG] == {"a full import was interrupted: run it again": [INCOMPLETE]}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE audit SET actor = 'x' WHERE unit_id = (SELECT id FROM unit WHERE code = 'yunlan-gov') AND seq = 3",
         {"changed after it was written": ["yunlan-gov/3"]}),
        ("DELETE FROM audit WHERE unit_id = (SELECT id FROM unit WHERE code = 'yunlan-gov') AND seq = 3",
         {"rows missing before": ["yunlan-gov/4"]}),
        ("UPDATE audit_head SET seq = seq + 1 WHERE unit_id = (SELECT id FROM unit WHERE code = 'yunlan-gov')",
         {"chain does not end where its head says": ["yunlan-gov"]}),
        ("DELETE FROM audit_head WHERE unit_id = (SELECT id FROM unit WHERE code = 'yunlan-gov')",
         {"chain does not end where its head says": ["yunlan-gov"]}),
        ("DELETE FROM audit WHERE unit_id = (SELECT id FROM unit WHERE code = 'yunlan-gov') AND seq = (SELECT max(seq) "
         "FROM audit WHERE unit_id = (SELECT id FROM unit WHERE code = 'yunlan-gov'))",
         {"chain does not end where its head says": ["yunlan-gov"]}),
    ],
)  # fmt: skip
async def test_broken_audit_chain_is_named_by_unit_and_row(
    hub: Hub, statement: str, expected: dict[str, list[str]]
) -> None:
    tamper(hub, (statement, ()))

    is_ok, told = await run(hub, repair=True)

    assert wrong(told) == {AUDIT: expected}
    assert not is_ok, "an audit chain is never mended"


async def test_rehashed_audit_row_breaks_the_chain_after_it(hub: Hub) -> None:
    of_city = "unit_id = (SELECT id FROM unit WHERE code = 'yunlan-gov')"
    tamper(hub, (f"UPDATE audit SET hash = 'f' || substr(hash, 2) WHERE {of_city} AND seq = 3", ()))

    _, told = await run(hub)

    found = wrong(told)[AUDIT]
    assert found["not chained to the row before"] == ["yunlan-gov/4"]


async def test_lists_are_mended_from_the_editions_and_the_index_follows(hub: Hub, ids: dict[str, str]) -> None:
    tamper(
        hub,
        ("DELETE FROM listing WHERE item_id = ?", (blob(ids["archived"]),)),
        ("INSERT INTO listing SELECT scope_id, kind, archived, sort_at, ?, updated_at FROM listing LIMIT 1",
         (blob(ids["withdrawn"]),)),
    )  # fmt: skip

    _, before = await run(hub)
    is_ok, told = await run(hub, repair=True)

    assert wrong(before)[LISTS] == {
        "in other lists than their edition says": [ids["archived"]],
        "in lists without being live": [ids["withdrawn"]],
    }
    assert is_ok
    assert {one.name: one.mended for one in told if one.mended} == {LISTS: 2}
    assert (await run(hub))[0]


async def test_addresses_due_rows_and_waiting_links_are_mended(hub: Hub, ids: dict[str, str]) -> None:
    tamper(
        hub,
        ("DELETE FROM route WHERE item_id = ?", (blob(ids["moved"]),)),
        ("DELETE FROM due WHERE item_id = ? AND task = 'expired'", (blob(ids["embargoed"]),)),
        ("UPDATE link SET target_id = NULL, target_source = 'hub', target_source_id = ? WHERE item_id = ? AND "
         "target_id = ?", (ids["restored"], blob(ids["corrected"]), blob(ids["restored"]))),
    )  # fmt: skip

    _, before = await run(hub)
    _, told = await run(hub, repair=True)

    assert wrong(before)[LINKS] == {"items with links that wait for what has arrived": [ids["corrected"]]}
    assert {one.name: one.mended for one in told if one.mended} == {LINKS: 1, ADDRESSES: 1, DUES: 1}
    # the link was made by id, and what is hashed of it is not what the tampered row names
    assert set(wrong(told)) == {HASHES}


async def test_validity_that_turned_and_waits_for_its_job_is_no_fault(
    filled: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    shutil.copytree(filled[0], tmp_path / "data")
    expired = Instant(NOW + 100 * 365 * DAY)
    hub = await Hub.open(Settings(data_dir=tmp_path / "data"), lambda: expired)

    before = await run(hub)
    while await run_due(hub.database, expired, "test"):
        pass
    after = await run(hub)
    await hub.close()

    assert (before[0], wrong(before[1])) == (True, {})
    assert (after[0], wrong(after[1])) == (True, {})


async def test_missing_and_short_media_files_are_named(hub: Hub) -> None:
    first, second, *_ = [one.object_key for one in await hub.objects.list()]
    hub.objects.path(first).unlink()
    hub.objects.path(second).write_bytes(b"short")

    _, told = await run(hub, repair=True)

    assert wrong(told) == {MEDIA: {"no file": [first], "file of another size": [second]}}


async def test_asset_whose_object_has_no_row_is_named(hub: Hub) -> None:
    key = (await hub.objects.list())[0].object_key
    tamper(hub, ("DELETE FROM media_object WHERE object_key = ?", (key,)))

    _, told = await run(hub)

    assert list(wrong(told)[MEDIA]) == ["assets whose object is unknown"]


async def test_files_without_an_object_are_noted_and_old_ones_removed(hub: Hub) -> None:
    old = await hub.objects.put(b"old")
    young = await hub.objects.put(b"young")
    os.utime(hub.objects.path(old.object_key), (time.time() - 4_000,) * 2)

    is_ok, told = await run(hub)
    repaired, mended = await run(hub, repair=True)

    assert (is_ok, repaired) == (True, True)
    note = next(one.notes for one in told if one.name == MEDIA)
    assert note == [f"2 files that no object names: {', '.join(sorted([old.object_key, young.object_key]))}"]
    assert next(one.notes for one in mended if one.name == MEDIA) == [
        f"removed {old.object_key}, which no object names"
    ]
    assert not await hub.objects.exists(old.object_key)
    assert await hub.objects.exists(young.object_key)


async def _spoil_index(hub: Hub, ids: dict[str, str]) -> None:
    """Takes one document out, and the version of another back."""
    async with leading(hub) as index:
        assert index is not None
        await index.drop([ItemId(ids["corrected"])])
        await index.commit()
    tamper(hub, ("UPDATE item SET state = 'withdrawn' WHERE id = ?", (blob(ids["moved"]),)))


async def test_index_that_differs_from_the_rows_is_mended_from_them(hub: Hub, ids: dict[str, str]) -> None:
    await _spoil_index(hub, ids)

    before = await check_index(hub, repair=False)
    during = await check_index(hub, repair=True)
    after = await check_index(hub, repair=False)

    assert before.faults == {
        "not in the index, or in another version": [ids["corrected"]],
        "in the index without belonging there": [ids["moved"]],
    }
    assert (during.is_ok, during.mended) == (True, 2)
    assert after.is_ok


async def test_check_takes_what_the_index_has_not_seen_yet(hub: Hub, ids: dict[str, str]) -> None:
    from hub.content import actions
    from tests.hub.importing.varied_hub import OPERATOR

    async with hub.database.transaction(LATER) as tx:
        await actions.archive(tx, OPERATOR, ids["restored"], 4)

    assert (await check_index(hub, repair=False)).is_ok


async def test_index_kept_by_nobody_who_answers_is_said_to_be_behind(hub: Hub, ids: dict[str, str]) -> None:
    from hub.content import actions
    from tests.hub.importing.varied_hub import OPERATOR

    lock = Generations(index_folder(hub.settings)).lock()
    async with hub.database.transaction(LATER) as tx:
        await actions.archive(tx, OPERATOR, ids["restored"], 4)

    found = await check_index(hub, repair=True, patience=0.1)
    lock.close()

    assert found.faults == {
        "not in the index, or in another version": [ids["restored"]],
        "the process that keeps the index is behind after 0 s": ["search"],
    }
    assert found.notes == ["asked the process that keeps the index for a new generation; it has not answered yet"]
    assert is_rebuild_requested(hub)


async def test_running_worker_mends_the_index_when_asked(hub: Hub, ids: dict[str, str]) -> None:
    await _spoil_index(hub, ids)
    worker = Worker(hub)
    running = asyncio.create_task(worker.run())
    await worker.caught_up()

    before = await check_index(hub, repair=False, patience=5.0)
    during = await check_index(hub, repair=True, patience=5.0)
    worker.stop()
    await running

    assert before.count == 2
    assert (during.is_ok, during.mended) == (True, 2)
    assert not is_rebuild_requested(hub)


async def test_damaged_index_is_built_anew(hub: Hub) -> None:
    generations = Generations(index_folder(hub.settings))
    current = generations.current()
    assert current is not None
    (generations.path(current.generation) / "meta.json").write_text("{")

    before = await check_index(hub, repair=False)
    during = await check_index(hub, repair=True)

    assert [what.split(" (")[0] for what in before.faults] == ["the index cannot be opened"]
    assert during.is_ok
    assert (await check_index(hub, repair=False)).is_ok


async def test_missing_index_is_built_from_the_rows(hub: Hub) -> None:
    shutil.rmtree(index_folder(hub.settings))

    before = await check_index(hub, repair=False)
    name = await rebuild_here(hub)

    # the cursor says that all was taken, so that following the log does not bring it back
    assert list(before.faults) == ["not in the index, or in another version"]
    assert name is not None
    assert (await check_index(hub, repair=False)).is_ok


async def test_worker_that_finds_no_index_builds_it_from_the_rows(hub: Hub) -> None:
    shutil.rmtree(index_folder(hub.settings))
    worker = Worker(hub)
    running = asyncio.create_task(worker.run())

    await worker.caught_up()
    worker.stop()
    await running

    assert (await check_index(hub, repair=False)).is_ok

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from hub.app.index_folder import REQUEST
from hub.app.opening import Hub, index_folder
from hub.app.worker import Worker
from hub.cli import exchange, upkeep
from hub.cli.opened import who
from hub.content import actions
from hub.importing.full import INCOMPLETE
from hub.settings import Settings
from hub.vocabulary.enums import Kind
from hub.vocabulary.errors import ImportRefused, InvalidInput, NotFound
from indexers.embedded.generations import Generations
from indexers.follower import NAME
from storage.seeds import SAMPLE
from storage.stores import changes, checking, structure


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands under test keep their hub: the sample's places and one article."""
    folder = tmp_path / "data"
    monkeypatch.setenv("HUB_DATA_DIR", str(folder))

    async def make() -> None:
        hub = await Hub.open(Settings(data_dir=folder))
        await exchange.import_into(hub, SAMPLE[:1], actor=who())
        async with hub.database.transaction(hub.clock()) as tx:
            unit = (await structure.by_codes(tx, "unit", ["yunlan-gov"]))[0]
            key = await actions.create(tx, who(), Kind.ARTICLE, {"title": "一"}, unit_id=unit.id)
            await actions.publish(tx, who(), key, 1)
        await hub.close()

    asyncio.run(make())
    return folder


def execute(data_dir: Path, statement: str) -> None:
    with sqlite3.connect(data_dir / "hub.db") as connection:
        connection.execute(statement)
    connection.close()


def exit_code(act: object, *args: object, **options: object) -> int:
    with pytest.raises(SystemExit) as ended:
        act(*args, **options)  # type: ignore[operator]
    return int(str(ended.value.code))


def test_check_of_a_sound_hub_prints_a_line_each_and_exits_0(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = exit_code(upkeep.check, repair=False)

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert len(lines) == 12
    assert {line.split()[0] for line in lines} == {"ok"}
    assert lines[-1] == "ok     the index holds what the rows say (1 items)"


def test_check_names_what_is_wrong_and_exits_1_until_it_is_mended(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    execute(data_dir, "DELETE FROM listing")

    first = exit_code(upkeep.check, repair=False)
    told = capsys.readouterr()
    second = exit_code(upkeep.check, repair=True)
    mended = capsys.readouterr()
    third = exit_code(upkeep.check, repair=False)

    assert (first, second, third) == (1, 0, 0)
    assert "WRONG  lists hold what the editions say (1 items)" in told.out.splitlines()
    assert "1 × in other lists than their edition says: " in told.out
    assert "hub check --repair" in told.err
    assert "ok     lists hold what the editions say (1 items, 1 mended)" in mended.out.splitlines()


def test_many_wrong_ids_are_counted_and_twenty_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    from hub.app.check_result import Check

    found = Check("x", 30)
    found.add("bad", [str(n) for n in range(30)])

    upkeep.tell(found)

    assert capsys.readouterr().out.splitlines() == [
        "WRONG  x (30 items)",
        f"       30 × bad: {', '.join(str(n) for n in range(20))} and 10 more",
    ]


def test_reindex_builds_a_new_generation(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exit_code(upkeep.check, repair=False)
    before = Generations(data_dir / "search").current()
    capsys.readouterr()

    code = exit_code(upkeep.reindex)

    after = Generations(data_dir / "search").current()
    assert code == 0
    assert before is not None
    assert after is not None
    assert after.generation != before.generation
    assert capsys.readouterr().out == "The new generation holds 1 items and is in use.\n"


def test_reindex_asks_the_process_that_leads(
    data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.app.reindexing.REBUILD_SECONDS", 0.1)
    monkeypatch.setattr("hub.app.reindexing.rebuilt_elsewhere.__defaults__", (0.1,))
    lock = Generations(data_dir / "search").lock()

    code = exit_code(upkeep.reindex)
    lock.close()

    assert code == 1
    assert "It has not answered yet." in capsys.readouterr().err
    assert (data_dir / "search" / REQUEST).exists()


def test_reindex_is_done_here_when_the_process_that_led_has_ended(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Generations(data_dir / "search").current()
    lock = Generations(data_dir / "search").lock()
    threading.Timer(0.5, lock.close).start()

    code = exit_code(upkeep.reindex)

    assert code == 0
    assert "it builds the new generation" in capsys.readouterr().err
    assert Generations(data_dir / "search").current() != before
    assert not (data_dir / "search" / REQUEST).exists()


def test_followers_are_listed_with_backlog_and_failures(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def fail() -> None:
        hub = await Hub.open(Settings(data_dir=data_dir))
        async with hub.database.transaction(hub.clock()) as tx:
            await changes.save_cursor(tx, NAME, 0, 0, tx.now)
            await changes.record_failure(tx, NAME, 1, "01900000-0000-7000-8000-000000000000", "ValueError: x", tx.now)
        await hub.close()

    asyncio.run(fail())

    upkeep.followers()

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "The log ends at 1."
    assert " ".join(lines[1].split()).startswith("search cursor 0 express 0 backlog 1 failures 1 since ")
    assert lines[2] == "  search failed at 1 (01900000-0000-7000-8000-000000000000), 1 ×: ValueError: x"


def test_replay_refuses_unknown_followers_and_places_beyond_the_log(data_dir: Path) -> None:
    with pytest.raises(NotFound, match="no follower “mail”"):
        upkeep.replay("mail", 0)
    with pytest.raises(InvalidInput, match="The log ends at 1"):
        upkeep.replay("search", 2)


async def test_running_follower_notices_a_replay_and_takes_everything_again(data_dir: Path) -> None:
    hub = await Hub.open(Settings(data_dir=data_dir))
    worker = Worker(hub)
    running = asyncio.create_task(worker.run())
    await worker.caught_up()
    async with hub.database.transaction(hub.clock()) as tx:
        await changes.record_failure(tx, NAME, 1, "01900000-0000-7000-8000-000000000000", "x", tx.now)

    await asyncio.to_thread(upkeep.replay, "search", 0)

    for _ in range(100):
        async with hub.database.system(hub.clock()) as system:
            cursor = await changes.cursor(system, NAME)
            failed = [row.failures for row in await checking.followers(system)]
        if cursor[0] == 1:
            break
        await asyncio.sleep(0.05)
    worker.stop()
    await running
    await hub.close()
    assert cursor == (1, 0) or cursor == (1, 1)
    assert failed == [0]


def test_full_export_is_imported_by_the_same_command_and_indexed(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    exchange.export_file(tmp_path / "full.jsonl.zst", full=True)
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path / "second"))

    def take() -> int:
        return exit_code(
            exchange.import_files, [tmp_path / "full.jsonl.zst"], None, None, None, dry_run=False, with_links=True
        )

    code = take()
    assert "1 created, 0 corrected, 0 unchanged, 0 refused." in capsys.readouterr().out
    assert (code, exit_code(upkeep.check, repair=False)) == (0, 0)
    with pytest.raises(ImportRefused, match="needs an empty hub"):
        exchange.import_files([tmp_path / "full.jsonl.zst"], None, None, None, dry_run=False, with_links=True)


def test_hub_that_is_half_imported_takes_nothing_else(data_dir: Path) -> None:
    execute(data_dir, f"UPDATE log_state SET epoch = '{INCOMPLETE}'")

    with pytest.raises(ImportRefused, match="full import that was interrupted"):
        exchange.import_files([SAMPLE[0]], None, None, None, dry_run=False, with_links=True)


def test_mapping_for_a_full_export_is_refused(data_dir: Path, tmp_path: Path) -> None:
    exchange.export_file(tmp_path / "full.jsonl", full=True)

    with pytest.raises(ImportRefused, match="neither a mapping nor a site"):
        exchange.import_files([tmp_path / "full.jsonl"], "laws", None, None, dry_run=False, with_links=True)


def test_index_folder_is_where_the_tests_look(data_dir: Path) -> None:
    assert index_folder(Settings(data_dir=data_dir)) == data_dir / "search"

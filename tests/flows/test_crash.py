"""kill -9 at random moments: what was acknowledged is there once, and everything agrees after a restart.

A kill leaves the operating system's cache alone and so proves no fsync: the pragmas that ask for it are pinned here.
`python tests/benchmarks/crash.py` does the same a hundred times.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.vocabulary.clock import system_now
from storage.database import Database
from storage.migrating import prepare
from tests.flows.crashing import ENDED, Crashing, write_import
from tests.flows.serving import HubFolder

KILLS = 6


def test_no_acknowledged_write_is_lost_or_doubled_by_kills(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("HUB_TEST_CRASH_SEED") or int.from_bytes(os.urandom(4), "big"))
    print(f"HUB_TEST_CRASH_SEED={seed}")  # shown when the test fails
    hub = HubFolder(tmp_path / "hub")
    crashing = Crashing(hub, [write_import(tmp_path / "bulletins.jsonl", 400)], seed, check_every=3)

    crashing.run(KILLS)
    crashing.account()

    assert crashing.counts.kills == KILLS
    assert crashing.writer.stories, "the writer has written nothing"


@pytest.mark.parametrize("lane", ["reader", "writer"])
async def test_every_connection_waits_for_the_disk(tmp_path: Path, lane: str) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}")
    await prepare(database, system_now())

    async with database.snapshot() if lane == "reader" else database.transaction(system_now()) as opened:
        connection = opened.connection if lane == "writer" else opened
        said = {
            name: (await connection.execute(sa.text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    await database.close()

    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_the_write_ahead_log_of_a_killed_hub_is_what_a_restart_reads(tmp_path: Path) -> None:
    hub = HubFolder(tmp_path / "hub")
    hub.run("import", write_import_file(tmp_path))
    with hub.serve() as serving:
        serving.wait_ready()
        serving.kill()

    with hub.serve() as serving:
        found = serving.wait_ready().client().ask("{ contents(first: 5) { totalCount } }")
        code = serving.stop()

    assert found == {"contents": {"totalCount": 3}}
    assert code in ENDED


def write_import_file(folder: Path) -> Path:
    (folder / "unit.jsonl").write_text(
        '{"kind": "unit", "code": "crash-unit", "name": "防汛指挥部"}\n', encoding="utf-8"
    )
    file = write_import(folder / "three.jsonl", 3).file
    file.write_text(
        (folder / "unit.jsonl").read_text(encoding="utf-8") + file.read_text(encoding="utf-8"), encoding="utf-8"
    )
    return file

"""Revisions: from empty and from each earlier one to the tables as they are declared; newer databases are refused."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from hub.vocabulary.errors import SettingsInvalid
from storage import migrating
from storage.database import Database
from storage.migrating import HEAD, prepare, revision_of, upgrade
from storage.stores import changes
from storage.tables import log_state, metadata
from tests.world import START, database_at


def revisions() -> list[str]:
    """In order, the first first."""
    config = Config()
    config.set_main_option("script_location", str(migrating.VERSIONS))
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


async def differences(database: Database) -> list[object]:
    async with database.snapshot() as connection:
        return await connection.run_sync(
            lambda sync: compare_metadata(
                MigrationContext.configure(sync, opts={"compare_type": True, "render_as_batch": True}), metadata
            )
        )


def test_head_is_the_newest_revision_and_revisions_are_numbered_in_order() -> None:
    found = revisions()

    assert found[-1] == HEAD
    assert found == [f"{number:04d}" for number in range(1, len(found) + 1)]
    files = sorted(path.name for path in (migrating.VERSIONS / "versions").glob("*.py"))
    assert [name[:4] for name in files] == found


@pytest.mark.parametrize("start", [None, *revisions()])
async def test_walk_up_from_empty_and_from_each_earlier_revision_gives_the_declared_tables(
    tmp_path: Path, start: str | None
) -> None:
    database = database_at(tmp_path / "hub.db")
    if start is not None:
        await upgrade(database, start)
        assert await revision_of(database) == start

    await prepare(database, START)

    assert await revision_of(database) == HEAD
    assert await differences(database) == []
    async with database.system(START) as system:
        epoch, floor = await changes.state(system)
    assert (len(epoch), floor) == (36, 0)
    await database.close()


async def test_empty_database_has_no_revision(tmp_path: Path) -> None:
    database = database_at(tmp_path / "hub.db")

    assert await revision_of(database) is None
    await database.close()


async def test_preparing_again_changes_nothing(tmp_path: Path) -> None:
    database = database_at(tmp_path / "hub.db")
    await prepare(database, START)
    async with database.system(START) as system:
        before = await changes.state(system)

    await prepare(database, START)

    async with database.system(START) as system:
        assert await changes.state(system) == before
    await database.close()


async def test_crash_between_tables_and_log_is_mended_at_the_next_start(tmp_path: Path) -> None:
    database = database_at(tmp_path / "hub.db")
    await upgrade(database, "head")

    await prepare(database, START)

    async with database.system(START) as system:
        assert (await changes.state(system))[1] == 0
    await database.close()


async def test_two_processes_that_start_at_once_make_one_log(tmp_path: Path) -> None:
    databases = [database_at(tmp_path / "hub.db") for _ in range(2)]

    await asyncio.gather(*(prepare(database, START) for database in databases))

    async with databases[0].snapshot() as connection:
        assert len((await connection.execute(sa.select(log_state))).all()) == 1
    for database in databases:
        await database.close()


@pytest.mark.parametrize("revision", ["9999", "abcd"])
async def test_database_of_a_newer_hub_is_refused_and_left_alone(tmp_path: Path, revision: str) -> None:
    database = database_at(tmp_path / "hub.db")
    await prepare(database, START)
    async with database.transaction(START) as tx:
        await tx.run(sa.text("UPDATE alembic_version SET version_num = :revision").bindparams(revision=revision))

    with pytest.raises(SettingsInvalid) as refused:
        await prepare(database, START)

    assert refused.value.message == (
        f"HUB_DATABASE_URL names a database of a newer hub (revision {revision}, this hub knows {HEAD})."
    )
    assert await revision_of(database) == revision
    await database.close()


async def test_interrupted_upgrade_leaves_the_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic.operations import Operations

    database = database_at(tmp_path / "hub.db")
    create, made = Operations.create_table, []

    def failing(self: Operations, name: str, *args: object, **kw: object) -> object:
        made.append(name)
        if len(made) == 5:
            raise RuntimeError("killed")
        return create(self, name, *args, **kw)  # type: ignore[arg-type]

    monkeypatch.setattr(Operations, "create_table", failing)
    with pytest.raises(RuntimeError):
        await prepare(database, START)
    monkeypatch.undo()

    async with database.snapshot() as connection:
        assert (await connection.execute(sa.text("SELECT name FROM sqlite_master"))).all() == []
    await prepare(database, START)
    assert await differences(database) == []
    await database.close()

"""Bringing a database to the newest revision. Alembic is imported only when there is something to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hub.vocabulary.clock import Instant
from hub.vocabulary.errors import SettingsInvalid
from hub.vocabulary.ids import new_id
from storage.database import Database
from storage.stores import changes
from storage.tables import log_state

HEAD = "0001"
"""The newest revision; a test compares it with the folder."""
VERSIONS = Path(__file__).parent / "migrations"


async def revision_of(database: Database) -> str | None:
    """The revision a database is at; None when it is empty."""
    async with database.snapshot() as connection:
        exists = await connection.run_sync(lambda sync: sa.inspect(sync).has_table("alembic_version"))
        if not exists:
            return None
        found: str | None = (await connection.execute(sa.text("SELECT version_num FROM alembic_version"))).scalar()
        return found


async def prepare(database: Database, now: Instant) -> None:
    """Creates or upgrades the tables and begins the log.

    Raises `SettingsInvalid` for a database of a newer hub, and for what cannot be opened or is none.
    """
    try:
        found = await revision_of(database)
    except sa.exc.DatabaseError as fault:
        raise SettingsInvalid(f"HUB_DATABASE_URL names what cannot be opened: {fault.orig}.") from fault
    if found is not None and found > HEAD:
        raise SettingsInvalid(
            f"HUB_DATABASE_URL names a database of a newer hub (revision {found}, this hub knows {HEAD}).",
            hint="Upgrade this hub, or name another database.",
        )
    if found != HEAD:
        await upgrade(database, "head")
    # asked at each start: a crash may have come between the tables and the log
    begun = sa.select(log_state.c.id)
    async with database.system(now) as system:
        if await system.first(begun) is not None:
            return
    async with database.transaction(now) as tx:
        if await tx.first(begun) is None:
            await changes.begin_epoch(tx, new_id())


async def upgrade(database: Database, revision: str) -> None:
    """All revisions in one transaction: an interrupted upgrade leaves the database as it was."""
    from alembic import command
    from alembic.config import Config

    def run(connection: sa.Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(VERSIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    async with database.engines[-1].connect() as connection, connection.begin():
        await connection.run_sync(run)


def make_revision(url: str, message: str, revision: str, **options: Any) -> None:
    """For developers: writes a revision from the difference between tables and database."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(VERSIONS))
    with sa.create_engine(url).connect() as connection:
        config.attributes["connection"] = connection
        command.revision(config, message=message, autogenerate=True, rev_id=revision, **options)

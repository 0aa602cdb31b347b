"""Opening a hub from its settings."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.app.opening import Hub
from hub.settings import Settings
from hub.vocabulary.errors import SettingsInvalid
from storage.stores import changes, media
from tests.world import START


async def opened(folder: Path) -> Hub:
    return await Hub.open(Settings(data_dir=folder), lambda: START)


async def test_empty_folder_becomes_a_hub_and_stays_the_same_hub(tmp_path: Path) -> None:
    states = []
    for _ in range(2):
        hub = await opened(tmp_path / "deep" / "data")
        async with hub.database.system(START) as system:
            states.append(await changes.state(system))
        await hub.close()

    assert states[0] == states[1]
    assert (tmp_path / "deep" / "data" / "hub.db").is_file()


async def test_database_of_a_newer_hub_is_refused_and_left_closed(tmp_path: Path) -> None:
    hub = await opened(tmp_path)
    async with hub.database.transaction(START) as tx:
        await tx.run(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    await hub.close()

    with pytest.raises(SettingsInvalid, match="newer hub"):
        await opened(tmp_path)


async def test_synonyms_of_the_table_are_handed_to_the_search_as_another_list_when_they_change(tmp_path: Path) -> None:
    hub = await opened(tmp_path)
    before = hub.synonyms
    await hub.refresh_synonyms()
    assert hub.synonyms is before
    async with hub.database.transaction(START) as tx:
        await media.add_synonyms(tx, [["市民卡", "社保卡"]])

    await hub.refresh_synonyms()

    assert (before, hub.synonyms) == ([], [["市民卡", "社保卡"]])
    await hub.close()

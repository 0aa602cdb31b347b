from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.content import actions
from hub.vocabulary.enums import Kind
from hub.web.live_reading import as_anybody
from storage.expression_sql import scope_key
from storage.stores import scope_counts
from tests.hub.web.live_hub import LiveHub


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[LiveHub]:
    made = await LiveHub.build(tmp_path)
    yield made
    await made.database.close()


async def test_each_scope_is_counted_to_the_limit_and_hidden_or_archived_items_are_not(hub: LiveHub) -> None:
    for n in range(4):
        await hub.add(Kind.ARTICLE, f"要闻{n}", sections=["zwgk/zcwj"])
    await hub.add(Kind.SERVICE_ITEM, "事项", sections=["zwgk/zcjd"])
    await hub.add(Kind.ARTICLE, "不公开", sections=["zwgk/zcjd"], publicity="withheld")
    await hub.act(actions.archive, await hub.add(Kind.ARTICLE, "旧闻", sections=["zwgk/zcjd"]))
    keys = {path: scope_key("section", key) for path, key in hub.sections.items()}

    async with as_anybody(hub.database, lambda: hub.now) as reader:
        found = await scope_counts.visible_in(reader, [*keys.values(), "section:none"], 3)

    assert found == {keys["zwgk"]: 3, keys["zwgk/zcwj"]: 3, keys["zwgk/zcjd"]: 1}


async def test_more_scopes_than_one_statement_takes_are_counted_too(hub: LiveHub) -> None:
    await hub.add(Kind.ARTICLE, "要闻", sections=["zwgk"])
    last = scope_key("section", hub.sections["zwgk"])
    keys = [f"keyword:{n:04}" for n in range(scope_counts.AT_ONCE + 1)]

    async with as_anybody(hub.database, lambda: hub.now) as reader:
        with hub.statements() as seen:
            found = await scope_counts.visible_in(reader, [*keys, last], 10)

    assert (found, len(seen)) == ({last: 1}, 2)

"""Pages of several lists at once, beyond what one compound statement takes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.content.filters import ContentFilter, to_request
from hub.vocabulary.enums import Archived, Kind
from hub.web.live_reading import as_anybody
from storage.stores import loading
from tests.hub.web.live_hub import LiveHub


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[LiveHub]:
    made = await LiveHub.build(tmp_path)
    yield made
    await made.database.close()


async def test_lists_with_as_many_values_as_a_filter_takes_are_read_in_statements_sqlite_takes(hub: LiveHub) -> None:
    items = [await hub.add(Kind.ARTICLE, f"要闻{n}", keywords=[f"词{n}"]) for n in range(3)]
    filters = [
        ContentFilter(keyword=(f"词{n}", *(f"无{n}:{m}" for m in range(19))), archived=Archived.INCLUDE)
        for n in range(3)
    ]
    requests = [to_request(one) for one in filters]

    async with as_anybody(hub.database, lambda: hub.now) as reader:
        with hub.statements() as seen:
            pages = await loading.pages(reader, requests, 5, None, backward=False)

    assert [[row.id for row in page] for page in pages] == [[item] for item in items]
    assert len(seen) == 2  # 200 walks a list, 400 a statement


async def test_many_short_lists_are_read_in_one_statement(hub: LiveHub) -> None:
    item = await hub.add(Kind.ARTICLE, "要闻", sections=["zwgk"])
    section = hub.sections["zwgk"]
    requests = [to_request(ContentFilter(kinds=(kind,), section=(section,))) for kind in Kind]

    async with as_anybody(hub.database, lambda: hub.now) as reader:
        with hub.statements() as seen:
            pages = await loading.pages(reader, requests, 5, None, backward=False)

    assert [[row.id for row in page] for page in pages] == [[item], [], [], [], []]
    assert len(seen) == 1

"""Cursors and the change feed: page by page a hub with hidden content says what its twin says, and drops by id."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from storage.database import Database
from storage.tables import change
from tests.flows.leak_doors import Doors, opened_doors
from tests.flows.leak_findings import is_tombstone
from tests.flows.leak_marks import texts_of, traces
from tests.flows.leak_questions import ORDERS, text
from tests.flows.leak_walking import widen
from tests.flows.leak_world import LABELLED, ONCE_SHOWN, Plan, Worlds

NODE = "{ __typename id title version updatedAt }"
INFO = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    widen(monkeypatch)


async def pages(doors: Doors, asked: str, way: str) -> list[Any]:
    """All pages of a list, forward or backward, 4 entries each. `asked` has a place for the paging arguments."""
    size, beyond, more, edge = ("first", "after", "hasNextPage", "endCursor")
    if way == "backward":
        size, beyond, more, edge = ("last", "before", "hasPreviousPage", "startCursor")
    found: list[Any] = []
    cursor = ""
    while len(found) < 40:
        answer = await doors.ask(asked.replace("PAGE", f"{size}: 4{cursor}"))
        page = _connection(answer.json["data"])
        found.append(page)
        if not page["pageInfo"][more]:
            return found
        cursor = f", {beyond}: {text(page['pageInfo'][edge])}"
    raise AssertionError("the pages never end")


def _connection(data: dict[str, Any]) -> dict[str, Any]:
    value: dict[str, Any] = next(iter(data.values()))
    return value if "pageInfo" in value else _connection(value)


def lists(plan: Plan) -> list[tuple[str, str]]:
    body = f"{{ totalCount {INFO} edges {{ cursor node {NODE} }} }}"
    within = [f"contents(filter: {{archived: INCLUDE}}, orderBy: {order}, PAGE)" for order in ORDERS]
    asked = [f"{{ {one} {body} }}" for one in (*within, "articles(PAGE)", "serviceItems(PAGE)")]
    for name in ("zwgk", "szf"):
        asked.append(f"{{ section(id: {text(plan.sections[name])}) {{ items(PAGE) {body} }} }}")
    both = [(one, way) for one in asked for way in ("forward", "backward")]
    places = [
        f"{{ {name}(PAGE) {{ totalCount {INFO} edges {{ cursor node {{ id }} }} }} }}" for name in ("sites", "units")
    ]
    searched = 'search(text: "", filter: {archived: INCLUDE}, PAGE)'
    found = f"{{ {searched} {{ totalCount {INFO} edges {{ cursor node {NODE} }} }} }}"
    return [*both, *((one, "forward") for one in (*places, found))]


async def test_pages_and_cursors_are_those_of_a_hub_without_hidden_content(worlds: Worlds) -> None:
    async with opened_doors(worlds.full) as full, opened_doors(worlds.twin) as twin:
        for asked, way in lists(worlds.plan):
            there, expected = await pages(full, asked, way), await pages(twin, asked, way)

            assert there == expected
            assert traces("\n".join(texts_of(there))) == set()


FEED = """{
    __typename position verb at kind itemId version content { __typename id title } tombstone { __typename id version }
}"""


async def feed(doors: Doors, size: int, key: str | None = None) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    after = ""
    while True:
        asked = f"{{ changes(first: {size}{after}) {{ cursor hasMore entries {FEED} }} }}"
        answer = (await doors.ask(asked, key=key)).json["data"]["changes"]
        assert traces(answer["cursor"]) == set()
        entries += answer["entries"]
        if not answer["hasMore"]:
            return entries
        after = f", after: {text(answer['cursor'])}"


async def positions(worlds: Worlds, states: tuple[str, ...]) -> set[int]:
    """Places in the log of what happened to items of these states while they could be seen."""
    ids = [one.item_id for one in worlds.plan.hidden if one.state in states]
    database = Database(f"sqlite+aiosqlite:///{worlds.full}/hub.db")
    async with database.snapshot() as connection:
        rows = (await connection.execute(sa.select(change).where(change.c.item_id.in_(ids)))).all()
    await database.close()
    return {row.position for row in rows if row.before or row.after}


@pytest.mark.parametrize("size", [3, 100])
async def test_the_feed_has_tombstones_of_what_was_shown_and_no_entry_of_what_never_was(
    worlds: Worlds, size: int
) -> None:
    once = {one.item_id for one in worlds.plan.hidden if one.state in ONCE_SHOWN}
    async with opened_doors(worlds.full) as full, opened_doors(worlds.twin) as twin:
        there, expected = await feed(full, size), await feed(twin, size)

    stones = [one for one in there if is_tombstone(one, once)]
    relinked = [one for one in there if one["verb"] is None and one["position"] > worlds.plan.last_base_position]
    rest = [one for one in there if one not in stones and one not in relinked]
    assert {one["itemId"] for one in stones} == once
    assert rest == expected
    # what is visible is named again when a link to it appears or goes: only for links somebody could see
    assert {one["position"] for one in relinked} <= await positions(worlds, ONCE_SHOWN)
    assert traces("\n".join(texts_of(there))) == set()


async def test_the_feed_of_a_label_has_its_content_and_that_of_others_has_not(worlds: Worlds) -> None:
    labelled = {one.item_id for one in worlds.plan.of(LABELLED)}
    async with opened_doors(worlds.full) as doors:
        theirs = await feed(doors, 50, worlds.plan.keys["labelled"])
        others = await feed(doors, 50, worlds.plan.keys["foreign"])

    assert {one["itemId"] for one in theirs if one["content"] is not None} >= labelled
    assert not {one["itemId"] for one in others} & labelled

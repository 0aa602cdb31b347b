"""Units, sites and sections: codes and paths, owners, views, moves that carry their items along."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy as sa

from hub.access import ANONYMOUS, Actor
from hub.content import actions, structure
from hub.content.due import run_due
from hub.vocabulary.enums import Kind
from hub.vocabulary.errors import AddressTaken, Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from hub.vocabulary.ids import new_id
from storage.tables import node, route, section, site, unit
from tests.world import OPERATOR, World

Act = Callable[[World, Actor], Awaitable[Any]]


async def row(world: World, table: sa.Table, key: str) -> Any:
    return (await world.rows(sa.select(table).where(table.c.id == key)))[0]


def section_values(world: World, **more: Any) -> dict[str, Any]:
    return {"site_id": world.sites["portal"], "code": "topic", "name": "专题", "section_kind": "topic", **more}


# each in a unit (edu, county) and on its site
EDITS: dict[str, Callable[[str], Act]] = {
    "create_unit": lambda unit: (
        lambda w, a: w.do(
            structure.create_unit,
            a,
            {"code": "x", "name": "某科", "unit_type": "city_department", "parent_id": w.units[unit]},
        )
    ),
    "update_unit": lambda unit: lambda w, a: w.do(structure.update_unit, a, w.units[unit], 1, {"name": "新名"}),
    "create_site": lambda unit: (
        lambda w, a: w.do(
            structure.create_site, a, {"code": "x", "name": "子站", "site_type": "sub_site", "unit_id": w.units[unit]}
        )
    ),
    "update_site": lambda unit: (
        lambda w, a: w.do(structure.update_site, a, w.sites[{"edu": "edu-site"}.get(unit, unit)], 1, {"name": "新名"})
    ),
    "create_section": lambda unit: (
        lambda w, a: w.do(
            structure.create_section, a, section_values(w, site_id=w.sites[{"edu": "edu-site"}.get(unit, unit)])
        )
    ),
    "update_section": lambda unit: (
        lambda w, a: w.do(
            structure.update_section, a, w.sections[{"edu": "edu-site"}.get(unit, unit) + ":news"], 1, {"name": "新名"}
        )
    ),
    "move_section": lambda unit: (
        lambda w, a: w.do(structure.move_section, a, w.sections[{"edu": "edu-site"}.get(unit, unit) + ":news"], 1, None)
    ),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("unit_of_key", ["edu", "city"])
async def test_key_of_the_unit_or_of_one_above_can(world: World, edit: str, unit_of_key: str) -> None:
    actor = world.staff(unit_of_key, "structure.edit")

    await EDITS[edit]("edu")(world, actor)

    rows = [one for one in await world.audits() if one.actor == actor.id]
    assert [(one.verb, one.unit_id) for one in rows if one.verb != "create_unit"] == (
        [] if edit == "create_unit" else [(edit, world.units["edu"])]
    )
    assert len(rows) == 1


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("who", ["another unit", "no right", "nobody"])
async def test_others_cannot_and_nothing_changes(world: World, edit: str, who: str) -> None:
    footprint = await world.footprint()
    tables = [await world.rows(sa.select(table)) for table in (unit, site, section)]
    actor = {
        "another unit": world.staff("city", "*"),
        "no right": world.staff("county", "content.*"),
        "nobody": ANONYMOUS,
    }[who]

    with pytest.raises(Unauthenticated if who == "nobody" else Forbidden):
        await EDITS[edit]("county")(world, actor)

    assert await world.footprint() == footprint
    assert [await world.rows(sa.select(table)) for table in (unit, site, section)] == tables


async def test_only_an_operator_makes_a_unit_at_the_top(world: World) -> None:
    values = {"code": "x", "name": "另一个市", "unit_type": "city_gov"}
    with pytest.raises(Forbidden):
        await world.do(structure.create_unit, world.staff("city"), values)

    key = await world.do(structure.create_unit, OPERATOR, values)

    assert (await row(world, unit, key)).parent_id is None
    assert (await world.rows(sa.select(node.c.node_type).where(node.c.id == key)))[0].node_type == "unit"


async def test_unit_moves_within_what_its_key_reaches_and_no_further(world: World) -> None:
    actor = world.staff("city", "structure.edit")
    below = await world.do(
        structure.create_unit, actor,
        {"code": "x", "name": "某科", "unit_type": "city_department", "parent_id": world.units["city"]},
    )  # fmt: skip
    reach = Actor(**{name: getattr(actor, name) for name in (
        "id", "name", "labels", "unit_id", "permissions", "sites", "is_operator"
    )}, units=actor.units | {below})  # fmt: skip

    for parent in (world.units["county"], None):
        with pytest.raises(Forbidden):
            await world.do(structure.move_unit, reach, below, 1, parent)
    assert (await row(world, unit, below)).parent_id == world.units["city"]

    await world.do(structure.move_unit, reach, below, 1, world.units["edu"])
    assert (await row(world, unit, below)).parent_id == world.units["edu"]


async def test_unit_cannot_move_below_itself(world: World) -> None:
    for parent in (world.units["edu"], world.units["city"]):
        with pytest.raises(InvalidInput) as refused:
            await world.do(structure.move_unit, OPERATOR, world.units["city"], 1, parent)
        assert refused.value.field == "parentId"


@pytest.mark.parametrize("table", ["unit", "site"])
async def test_code_is_taken_once_and_for_all(world: World, table: str) -> None:
    values = {
        "unit": {"code": "edu", "name": "另一个", "unit_type": "city_department"},
        "site": {"code": "portal", "name": "另一个", "site_type": "portal", "unit_id": world.units["city"]},
    }[table]
    act = {"unit": structure.create_unit, "site": structure.create_site}[table]

    with pytest.raises(AddressTaken) as refused:
        await world.do(act, OPERATOR, values)

    assert refused.value.field == "code"


async def test_path_is_taken_once_on_a_site_and_free_elsewhere(world: World) -> None:
    with pytest.raises(AddressTaken):
        await world.do(structure.create_section, OPERATOR, section_values(world, code="news"))

    below = await world.do(
        structure.create_section, OPERATOR, section_values(world, code="news", parent_id=world.sections["gov"])
    )

    assert (await row(world, section, below)).path == "gov/news"


@pytest.mark.parametrize("code", ["", "News", "新闻", "a b", "a/b", "-a", "a" * 81, None, "a\n"])
async def test_code_is_a_slug(world: World, code: str | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        await world.do(structure.create_section, OPERATOR, section_values(world, code=code))

    assert refused.value.field == "code"


@pytest.mark.parametrize(
    ("act", "field"),
    [
        (lambda w: w.do(structure.create_unit, OPERATOR, {"code": "x", "unit_type": "city_gov"}), "name"),
        (lambda w: w.do(structure.create_unit, OPERATOR, {"code": "x", "name": "某局"}), "unitType"),
        (
            lambda w: w.do(structure.create_unit, OPERATOR, {"code": "x", "name": "某局", "unit_type": "club"}),
            "unitType",
        ),
        (
            lambda w: w.do(structure.create_site, OPERATOR, {"code": "x", "name": "站", "unit_id": w.units["city"]}),
            "siteType",
        ),
        (
            lambda w: w.do(
                structure.create_site, OPERATOR,
                {"code": "x", "name": "站", "site_type": "portal", "unit_id": w.units["city"], "site_id_code": "12"},
            ),
            "siteIdCode",
        ),
        (
            lambda w: w.do(structure.create_section, OPERATOR, section_values(w, section_kind=None)),
            "sectionKind",
        ),
        (
            lambda w: w.do(structure.create_section, OPERATOR, section_values(w, section_kind="club")),
            "sectionKind",
        ),
        (lambda w: w.do(structure.create_section, OPERATOR, section_values(w, name=" ")), "name"),
        (
            lambda w: w.do(
                structure.create_section, OPERATOR, section_values(w, parent_id=w.sections["county:news"])
            ),
            "parentId",
        ),
        (lambda w: w.do(structure.update_section, OPERATOR, w.sections["news"], 1, {"name": ""}), "name"),
        (
            lambda w: w.do(structure.move_section, OPERATOR, w.sections["gov"], 1, w.sections["gov/read"]),
            "parentId",
        ),
        (
            lambda w: w.do(structure.move_section, OPERATOR, w.sections["gov"], 1, w.sections["county:news"]),
            "parentId",
        ),
        (lambda w: w.do(structure.create_section, OPERATOR, section_values(w, view={"doc_no": ["1"]})), "view"),
        (lambda w: w.do(structure.create_section, OPERATOR, section_values(w, view={"kinds": ["club"]})), "view"),
        (lambda w: w.do(structure.create_section, OPERATOR, section_values(w, view={"section": [new_id()]})), "view"),
        (lambda w: w.do(structure.create_section, OPERATOR, section_values(w, view={"section": ["nonsense"]})), "view"),
        (lambda w: w.do(structure.create_section, OPERATOR, section_values(w, view={"site": [new_id()]})), "view"),
    ],
)  # fmt: skip
async def test_wrong_input_is_refused_by_field_and_nothing_changes(
    world: World, act: Callable[[World], Awaitable[Any]], field: str
) -> None:
    footprint = await world.footprint()

    with pytest.raises(InvalidInput) as refused:
        await act(world)

    assert refused.value.field == field
    assert await world.footprint() == footprint


@pytest.mark.parametrize("key", ["nonsense", "", "00000000-0000-0000-0000-000000000000"])
async def test_what_does_not_exist_is_not_found(world: World, key: str) -> None:
    for act in (
        lambda: world.do(structure.update_unit, OPERATOR, key, 1, {"name": "x"}),
        lambda: world.do(structure.update_site, OPERATOR, key, 1, {"name": "x"}),
        lambda: world.do(structure.update_section, OPERATOR, key, 1, {"name": "x"}),
        lambda: world.do(structure.move_section, OPERATOR, key, 1, None),
        lambda: world.do(structure.create_section, OPERATOR, section_values(world, parent_id=key)),
        lambda: world.do(structure.create_section, OPERATOR, section_values(world, site_id=key)),
    ):
        with pytest.raises(NotFound):
            await act()


@pytest.mark.parametrize("table", ["unit", "site", "section"])
async def test_of_two_who_change_the_same_one_wins_and_the_conflict_names_both_versions(
    world: World, table: str
) -> None:
    key = {"unit": world.units["edu"], "site": world.sites["portal"], "section": world.sections["news"]}[table]
    act = getattr(structure, f"update_{table}")

    outcomes = await asyncio.gather(
        *(world.do(act, OPERATOR, key, 1, {"name": f"名称{n}"}) for n in range(5)), return_exceptions=True
    )

    refused = [one for one in outcomes if isinstance(one, BaseException)]
    assert [type(one) for one in refused] == [Conflict] * 4
    assert str(refused[0]) == f"The {table} has lock version 2; you sent 1."


async def test_view_is_stored_as_a_filter_and_may_show_another_site(world: World) -> None:
    view = {"section": [world.sections["gov/policy"]], "kinds": ["policy_document"], "archived": "include", "unit": []}

    key = await world.do(
        structure.create_section, OPERATOR, section_values(world, site_id=world.sites["county"], view=view)
    )

    assert (await row(world, section, key)).view == {name: value for name, value in view.items() if value}


async def test_view_never_stands_over_a_view(world: World) -> None:
    first = await world.do(
        structure.create_section, OPERATOR, section_values(world, view={"section": [world.sections["news"]]})
    )

    with pytest.raises(InvalidInput):
        await world.do(structure.create_section, OPERATOR, section_values(world, code="b", view={"section": [first]}))
    with pytest.raises(InvalidInput):
        await world.do(structure.create_section, OPERATOR, section_values(world, code="b", view={"section": first}))


async def test_section_that_a_view_shows_cannot_become_a_view(world: World) -> None:
    await world.do(
        structure.create_section, OPERATOR, section_values(world, view={"section": [world.sections["gov/read"]]})
    )

    with pytest.raises(InvalidInput) as refused:
        await world.do(
            structure.update_section, OPERATOR, world.sections["gov/read"], 1, {"view": {"kinds": ["article"]}}
        )

    assert refused.value.field == "view"


async def test_view_cannot_stand_over_itself(world: World) -> None:
    key = world.sections["gov/read"]

    with pytest.raises(InvalidInput):
        await world.do(structure.update_section, OPERATOR, key, 1, {"view": {"section": [key]}})


async def test_section_that_holds_content_cannot_become_a_view_and_a_view_holds_none(world: World) -> None:
    await world.published(sections=[world.sections["news"]])
    with pytest.raises(InvalidInput):
        await world.do(structure.update_section, OPERATOR, world.sections["news"], 1, {"view": {"kinds": ["article"]}})

    await world.do(structure.update_section, OPERATOR, world.sections["gov/read"], 1, {"view": {"kinds": ["article"]}})
    with pytest.raises(InvalidInput) as refused:
        await world.draft(sections=[world.sections["gov/read"]])

    assert refused.value.field == "sections"


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
async def test_section_of_what_may_yet_be_shown_cannot_become_a_view(world: World, state: str) -> None:
    sections = [world.sections["gov/read"]]
    if state == "draft":
        await world.draft(sections=sections)
    else:
        key = await world.published(sections=sections)
        await world.do(actions.withdraw, OPERATOR, key, 2, explanation="错")

    with pytest.raises(InvalidInput) as refused:
        await world.do(structure.update_section, OPERATOR, sections[0], 1, {"view": {"kinds": ["article"]}})

    assert refused.value.field == "view"


async def test_section_that_held_content_once_can_become_a_view(world: World) -> None:
    key = await world.published(sections=[world.sections["gov/read"]])
    await world.do(actions.place, OPERATOR, key, 2, [world.sections["news"]])

    await world.do(structure.update_section, OPERATOR, world.sections["gov/read"], 1, {"view": {"kinds": ["article"]}})


async def test_moved_section_takes_the_paths_below_it_along(world: World) -> None:
    await world.do(structure.move_section, OPERATOR, world.sections["gov"], 1, world.sections["news"])

    paths = {one.path for one in await world.rows(sa.select(section).where(section.c.site_id == world.sites["portal"]))}
    assert paths == {"news", "news/gov", "news/gov/policy", "news/gov/read"}


async def test_section_cannot_move_to_a_path_that_is_taken(world: World) -> None:
    await world.do(structure.create_section, OPERATOR, section_values(world, code="policy"))

    with pytest.raises(AddressTaken):
        await world.do(structure.move_section, OPERATOR, world.sections["gov/policy"], 1, None)


async def test_move_rewrites_two_hundred_and_fifty_items_a_hundred_a_transaction(world: World) -> None:
    policy, read, news = (world.sections[name] for name in ("gov/policy", "gov/read", "news"))
    for start in range(0, 250, 50):
        await world.release([world.fresh(n, sections=[policy if n % 2 else read]) for n in range(start, start + 50)])
    elsewhere = await world.published(sections=[news])
    begin = (await world.changes())[-1].position
    await world.do(structure.move_section, OPERATOR, world.sections["gov"], 1, news)
    commits: list[int] = []
    transaction = world.database.transaction

    def counted(*args: Any) -> Any:
        commits.append(1)
        return transaction(*args)

    world.database.transaction = counted  # type: ignore[method-assign]
    moved = await structure.rewrite_moved(world.database, world.clock(), OPERATOR, world.sections["gov"])

    changes = await world.changes(after=begin)
    assert (moved, len(changes), len(commits)) == (250, 250, 4)
    assert {change.verb for change in changes} == {"moved"}
    assert len({change.item_id for change in changes}) == 250
    assert all(news in change.after["section"] and news not in change.before[0]["section"] for change in changes)
    listed = await world.rows(sa.text(
        "SELECT count(DISTINCT item_id) AS n FROM listing JOIN scope ON scope.id = scope_id WHERE key = :key"
    ).bindparams(key=f"section:{news}"))  # fmt: skip
    assert listed[0].n == 251
    first = changes[0].item_id
    assert sum(current for current, _ in (await world.routes(first)).values()) == 1
    assert {path.split("/")[0] for path, (current, _) in (await world.routes(first)).items() if current} == {"news"}
    assert await world.verbs(elsewhere) == ["published"]


async def test_withdrawn_item_takes_its_new_place_when_it_is_restored(world: World) -> None:
    key = await world.published(sections=[world.sections["gov/read"]])
    await world.do(actions.withdraw, OPERATOR, key, 2, explanation="错")
    await world.do(structure.move_section, OPERATOR, world.sections["gov/read"], 1, world.sections["news"])
    await structure.rewrite_moved(world.database, world.clock(), OPERATOR, world.sections["gov/read"])

    await world.do(actions.restore, OPERATOR, key, 3)

    last = (await world.changes(key))[-1]
    assert last.after["section"] == sorted([world.sections["news"], world.sections["gov/read"]])
    assert await world.routes(key) == {f"gov/read/{key}": (0, f"news/read/{key}"), f"news/read/{key}": (1, None)}


async def test_update_changes_what_is_named_and_keeps_the_rest(world: World) -> None:
    key = world.sections["news"]
    await world.do(structure.update_section, OPERATOR, key, 1, {"keywords": ["要闻"], "update_cycle_days": 7})
    await world.do(structure.update_section, OPERATOR, key, 2, {"name": "今日要闻"})

    found = await row(world, section, key)
    assert (found.name, found.keywords, found.update_cycle_days, found.section_kind, found.lock_version) == (
        "今日要闻", ["要闻"], 7, "news", 3,
    )  # fmt: skip


async def test_key_that_may_edit_places_may_not_thereby_touch_content(world: World) -> None:
    key = await world.published(Kind.ARTICLE)

    with pytest.raises(Forbidden):
        await world.do(actions.archive, world.staff("city", "structure.edit"), key, 2)


async def test_old_addresses_of_a_moved_section_and_below_lead_on(world: World) -> None:
    key = world.sections["gov/read"]

    await world.do(structure.move_section, OPERATOR, key, 1, None)

    rows = await world.rows(sa.select(route.c.path, route.c.section_id, route.c.redirect_to, route.c.is_current))
    assert [tuple(row) for row in rows if row.section_id is not None] == [("gov/read", key, "read", 0)]


async def test_worker_carries_items_along_when_the_mover_died(world: World) -> None:
    item = await world.published(sections=[world.sections["gov/read"]])
    await world.do(structure.move_section, OPERATOR, world.sections["gov/read"], 1, None)
    early = await run_due(world.database, world.clock(), "worker")
    world.clock.now += structure.MOVE_LEASE

    taken = await run_due(world.database, world.clock(), "worker")

    assert (early, taken) == (0, 1)
    assert [row.verb for row in await world.changes()][-1] == "moved"
    assert (await world.routes(item))[f"read/{item}"] == (1, None)
    assert await run_due(world.database, world.clock() + structure.MOVE_LEASE, "worker") == 0

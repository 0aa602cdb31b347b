"""Trees of units and sections in one statement each."""

from __future__ import annotations

from storage.stores import structure
from tests.world import World, counting


async def test_ancestry_is_the_site_and_the_line_upwards_in_one_statement(world: World) -> None:
    policy, gov, news = (world.sections[name] for name in ("gov/policy", "gov", "county:news"))

    async with world.system() as system, counting(world.database) as counted:
        found = await structure.ancestry(system, [policy, news])

    assert found == {
        policy: (world.sites["portal"], frozenset((policy, gov))),
        news: (world.sites["county"], frozenset((news,))),
    }
    assert len(counted) == 1


async def test_subtree_is_the_place_and_all_below_it(world: World) -> None:
    async with world.system() as system:
        units = await structure.subtree(system, "unit", world.units["city"])
        sections = await structure.subtree(system, "section", world.sections["gov"])

    assert units == frozenset((world.units["city"], world.units["edu"]))
    assert sections == frozenset(world.sections[name] for name in ("gov", "gov/policy", "gov/read"))


async def test_places_are_found_by_site_and_path_together(world: World) -> None:
    portal, county = world.sites["portal"], world.sites["county"]

    async with world.system() as system:
        found = await structure.sections_at(system, [(portal, "gov"), (county, "news"), (county, "gov")])

    assert {row.id for row in found} == {world.sections["gov"], world.sections["county:news"]}


async def test_moving_paths_leaves_what_only_looks_alike(world: World) -> None:
    from hub.content import structure as actions
    from tests.world import OPERATOR

    for code in ("gov_x", "govern"):
        values = {"site_id": world.sites["portal"], "code": code, "name": "另一个", "section_kind": "other"}
        await world.do(actions.create_section, OPERATOR, values)

    await world.do(structure.move_paths, world.sites["portal"], "gov", "a/b")

    async with world.system() as system:
        rows = await structure.sections_of_sites(system, [world.sites["portal"]])
    assert {row.path for row in rows} == {"news", "gov", "gov_x", "govern", "a/b/policy", "a/b/read"}

"""Places are looked up once and forgotten after a transaction that did not commit."""

from __future__ import annotations

from hub.importing.places import Places
from hub.importing.rows import ItemRow
from hub.vocabulary.enums import Kind
from tests.world import World, counting


def row(**more: object) -> ItemRow:
    return ItemRow(Kind.ARTICLE, "s", "1", "题", **more)  # type: ignore[arg-type]


async def test_what_rows_name_is_looked_up_in_three_statements_and_then_known(world: World) -> None:
    places = Places()
    rows = [
        row(unit="edu", site="portal", sections=("news", "gov/read", "county:news")),
        row(unit="city", site="county"),
    ]

    async with world.tx() as tx, counting(world.database) as counted:
        await places.load(tx, rows)
        first = len(counted)
        await places.load(tx, rows)

    assert (first, len(counted)) == (3, 3)
    assert places.of(rows[0]) == (
        world.units["edu"],
        world.sites["portal"],
        (world.sections["news"], world.sections["gov/read"], world.sections["county:news"]),
    )
    assert places.of(rows[1]) == (world.units["city"], world.sites["county"], ())


async def test_section_named_twice_is_one_placement(world: World) -> None:
    places, one = Places(), row(site="portal", sections=("news", "portal:news"))

    async with world.tx() as tx:
        await places.load(tx, [one])

    assert places.of(one)[2] == (world.sections["news"],)


async def test_forgotten_places_are_looked_up_again(world: World) -> None:
    places, one = Places(), row(unit="edu")
    async with world.tx() as tx:
        await places.load(tx, [one])
        places.forget()
        async with counting(world.database) as counted:
            await places.load(tx, [one])

    assert len(counted) == 1

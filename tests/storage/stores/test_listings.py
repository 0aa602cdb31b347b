"""Scopes and closure rows."""

from __future__ import annotations

from storage.stores import items, listings
from tests.world import Counted, World, counting

MOST = 32_766
"""Parameters a statement may have on either database."""


def largest(counted: Counted) -> int:
    selects = zip(counted.statements, counted.parameters, strict=True)
    return max(len(parameters) for statement, parameters in selects if statement.startswith("SELECT"))


async def test_scopes_keep_their_numbers(world: World) -> None:
    first = await world.do(listings.ensure_scopes, ["genre:notice", "genre:order"])

    again = await world.do(listings.ensure_scopes, ["genre:order", "genre:notice", "topic:a:b"])

    assert {key: again[key] for key in first} == first
    assert len(set(again.values())) == 3


async def test_any_number_of_scopes_can_be_asked_for_at_once(world: World) -> None:
    keys = [f"theme:{number}" for number in range(40_000)]

    async with counting(world.database) as counted:
        found = await world.do(listings.ensure_scopes, keys)

    assert len(found) == 40_000
    assert largest(counted) <= MOST


async def test_any_number_of_sources_can_be_looked_up_at_once(world: World) -> None:
    await world.release([world.fresh(7)])

    async with counting(world.database) as counted:
        found = await world.do(items.by_sources, [("oa", str(number)) for number in range(40_000)])

    assert set(found) == {("oa", "7")}
    assert largest(counted) <= MOST


async def test_items_of_a_scope_come_in_id_order_page_by_page(world: World) -> None:
    keys = sorted([await world.published() for _ in range(5)])
    scope = f"section:{world.sections['news']}"

    async with world.system() as system:
        first = await listings.items_in(system, scope, "", 3)
        second = await listings.items_in(system, scope, first[-1], 3)

    assert (first, second) == (keys[:3], keys[3:])


async def test_facets_of_an_item_keep_colons_in_their_values(world: World) -> None:
    key = await world.published(keywords=["a:b"])

    async with world.system() as system:
        facets = await listings.facet_sets(system, [key])

    assert ("keyword", "a:b") in facets[key]

"""Going live: facet tuples, versions, listings, addresses, due rows, links, and a constant number of statements."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from hub.content import actions, structure
from hub.content.drafting import LinkTo
from hub.content.facets import sets_of
from hub.content.stored import content_of
from hub.vocabulary.clock import ALWAYS, DAY, NEVER, Instant, instant_of_day, parse_instant
from hub.vocabulary.enums import Kind, LinkType, Verb
from hub.vocabulary.ids import new_id
from storage.expression_sql import KIND_CODES, LISTED_FIELDS
from storage.stores import items, listings
from storage.stores import structure as structure_rows
from storage.tables import edition, item, link, listing
from tests.world import OPERATOR, START, World, counting


async def recomputed(world: World, key: str) -> set[tuple[str, int, int, int]]:
    """The closure rows an item should have, from its live edition."""
    async with world.tx() as tx:
        head = (await items.lock(tx, [key]))[key]
        kind = Kind(head.kind)
        content = await content_of(tx, head.live_edition_id, kind)
        ancestry = await structure_rows.ancestry(tx, content.sections)
        sets = sets_of(kind, head.unit_id, content, ancestry, tx.now)
    scopes = listings.scopes_of(sets, LISTED_FIELDS)
    return {(scope, KIND_CODES[kind], int(head.state == "archived"), head.sort_at) for scope in scopes}


async def test_before_and_after_of_each_verb_are_the_whole_tuples(world: World) -> None:
    news, gov, policy = (world.sections[name] for name in ("news", "gov", "gov/policy"))
    key = await world.published(
        Kind.POLICY_DOCUMENT,
        sections=[policy],
        keywords=["养老"],
        details={"doc_no": "云政发〔2026〕3号", "genre": "notice"},
    )
    await world.do(actions.correct, OPERATOR, key, 2, {"keywords": ["托育"]}, change_note="改关键词")
    await world.do(actions.place, OPERATOR, key, 3, [news, policy])
    await world.do(actions.archive, OPERATOR, key, 4)
    await world.do(actions.withdraw, OPERATOR, key, 5, explanation="错")
    await world.do(actions.restore, OPERATOR, key, 6)
    await world.do(actions.remove, OPERATOR, key, 7, vanish=True)

    first = {
        "kind": "policy_document", "audience": ["public"], "site": [world.sites["portal"]],
        "section": sorted([gov, policy]), "unit": [world.units["city"]], "genre": ["notice"],
        "validity": ["in_force"], "keyword": ["养老"], "doc_no": ["云政发|2026|3"], "language": ["zh-Hans"],
    }  # fmt: skip
    second = {**first, "keyword": ["托育"]}
    third = {**second, "section": sorted([news, gov, policy])}
    assert [(row.verb, row.before, row.after) for row in await world.changes(key)] == [
        ("published", [], first),
        ("corrected", [first], second),
        ("moved", [second], third),
        ("archived", [third], third),
        ("withdrawn", [third], None),
        ("restored", [], third),
        ("vanished", [third], None),
    ]


async def test_version_is_the_last_position_and_listings_are_the_recomputed_ones_after_each_verb(world: World) -> None:
    key = await world.published(Kind.POLICY_DOCUMENT, sections=[world.sections["gov/policy"]])
    steps: list[Any] = [
        lambda lock: world.do(actions.correct, OPERATOR, key, lock, {"keywords": ["托育"]}, change_note="改"),
        lambda lock: world.do(actions.place, OPERATOR, key, lock, [world.sections["gov/read"]]),
        lambda lock: world.do(actions.archive, OPERATOR, key, lock),
        lambda lock: world.do(actions.repeal, OPERATOR, key, lock, by_id=None, on=None),
        lambda lock: world.do(actions.restore, OPERATOR, key, lock),
    ]
    for step in steps:
        world.clock.pass_by(1)
        await step(await world.lock_version(key))

        head, changes = await world.head(key), await world.changes(key)
        assert head.version == changes[-1].position
        assert await world.listed_under(key) == await recomputed(world, key)
        stamps = await world.rows(sa.select(listing.c.updated_at).where(listing.c.item_id == key).distinct())
        assert [row.updated_at for row in stamps] == [head.updated_at]
        assert head.first_published_at == START


@pytest.mark.parametrize("verb", ["withdraw", "redirect", "gone", "vanish"])
async def test_unpublished_item_is_in_no_list_and_nothing_is_due_for_it(world: World, verb: str) -> None:
    key = await world.published(expires_at=Instant(START + DAY))
    done = {
        "withdraw": lambda: world.do(actions.withdraw, OPERATOR, key, 2, explanation="错"),
        "redirect": lambda: world.do(actions.redirect, OPERATOR, key, 2, target_id=None, target_url="http://a.b/"),
        "gone": lambda: world.do(actions.remove, OPERATOR, key, 2, vanish=False),
        "vanish": lambda: world.do(actions.remove, OPERATOR, key, 2, vanish=True),
    }[verb]
    assert await world.open_due(key) == [("expired", START + DAY)]

    await done()

    assert await world.listed_under(key) == set()
    assert await world.open_due(key) == []
    assert (await world.head(key)).version == (await world.changes(key))[-1].position


async def test_edition_before_is_superseded_and_never_changed(world: World) -> None:
    key = await world.published(title="第一版")
    first = (await world.rows(sa.select(edition).where(edition.c.item_id == key)))[0]

    await world.do(actions.correct, OPERATOR, key, 2, {"title": "第二版"}, change_note="改标题")

    again = (await world.rows(sa.select(edition).where(edition.c.id == first.id)))[0]
    assert again._asdict() == {**first._asdict(), "state": "superseded"}


async def test_hidden_content_enters_the_log_without_a_tuple(world: World) -> None:
    embargoed = await world.published(embargo_at=Instant(START + 1))
    withheld = await world.published(publicity="on_request")
    expired = await world.published(expires_at=Instant(START - 1))

    for key in (embargoed, withheld, expired):
        assert [(row.verb, row.before, row.after) for row in await world.changes(key)] == [("published", [], None)]


async def test_item_that_expired_before_its_job_ran_is_still_in_the_before_of_the_next_change(world: World) -> None:
    key = await world.published(expires_at=Instant(START + 5_000_000))
    shown = (await world.changes(key))[0].after
    world.clock.pass_by(10)

    await world.do(actions.correct, OPERATOR, key, 2, {"keywords": ["托育"]}, change_note="改")

    last = (await world.changes(key))[-1]
    assert (last.verb, last.before, last.after) == ("corrected", [shown], None)


async def test_move_leaves_a_redirect_and_moving_back_turns_it_round(world: World) -> None:
    key = await world.published()
    assert await world.routes(key) == {f"news/{key}": (1, None)}

    await world.do(actions.place, OPERATOR, key, 2, [world.sections["gov/read"]])
    assert await world.routes(key) == {f"news/{key}": (0, f"gov/read/{key}"), f"gov/read/{key}": (1, None)}

    await world.do(actions.place, OPERATOR, key, 3, [world.sections["gov/policy"]])
    assert await world.routes(key) == {
        f"news/{key}": (0, f"gov/policy/{key}"),
        f"gov/read/{key}": (0, f"gov/policy/{key}"),
        f"gov/policy/{key}": (1, None),
    }

    await world.do(actions.place, OPERATOR, key, 4, [world.sections["news"]])
    assert await world.routes(key) == {
        f"news/{key}": (1, None),
        f"gov/read/{key}": (0, f"news/{key}"),
        f"gov/policy/{key}": (0, f"news/{key}"),
    }


async def test_each_site_has_its_address_by_the_first_placement_there(world: World) -> None:
    sections = [world.sections[name] for name in ("gov/read", "news", "county:news")]

    key = await world.published(sections=sections)

    assert await world.routes(key) == {f"gov/read/{key}": (1, None), f"news/{key}": (1, None)}
    query = "SELECT count(*) AS n FROM route WHERE is_current = 1"
    assert (await world.rows(sa.text(query)))[0].n == 2


async def test_due_rows_are_the_embargo_the_expiry_and_the_turns_of_validity(world: World) -> None:
    embargo, expiry = Instant(START + 2 * DAY), Instant(START + 400 * DAY)
    key = await world.published(
        Kind.POLICY_DOCUMENT,
        embargo_at=embargo,
        expires_at=expiry,
        details={"effective_on": "2026-03-05", "expires_on": "2026-12-31"},
    )

    assert await world.open_due(key) == [
        ("visible", embargo),
        ("validity", parse_instant("2026-03-05")),
        ("validity", parse_instant("2027-01-01")),
        ("expired", expiry),
    ]


async def test_correction_replaces_what_is_due(world: World) -> None:
    key = await world.published(expires_at=Instant(START + DAY))

    await world.do(actions.correct, OPERATOR, key, 2, {"expires_at": Instant(START + 2 * DAY)}, change_note="延期")

    assert await world.open_due(key) == [("expired", START + 2 * DAY)]


async def test_validity_that_does_not_turn_is_not_due(world: World) -> None:
    key = await world.published(
        Kind.POLICY_DOCUMENT, details={"validity": "repealed", "effective_on": "2026-05-01", "expires_on": "2026-12-31"}
    )

    assert await world.open_due(key) == []


async def test_links_resolve_when_their_target_arrives(world: World) -> None:
    citing = world.fresh(1, links=[LinkTo(LinkType.CITES, None, "oa", "2")])
    await world.release([citing])
    assert [row.target_id for row in await world.rows(sa.select(link.c.target_id))] == [None]
    version = (await world.head(citing.item_id)).version

    cited = world.fresh(2)
    await world.release([cited])

    assert [row.target_id for row in await world.rows(sa.select(link.c.target_id))] == [cited.item_id]
    assert await world.editions(citing.item_id) == [(1, "live")]
    assert (await world.head(citing.item_id)).version == version


async def test_links_resolve_within_their_batch_and_name_their_targets_as_touched(world: World) -> None:
    cited = world.fresh(2)
    citing = world.fresh(1, links=[LinkTo(LinkType.CITES, None, "oa", "2"), LinkTo(LinkType.CITES, None, "oa", "3")])
    later = world.fresh(3)

    await world.release([cited, citing, later])

    found = await world.rows(sa.select(link.c.target_id).order_by(link.c.order_no))
    assert [row.target_id for row in found] == [cited.item_id, later.item_id]
    assert (await world.changes(citing.item_id))[0].touched == sorted([cited.item_id, later.item_id])
    assert (await world.changes(cited.item_id))[0].touched == []


async def test_touched_are_the_targets_before_and_after(world: World) -> None:
    old, new = await world.published(), await world.published()
    key = await world.published(links=[LinkTo(LinkType.CITES, old)])

    await world.do(actions.correct, OPERATOR, key, 2, {"links": [LinkTo(LinkType.CITES, new)]}, change_note="改链接")
    await world.do(actions.withdraw, OPERATOR, key, 3, explanation="错")

    assert [row.touched for row in await world.changes(key)] == [[old], sorted([old, new]), [new]]


async def test_item_has_at_most_one_live_and_one_working_edition(world: World) -> None:
    key = await world.published()
    await world.do(actions.update, OPERATOR, key, 2, {"title": "稿"})
    row = (await world.rows(sa.select(edition).where(edition.c.item_id == key)))[0]

    for state in ("live", "draft", "in_review"):
        with pytest.raises(IntegrityError):
            async with world.tx() as tx:
                await tx.run(sa.insert(edition), [{**row._asdict(), "id": new_id(), "number": 9, "state": state}])


async def test_number_of_statements_does_not_depend_on_the_size_of_the_batch(world: World) -> None:
    async def count(size: int, first: int, **values: Any) -> int:
        batch = [world.fresh(first + n, keywords=[f"词{n % 7}"], **values) for n in range(size)]
        async with counting(world.database) as counted:
            await world.release(batch)
        return len(counted)

    links = [LinkTo(LinkType.CITES, None, "oa", "1")]
    await world.release([world.fresh(0, keywords=[f"词{n}" for n in range(7)])])
    new = [await count(size, first, links=links) for size, first in ((1, 10), (10, 20), (100, 100))]

    async def again(first: int, last: int) -> int:
        async with world.tx() as tx:
            known = await items.by_sources(tx, [("oa", str(n)) for n in range(first, last)])
            heads = await items.lock(tx, [row.id for row in known.values()])
        corrected = []
        for row in known.values():
            one = world.fresh(int(row.source_id), keywords=["词1"], links=links)
            one.item_id, one.head, one.verb = row.id, heads[row.id], Verb.CORRECTED
            corrected.append(one)
        async with counting(world.database) as counted:
            await world.release(corrected)
        return len(counted)

    corrected = [await again(10, 11), await again(20, 30), await again(100, 200)]

    assert new == [new[0]] * 3
    assert corrected == [corrected[0]] * 3
    assert (new[0], corrected[0]) == (22, 28)


async def test_windows_without_a_start_or_an_end_are_never_null(world: World) -> None:
    key = await world.published()

    head = (await world.rows(sa.select(item).where(item.c.id == key)))[0]
    assert (head.visible_from, head.visible_until) == (ALWAYS, NEVER)


async def test_item_without_any_date_of_its_own_sorts_by_its_day_or_last(world: World) -> None:
    made = world.fresh(1, made_on="2020-01-02")
    undated = world.fresh(2)

    await world.release([made, undated])

    assert (await world.head(made.item_id)).sort_at == parse_instant("2020-01-02")
    assert (await world.head(undated.item_id)).sort_at < instant_of_day(date(1, 1, 3))


async def test_facets_follow_a_section_that_has_moved(world: World) -> None:
    key = await world.published(sections=[world.sections["gov/policy"]])
    section = world.sections["gov/policy"]

    await world.do(structure.move_section, OPERATOR, section, 1, world.sections["news"])
    moved = await structure.rewrite_moved(world.database, world.clock(), OPERATOR, section)

    assert moved == 1
    assert await world.listed_under(key) == await recomputed(world, key)
    assert await world.routes(key) == {f"gov/policy/{key}": (0, f"news/policy/{key}"), f"news/policy/{key}": (1, None)}
    last = (await world.changes(key))[-1]
    assert (last.verb, last.after["section"]) == ("moved", sorted([section, world.sections["news"]]))
    assert last.before[0]["section"] == sorted([section, world.sections["gov"]])

"""Lists by keyset: directions, ties, kinds, archives, several filters at once, dates, totals, and what they read."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.access import ANONYMOUS, Actor
from hub.content import actions, queries
from hub.content.filters import ContentFilter, to_request
from hub.content.queries import PageArgs
from hub.vocabulary.clock import DAY, Instant
from hub.vocabulary.enums import Archived, Kind
from hub.vocabulary.errors import CursorExpired, InvalidCursor, InvalidInput
from hub.vocabulary.ids import new_id
from storage.tables import edition, item, listing, scope
from tests.world import OPERATOR, START, World, counting

AN_ID = "01a20de5-da73-70fd-9a21-14d9459e0d9f"
STAFF = Actor("key:staff", "staff", labels=frozenset(("public", "staff")))


async def paged(
    world: World, filter_: ContentFilter, size: int, *, backward: bool = False, actor: Actor = ANONYMOUS, **order: bool
) -> list[str]:
    """The whole list, page by page."""
    found: list[str] = []
    cursor = None
    async with world.reading(actor) as reader:
        while True:
            args = PageArgs(last=size, before=cursor) if backward else PageArgs(first=size, after=cursor)
            page = await queries.list_page(reader, to_request(filter_, **order), args)
            ids = [row.id for row in page.rows]
            found = ids + found if backward else found + ids
            assert (page.has_previous if not backward else page.has_next) == (cursor is not None)
            if not (page.has_previous if backward else page.has_next):
                return found
            assert len(ids) == size
            cursor = queries.encode_cursor(page.rows[0 if backward else -1], page.request)


async def total(world: World, filter_: ContentFilter, actor: Actor = ANONYMOUS) -> tuple[int, bool]:
    async with world.reading(actor) as reader:
        return await queries.total(reader, to_request(filter_))


@dataclass(frozen=True)
class Known:
    """What we know of an item without asking the hub."""

    id: str
    kind: Kind
    sort_at: int
    updated_at: int
    sections: frozenset[str]
    """With ancestors."""
    keywords: frozenset[str]
    genre: str
    archived: bool
    staff_only: bool
    hidden: bool


GENRES = ("notice", "order", "")


async def filled(world: World, number: int = 130) -> list[Known]:
    chance = random.Random(7)
    places = ["news", "gov", "gov/policy", "gov/read"]
    known = []
    for _ in range(number):
        kind = chance.choice(list(Kind))
        placed = chance.sample(places, chance.randint(0, 2))
        keywords = chance.sample(["养老", "托育", "就业"], chance.randint(0, 2))
        genre = chance.choice(GENRES) if kind in (Kind.ARTICLE, Kind.POLICY_DOCUMENT) else ""
        hidden = chance.random() < 0.15
        staff_only = chance.random() < 0.15
        values = {
            "sections": [world.sections[path] for path in placed],
            "keywords": keywords,
            "details": {"genre": genre} if genre else {},
            "published_at": Instant(START - chance.randint(0, 6) * DAY),
            "publicity": "on_request" if hidden else "proactive",
            "audience": ["staff"] if staff_only else ["public"],
        }
        world.clock.pass_by(chance.randint(0, 1))
        key = await world.published(kind, **values)
        archived = chance.random() < 0.2
        if archived:
            await world.do(actions.archive, OPERATOR, key, 2)
        sections = {world.sections[path] for path in placed}
        if any(path.startswith("gov/") for path in placed):
            sections.add(world.sections["gov"])
        known.append(
            Known(key, kind, int(values["published_at"]), world.clock.now, frozenset(sections), frozenset(keywords),
                  genre, archived, staff_only, hidden)
        )  # fmt: skip
    return known


def expected(
    known: list[Known], filter_: ContentFilter, *, sees_staff: bool, by_update: bool = False, descending: bool = True
) -> list[str]:
    rows = [
        one for one in known
        if not one.hidden
        and (sees_staff or not one.staff_only)
        and (not filter_.kinds or one.kind in filter_.kinds)
        and (not filter_.section or one.sections & set(filter_.section))
        and (not filter_.keyword or one.keywords & set(filter_.keyword))
        and (not filter_.genre or one.genre in filter_.genre)
        and (filter_.published_since is None or one.sort_at >= filter_.published_since)
        and (filter_.published_until is None or one.sort_at < filter_.published_until)
        and (filter_.archived is Archived.INCLUDE or one.archived == (filter_.archived is Archived.ONLY))
    ]  # fmt: skip
    rows.sort(key=lambda one: (one.updated_at if by_update else one.sort_at, one.id), reverse=descending)
    return [one.id for one in rows]


def several(values: list[str] | list[Kind]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
async def test_lists_equal_a_search_by_hand_whatever_is_asked(world: World, data: st.DataObject) -> None:
    if not hasattr(world, "known"):
        world.known = await filled(world)  # type: ignore[attr-defined]
    known: list[Known] = world.known  # type: ignore[attr-defined]
    day = st.none() | st.integers(0, 7).map(lambda days: Instant(START - days * DAY))
    filter_ = ContentFilter(
        kinds=data.draw(several(list(Kind)), label="kinds"),
        section=tuple(world.sections[path] for path in data.draw(several(["news", "gov", "gov/policy"]))),
        keyword=data.draw(several(["养老", "托育", "无"]), label="keyword"),
        genre=data.draw(several(["notice", "order"]), label="genre"),
        published_since=data.draw(day, label="since"),
        published_until=data.draw(day, label="until"),
        archived=data.draw(st.sampled_from(Archived), label="archived"),
    )
    actor = data.draw(st.sampled_from([ANONYMOUS, STAFF]), label="actor")
    size = data.draw(st.integers(9, 40), label="size")
    order = {"by_update": data.draw(st.booleans()), "descending": data.draw(st.booleans())}

    wanted = expected(known, filter_, sees_staff=actor is STAFF, **order)

    backward = data.draw(st.booleans(), label="backward")
    assert await paged(world, filter_, size, actor=actor, backward=backward, **order) == wanted
    assert await total(world, filter_, actor) == (len(wanted), True)


async def test_ties_are_ordered_by_id_in_both_directions(world: World) -> None:
    keys = [await world.published(kind, published_at=START) for kind in (*Kind, *Kind)]

    forward = await paged(world, ContentFilter(), 3)
    backward = await paged(world, ContentFilter(), 3, backward=True)

    assert forward == sorted(keys, reverse=True)
    assert backward == forward


async def test_page_in_the_middle_knows_both_its_neighbours(world: World) -> None:
    keys = [await world.published(published_at=Instant(START + n)) for n in range(5)]
    async with world.reading() as reader:
        first = await queries.list_page(reader, to_request(ContentFilter()), PageArgs(first=2))
        after = queries.encode_cursor(first.rows[-1], first.request)
        middle = await queries.list_page(reader, to_request(ContentFilter()), PageArgs(first=2, after=after))
        before = queries.encode_cursor(middle.rows[0], middle.request)
        back = await queries.list_page(reader, to_request(ContentFilter()), PageArgs(last=2, before=before))

    assert [row.id for row in middle.rows] == [keys[2], keys[1]]
    assert (middle.has_previous, middle.has_next) == (True, True)
    assert [row.id for row in back.rows] == [keys[4], keys[3]]
    assert (back.has_previous, back.has_next) == (False, True)


async def test_item_published_between_two_pages_is_not_shown_twice(world: World) -> None:
    keys = [await world.published(published_at=Instant(START + n)) for n in range(4)]
    async with world.reading() as reader:
        first = await queries.list_page(reader, to_request(ContentFilter()), PageArgs(first=2))
    await world.published(published_at=Instant(START + 9))

    async with world.reading() as reader:
        args = PageArgs(first=2, after=queries.encode_cursor(first.rows[-1], first.request))
        second = await queries.list_page(reader, to_request(ContentFilter()), args)

    assert [row.id for row in (*first.rows, *second.rows)] == [keys[3], keys[2], keys[1], keys[0]]


@pytest.mark.parametrize("size", [0, 1, 100])
async def test_page_has_at_most_what_was_asked_for(world: World, size: int) -> None:
    await world.published()
    async with world.reading() as reader:
        page = await queries.list_page(reader, to_request(ContentFilter()), PageArgs(first=size))

    assert (len(page.rows), page.has_next) == (min(size, 1), size == 0)


@pytest.mark.parametrize(
    "args",
    [
        PageArgs(first=101), PageArgs(first=-1), PageArgs(last=101), PageArgs(first=1, last=1),
        PageArgs(last=1, after="x"), PageArgs(before="x"), PageArgs(first=1, before="x"),
    ],
)  # fmt: skip
async def test_page_arguments_that_contradict_are_refused(world: World, args: PageArgs) -> None:
    async with world.reading() as reader:
        with pytest.raises(InvalidInput):
            await queries.list_page(reader, to_request(ContentFilter()), args)


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "é", "W10", queries._pack([1]), queries._pack(["a", AN_ID]), queries._pack([1, "nonsense"]),
     queries._pack([2**63, AN_ID, "i"]), queries._pack([1, "x", "i"]), queries._pack([1.5, AN_ID, "i"])],
)  # fmt: skip
async def test_foreign_cursor_is_refused(world: World, cursor: str) -> None:
    async with world.reading() as reader:
        with pytest.raises(InvalidCursor):
            await queries.list_page(reader, to_request(ContentFilter()), PageArgs(first=1, after=cursor))


async def test_cursor_of_another_list_has_expired(world: World) -> None:
    cursor = queries._pack([1, new_id(), queries._list_identity(to_request(ContentFilter(genre=("notice",))))])

    async with world.reading() as reader:
        with pytest.raises(CursorExpired):
            await queries.list_page(reader, to_request(ContentFilter()), PageArgs(first=1, after=cursor))


async def insert_many(world: World, number: int) -> None:
    """Copies one published item so many times, by plain inserts."""
    key = await world.published(sections=[])
    head = (await world.head(key))._asdict()
    live = (await world.rows(sa.select(edition).where(edition.c.id == head["live_edition_id"])))[0]._asdict()
    found = await world.rows(sa.select(listing).join(scope, scope.c.id == listing.c.scope_id)
                             .where(listing.c.item_id == key, scope.c.key == "all:"))  # fmt: skip
    all_of = found[0]._asdict()
    ids = [(new_id(), new_id()) for _ in range(number)]
    async with world.tx() as tx:
        await tx.run(sa.insert(item), [{**head, "id": a, "live_edition_id": b, "source_id": a} for a, b in ids])
        await tx.run(sa.insert(edition), [{**live, "id": b, "item_id": a} for a, b in ids])
        await tx.run(sa.insert(listing), [{**all_of, "item_id": a} for a, _ in ids])


async def test_total_is_exact_to_ten_thousand_and_says_so_beyond(world: World) -> None:
    await insert_many(world, 9_999)
    assert await total(world, ContentFilter()) == (10_000, True)

    await world.published()

    assert await total(world, ContentFilter()) == (10_000, False)


async def plan_of(world: World, filter_: ContentFilter, args: PageArgs, **order: bool) -> list[str]:
    async with world.reading() as reader, counting(world.database) as counted:
        await queries.list_page(reader, to_request(filter_, **order), args)
    async with world.database.snapshot() as connection:
        explained = f"EXPLAIN QUERY PLAN {counted.statements[-1]}"
        rows = (await connection.exec_driver_sql(explained, counted.parameters[-1])).all()
    return [row[3] for row in rows]


@pytest.mark.parametrize("by_update", [False, True])
@pytest.mark.parametrize("direction", ["first", "after", "before"])
async def test_one_lane_is_one_walk_of_the_listing_key_without_a_sort_of_its_rows(
    world: World, by_update: bool, direction: str
) -> None:
    await insert_many(world, 300)
    filter_ = ContentFilter(kinds=(Kind.ARTICLE,))
    identity = queries._list_identity(to_request(filter_, by_update=by_update))
    cursor = queries._pack([START, new_id(), identity])
    args = {"first": PageArgs(first=20), "after": PageArgs(first=20, after=cursor),
            "before": PageArgs(last=20, before=cursor)}[direction]  # fmt: skip

    plan = await plan_of(world, filter_, args, by_update=by_update)

    walks = [step for step in plan if "listing" in step and "audience" not in step]
    key = "COVERING INDEX ix_listing_updated" if by_update else "PRIMARY KEY"
    bound = "" if direction == "first" else (" AND (updated_at,item_id)" if by_update else " AND (sort_at,item_id)")
    sign = {"first": "", "after": "<(?,?)", "before": ">(?,?)"}[direction]
    assert walks == [f"SEARCH listing USING {key} (scope_id=? AND kind=? AND archived=?{bound}{sign})"], plan
    assert [step for step in plan if "TEMP B-TREE" in step] in ([], ["USE TEMP B-TREE FOR ORDER BY"]), plan


async def test_list_is_one_statement_whatever_its_size_and_two_with_several_filters(world: World) -> None:
    for _ in range(30):
        await world.published(keywords=["养老"])
    for filter_, number in ((ContentFilter(), 1), (ContentFilter(keyword=("养老",), unit=(world.units["city"],)), 2)):
        for size in (2, 20, 100):
            async with world.reading() as reader, counting(world.database) as counted:
                await queries.list_page(reader, to_request(filter_), PageArgs(first=size))
            assert len(counted) == number


async def test_section_shows_its_subtree_and_a_view_what_its_filter_finds(world: World) -> None:
    from hub.content import structure

    policy = await world.published(Kind.POLICY_DOCUMENT, sections=[world.sections["gov/policy"]])
    await world.published(Kind.ARTICLE, sections=[world.sections["gov/policy"]])
    view = await world.do(structure.create_section, OPERATOR, {
        "site_id": world.sites["county"], "code": "city", "name": "市级政策", "section_kind": "policy_document",
        "view": {"section": [world.sections["gov"]], "kinds": ["policy_document"]},
    })  # fmt: skip
    async with world.reading() as reader:
        from storage.stores import structure as rows

        shown = {}
        for key in (world.sections["gov"], view):
            section = await rows.by_id(reader, "section", key)
            page = await queries.list_page(reader, queries.section_request(section), PageArgs())
            shown[key] = {row.id for row in page.rows}

    assert shown[view] == {policy}
    assert len(shown[world.sections["gov"]]) == 2


async def test_single_item_answers_by_address_also_when_unpublished_and_never_when_hidden(world: World) -> None:
    live, withdrawn, draft = await world.published(), await world.published(), await world.draft()
    embargoed = await world.published(embargo_at=Instant(START + 1))
    vanished = await world.published()
    await world.do(actions.withdraw, OPERATOR, withdrawn, 2, explanation="错")
    await world.do(actions.remove, OPERATOR, vanished, 2, vanish=True)
    keys = [live, withdrawn, draft, embargoed, vanished]

    async with world.reading() as reader:
        single = [await queries.single(reader, key) for key in (*keys, "nonsense", new_id())]
        many = await queries.many(reader, keys)

    assert [row and row.state for row in single] == ["live", "withdrawn", None, None, None, None, None]
    assert set(many) == {live}


async def test_counts_by_kind_are_of_what_is_visible(world: World) -> None:
    await world.published(Kind.ARTICLE)
    await world.published(Kind.ARTICLE, publicity="withheld")
    await world.published(Kind.POLICY_DOCUMENT)

    async with world.reading() as reader:
        counts = await queries.counts_by_kind(reader)

    assert {kind.value: number for kind, number in counts.items()} == {
        "article": 1, "policy_document": 1, "interpretation": 0, "media_asset": 0, "service_item": 0,
    }  # fmt: skip

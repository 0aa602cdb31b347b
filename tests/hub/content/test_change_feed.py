"""The filtered feed: a mirror that follows its rules equals the truth, whatever happened and however it was read."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.access import ANONYMOUS, Actor
from hub.content import actions, queries, structure
from hub.content.drafting import LinkTo
from hub.content.due import run_due
from hub.content.filters import ContentFilter
from hub.vocabulary.clock import SECOND, Instant
from hub.vocabulary.enums import Kind, LinkType
from hub.vocabulary.errors import CursorExpired, InvalidCursor, InvalidInput
from hub.vocabulary.ids import new_id
from storage.tables import log_state
from tests.world import OPERATOR, START, World, copied

STAFF = Actor("key:staff", "staff", labels=frozenset(("public", "staff")))
KINDS = (Kind.ARTICLE, Kind.POLICY_DOCUMENT)
WORDS = ("养老", "托育", "就业")


@dataclass
class Model:
    """What an item should be, kept beside the hub."""

    kind: Kind
    state: str
    title: str
    sections: list[str]
    keywords: list[str]
    audience: str
    publicity: str
    embargo_at: int | None
    expires_at: int | None

    def is_visible(self, now: int, actor: Actor) -> bool:
        return (
            self.state in ("live", "archived")
            and self.publicity == "proactive"
            and self.audience in actor.labels
            and (self.embargo_at is None or self.embargo_at <= now)
            and (self.expires_at is None or now < self.expires_at)
        )


@dataclass
class History:
    """Random things done to a hub, with a model of what should come of them."""

    world: World
    chance: random.Random
    items: dict[str, Model] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = {"news": None, "gov": None, "gov/policy": "gov", "gov/read": "gov"}
        ids = self.world.sections
        self.parents = {ids[name]: ids[above] if above else None for name, above in names.items()}

    def values(self) -> dict[str, Any]:
        now, chance = self.world.clock.now, self.chance
        embargo = Instant(now + chance.randint(1, 40) * SECOND) if chance.random() < 0.25 else None
        expiry = Instant((embargo or now) + chance.randint(1, 40) * SECOND) if chance.random() < 0.25 else None
        return {
            "title": f"标题{chance.randint(0, 10**6)}",
            "sections": chance.sample(sorted(self.parents), chance.randint(0, 2)),
            "keywords": chance.sample(WORDS, chance.randint(0, 2)),
            "audience": [chance.choice(["public", "public", "staff"])],
            "publicity": chance.choice(["proactive"] * 5 + ["on_request"]),
            "embargo_at": embargo,
            "expires_at": expiry,
        }

    def take(self, key: str, values: dict[str, Any]) -> None:
        model = self.items[key]
        for name, value in values.items():
            setattr(model, name, value[0] if name == "audience" else value)

    async def publish(self) -> None:
        kind, values = self.chance.choice(KINDS), self.values()
        links = [LinkTo(LinkType.CITES, key) for key in self.chance.sample(sorted(self.items), min(1, len(self.items)))]
        key = await self.world.published(kind, **values, links=links)
        self.items[key] = Model(kind, "live", "", [], [], "", "", None, None)
        self.take(key, values)

    async def act(self, verb: str, states: tuple[str, ...], to: str | None, **more: Any) -> None:
        keys = sorted(key for key, model in self.items.items() if model.state in states)
        if not keys:
            return
        key = self.chance.choice(keys)
        lock = await self.world.lock_version(key)
        if verb == "correct":
            values = {name: value for name, value in self.values().items() if self.chance.random() < 0.5}
            both = {**{n: getattr(self.items[key], n) for n in ("embargo_at", "expires_at")}, **values}
            if both["embargo_at"] and both["expires_at"] and both["expires_at"] <= both["embargo_at"]:
                values["expires_at"] = None
            await self.world.do(actions.correct, OPERATOR, key, lock, values, change_note="改")
            self.take(key, values)
        elif verb == "place":
            sections = self.chance.sample(sorted(self.parents), self.chance.randint(0, 2))
            await self.world.do(actions.place, OPERATOR, key, lock, sections)
            self.items[key].sections = sections
        else:
            await self.world.do(getattr(actions, verb), OPERATOR, key, lock, **more)
        if to is not None:
            self.items[key].state = to

    async def move_section(self) -> None:
        key = self.chance.choice([self.world.sections[name] for name in ("gov/policy", "gov/read")])
        above = self.chance.choice([self.world.sections["gov"], self.world.sections["news"], None])
        if self.parents[key] == above:
            return
        lock = (await self.world.rows(sa.text("SELECT lock_version FROM section WHERE id = :id").bindparams(
            id=bytes.fromhex(key.replace("-", "")))))[0].lock_version  # fmt: skip
        await self.world.do(structure.move_section, OPERATOR, key, lock, above)
        await structure.rewrite_moved(self.world.database, self.world.clock(), OPERATOR, key)
        self.parents[key] = above

    async def step(self) -> None:
        doing: list[tuple[int, Callable[[], Awaitable[Any]]]] = [
            (6, self.publish),
            (6, lambda: self.act("correct", ("live", "archived"), None)),
            (3, lambda: self.act("place", ("live", "archived"), None)),
            (3, lambda: self.act("withdraw", ("live", "archived"), "withdrawn", explanation="错")),
            (3, lambda: self.act("restore", ("withdrawn", "redirected", "archived"), "live")),
            (2, lambda: self.act("archive", ("live",), "archived")),
            (1, lambda: self.act("remove", ("live", "archived", "withdrawn"), "vanished", vanish=True)),
            (1, lambda: self.act("remove", ("live", "archived", "withdrawn"), "gone", vanish=False)),
            (1, lambda: self.act("redirect", ("live",), "redirected", target_id=None, target_url="http://a.b/")),
            (1, self.move_section),
            (2, self.settle),
        ]
        self.world.clock.pass_by(self.chance.choice([0, 0.5, 3, 15]))
        await self.chance.choices([act for _, act in doing], [weight for weight, _ in doing])[0]()

    async def settle(self) -> None:
        await run_due(self.world.database, self.world.clock(), "w")

    def truth(self, actor: Actor, filter_: ContentFilter) -> dict[str, tuple[str, str]]:
        now = self.world.clock.now
        return {
            key: (model.title, model.state)
            for key, model in self.items.items()
            if model.is_visible(now, actor)
            and (not filter_.kinds or model.kind in filter_.kinds)
            and (not filter_.keyword or set(model.keywords) & set(filter_.keyword))
            and (not filter_.section or self.line(model.sections) & set(filter_.section))
        }

    def line(self, sections: list[str]) -> set[str]:
        found: set[str] = set()
        for one in sections:
            at: str | None = one
            while at is not None:
                found.add(at)
                at = self.parents[at]
        return found


@dataclass
class Mirror:
    """A consumer by the rules: apply when the version is not older, and remember versions of tombstones too."""

    world: World
    actor: Actor
    filter: ContentFilter
    cursor: str | None = None
    held: dict[str, tuple[str, str]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)

    async def poll(self, size: int) -> bool:
        async with self.world.reading(self.actor) as reader:
            page = await queries.change_page(reader, self.actor, self.filter, self.cursor, size)
        self.cursor = page.cursor
        for entry in page.entries:
            if entry.version < self.versions.get(entry.item_id, 0):
                continue
            self.versions[entry.item_id] = entry.version
            if entry.row is None:
                self.held.pop(entry.item_id, None)
            else:
                self.held[entry.item_id] = (entry.row.title, entry.row.state)
        return page.has_more

    async def start_from_a_snapshot(self, meanwhile: Callable[[], Awaitable[Any]]) -> None:
        """The position first, then every page of the lists, then what no page touched is dropped."""
        async with self.world.reading(self.actor) as reader:
            self.cursor = await queries.snapshot_cursor(reader, self.actor, self.filter)
        await meanwhile()
        async with self.world.reading(self.actor) as reader:
            everything = await queries.many(reader, list(await _ids(self.world)))
        wanted = {key: row for key, row in everything.items() if await self._asks_for(key)}
        self.held = {key: (row.title, row.state) for key, row in wanted.items()}
        self.versions = {key: row.version for key, row in wanted.items()}

    async def _asks_for(self, key: str) -> bool:
        scopes = {scope for scope, *_ in await self.world.listed_under(key)}
        kind = (await self.world.head(key)).kind
        return (
            (not self.filter.kinds or kind in self.filter.kinds)
            and (not self.filter.keyword or bool({f"keyword:{word}" for word in self.filter.keyword} & scopes))
            and (not self.filter.section or bool({f"section:{key}" for key in self.filter.section} & scopes))
        )


async def _ids(world: World) -> set[str]:
    return {row.item_id for row in await world.changes()}


def some_filter(history: History) -> ContentFilter:
    chance = history.chance
    return ContentFilter(
        kinds=tuple(chance.sample(KINDS, 1)) if chance.random() < 0.4 else (),
        keyword=tuple(chance.sample(WORDS, chance.randint(1, 2))) if chance.random() < 0.5 else (),
        section=tuple(chance.sample(sorted(history.parents), 1)) if chance.random() < 0.6 else (),
    )


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
async def test_mirrors_of_any_filter_equal_the_truth_after_any_history(
    world_template: World, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    world = copied(world_template, tmp_path_factory.mktemp("history"))
    history = History(world, random.Random(seed))
    chance = history.chance
    mirrors = [Mirror(world, actor, some_filter(history)) for actor in (ANONYMOUS, STAFF) for _ in range(3)]
    late = Mirror(world, ANONYMOUS, some_filter(history))
    for number in range(70):
        await history.step()
        for mirror in mirrors:
            if chance.random() < 0.15:
                await mirror.poll(chance.randint(1, 7))
        if number == 40:
            await late.start_from_a_snapshot(history.step)
            mirrors.append(late)

    while await run_due(world.database, world.clock(), "w"):
        pass
    for mirror in mirrors:
        while await mirror.poll(chance.randint(1, 50)):
            pass

    for mirror in mirrors:
        assert mirror.held == history.truth(mirror.actor, mirror.filter), mirror.filter
    for key in history.items:
        rows = await world.changes(key)
        assert (await world.head(key)).version == rows[-1].position
    await world.database.close()


async def page(world: World, filter_: ContentFilter, cursor: str | None = None, first: int = 50) -> queries.ChangePage:
    async with world.reading() as reader:
        return await queries.change_page(reader, ANONYMOUS, filter_, cursor, first)


async def test_item_comes_once_a_page_as_it_is_now(world: World) -> None:
    key = await world.published(title="第一")
    await world.do(actions.correct, OPERATOR, key, 2, {"title": "第二"}, change_note="改")

    found = await page(world, ContentFilter())

    assert [(one.item_id, one.verb, one.row.title, one.version) for one in found.entries] == [
        (key, "corrected", "第二", (await world.head(key)).version)
    ]


async def test_item_that_leaves_the_filter_comes_as_a_tombstone_with_its_position(world: World) -> None:
    filter_ = ContentFilter(keyword=("养老",))
    key = await world.published(keywords=["养老"])
    first = await page(world, filter_)
    await world.do(actions.correct, OPERATOR, key, 2, {"keywords": ["托育"]}, change_note="改")

    second = await page(world, filter_, first.cursor)
    third = await page(world, filter_, second.cursor)

    assert [(one.item_id, one.row, one.version) for one in second.entries] == [
        (key, None, (await world.head(key)).version)
    ]
    assert third.entries == []


async def test_page_without_entries_still_moves_on(world: World) -> None:
    for _ in range(3):
        await world.published()
    filter_ = ContentFilter(keyword=("养老",))

    first = await page(world, filter_, None, 2)
    second = await page(world, filter_, first.cursor, 2)

    assert (first.entries, first.has_more, second.entries, second.has_more) == ([], True, [], False)
    assert first.cursor != second.cursor


async def test_hidden_change_is_not_told(world: World) -> None:
    await world.published(audience=["staff"])
    await world.published(publicity="withheld")
    await world.published(embargo_at=Instant(START + SECOND))

    assert (await page(world, ContentFilter())).entries == []


async def test_target_of_a_new_link_comes_again_with_its_own_version_and_without_a_verb(world: World) -> None:
    policy = await world.published(Kind.POLICY_DOCUMENT)
    first = await page(world, ContentFilter(kinds=(Kind.POLICY_DOCUMENT,)))
    version = (await world.head(policy)).version
    await world.published(Kind.INTERPRETATION, links=[LinkTo(LinkType.INTERPRETS, policy)])

    found = await page(world, ContentFilter(kinds=(Kind.POLICY_DOCUMENT,)), first.cursor)

    assert [(one.item_id, one.verb, one.version, one.row is not None) for one in found.entries] == [
        (policy, None, version, True)
    ]


@pytest.mark.parametrize("other", ["filter", "entitlement", "epoch", "floor", "no cursor below the floor"])
async def test_cursor_that_no_longer_fits_has_expired_and_is_never_silent(world: World, other: str) -> None:
    filter_ = ContentFilter(keyword=("养老",))
    await world.published()
    cursor = (await page(world, filter_)).cursor
    await world.published()
    actor = STAFF if other == "entitlement" else ANONYMOUS
    if other == "filter":
        filter_ = ContentFilter(keyword=("托育",))
    if other == "epoch":
        await world.do(lambda tx: tx.run(sa.update(log_state).values(epoch=new_id())))
    if "floor" in other:
        await world.do(lambda tx: tx.run(sa.update(log_state).values(floor=2)))

    async with world.reading(actor) as reader:
        with pytest.raises(CursorExpired):
            await queries.change_page(reader, actor, filter_, None if "no cursor" in other else cursor, 10)


async def test_cursor_at_the_floor_still_fits(world: World) -> None:
    await world.published()
    cursor = (await page(world, ContentFilter())).cursor
    await world.do(lambda tx: tx.run(sa.update(log_state).values(floor=1)))

    assert (await page(world, ContentFilter(), cursor)).entries == []


@pytest.mark.parametrize("cursor", ["", "x", "é", "W10", queries._pack([1, 2]), queries._pack(["e", "1", "i"]),
                                    queries._pack(["e", -1, "i"]), queries._pack(["e", 2**63, "i"])])  # fmt: skip
async def test_foreign_cursor_is_refused(world: World, cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        await page(world, ContentFilter(), cursor)


@pytest.mark.parametrize("first", [0, -1, 101])
async def test_page_has_one_to_a_hundred_rows(world: World, first: int) -> None:
    with pytest.raises(InvalidInput):
        await page(world, ContentFilter(), None, first)


async def test_feed_cannot_be_restricted_by_date(world: World) -> None:
    with pytest.raises(InvalidInput):
        await page(world, ContentFilter(published_since=START))

"""Hubs for the leak test, built with real actions: one with hidden content in every state, and its twins without.

The twin is a copy of the same files made before anything hidden was written, so ids, versions and instants of all
visible content are equal and whole answers can be compared. What is visible refers to hidden content from the start:
links by (source, source_id) that resolve when the hidden item arrives, bodies and repeals by ids chosen beforehand.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

import sqlalchemy as sa

from hub.access import operator
from hub.content import actions, keys, structure
from hub.content.drafting import LinkTo
from hub.content.due import run_due
from hub.vocabulary.clock import DAY, SECOND, SHANGHAI, Instant, instant_of
from hub.vocabulary.enums import ChangeScale, Kind, LinkType, Publicity
from hub.vocabulary.ids import new_id
from indexers.embedded.index import EmbeddedIndex
from indexers.follower import SearchFollower
from storage import database as rows
from storage.database import Database, Transaction
from storage.migrating import prepare
from storage.objects import LocalObjects
from storage.tables import details as detail_tables
from storage.tables import edition, item, unpublishing
from tests.flows.leak_marks import REGION, SHARED, TOPIC, marked, said

OPERATOR = operator("test")
HOUR = 3_600 * SECOND
T0 = instant_of(datetime(2026, 11, 1, 12, tzinfo=SHANGHAI))
NOW = Instant(T0 + DAY)
"""The instant at which all worlds are asked."""
EMBARGO = Instant(NOW + 10 * DAY)
STAFF = "staff"
SOURCE = "leak"
NEVER_SHOWN = ("draft", "embargo", "withheld", "on_request", "draft_vanished", "embargo_withdrawn", "embargo_gone")
ONCE_SHOWN = ("withdrawn", "withdrawn_working", "redirected", "gone", "vanished", "expired", "narrowed", "restricted")
LABELLED = "labelled"
STATES = (LABELLED, *NEVER_SHOWN, *ONCE_SHOWN)
OVER, OLD = "working_over_live", "superseded"
ANSWERED_BY_ADDRESS = frozenset(("withdrawn", "withdrawn_working", "redirected", "gone"))
WRITE_ALL = ["content.*", "structure.*"]


@dataclass(frozen=True)
class Planted:
    """One hidden text. `number` is in all its words; `item_id` may be of a visible item with a hidden edition."""

    number: int
    kind: Kind
    state: str
    item_id: str = field(default_factory=new_id)

    @property
    def source_id(self) -> str:
        return f"{self.kind}:{self.state}"


@dataclass
class Plan:
    """What all worlds of one build have in common."""

    hidden: list[Planted]
    texts: list[Planted]
    """Hidden editions of visible items."""
    units: dict[str, str] = field(default_factory=dict)
    sites: dict[str, str] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    visible: dict[str, str] = field(default_factory=dict)
    """Ids of visible content by name."""
    keys: dict[str, str] = field(default_factory=dict)
    last_base_position: int = 0

    def of(self, state: str) -> list[Planted]:
        return [one for one in self.hidden if one.state == state]

    @property
    def by_id(self) -> dict[str, Planted]:
        return {one.item_id: one for one in self.hidden}


@dataclass(frozen=True)
class Worlds:
    """Data directories of three hubs, closed; copy one before writing to it."""

    plan: Plan
    full: Path
    twin: Path
    """Without anything hidden."""
    labelled_twin: Path
    """With what the label `staff` may see, and nothing else hidden."""


def new_plan() -> Plan:
    numbers = iter(range(100, 1_000))
    hidden = [Planted(next(numbers), kind, state) for state in STATES for kind in Kind]
    texts = [Planted(next(numbers), kind, state) for state in (OVER, OLD) for kind in Kind]
    return Plan(hidden, texts)


async def build(folder: Path) -> Worlds:
    """Without waiting for the disk: nobody pulls the plug of a test."""
    quick = tuple(one.replace("synchronous=FULL", "synchronous=OFF") for one in rows.SQLITE_PRAGMAS)
    with mock.patch.object(rows, "SQLITE_PRAGMAS", quick):
        return await _build(folder)


async def _build(folder: Path) -> Worlds:
    plan = new_plan()
    full, twin, labelled = folder / "full", folder / "twin", folder / "labelled"
    full.mkdir()
    async with opened(full, plan) as builder:
        await builder.base()
    shutil.copytree(full, twin)
    async with opened(full, plan) as builder:
        await builder.hide(LABELLED)
    shutil.copytree(full, labelled)
    async with opened(full, plan) as builder:
        for state in NEVER_SHOWN:
            await builder.hide(state)
        await builder.work_over_live()
        for state in ONCE_SHOWN:
            await builder.hide(state)
        await run_due(builder.database, NOW, "test")
    return Worlds(plan, full, twin, labelled)


@asynccontextmanager
async def opened(folder: Path, plan: Plan) -> AsyncIterator[Builder]:
    """A builder over the folder; at its end the index has caught up and everything is closed."""
    database = Database(f"sqlite+aiosqlite:///{folder}/hub.db")
    await prepare(database, T0)
    index = EmbeddedIndex.open(folder / "search")
    try:
        yield Builder(database, LocalObjects(folder / "objects"), plan)
        await follow(database, index)
    finally:
        await index.close()
        await database.close()


async def follow(database: Database, index: EmbeddedIndex) -> None:
    follower = SearchFollower(database, index, lambda: NOW)
    while await follower.step():
        pass


class Builder:
    def __init__(self, database: Database, objects: LocalObjects, plan: Plan) -> None:
        self.database = database
        self.objects = objects
        self.plan = plan
        self.now = Instant(T0 + HOUR)

    async def act(self, verb: Callable[..., Awaitable[str]], *args: Any, **more: Any) -> str:
        self.now = Instant(self.now + SECOND)
        async with self.database.transaction(self.now) as tx:
            return await verb(tx, OPERATOR, *args, **more)

    async def on(self, verb: Callable[..., Awaitable[str]], item_id: str, *args: Any, **more: Any) -> None:
        """A verb of an item at the lock version it has."""
        async with self.database.system(self.now) as system:
            lock = await system.scalar(sa.select(item.c.lock_version).where(item.c.id == item_id))
        await self.act(verb, item_id, lock, *args, **more)

    async def create(self, kind: Kind, values: dict[str, Any], one: Planted | None = None, unit: str = "a") -> str:
        """As `actions.create`, with the id chosen beforehand."""
        source = (SOURCE, one.source_id) if one is not None else None
        key = one.item_id if one is not None else new_id()
        with mock.patch.object(actions, "new_id", return_value=key):
            return await self.act(actions.create, kind, values, unit_id=self.plan.units[unit], source=source)

    async def show(self, name: str, kind: Kind, values: dict[str, Any], unit: str = "a") -> str:
        key = await self.create(kind, values, unit=unit)
        await self.on(actions.publish, key)
        self.plan.visible[name] = key
        return key

    async def base(self) -> None:
        """Everything that is visible, in the order in which it refers to itself."""
        await self._places()
        await self._keys()
        media = await self.show("picture", Kind.MEDIA_ASSET, self._plain("图片", Kind.MEDIA_ASSET))
        await self._put_file(media, b"\x89PNG\r\n\x1a\n" + bytes(20), "image/png")
        for kind in Kind:
            await self._anchor(kind)
        for kind in Kind:
            await self._link_anchor(kind)
            await self._superseded(kind)
            values = self._plain(f"修改中的{kind}", kind)
            self.plan.visible[f"over:{kind}"] = await self.show(f"over:{kind}", kind, values)
        await self._unpublished()
        archived = await self.show("archived", Kind.ARTICLE, self._plain("归档旧闻", Kind.ARTICLE))
        await self.on(actions.archive, archived)
        for kind in Kind:
            await self._of_another_unit(kind)
        async with self.database.system(self.now) as system:
            self.plan.last_base_position = await system.scalar(sa.text("SELECT max(position) FROM change"))

    async def _places(self) -> None:
        places = self.plan
        for code, name, parent in (("a", "甲单位", None), ("a1", "甲下属单位", "a"), ("b", "乙单位", None)):
            above = places.units[parent] if parent else None
            values = {"code": code, "name": name, "unit_type": "city_gov", "region": REGION, "parent_id": above}
            places.units[code] = await self.act(structure.create_unit, values)
        for code, unit, parent in (("city", "a", None), ("county", "a1", "city"), ("b", "b", None)):
            values = {"code": code, "name": f"站点{code}", "site_type": "portal", "unit_id": places.units[unit]}
            above = {"parent_id": places.sites[parent]} if parent else {}
            places.sites[code] = await self.act(structure.create_site, {**values, **above})
        for path, site in (("zwgk", "city"), ("zwgk/zcwj", "city"), ("xian", "county"), ("b", "b")):
            await self._section(path, site)
        view = {"kinds": [kind.value for kind in Kind], "section": [places.sections["zwgk"]]}
        await self._section("szf", "county", view=view)

    async def _section(self, path: str, site: str, **more: Any) -> None:
        above, _, code = path.rpartition("/")
        values = {"site_id": self.plan.sites[site], "code": code, "name": f"栏目{path}", "section_kind": "notice"}
        parent = {"parent_id": self.plan.sections[above]} if above else {}
        described = {"description": "说明", "keywords": ["栏目词"], "update_cycle_days": 7}
        created = await self.act(structure.create_section, {**values, **parent, **described, **more})
        self.plan.sections[path] = created

    async def _keys(self) -> None:
        """`own` is of the unit that owns the hidden content, and may do anything there."""
        wanted = {"own": ("a", WRITE_ALL, ()), "foreign": ("b", WRITE_ALL, ()), "labelled": ("b", WRITE_ALL, (STAFF,))}
        for name, (unit, verbs, audience) in wanted.items():
            async with self.database.transaction(self.now) as tx:
                self.plan.keys[name] = await keys.create_key(
                    tx, OPERATOR, name=name, unit_code=unit, verbs=verbs, audience=audience
                )

    def _plain(self, title: str, kind: Kind, *, sections: Iterable[str] = ("zwgk/zcwj", "xian")) -> dict[str, Any]:
        """Visible content with the facets that hidden content shares."""
        details: dict[str, Any] = {
            Kind.ARTICLE: {"genre": "notice", "region": REGION, "topic": TOPIC, "event_on": "2026-10-01"},
            Kind.POLICY_DOCUMENT: {"doc_no": "云政发〔2026〕3号", "genre": "notice", "region": REGION, "topic": TOPIC,
                                   "effective_on": "2026-01-01", "joint_issuers": ["丙单位"], "history": ["沿革"]},
            Kind.INTERPRETATION: {"form": "text", "background": "背景", "key_words": [SHARED]},
            Kind.SERVICE_ITEM: {"region": REGION, "themes": [SHARED], "objects": [SHARED], "materials": ["材料"]},
            Kind.MEDIA_ASSET: {"alt_text": "图", "media_type": "image/png", "file_name": "a.png"},
        }[kind]  # fmt: skip
        return {
            "title": f"{title}养老服务规程",
            "summary": "公开的摘要",
            "body": f"<p>{SHARED}，公开的正文，养老服务。</p>",
            "keywords": [SHARED],
            "published_at": Instant(T0 - DAY),
            "sections": [self.plan.sections[path] for path in sections],
            "details": details,
        }

    async def _put_file(self, item_id: str, data: bytes, media_type: str) -> None:
        """Gives a media asset its file. Import does this; no action of an editor does yet."""
        stored = await self.objects.put(data)
        table = detail_tables[Kind.MEDIA_ASSET]
        editions = sa.select(edition.c.id).where(edition.c.item_id == item_id)
        async with self.database.transaction(self.now) as tx:
            ids = [row.id for row in await tx.rows(editions)]
            file = {"object_key": stored.object_key}
            await tx.run(sa.update(table).where(table.c.edition_id.in_(ids)).values(**file))

    async def _anchor(self, kind: Kind) -> None:
        """One visible item a kind, whose body refers to all hidden items by id."""
        hidden = self.plan.hidden
        refers = "".join(f'<a href="hub:item/{one.item_id}">见</a><img src="hub:item/{one.item_id}">' for one in hidden)
        values = self._plain(f"锚{kind}", kind)
        values["body"] += f"<p>{refers}</p>"
        await self.show(f"anchor:{kind}", kind, values)

    async def _link_anchor(self, kind: Kind) -> None:
        """Links of every type to every hidden item, and behind them to what is visible."""
        waiting = [LinkTo(type_, None, SOURCE, one.source_id) for one in self.plan.hidden for type_ in LinkType]
        anchors = [self.plan.visible[f"anchor:{other}"] for other in Kind]
        shown = [LinkTo(type_, target) for target in [*anchors, self.plan.visible["picture"]] for type_ in LinkType]
        key = self.plan.visible[f"anchor:{kind}"]
        note = {"change_note": "补充关联", "change_scale": ChangeScale.MINOR}
        await self.on(actions.correct, key, {"links": [*waiting, *shown]}, **note)
        if kind is Kind.POLICY_DOCUMENT:
            await self._repeal(key)

    async def _repeal(self, key: str) -> None:
        """One visible policy is repealed by a visible one, another by one that is hidden."""
        await self.on(actions.repeal, key, by_id=key, on="2026-06-01")
        other = await self.show("repealed", Kind.POLICY_DOCUMENT, self._plain("被废止", Kind.POLICY_DOCUMENT))
        await self.on(actions.repeal, other, by_id=key, on="2026-06-01")
        hidden = next(one for one in self.plan.of("draft") if one.kind is Kind.POLICY_DOCUMENT)
        table = detail_tables[Kind.POLICY_DOCUMENT]
        live = sa.select(item.c.live_edition_id).where(item.c.id == other)
        async with self.database.transaction(self.now) as tx:
            change = sa.update(table).where(table.c.edition_id.in_(live))
            await tx.run(change.values(repealed_by_id=hidden.item_id))

    async def _superseded(self, kind: Kind) -> None:
        """What an item said before it was withdrawn, restored and corrected, and why it was withdrawn."""
        one = next(text for text in self.plan.texts if text.state == OLD and text.kind is kind)
        values = {**marked(kind, one.number, Instant(T0 - DAY)), "sections": [self.plan.sections["zwgk/zcwj"]]}
        key = await self.create(kind, values, one)
        await self.on(actions.publish, key, change_note=said(one.number, "changenote"))
        await self.on(actions.withdraw, key, explanation=said(one.number, "explanation"))
        await self.on(actions.restore, key)
        clean = {**dict.fromkeys(values["details"]), **self._plain("", kind)["details"]}
        empty = {"author": "", "source_name": "", "source_url": "", "made_on": None, "links": []}
        corrected = {**self._plain(f"更正后的{kind}", kind), **empty, "details": clean}
        await self.on(actions.correct, key, corrected, change_note="全文更正", change_scale=ChangeScale.MAJOR)
        self.plan.visible[f"old:{kind}"] = key

    async def _unpublished(self) -> None:
        """Content everybody may know to be withdrawn, gone or moved, which names hidden content as the way on."""
        hidden = self.plan.of("withheld")[0].item_id
        anchor = self.plan.visible["anchor:article"]
        for name in ("was_withdrawn", "was_gone", "was_redirected", "leads_on", "led_on"):
            await self.show(name, Kind.ARTICLE, self._plain(name, Kind.ARTICLE))
        seen = self.plan.visible
        await self.on(actions.withdraw, seen["was_withdrawn"], explanation="公开的说明", alternative_id=anchor)
        await self.on(actions.withdraw, seen["leads_on"], explanation="公开的说明", alternative_id=anchor)
        await self.on(actions.remove, seen["was_gone"], vanish=False, explanation="公开的说明")
        await self.on(actions.redirect, seen["was_redirected"], target_id=anchor, target_url=None)
        await self.on(actions.redirect, seen["led_on"], target_id=anchor, target_url=None)
        async with self.database.transaction(self.now) as tx:
            ways = sa.update(unpublishing).where(unpublishing.c.item_id.in_([seen["leads_on"], seen["led_on"]]))
            await tx.run(ways.values(alternative_id=hidden))

    async def _of_another_unit(self, kind: Kind) -> None:
        """What the foreign key's own unit has, with a working edition."""
        values = self._plain(f"乙单位的{kind}", kind, sections=["b"])
        links = [LinkTo(LinkType.RELATES_TO, self.plan.visible[f"anchor:{kind}"])]
        bare = {"details": {}} if kind in (Kind.POLICY_DOCUMENT, Kind.SERVICE_ITEM) else {}
        key = await self.show(f"own:{kind}", kind, {**values, "links": links, **bare}, unit="b")
        await self.on(actions.update, key, {"summary": "乙单位的草稿"})

    async def hide(self, state: str) -> None:
        """Plants one item of every kind in this state."""
        for one in self.plan.of(state):
            await self.create(one.kind, {**self._planted(one), **_AT_BIRTH.get(state, {})}, one)
            if one.kind is Kind.MEDIA_ASSET:
                await self._put_file(one.item_id, said(one.number, "file").encode(), "image/png")
            await getattr(self, f"_make_{state}")(one)

    def _planted(self, one: Planted) -> dict[str, Any]:
        """Marked values, placed beside visible content and linked to it in every way."""
        anchors = [self.plan.visible[f"anchor:{kind}"] for kind in Kind]
        links = [(type_, target) for target in anchors for type_ in LinkType]
        refers = f'<p><img src="hub:item/{self.plan.visible["picture"]}"></p>'
        values = marked(one.kind, one.number, Instant(T0 - DAY), body=refers, links=links)
        return {**values, "sections": [self.plan.sections[path] for path in ("zwgk/zcwj", "xian")]}

    async def _publish(self, one: Planted) -> None:
        await self.on(actions.publish, one.item_id, change_note=said(one.number, "changenote"))

    async def _make_draft(self, one: Planted) -> None:
        pass

    _make_embargo = _make_withheld = _make_on_request = _make_labelled = _make_expired = _publish

    async def _make_draft_vanished(self, one: Planted) -> None:
        await self.on(actions.remove, one.item_id, vanish=True, explanation=said(one.number, "explanation"))

    async def _make_embargo_withdrawn(self, one: Planted) -> None:
        await self._make_withdrawn(one)

    async def _make_embargo_gone(self, one: Planted) -> None:
        await self._make_gone(one)

    async def _make_withdrawn(self, one: Planted) -> None:
        await self._publish(one)
        url = f"https://{said(one.number, 'alternative').replace(' ', '.')}.example/"
        explanation = said(one.number, "explanation")
        await self.on(actions.withdraw, one.item_id, explanation=explanation, alternative_url=url)

    async def _make_withdrawn_working(self, one: Planted) -> None:
        await self._make_withdrawn(one)
        await self.on(actions.update, one.item_id, {"summary": said(one.number, "laterdraft")})

    async def _make_redirected(self, one: Planted) -> None:
        await self._publish(one)
        url = f"https://{said(one.number, 'target').replace(' ', '.')}.example/"
        await self.on(actions.redirect, one.item_id, target_id=None, target_url=url)

    async def _make_gone(self, one: Planted) -> None:
        await self._publish(one)
        await self.on(actions.remove, one.item_id, vanish=False, explanation=said(one.number, "explanation"))

    async def _make_vanished(self, one: Planted) -> None:
        await self._make_gone(one)
        await self.on(actions.remove, one.item_id, vanish=True, explanation=said(one.number, "lastwords"))

    async def _make_narrowed(self, one: Planted) -> None:
        """Public first, then for the label `secret` only, which nobody carries here."""
        await self._publish(one)
        await self._correct(one, {"audience": ["secret"]})

    async def _make_restricted(self, one: Planted) -> None:
        """Public first, then 依申请公开."""
        await self._publish(one)
        await self._correct(one, {"publicity": Publicity.ON_REQUEST})

    async def _correct(self, one: Planted, values: dict[str, Any]) -> None:
        await self.on(actions.correct, one.item_id, values, change_note=said(one.number, "correction"))

    async def work_over_live(self) -> None:
        """Working editions with other texts, over visible content."""
        for one in self.plan.texts:
            if one.state == OVER:
                values = marked(one.kind, one.number, Instant(T0 - DAY))
                await self.on(actions.update, self.plan.visible[f"over:{one.kind}"], values)


_AT_BIRTH: dict[str, dict[str, Any]] = {
    "labelled": {"audience": [STAFF]},
    "embargo": {"embargo_at": EMBARGO},
    "embargo_withdrawn": {"embargo_at": EMBARGO},
    "embargo_gone": {"embargo_at": EMBARGO},
    "withheld": {"publicity": Publicity.WITHHELD},
    "on_request": {"publicity": Publicity.ON_REQUEST},
    "expired": {"expires_at": Instant(NOW - HOUR)},
}


def copied(folder: Path, to: Path) -> Path:
    """A hub of its own to write to."""
    shutil.copytree(folder, to)
    return to


__all__ = ["Builder", "Plan", "Planted", "Transaction", "Worlds", "build", "copied", "follow", "opened"]

"""A hub with everything in it: the shipped sample, and items in every state an item can be in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.access import operator
from hub.content import actions, structure
from hub.content.drafting import LinkTo
from hub.content.keys import create_key
from hub.importing.importer import ImportOptions, Summary, run
from hub.importing.opening import open_rows
from hub.importing.rejects import RejectFile
from hub.importing.target import DatabaseTarget
from hub.vocabulary.clock import DAY, Instant
from hub.vocabulary.enums import Kind, LinkType, SectionKind
from storage.database import Database, Transaction
from storage.migrating import prepare
from storage.objects import LocalObjects
from storage.seeds import SAMPLE
from storage.stores import items, media
from storage.stores import structure as places

OPERATOR = operator("test")
NOW = Instant(1_790_000_000_000_000)


@dataclass
class VariedHub:
    """A database with its objects, and a clock that moves on by a second whenever it is read."""

    folder: Path
    database: Database
    objects: LocalObjects
    now: Instant = NOW
    ids: dict[str, str] = field(default_factory=dict)
    """Items by what was done to them."""

    @classmethod
    async def empty(cls, folder: Path) -> VariedHub:
        folder.mkdir(parents=True, exist_ok=True)
        database = Database(f"sqlite+aiosqlite:///{folder / 'hub.db'}")
        await prepare(database, NOW)
        return cls(folder, database, LocalObjects(folder / "objects"))

    def clock(self) -> Instant:
        self.now = Instant(self.now + 1_000_000)
        return self.now

    async def take(self, path: Path) -> Summary:
        """Imports a native file; nothing of it may be refused."""
        target = DatabaseTarget(self.database, OPERATOR, self.clock, path.parent, path.name, objects=self.objects)
        with open_rows(path) as opened:
            options = ImportOptions(RejectFile(self.folder / "rejects.jsonl", path.name))
            summary = await run(opened.rows, target, options)
        assert summary.refused == 0, (self.folder / "rejects.jsonl").read_text()
        return summary

    async def create(self, tx: Transaction, kind: Kind, unit_id: str, values: dict[str, Any], *, live: bool) -> str:
        key = await actions.create(tx, OPERATOR, kind, values, unit_id=unit_id)
        if live:
            await actions.publish(tx, OPERATOR, key, 1)
        return key

    async def close(self) -> None:
        await self.database.close()


async def fill(hub: VariedHub, files: Iterable[Path] = SAMPLE) -> None:
    """The sample, then one item for each state and what else a hub can hold."""
    for path in files:
        await hub.take(path)
    async with hub.database.transaction(hub.clock()) as tx:
        await media.add_synonyms(tx, [["市民卡", "社保卡"]])
        await create_key(tx, OPERATOR, name="desk", unit_code="yunlan-gov", verbs=["content.*"])
    await _states(hub)
    await _dates(hub)
    await _structure(hub)


async def _states(hub: VariedHub) -> None:
    names = ("corrected", "withdrawn", "restored", "redirected", "gone", "vanished", "archived", "updated", "draft")
    unit_id, section_id = await _places(hub)
    for name in names:
        async with hub.database.transaction(hub.clock()) as tx:
            values = {"title": f"《{name}》的状态", "body": f"<p>{name}</p>", "sections": [section_id]}
            hub.ids[name] = await hub.create(tx, Kind.ARTICLE, unit_id, values, live=name != "draft")
    ids = hub.ids
    async with hub.database.transaction(hub.clock()) as tx:
        link = LinkTo(LinkType.RELATES_TO, ids["restored"])
        change = {"title": "更正后", "links": [link]}
        await actions.correct(tx, OPERATOR, ids["corrected"], 2, change, change_note="标题")
        await actions.withdraw(
            tx, OPERATOR, ids["withdrawn"], 2, explanation="内容有误", alternative_id=ids["corrected"]
        )
        await actions.withdraw(tx, OPERATOR, ids["restored"], 2, explanation="核对")
        await actions.redirect(tx, OPERATOR, ids["redirected"], 2, target_id=ids["corrected"], target_url=None)
        await actions.remove(tx, OPERATOR, ids["gone"], 2, vanish=False, explanation="重复")
        await actions.remove(tx, OPERATOR, ids["vanished"], 2, vanish=True)
        await actions.archive(tx, OPERATOR, ids["archived"], 2)
        await actions.update(tx, OPERATOR, ids["updated"], 2, {"summary": "在改"})
    async with hub.database.transaction(hub.clock()) as tx:
        await actions.restore(tx, OPERATOR, ids["restored"], 3)


async def _dates(hub: VariedHub) -> None:
    unit_id, section_id = await _places(hub)
    async with hub.database.transaction(hub.clock()) as tx:
        later = {"embargo_at": tx.now + DAY, "expires_at": tx.now + 9 * DAY, "audience": ["staff", "public"]}
        values = {"title": "明日发布", "body": "", "sections": [section_id], **later}
        hub.ids["embargoed"] = await hub.create(tx, Kind.ARTICLE, unit_id, values, live=True)
        policy = {
            "title": "试行办法",
            "sections": [section_id],
            "details": {"doc_no": "云澜政发〔2026〕1号", "expires_on": "2099-01-01"},
        }
        hub.ids["policy"] = await hub.create(tx, Kind.POLICY_DOCUMENT, unit_id, policy, live=True)
        policy = {"title": "旧办法", "details": {"doc_no": "云澜政发〔2020〕9号"}}
        hub.ids["repealed"] = await hub.create(tx, Kind.POLICY_DOCUMENT, unit_id, policy, live=True)
        waiting = {"title": "等待", "links": [LinkTo(LinkType.CITES, None, "elsewhere", "1")]}
        hub.ids["waiting"] = await hub.create(tx, Kind.ARTICLE, unit_id, waiting, live=True)
    async with hub.database.transaction(hub.clock()) as tx:
        await actions.repeal(tx, OPERATOR, hub.ids["repealed"], 2, by_id=hub.ids["policy"], on=None)


async def _structure(hub: VariedHub) -> None:
    """A section that moved, whose items kept their old addresses, and a view that shows another site's section."""
    async with hub.database.transaction(hub.clock()) as tx:
        city = (await places.by_codes(tx, "site", ["yunlan"]))[0]
        county = (await places.by_codes(tx, "site", ["zhenxi"]))[0]
        shared = {"section_kind": SectionKind.TOPIC, "site_id": city.id}
        top = await structure.create_section(tx, OPERATOR, {**shared, "name": "专题", "code": "zt-test"})
        moved = await structure.create_section(tx, OPERATOR, {**shared, "name": "移动", "code": "moving"})
        view = {"section": [moved], "kinds": ["article"]}
        made = {"site_id": county.id, "section_kind": SectionKind.TOPIC, "name": "视图", "code": "a-view", "view": view}
        await structure.create_section(tx, OPERATOR, made)
        values = {"title": "随栏目移动", "sections": [moved]}
        hub.ids["moved"] = await hub.create(tx, Kind.ARTICLE, city.unit_id, values, live=True)
    async with hub.database.transaction(hub.clock()) as tx:
        await structure.move_section(tx, OPERATOR, moved, 1, top)
    await structure.rewrite_moved(hub.database, hub.clock(), OPERATOR, moved)


async def _places(hub: VariedHub) -> tuple[str, str]:
    """(unit, section) of the city's portal that take content."""
    async with hub.database.transaction(hub.clock()) as tx:
        site = (await places.by_codes(tx, "site", ["yunlan"]))[0]
        sections = await places.sections_of_sites(tx, [site.id])
        return site.unit_id, next(row.id for row in sections if row.view is None)


async def lock_version(hub: VariedHub, name: str) -> int:
    async with hub.database.system(hub.now) as system:
        return int((await items.heads(system, [hub.ids[name]]))[hub.ids[name]].lock_version)

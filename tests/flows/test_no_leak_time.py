"""To the second: before, at and after one instant, content appears on every door and other content leaves it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.content import actions
from hub.content.drafting import LinkTo
from hub.content.due import run_due
from hub.vocabulary.clock import SECOND, Instant
from hub.vocabulary.enums import Kind, LinkType
from tests.flows.leak_doors import Doors, opened_doors
from tests.flows.leak_questions import text
from tests.flows.leak_world import NOW, Builder, Worlds, copied, opened

AT = Instant(NOW + 3_600 * SECOND)
COMING, GOING = "将要解禁甲乙丙", "即将下线丁戊己"
LINKED = "linkedFrom(first: 100) { target { title } }"


@dataclass
class Timed:
    """Two media assets with files: one under embargo until AT, one that expires then."""

    doors: Doors
    section: str
    coming: str
    going: str
    anchor: str
    """Visible content that both link to."""

    async def shown(self, now: int) -> dict[str, tuple[bool, bool]]:
        """By door: whether (the coming, the going) is to be seen at that instant."""
        self.doors.now = Instant(now)
        found = {name: (COMING in answer, GOING in answer) for name, answer in (await self._texts()).items()}
        files = [await self.doors.get(f"/media/{key}/original") for key in (self.coming, self.going)]
        counts = await self._counts()
        return {**found, "media": (files[0].status == 200, files[1].status == 200), "counts": counts}

    async def _texts(self) -> dict[str, str]:
        said = {}
        for name, query in self._queries().items():
            said[name] = (await self.doors.ask(query)).text
        for name, address in self._addresses().items():
            answers = [await self.doors.get(one) for one in address]
            said[name] = "".join(answer.text for answer in answers if answer.status == 200)
        return said

    def _queries(self) -> dict[str, str]:
        ids = {"a": text(self.coming), "b": text(self.going)}
        both = "{ %s }"
        by_id = {
            name: both
            % " ".join(f"{alias}: {name}(id: {key}) {{ ... on MediaAsset {{ title }} }}" for alias, key in ids.items())
            for name in ("content", "node")
        }
        routed = " ".join(
            f'{alias}: route(site: "city", path: {text("zwgk/zcwj/" + key)}) {{ ... on MediaAsset {{ title }} }}'
            for alias, key in (("a", self.coming), ("b", self.going))
        )
        searched = " ".join(
            f"{alias}: search(text: {text(one)}) {{ nodes {{ title }} }} {alias}s: suggest(prefix: {text(one[:2])})"
            for alias, one in (("a", COMING), ("b", GOING))
        )
        return {
            **by_id,
            "route": both % routed,
            "search and suggest": both % searched,
            "list": "{ contents(first: 100) { nodes { title } } }",
            "section": f"{{ section(id: {text(self.section)}) {{ items(first: 100) {{ nodes {{ title }} }} }} }}",
            "links": f"{{ content(id: {text(self.anchor)}) {{ ... on Content {{ {LINKED} }} }} }}",
        }

    def _addresses(self) -> dict[str, list[str]]:
        return {
            "page": [f"/content/{self.coming}", f"/content/{self.going}"],
            "front page": ["/"],
            "section page": ["/sites/city/zwgk"],
            "search page": [f"/?q={one[:4]}&sort=newest" for one in (COMING, GOING)],
        }

    async def _counts(self) -> Any:
        """Whether one of them, and which, is counted: by list, facet and page."""
        query = """{
            contents(filter: {keyword: ["解禁词"]}) { totalCount }
            gone: contents(filter: {keyword: ["下线词"]}) { totalCount }
            search(text: "", facets: [TOPIC], filter: {keyword: ["解禁词", "下线词"]}) { totalCount }
        }"""
        data = (await self.doors.ask(query)).json["data"]
        coming, going = data["contents"]["totalCount"], data["gone"]["totalCount"]
        assert data["search"]["totalCount"] == coming + going
        return bool(coming), bool(going)

    async def feed(self) -> list[tuple[str, bool]]:
        """Entries of the change feed about either, each with whether it has content."""
        answer = await self.doors.ask("{ changes(first: 100) { entries { itemId content { title } } } }")
        entries = answer.json["data"]["changes"]["entries"]
        names = {self.coming: "coming", self.going: "going"}
        return [(names[one["itemId"]], one["content"] is not None) for one in entries if one["itemId"] in names]


@pytest.fixture
async def timed(worlds: Worlds, tmp_path: Path) -> AsyncIterator[Timed]:
    folder = copied(worlds.twin, tmp_path / "hub")
    async with opened(folder, worlds.plan) as builder:
        coming = await _asset(builder, COMING, "解禁词", embargo_at=AT)
        going = await _asset(builder, GOING, "下线词", expires_at=AT)
    async with opened_doors(folder) as doors:
        yield Timed(doors, worlds.plan.sections["zwgk"], coming, going, worlds.plan.visible["anchor:article"])


async def _asset(builder: Builder, name: str, keyword: str, **window: Instant) -> str:
    builder.now = Instant(NOW - 60 * SECOND)
    sections = [builder.plan.sections["zwgk/zcwj"]]
    links = [LinkTo(LinkType.ILLUSTRATES, builder.plan.visible["anchor:article"])]
    details = {"media_type": "image/png", "file_name": "a.png"}
    values = {"title": name, "keywords": [keyword], "sections": sections, "links": links, "details": details, **window}
    key = await builder.create(Kind.MEDIA_ASSET, values)
    await builder._put_file(key, b"\x89PNG\r\n\x1a\n" + name.encode(), "image/png")
    await builder.on(actions.publish, key)
    return key


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (AT - SECOND, (False, True)),
        (AT - 1, (False, True)),
        (AT, (True, False)),
        (AT + 1, (True, False)),
        (AT + SECOND, (True, False)),
    ],
)
async def test_every_door_turns_at_the_instant_itself(timed: Timed, now: int, expected: tuple[bool, bool]) -> None:
    shown = await timed.shown(now)

    assert shown == dict.fromkeys(shown, expected)
    assert len(shown) == 13


async def test_the_feed_follows_the_job_and_never_runs_ahead(timed: Timed) -> None:
    feeds = []
    for now, is_settled in ((AT - 1, True), (AT, False), (AT, True)):
        timed.doors.now = Instant(now)
        if is_settled:
            await run_due(timed.doors.hub.database, Instant(now), "test")
        feeds.append(sorted(await timed.feed()))

    # between the instant and the job the expired one is no longer shown; that the other has come is said by the job
    assert feeds == [[("going", True)], [("going", False)], [("coming", True), ("going", False)]]

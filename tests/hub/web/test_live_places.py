"""Front page, sites and sections from a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.content import actions, structure
from hub.vocabulary.clock import SECOND
from hub.vocabulary.enums import Kind
from hub.vocabulary.errors import InvalidCursor
from hub.web.reading import Moved, Overview, SectionEntry, SectionPage, SiteEntry, SitePage
from tests.hub.web.live_hub import OPERATOR, LiveHub

MARKER = "不可见的标记"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[LiveHub]:
    made = await LiveHub.build(tmp_path)
    yield made
    await made.database.close()


async def add_hidden(hub: LiveHub, path: str) -> None:
    """One item in each way of not being visible."""
    await hub.add(Kind.ARTICLE, MARKER, sections=[path], publicity="withheld")
    await hub.add(Kind.ARTICLE, MARKER, sections=[path], audience=["staff"])
    await hub.add(Kind.ARTICLE, MARKER, sections=[path], embargo_at=hub.now + SECOND)
    await hub.add(Kind.ARTICLE, MARKER, sections=[path], expires_at=hub.now)
    gone = await hub.add(Kind.ARTICLE, MARKER, sections=[path])
    await hub.withdraw(gone, "有误")


async def fill(hub: LiveHub, path: str, number: int) -> list[str]:
    """Policies a second apart, newest last."""
    found = []
    for n in range(number):
        hub.now += SECOND
        found.append(await hub.add(Kind.POLICY_DOCUMENT, f"文件{n}", sections=[path]))
    return found


async def section(
    hub: LiveHub, code: str, path: str, after: str | None = None, before: str | None = None
) -> SectionPage:
    page = await hub.reading().section(code, path, after=after, before=before)
    assert isinstance(page, SectionPage)
    return page


async def test_an_empty_hub_has_an_empty_front_page(hub: LiveHub) -> None:
    sites = (SiteEntry("city", "云岭市门户"), SiteEntry("county", "青溪县门户"))

    assert await hub.reading().overview() == Overview((), (), sites, None)


async def test_the_front_page_counts_and_names_only_what_anybody_may_see(hub: LiveHub) -> None:
    await hub.add(Kind.ARTICLE, "要闻", sections=["zwgk"])
    (policy,) = await fill(hub, "zwgk/zcwj", 1)
    changed_at = hub.now
    hub.now += SECOND
    await add_hidden(hub, "zwgk")

    page = await hub.reading().overview()

    assert page.counts == ((Kind.POLICY_DOCUMENT, 1), (Kind.ARTICLE, 1))
    assert [item.title for item in page.newest] == ["文件0", "要闻"]
    assert page.newest[0].id == policy
    assert page.sites == (SiteEntry("city", "云岭市门户", 2), SiteEntry("county", "青溪县门户", 0))
    assert page.changed_at == changed_at
    assert MARKER not in repr(page)


async def test_a_site_shows_its_tree_with_counts_of_whole_branches(hub: LiveHub) -> None:
    await fill(hub, "zwgk/zcwj", 2)
    await hub.add(Kind.ARTICLE, "要闻", sections=["zwgk"])
    await add_hidden(hub, "zwgk/zcjd")

    page = await hub.reading().site("city")

    assert isinstance(page, SitePage)
    assert (page.name, page.owner, page.domain) == ("云岭市门户", "云岭市人民政府", "www.yunling.example")
    assert page.sections == (
        SectionEntry(
            "city",
            "zwgk",
            "政务公开",
            "云岭市门户",
            3,
            (
                SectionEntry("city", "zwgk/zcwj", "政策文件", "云岭市门户", 2),
                SectionEntry("city", "zwgk/zcjd", "政策解读", "云岭市门户"),
            ),
        ),
    )
    assert [item.title for item in page.newest] == ["要闻", "文件1", "文件0"]
    assert page.page_tags == (
        ("SiteName", "云岭市门户"),
        ("SiteDomain", "www.yunling.example"),
        ("SiteIDCode", "5399000001"),
    )


@pytest.mark.parametrize("code", ["nowhere", "", "\x00", "\udc80"])
async def test_an_unknown_site_is_none(hub: LiveHub, code: str) -> None:
    assert await hub.reading().site(code) is None
    assert await hub.reading().section(code, "zwgk", after=None, before=None) is None


async def test_a_section_names_itself_its_ancestors_and_its_tags(hub: LiveHub) -> None:
    await fill(hub, "zwgk/zcwj", 1)

    page, above = await section(hub, "city", "zwgk/zcwj"), await section(hub, "city", "zwgk")

    assert (page.site, page.name, page.path) == (SiteEntry("city", "云岭市门户"), "政策文件", "zwgk/zcwj")
    assert (page.description, page.total, page.newer, page.older) == ("市政府文件", 1, None, None)
    assert page.ancestors == (SectionEntry("city", "zwgk", "政务公开", "云岭市门户"),)
    assert page.page_tags[3:] == (
        ("ColumnName", "政策文件"),
        ("ColumnDescription", "市政府文件"),
        ("ColumnKeywords", "文件,规章"),
        ("ColumnType", "政策文件库"),
    )
    assert [(entry.name, entry.count) for entry in above.children] == [("政策文件", 1), ("政策解读", 0)]


async def test_a_section_lists_and_counts_only_what_anybody_may_see(hub: LiveHub) -> None:
    await fill(hub, "zwgk/zcwj", 1)
    await add_hidden(hub, "zwgk/zcwj")

    page = await section(hub, "city", "zwgk")

    assert ([item.title for item in page.items], page.total) == (["文件0"], 1)


async def test_a_view_shows_what_its_filter_finds(hub: LiveHub) -> None:
    await fill(hub, "zwgk/zcwj", 1)
    await hub.add(Kind.ARTICLE, "要闻", sections=["zwgk"])
    await hub.add(Kind.POLICY_DOCUMENT, "县文件", sections=["county:zcwj"])

    page = await section(hub, "county", "szf")

    assert ([item.title for item in page.items], page.total) == (["文件0"], 1)


async def test_pages_of_a_section_lead_both_ways_without_gap_or_repeat(hub: LiveHub) -> None:
    ids = [*reversed(await fill(hub, "zwgk/zcwj", 45))]

    first = await section(hub, "city", "zwgk/zcwj")
    second = await section(hub, "city", "zwgk/zcwj", after=first.older)
    third = await section(hub, "city", "zwgk/zcwj", after=second.older)
    back = await section(hub, "city", "zwgk/zcwj", before=third.newer)
    start = await section(hub, "city", "zwgk/zcwj", before=back.newer)

    assert [item.id for page in (first, second, third) for item in page.items] == ids
    assert (first.newer, third.older, start.newer, first.total) == (None, None, None, 45)
    assert back == second
    assert start == first


async def test_an_empty_page_beyond_the_end_keeps_the_way_back(hub: LiveHub) -> None:
    await fill(hub, "zwgk/zcwj", 21)
    first = await section(hub, "city", "zwgk/zcwj")
    last = await section(hub, "city", "zwgk/zcwj", after=first.older)
    await hub.withdraw(last.items[0].id, "有误")

    empty = await section(hub, "city", "zwgk/zcwj", after=first.older)

    assert (empty.items, empty.newer, empty.older) == ((), first.older, None)


async def test_a_cursor_of_nothing_is_refused(hub: LiveHub) -> None:
    with pytest.raises(InvalidCursor):
        await hub.reading().section("city", "zwgk", after="broken", before=None)


async def test_addresses_of_items_lead_to_their_page_also_after_a_move(hub: LiveHub) -> None:
    article = await hub.add(Kind.ARTICLE, "要闻", sections=["zwgk"])
    await hub.act(actions.place, article, [hub.sections["zwgk/zcjd"]])

    old = await hub.reading().section("city", f"zwgk/{article}", after=None, before=None)
    new = await hub.reading().section("city", f"zwgk/zcjd/{article}", after=None, before=None)

    assert old == new == Moved(f"/content/{article}")


async def test_addresses_of_hidden_items_lead_nowhere(hub: LiveHub) -> None:
    hidden = await hub.add(Kind.ARTICLE, MARKER, sections=["zwgk"], publicity="withheld")

    assert await hub.reading().section("city", f"zwgk/{hidden}", after=None, before=None) is None
    assert await hub.reading().section("city", "no/such/path", after=None, before=None) is None
    assert await hub.reading().section("city", "\x00", after=None, before=None) is None


async def test_statements_of_lists_do_not_grow_with_rows_sites_or_sections(hub: LiveHub) -> None:
    await fill(hub, "zwgk/zcwj", 1)
    small = await counted(hub)
    await fill(hub, "zwgk/zcwj", 30)
    async with hub.database.transaction(hub.now) as tx:
        for n in range(20):
            values = {"code": f"s{n}", "name": f"站点{n}", "site_type": "portal", "unit_id": hub.unit}
            await structure.create_site(tx, OPERATOR, values)
            below = {"site_id": hub.portal, "parent_id": hub.sections["zwgk"], "section_kind": "other"}
            await structure.create_section(tx, OPERATOR, {**below, "code": f"s{n}", "name": f"栏目{n}"})

    assert small == {"overview": 7, "site": 7, "section": 8, "leaf": 8, "view": 7}
    assert await counted(hub) == small


async def counted(hub: LiveHub) -> dict[str, int]:
    reading = hub.reading()
    asked = {
        "overview": lambda: reading.overview(),
        "site": lambda: reading.site("city"),
        "section": lambda: reading.section("city", "zwgk", after=None, before=None),
        "leaf": lambda: reading.section("city", "zwgk/zcwj", after=None, before=None),
        "view": lambda: reading.section("county", "szf", after=None, before=None),
    }
    counts = {}
    for name, ask in asked.items():
        with hub.statements() as seen:
            assert await ask() is not None
        counts[name] = len(seen)
    return counts

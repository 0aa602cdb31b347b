"""The results page: a scripted engine in front of a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.search import FacetValue, Mark, SearchSort
from hub.vocabulary.enums import Kind
from hub.vocabulary.errors import SearchUnavailable
from hub.vocabulary.expression import And, Equals, Overlaps, overlaps
from hub.vocabulary.ids import new_id
from hub.web.live_search import OFFERED
from hub.web.reading import Facet, FacetChoice, Marked, SearchPage, SearchQuery
from tests.hub.web.live_hub import LiveHub

MARKER = "不可见的标记"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[LiveHub]:
    made = await LiveHub.build(tmp_path)
    yield made
    await made.database.close()


async def add_some(hub: LiveHub, number: int) -> list[str]:
    found = []
    for n in range(number):
        details = {"doc_no": f"云政发〔2026〕{n + 1}号"}
        title, body = f"社保卡办法{n}", "<p>持社保卡办理。</p>"
        found.append(await hub.add(Kind.POLICY_DOCUMENT, title, body=body, details=details, sections=["zwgk/zcwj"]))
    return found


def conditions(hub: LiveHub) -> list[object]:
    """The parts of what the engine was asked last, however they are nested."""
    parts: list[object] = []

    def walk(node: object) -> None:
        if isinstance(node, And):
            for part in node.parts:
                walk(part)
        else:
            parts.append(node)

    walk(hub.engine.asked[-1].where)
    return parts


async def test_hits_keep_the_order_of_the_engine_with_marks_in_title_and_text(hub: LiveHub) -> None:
    ids = await add_some(hub, 2)
    hub.engine.hits = [ids[1], ids[0]]

    page = await hub.reading().search(SearchQuery("社保卡"))

    assert [found.item.id for found in page.found] == [ids[1], ids[0]]
    assert page.found[0].title == Marked("社保卡办法1", (Mark(0, 3),))
    assert page.found[0].passages == (Marked("持社保卡办理。", (Mark(1, 4),)),)
    assert page.found[0].item.doc_no == "云政发〔2026〕2号"
    assert (page.total, page.is_exact, page.corrected_text) == (2, True, None)


async def test_a_service_shows_passages_of_its_elements_too(hub: LiveHub) -> None:
    details = {"conditions": "社保卡遗失的居民。", "materials": ["身份证", "社保卡"], "department": "社保局"}
    hub.engine.hits = [await hub.add(Kind.SERVICE_ITEM, "补领", body="<p>遗失补领</p>", details=details)]

    (found,) = (await hub.reading().search(SearchQuery("社保卡"))).found

    text = "遗失补领 社保卡遗失的居民。 身份证 社保卡"
    assert found.passages == (Marked(text, (Mark(5, 8), Mark(19, 22))),)


async def test_the_corrected_text_is_what_is_marked(hub: LiveHub) -> None:
    hub.engine.hits = await add_some(hub, 1)
    hub.engine.corrected_text = "社保卡"

    page = await hub.reading().search(SearchQuery("设保卡"))

    assert page.corrected_text == "社保卡"
    assert page.found[0].title.marks == (Mark(0, 3),)


async def test_what_a_stale_index_still_holds_is_neither_shown_nor_counted(hub: LiveHub) -> None:
    (seen,) = await add_some(hub, 1)
    hidden = await hub.add(Kind.ARTICLE, MARKER, publicity="withheld")
    hub.engine.hits = [hidden, seen, new_id()]

    page = await hub.reading().search(SearchQuery("社保卡"))

    assert ([found.item.id for found in page.found], page.total) == ([seen], 1)
    assert MARKER not in repr(page)


async def test_pages_are_asked_by_offset(hub: LiveHub) -> None:
    ids = hub.engine.hits = await add_some(hub, 5)

    page = await hub.reading().search(SearchQuery("社保卡", offset=2, size=2, sort=SearchSort.NEWEST))

    assert [found.item.id for found in page.found] == ids[2:4]
    request = hub.engine.asked[-1]
    assert (request.offset, request.size, request.sort, request.facets) == (2, 2, SearchSort.NEWEST, OFFERED)
    assert page.total == 5


async def test_without_text_nothing_is_marked(hub: LiveHub) -> None:
    hub.engine.hits = await add_some(hub, 1)

    page = await hub.reading().search(SearchQuery("", {"kind": ("policy_document",)}))

    assert (page.found[0].title.marks, page.found[0].passages) == ((), ())


async def test_choices_become_conditions_years_among_them(hub: LiveHub) -> None:
    chosen = {
        "kind": ("article", "nonsense"),
        "site": (hub.portal, "x"),
        "year": ("2024", "2026"),
        "genre": ("notice",),
    }

    await hub.reading().search(SearchQuery("社保卡", chosen))

    asked = [part for part in conditions(hub) if isinstance(part, Overlaps) and part.field not in ("state", "audience")]
    assert asked == [
        overlaps("site", [hub.portal, "x"]),
        overlaps("genre", ["notice"]),
        overlaps("kind", ["article"]),
        overlaps("year", ["2024", "2026"]),
    ]
    assert Equals("publicity", "proactive") in conditions(hub)
    assert overlaps("audience", ["public"]) in conditions(hub)


async def test_kinds_that_do_not_exist_find_nothing(hub: LiveHub) -> None:
    hub.engine.hits = await add_some(hub, 1)

    assert await hub.reading().search(SearchQuery("社保卡", {"kind": ("nonsense",)})) == SearchPage((), 0)


async def test_facet_values_are_shown_as_people_read_them(hub: LiveHub) -> None:
    both = [hub.sections["zwgk/zcwj"], hub.sections["county:zcwj"], hub.sections["zwgk"]]
    hub.engine.facets = {
        "kind": [FacetValue("policy_document", 3)],
        "site": [FacetValue(hub.portal, 2), FacetValue(new_id(), 1)],
        "section": [FacetValue(key, 2) for key in both],
        "unit": [FacetValue(hub.unit, 3)],
        "year": [FacetValue("2019", 5), FacetValue("2026", 1)],
        "validity": [FacetValue("in_force", 3)],
        "genre": [FacetValue("notice", 1)],
        "region": [],
    }

    page = await hub.reading().search(SearchQuery("社保卡", {"site": (hub.county, "bogus")}))

    shown = {facet.name: [(each.label, each.count) for each in facet.choices] for facet in page.facets}
    assert shown == {
        "kind": [("政策文件", 3)],
        "site": [("云岭市门户", 2), ("青溪县门户", 0)],
        "section": [("政策文件（云岭市门户）", 2), ("政策文件（青溪县门户）", 2), ("政务公开", 2)],
        "unit": [("云岭市人民政府", 3)],
        "year": [("2026", 1), ("2019", 5)],
        "validity": [("有效", 3)],
        "genre": [("通知", 1)],
    }
    assert page.facets[0] == Facet("kind", (FacetChoice("policy_document", "政策文件", 3),))
    assert list(shown) == [name for name in OFFERED if name in shown]


async def test_a_search_that_is_down_says_so(hub: LiveHub) -> None:
    hub.engine.is_down = True

    with pytest.raises(SearchUnavailable):
        await hub.reading().search(SearchQuery("社保卡"))


async def test_statements_of_a_search_do_not_grow_with_hits(hub: LiveHub) -> None:
    ids = [*await add_some(hub, 20), *[await hub.add(Kind.SERVICE_ITEM, f"事项{n}") for n in range(19)]]
    hub.engine.facets = {
        "site": [FacetValue(hub.portal, 2)],
        "section": [FacetValue(key, 1) for key in hub.sections.values()],
        "unit": [FacetValue(hub.unit, 1)],
    }
    counts = []
    for hits in (ids[19:21], ids):
        hub.engine.hits = hits
        with hub.statements() as seen:
            await hub.reading().search(SearchQuery("社保卡", size=100))
        counts.append(len(seen))

    assert counts == [9, 9]

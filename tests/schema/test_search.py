"""Search through the contract: hits, highlights, facets, pages, an index that lags behind."""

from __future__ import annotations

from hub.content import actions
from hub.search import FacetValue, SearchSort
from hub.vocabulary.enums import Kind
from hub.vocabulary.expression import And, Equals, Overlaps
from tests.schema.graph_hub import GraphHub

SEARCH = """query($text: String!, $first: Int! = 20, $after: String, $sort: SearchSort! = RELEVANCE,
    $f: ContentFilterInput, $facets: [SearchFacet!]) {
    search(text: $text, first: $first, after: $after, sort: $sort, filter: $f, facets: $facets) {
        nodes { title } totalCount isExact correctedText pageInfo { hasNextPage hasPreviousPage endCursor }
        edges { cursor score node { title } highlights { field fragments { text ranges { start end } } } }
        facets { field values { value label count } } } }"""


async def test_hits_with_highlights(hub: GraphHub) -> None:
    body = "前言。" + "文" * 100 + "。社保卡在这里办理，社保卡可补办。" + "字" * 300 + "再提社保卡。"
    item = await hub.add(Kind.SERVICE_ITEM, "社保卡办理", summary="怎样办", body=body, body_format="text")
    hub.engine.hits = [item]

    found = (await hub.ask(SEARCH, text="社保卡"))["search"]

    assert found["nodes"] == [{"title": "社保卡办理"}]
    assert (found["totalCount"], found["isExact"], found["correctedText"]) == (1, True, None)
    edge = found["edges"][0]
    assert (edge["score"], edge["node"]) == (2.5, {"title": "社保卡办理"})
    title, text = edge["highlights"]
    assert title == {"field": "TITLE", "fragments": [{"text": "社保卡办理", "ranges": [{"start": 0, "end": 3}]}]}
    assert text["field"] == "TEXT"
    marked = [[one["text"][r["start"] : r["end"]] for r in one["ranges"]] for one in text["fragments"]]
    assert marked == [["社保卡", "社保卡"], ["社保卡"]]
    assert text["fragments"][0]["text"].startswith("社保卡在这里办理")


async def test_service_without_a_body_shows_its_elements(hub: GraphHub) -> None:
    details = {"code": "S1", "materials": ["身份证", "社保卡申领表"], "conditions": "年满十六周岁"}
    hub.engine.hits = [await hub.add(Kind.SERVICE_ITEM, "申领", details=details)]

    found = (await hub.ask(SEARCH, text="申领表"))["search"]

    assert found["edges"][0]["highlights"] == [
        {"field": "DETAILS", "fragments": [{"text": "社保卡申领表", "ranges": [{"start": 3, "end": 6}]}]}
    ]


async def test_facets_have_labels_and_values_for_filters(hub: GraphHub) -> None:
    hub.engine.facets = {
        "kind": [FacetValue("policy_document", 3)],
        "site": [FacetValue(hub.sites["portal"], 2), FacetValue("01a20de0-aaea-7659-80dd-cbe2ff10f3d2", 1)],
        "section": [FacetValue(hub.sections["portal:zwgk"], 2)],
        "unit": [FacetValue(hub.units["edu"], 1)],
        "year": [FacetValue("2026", 3)],
        "validity": [FacetValue("in_force", 3)],
        "genre": [FacetValue("notice", 3)],
    }

    wanted = ["KIND", "SITE", "SECTION", "UNIT", "YEAR", "VALIDITY", "GENRE", "TOPIC"]
    found = (await hub.ask(SEARCH, text="办法", facets=wanted))["search"]["facets"]

    assert {one["field"]: [(v["value"], v["label"], v["count"]) for v in one["values"]] for one in found} == {
        "KIND": [("POLICY_DOCUMENT", "政策文件", 3)],
        "SITE": [(hub.sites["portal"], "云岭市门户", 2)],
        "SECTION": [(hub.sections["portal:zwgk"], "政务公开", 2)],
        "UNIT": [(hub.units["edu"], "云岭市教育局", 1)],
        "YEAR": [("2026", "2026", 3)],
        "VALIDITY": [("IN_FORCE", "有效", 3)],
        "GENRE": [("NOTICE", "通知", 3)],
        "TOPIC": [],
    }


async def test_pages_follow_each_other(hub: GraphHub) -> None:
    hub.engine.hits = [await hub.add(Kind.ARTICLE, f"{n}") for n in range(3)]

    first = (await hub.ask(SEARCH, text="x", first=2))["search"]
    second = (await hub.ask(SEARCH, text="x", first=2, after=first["pageInfo"]["endCursor"]))["search"]

    assert [edge["node"]["title"] for edge in first["edges"]] == ["0", "1"]
    assert (first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (True, False)
    assert [edge["node"]["title"] for edge in second["edges"]] == ["2"]
    assert (second["pageInfo"]["hasNextPage"], second["pageInfo"]["hasPreviousPage"]) == (False, True)


async def test_cursors_of_another_index_or_none_are_refused(hub: GraphHub) -> None:
    hub.engine.hits = [await hub.add(Kind.ARTICLE, f"{n}") for n in range(3)]
    cursor = (await hub.ask(SEARCH, text="x", first=1))["search"]["pageInfo"]["endCursor"]
    hub.engine.generation = "g2"

    assert (await hub.error(SEARCH, text="x", after=cursor))["code"] == "cursor_expired"
    for broken in ("x", "", "WyJnMSIsOTk5OV0", "政策"):
        assert (await hub.error(SEARCH, text="x", after=broken))["code"] == "invalid_cursor"


async def test_hits_that_may_not_be_seen_are_left_out_and_not_counted(hub: GraphHub) -> None:
    shown = await hub.add(Kind.ARTICLE, "公开")
    withdrawn = await hub.add(Kind.ARTICLE, "撤回")
    await hub.act(actions.withdraw, withdrawn, explanation="有误")
    hidden = await hub.add(Kind.ARTICLE, "内部", audience=["staff"])
    hub.engine.hits = [withdrawn, shown, hidden]

    found = (await hub.ask(SEARCH, text="x"))["search"]

    assert (found["nodes"], found["totalCount"]) == ([{"title": "公开"}], 1)


async def test_filter_and_visibility_reach_the_engine(hub: GraphHub) -> None:
    await hub.ask(SEARCH, text="x", sort="NEWEST", f={"kinds": ["ARTICLE"], "site": ["portal"]})

    asked = hub.engine.asked[0]
    assert asked.sort is SearchSort.NEWEST
    assert isinstance(asked.where, And)
    filter_ = asked.where.parts[1]
    assert filter_ == And(
        (
            Overlaps("site", frozenset((hub.sites["portal"],))),
            Overlaps("kind", frozenset(("article",))),
            Equals("state", "live"),
        )
    )


async def test_corrected_text_is_what_is_highlighted(hub: GraphHub) -> None:
    hub.engine.hits = [await hub.add(Kind.ARTICLE, "社保卡")]
    hub.engine.corrected_text = "社保卡"

    found = (await hub.ask(SEARCH, text="社宝卡"))["search"]

    assert found["correctedText"] == "社保卡"
    assert found["edges"][0]["highlights"][0]["field"] == "TITLE"


async def test_suggestions(hub: GraphHub) -> None:
    assert (await hub.ask('{ suggest(prefix: "云岭", first: 1) }'))["suggest"] == ["云岭办法"]
    assert (await hub.ask('{ suggest(prefix: "  ") }'))["suggest"] == []
    assert (await hub.error('{ suggest(prefix: "x", first: 21) }'))["field"] == "first"


async def test_search_that_is_down_says_so_and_the_rest_answers(hub: GraphHub) -> None:
    await hub.add(Kind.ARTICLE, "文章")
    hub.engine.is_down = True

    answer = await hub.answer('{ search(text: "x") { totalCount } articles { totalCount } }')

    assert answer["data"] == {"search": None, "articles": {"totalCount": 1}}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["search_unavailable"]


async def test_text_is_bounded(hub: GraphHub) -> None:
    assert (await hub.error(SEARCH, text="x" * 401))["field"] == "text"
    assert (await hub.error(SEARCH, text="x", first=101))["code"] == "limit_exceeded"
    assert (await hub.error(SEARCH, text="x", first=-1))["code"] == "invalid_input"

"""Lists: filters, orders, pages both ways, totals."""

from __future__ import annotations

from typing import Any

import pytest

from hub.content import actions
from hub.vocabulary.clock import SECOND, Instant, parse_instant
from hub.vocabulary.enums import Kind
from tests.schema.graph_hub import GraphHub

PAGE = """query($first: Int, $after: String, $last: Int, $before: String, $order: ContentOrder! = PUBLISHED_AT_DESC) {
    articles(first: $first, after: $after, last: $last, before: $before, orderBy: $order) {
        nodes { title } edges { cursor node { title } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        totalCount isExact } }"""
FILTERED = (
    "query($f: ContentFilterInput) { contents(filter: $f, orderBy: PUBLISHED_AT_ASC) { nodes { title } totalCount } }"
)


async def fill(hub: GraphHub, number: int = 7) -> list[str]:
    """Articles, three of them published at the same instant; titles in list order, newest first."""
    made = []
    for n in range(number):
        at = hub.now - (n if n < 2 else 2 if n < 5 else n) * SECOND
        made.append((at, await hub.add(Kind.ARTICLE, f"第{n}篇", published_at=at)))
    rows = sorted(made, reverse=True)
    titles = {key: f"第{n}篇" for n, (_, key) in enumerate(made)}
    return [titles[key] for _, key in rows]


def titles(connection: Any) -> list[str]:
    return [node["title"] for node in connection["nodes"]]


async def walk(hub: GraphHub, **page: Any) -> list[str]:
    """All titles, page by page, in list order."""
    backward = "last" in page
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        shown = (await hub.ask(PAGE, **page, **cursor))["articles"]
        found = titles(shown) + found if backward else found + titles(shown)
        if not shown["pageInfo"]["hasPreviousPage" if backward else "hasNextPage"]:
            return found
        cursor = {"before": shown["pageInfo"]["startCursor"]} if backward else {"after": shown["pageInfo"]["endCursor"]}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
async def test_pages_both_ways_show_every_row_once_though_keys_tie(hub: GraphHub, size: int) -> None:
    expected = await fill(hub)

    assert await walk(hub, first=size) == expected
    assert await walk(hub, last=size) == expected
    assert await walk(hub, first=size, order="PUBLISHED_AT_ASC") == expected[::-1]
    assert await walk(hub, last=size, order="PUBLISHED_AT_ASC") == expected[::-1]


async def test_page_info_and_totals(hub: GraphHub) -> None:
    expected = await fill(hub)

    first = (await hub.ask(PAGE, first=3))["articles"]
    middle = (await hub.ask(PAGE, first=2, after=first["edges"][0]["cursor"]))["articles"]
    back = (await hub.ask(PAGE, last=2, before=first["edges"][2]["cursor"]))["articles"]
    none = (await hub.ask(PAGE, first=0))["articles"]

    assert titles(first) == [edge["node"]["title"] for edge in first["edges"]] == expected[:3]
    assert first["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": False,
        "startCursor": first["edges"][0]["cursor"],
        "endCursor": first["edges"][2]["cursor"],
    }
    assert (first["totalCount"], first["isExact"]) == (7, True)
    assert titles(middle) == [*titles(back)[1:], expected[2]] == expected[1:3]
    assert (middle["pageInfo"]["hasPreviousPage"], back["pageInfo"]["hasNextPage"]) == (True, True)
    assert (titles(none), none["totalCount"]) == ([], 7)


async def test_default_page_has_20(hub: GraphHub) -> None:
    for n in range(21):
        await hub.add(Kind.ARTICLE, f"{n}")

    assert len((await hub.ask(PAGE))["articles"]["nodes"]) == 20


async def test_last_public_change_orders_by_update(hub: GraphHub) -> None:
    old = await hub.add(Kind.ARTICLE, "旧", published_at=hub.now - 5 * SECOND)
    await hub.add(Kind.ARTICLE, "新")
    hub.now = Instant(hub.now + SECOND)
    await hub.act(actions.correct, old, {"summary": "改"}, change_note="改")

    data = await hub.ask("{ a: articles(orderBy: UPDATED_AT_DESC) { nodes { title } } "
                         "b: articles(orderBy: UPDATED_AT_ASC) { nodes { title } } }")  # fmt: skip

    assert (titles(data["a"]), titles(data["b"])) == (["旧", "新"], ["新", "旧"])


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        ({"first": 3, "last": 3}, "invalid_input", "last"),
        ({"last": 3, "after": "x"}, "invalid_input", "last"),
        ({"first": 3, "before": "x"}, "invalid_input", "before"),
        ({"first": -1}, "invalid_input", "first"),
        ({"first": 101}, "limit_exceeded", "first"),
        ({"last": 101}, "limit_exceeded", "last"),
        ({"first": 3, "after": "x"}, "invalid_cursor", "after"),
        ({"first": 3, "after": ""}, "invalid_cursor", "after"),
        ({"first": 3, "after": "WzEsIngiXQ"}, "invalid_cursor", "after"),
        ({"first": 3, "after": "WyJ4IiwieCJd"}, "invalid_cursor", "after"),
        ({"first": 3, "after": "W10"}, "invalid_cursor", "after"),
        ({"first": 3, "after": "bnVsbA"}, "invalid_cursor", "after"),
        ({"first": 3, "after": "政策"}, "invalid_cursor", "after"),
    ],
)
async def test_pages_that_make_no_sense_are_refused_by_name(
    hub: GraphHub, arguments: dict[str, Any], code: str, field: str
) -> None:
    error = await hub.error(PAGE, **arguments)

    assert (error["code"], error["field"]) == (code, field)


async def test_cursor_of_another_list_is_refused(hub: GraphHub) -> None:
    await hub.add(Kind.POLICY_DOCUMENT, "政策")
    cursor = (await hub.ask("{ contents { edges { cursor } } }"))["contents"]["edges"][0]["cursor"]

    error = await hub.error(PAGE, first=5, after=cursor)

    assert error["code"] == "cursor_expired"


async def lay(hub: GraphHub) -> None:
    policy = {"doc_no": "云政发〔2026〕12号", "genre": "notice", "region": "云岭市", "topic": "教育"}
    await hub.add(Kind.POLICY_DOCUMENT, "政策", sections=["portal:zwgk/zcwj"], details=policy, keywords=["补贴"],
                  published_at=parse_instant("2026-01-01"))  # fmt: skip
    await hub.add(Kind.ARTICLE, "消息", sections=["edu-site:news"], unit="edu", language="en",
                  published_at=parse_instant("2026-02-01"))  # fmt: skip
    await hub.add(Kind.SERVICE_ITEM, "办证", unit="health", details={"themes": ["证照"], "objects": ["自然人"]},
                  published_at=parse_instant("2026-03-01"))  # fmt: skip
    expired = {"expires_on": "2026-01-01", "genre": "opinion"}
    await hub.add(Kind.POLICY_DOCUMENT, "旧政策", details=expired, published_at=parse_instant("2026-04-01"))
    archived = await hub.add(Kind.ARTICLE, "归档", published_at=parse_instant("2026-05-01"))
    await hub.act(actions.archive, archived)


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ({}, ["政策", "消息", "办证", "旧政策"]),
        ({"kinds": ["ARTICLE", "SERVICE_ITEM"]}, ["消息", "办证"]),
        ({"site": ["portal"]}, ["政策"]),
        ({"site": ["portal", "edu-site"]}, ["政策", "消息"]),
        ({"genre": ["OPINION"]}, ["旧政策"]),
        ({"validity": ["IN_FORCE"]}, ["政策"]),
        ({"validity": ["EXPIRED"]}, ["旧政策"]),
        ({"region": ["云岭市"]}, ["政策"]),
        ({"topic": ["教育"]}, ["政策"]),
        ({"keyword": ["补贴"]}, ["政策"]),
        ({"theme": ["证照"]}, ["办证"]),
        ({"object": ["自然人"]}, ["办证"]),
        ({"docNo": ["云政发[2026] 12 号"]}, ["政策"]),
        ({"language": ["en"]}, ["消息"]),
        ({"publishedSince": "2026-02-01"}, ["消息", "办证", "旧政策"]),
        ({"publishedUntil": "2026-02-01"}, ["政策"]),
        ({"publishedSince": "2026-02-01", "publishedUntil": "2026-03-01T00:00:00+08:00"}, ["消息"]),
        ({"archived": "ONLY"}, ["归档"]),
        ({"archived": "INCLUDE"}, ["政策", "消息", "办证", "旧政策", "归档"]),
        ({"site": ["portal"], "kinds": ["ARTICLE"]}, []),
        ({"kinds": None, "site": None, "archived": None}, ["政策", "消息", "办证", "旧政策"]),
        ({"region": ["没有这个地区"]}, []),
    ],
)
async def test_filters(hub: GraphHub, filter_: dict[str, Any], expected: list[str]) -> None:
    await lay(hub)

    data = await hub.ask(FILTERED, f=filter_)

    assert (titles(data["contents"]), data["contents"]["totalCount"]) == (expected, len(expected))


async def test_filters_by_id(hub: GraphHub) -> None:
    await lay(hub)

    for filter_, expected in (
        ({"section": [hub.sections["portal:zwgk"]]}, ["政策"]),
        ({"section": [hub.sections["portal:zwgk/zcjd"]]}, []),
        ({"unit": [hub.units["edu"], hub.units["health"]]}, ["消息", "办证"]),
        ({"site": [hub.sites["edu-site"], "portal"]}, ["政策", "消息"]),
    ):
        assert titles((await hub.ask(FILTERED, f=filter_))["contents"]) == expected


@pytest.mark.parametrize(
    ("filter_", "field"),
    [
        ({"site": ["nowhere"]}, "site"),
        ({"region": ["x" * 501]}, "region"),
        ({"region": ["x"] * 1 + [str(n) for n in range(20)]}, "filter"),
    ],
)
async def test_filters_that_cannot_be_meant_are_refused(hub: GraphHub, filter_: dict[str, Any], field: str) -> None:
    assert (await hub.error(FILTERED, f=filter_))["field"] == field


async def test_list_of_one_kind_refuses_other_kinds(hub: GraphHub) -> None:
    error = await hub.error("{ articles(filter: {kinds: [SERVICE_ITEM]}) { totalCount } }")

    assert (error["code"], error["field"]) == ("invalid_input", "kinds")


async def test_each_kind_has_its_list(hub: GraphHub) -> None:
    for kind in Kind:
        await hub.add(kind, kind.value)

    data = await hub.ask("{ articles { nodes { title } } policyDocuments { nodes { title } } "
                         "interpretations { nodes { title } } mediaAssets { nodes { title } } "
                         "serviceItems { nodes { title } } }")  # fmt: skip

    assert [titles(shown) for shown in data.values()] == [[kind.value] for kind in Kind]

"""By id and by address: the content, what became of it, or nothing at all."""

from __future__ import annotations

from typing import Any

from hub.content import actions
from hub.vocabulary.clock import SECOND, Instant
from hub.vocabulary.enums import Kind, LinkType
from tests.schema.graph_hub import GraphHub

CONTENT = """query($id: ID!) { content(id: $id) { __typename
    ... on Content { id title archived }
    ... on Unpublished { id kind state title explanation alternative { title } alternativeUrl at }
    ... on Redirect { id target { title } targetUrl } } }"""
ROUTE = """query($site: String!, $path: String!) { route(site: $site, path: $path) { __typename
    ... on Content { id title }
    ... on Unpublished { id state }
    ... on Redirect { id target { title } targetUrl }
    ... on Section { path name } } }"""
NODE = "query($id: ID!) { node(id: $id) { __typename id ... on Content { title } ... on Unit { code } } }"


async def content(hub: GraphHub, item: str) -> Any:
    return (await hub.ask(CONTENT, id=item))["content"]


async def route(hub: GraphHub, path: str, site: str = "portal") -> Any:
    return (await hub.ask(ROUTE, site=site, path=path))["route"]


async def test_withdrawn_says_why_and_where_instead(hub: GraphHub) -> None:
    other = await hub.add(Kind.ARTICLE, "新稿")
    item = await hub.add(Kind.ARTICLE, "旧稿", sections=["portal:zwgk"])
    await hub.act(
        actions.withdraw, item, explanation="数字有误", alternative_id=other, alternative_url="https://x.example"
    )

    assert await content(hub, item) == {
        "__typename": "Unpublished",
        "id": item,
        "kind": "ARTICLE",
        "state": "WITHDRAWN",
        "title": "旧稿",
        "explanation": "数字有误",
        "alternative": {"title": "新稿"},
        "alternativeUrl": "https://x.example",
        "at": "2026-11-01T04:00:00Z",
    }
    assert await route(hub, f"zwgk/{item}") == {"__typename": "Unpublished", "id": item, "state": "WITHDRAWN"}
    assert (await hub.ask(NODE, id=item))["node"] is None


async def test_alternative_that_is_hidden_is_not_shown(hub: GraphHub) -> None:
    other = await hub.add(Kind.ARTICLE, "内部", publicity="withheld")
    item = await hub.add(Kind.ARTICLE, "旧稿")
    await hub.act(actions.withdraw, item, explanation="有误", alternative_id=other)

    assert (await content(hub, item))["alternative"] is None


async def test_gone_has_no_title(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "秘密", sections=["portal:zwgk"])
    await hub.act(actions.remove, item, vanish=False, explanation="已删除")

    shown = await content(hub, item)

    assert (shown["state"], shown["title"], shown["explanation"]) == ("GONE", "", "已删除")


async def test_redirect_leads_to_content_or_address(hub: GraphHub) -> None:
    target = await hub.add(Kind.ARTICLE, "新", sections=["portal:zwgk"])
    first = await hub.add(Kind.ARTICLE, "旧一", sections=["portal:zwgk"])
    second = await hub.add(Kind.ARTICLE, "旧二")
    await hub.act(actions.redirect, first, target_id=target, target_url=None)
    await hub.act(actions.redirect, second, target_id=None, target_url="https://x.example/")

    url = f"https://www.yunling.example/zwgk/{target}"
    to_content = {"__typename": "Redirect", "id": first, "target": {"title": "新"}, "targetUrl": url}
    assert await content(hub, first) == to_content
    assert await route(hub, f"zwgk/{first}") == to_content
    assert await content(hub, second) == {
        "__typename": "Redirect",
        "id": second,
        "target": None,
        "targetUrl": "https://x.example/",
    }


async def test_redirect_to_hidden_content_names_nothing(hub: GraphHub) -> None:
    target = await hub.add(Kind.ARTICLE, "内部", audience=["staff"])
    item = await hub.add(Kind.ARTICLE, "旧")
    await hub.act(actions.redirect, item, target_id=target, target_url=None)

    assert await content(hub, item) == {"__typename": "Redirect", "id": item, "target": None, "targetUrl": None}


async def test_archived_is_shown_and_marked(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "旧闻")
    await hub.act(actions.archive, item)

    assert await content(hub, item) == {"__typename": "Article", "id": item, "title": "旧闻", "archived": True}


async def test_what_may_not_be_seen_is_as_if_it_had_never_been(hub: GraphHub) -> None:
    vanished = await hub.add(Kind.ARTICLE, "标记", sections=["portal:zwgk"])
    await hub.act(actions.remove, vanished, vanish=True)
    withheld = await hub.add(Kind.ARTICLE, "标记", sections=["portal:zwgk"])
    await hub.act(actions.withdraw, withheld, explanation="标记")
    hidden = [
        vanished,
        await hub.draft(Kind.ARTICLE, "标记"),
        await hub.add(Kind.ARTICLE, "标记", sections=["portal:zwgk"], publicity="on_request"),
        await hub.add(Kind.ARTICLE, "标记", sections=["portal:zwgk"], audience=["staff"]),
        await hub.add(Kind.ARTICLE, "标记", sections=["portal:zwgk"], embargo_at=hub.now + SECOND),
        await hub.add(Kind.ARTICLE, "标记", sections=["portal:zwgk"], expires_at=hub.now),
        "01a20de0-aaea-7659-80dd-cbe2ff10f3d2",
        "nonsense",
    ]

    for item in hidden:
        assert await content(hub, item) is None
        assert (await hub.ask(NODE, id=item))["node"] is None
        assert await route(hub, f"zwgk/{item}") is None


async def test_audience_of_a_key_opens_what_is_for_it(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "内部", audience=["staff"])
    await hub.key("staff", "edu", "content.read_draft", audience=["staff"])

    assert await content(hub, item) is None
    assert (await hub.ask(CONTENT, "staff", id=item))["content"]["title"] == "内部"


async def test_embargo_and_expiry_hold_to_the_second(hub: GraphHub) -> None:
    start = hub.now
    begins, ends = start + 10 * SECOND, start + 20 * SECOND
    item = await hub.add(Kind.ARTICLE, "定时", embargo_at=begins, expires_at=ends, sections=["portal:zwgk"])

    async def seen(at: int) -> tuple[bool, int, bool]:
        hub.now = Instant(at)
        listed = (await hub.ask("{ articles { totalCount } }"))["articles"]["totalCount"]
        return await content(hub, item) is not None, listed, await route(hub, f"zwgk/{item}") is not None

    assert await seen(begins - 1) == (False, 0, False)
    assert await seen(begins) == (True, 1, True)
    assert await seen(ends - 1) == (True, 1, True)
    assert await seen(ends) == (False, 0, False)


async def test_route_finds_content_sections_and_old_paths(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "文章", sections=["portal:zwgk/zcwj"])
    await hub.act(actions.place, item, [hub.sections["portal:zwgk/zcjd"]])

    new, old = f"zwgk/zcjd/{item}", f"zwgk/zcwj/{item}"
    shown = {"__typename": "Article", "id": item, "title": "文章"}
    assert await route(hub, new) == await route(hub, f"/{new}/") == shown
    assert await route(hub, new, site=hub.sites["portal"]) == shown
    assert await route(hub, old) == {
        "__typename": "Redirect",
        "id": item,
        "target": {"title": "文章"},
        "targetUrl": f"https://www.yunling.example/{new}",
    }
    assert await route(hub, "zwgk/zcjd") == {"__typename": "Section", "path": "zwgk/zcjd", "name": "政策解读"}
    assert await route(hub, "zwgk/nothing") is None
    assert await route(hub, new, site="nowhere") is None
    assert await route(hub, new, site="edu-site") is None
    assert await route(hub, "x" * 5_000) is None


async def test_old_path_of_hidden_content_leads_nowhere(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "文章", sections=["portal:zwgk/zcwj"])
    await hub.act(actions.place, item, [hub.sections["portal:zwgk/zcjd"]])
    await hub.act(actions.remove, item, vanish=True, expected=2)

    assert await route(hub, f"zwgk/zcwj/{item}") is None


async def test_node_finds_everything_with_an_id(hub: GraphHub) -> None:
    item = await hub.add(
        Kind.INTERPRETATION, "解读", links=[(LinkType.INTERPRETS, await hub.add(Kind.POLICY_DOCUMENT, "政策"))]
    )

    found = [
        (await hub.ask(NODE, id=key))["node"]["__typename"]
        for key in (item, hub.units["edu"], hub.sites["portal"], hub.sections["portal:zwgk"])
    ]

    assert found == ["Interpretation", "Unit", "Site", "Section"]

"""The change feed: what to take over, what to drop, cursors."""

from __future__ import annotations

from typing import Any

from hub.content import actions
from hub.vocabulary.clock import SECOND, Instant
from hub.vocabulary.enums import Kind, LinkType
from tests.schema.graph_hub import GraphHub

CHANGES = """query($after: String, $first: Int! = 20, $f: ContentFilterInput) {
    changes(after: $after, first: $first, filter: $f) { cursor hasMore
        entries { position verb kind itemId version at content { title } tombstone { id version } } } }"""


async def feed(hub: GraphHub, after: str | None = None, key: str | None = None, **more: Any) -> tuple[list[Any], str]:
    shown = (await hub.ask(CHANGES, key, after=after, **more))["changes"]
    return [(one["verb"], one["content"], one["tombstone"]) for one in shown["entries"]], shown["cursor"]


async def test_entries_carry_content_or_tombstone(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "文章")
    gone = await hub.add(Kind.ARTICLE, "将撤回")
    await hub.act(actions.withdraw, gone, explanation="有误")

    shown = (await hub.ask(CHANGES))["changes"]

    assert shown["hasMore"] is False
    assert shown["entries"] == [
        {
            "position": 1,
            "verb": "PUBLISHED",
            "kind": "ARTICLE",
            "itemId": item,
            "version": 1,
            "at": "2026-11-01T04:00:00Z",
            "content": {"title": "文章"},
            "tombstone": None,
        },
        {
            "position": 3,
            "verb": "WITHDRAWN",
            "kind": "ARTICLE",
            "itemId": gone,
            "version": 3,
            "at": "2026-11-01T04:00:00Z",
            "content": None,
            "tombstone": {"id": gone, "version": 3},
        },
    ]


async def test_each_verb_of_removal_leaves_a_tombstone(hub: GraphHub) -> None:
    items = [await hub.add(Kind.ARTICLE, f"{n}") for n in range(4)]
    _, cursor = await feed(hub)
    await hub.act(actions.withdraw, items[0], explanation="有误")
    await hub.act(actions.redirect, items[1], target_id=None, target_url="https://x.example")
    await hub.act(actions.remove, items[2], vanish=False)
    await hub.act(actions.remove, items[3], vanish=True)

    entries, _ = await feed(hub, cursor)

    assert entries == [
        (verb, None, {"id": item, "version": 5 + n})
        for n, (verb, item) in enumerate(zip(("WITHDRAWN", "REDIRECTED", "GONE", "VANISHED"), items, strict=True))
    ]


async def test_cursor_goes_on_where_it_stopped(hub: GraphHub) -> None:
    for n in range(3):
        await hub.add(Kind.ARTICLE, f"{n}")

    first = (await hub.ask(CHANGES, first=2))["changes"]
    rest, end = await feed(hub, first["cursor"])
    await hub.add(Kind.ARTICLE, "新")
    later, _ = await feed(hub, end)

    assert ([one["content"]["title"] for one in first["entries"]], first["hasMore"]) == (["0", "1"], True)
    assert rest == [("PUBLISHED", {"title": "2"}, None)]
    assert later == [("PUBLISHED", {"title": "新"}, None)]


async def test_item_that_leaves_the_filter_is_dropped(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "文章", sections=["portal:zwgk"])
    filter_ = {"section": [hub.sections["portal:zwgk"]]}
    _, cursor = await feed(hub, f=filter_)
    await hub.act(actions.place, item, [hub.sections["edu-site:news"]])

    entries, _ = await feed(hub, cursor, f=filter_)

    assert entries == [("MOVED", None, {"id": item, "version": 2})]


async def test_policy_is_named_when_its_interpretation_appears(hub: GraphHub) -> None:
    policy = await hub.add(Kind.POLICY_DOCUMENT, "政策")
    _, cursor = await feed(hub)
    await hub.add(Kind.INTERPRETATION, "解读", links=[(LinkType.INTERPRETS, policy)])

    entries, _ = await feed(hub, cursor)

    assert entries == [("PUBLISHED", {"title": "解读"}, None), (None, {"title": "政策"}, None)]


async def test_what_was_never_for_the_reader_leaves_no_trace(hub: GraphHub) -> None:
    hidden = await hub.add(Kind.ARTICLE, "内部", audience=["staff"])
    embargoed = await hub.add(Kind.ARTICLE, "定时", embargo_at=hub.now + SECOND)
    await hub.draft(Kind.ARTICLE, "草稿")
    await hub.act(actions.withdraw, hidden, explanation="有误")
    await hub.act(actions.remove, embargoed, vanish=True)
    await hub.key("staff", "edu", audience=["staff"])

    assert (await feed(hub))[0] == []
    assert [entry[0] for entry in (await feed(hub, key="staff"))[0]] == ["WITHDRAWN"]


async def test_embargoed_item_comes_when_it_is_visible(hub: GraphHub) -> None:
    await hub.add(Kind.ARTICLE, "定时", embargo_at=hub.now + SECOND)
    hub.now = Instant(hub.now + SECOND)

    entries, _ = await feed(hub)

    assert entries == []  # its row says `after: null`; `became_visible` follows from the job


async def test_cursors_belong_to_one_feed(hub: GraphHub) -> None:
    await hub.add(Kind.ARTICLE, "文章")
    _, cursor = await feed(hub)

    assert (await hub.error(CHANGES, after=cursor, f={"kinds": ["ARTICLE"]}))["code"] == "cursor_expired"
    for broken in ("x", "", "W10", "WyJ4IiwtMSwieCJd"):
        assert (await hub.error(CHANGES, after=broken))["code"] == "invalid_cursor"
    assert (await hub.error(CHANGES, first=0))["field"] == "first"
    assert (await hub.error(CHANGES, f={"publishedSince": "2026-01-01"}))["field"] == "filter"

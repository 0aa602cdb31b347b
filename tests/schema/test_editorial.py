"""What editors see: heads, editions, drafts, findings; and nobody else."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.content import actions
from hub.content.drafting import LinkTo
from hub.vocabulary.enums import Kind, LinkType
from tests.schema.graph_hub import GraphHub

HEAD = "query($id: ID!) { editorial { content(id: $id) { id lockVersion } } }"


async def test_all_an_editor_needs(hub: GraphHub) -> None:
    other = await hub.add(Kind.POLICY_DOCUMENT, "旧办法")
    links = [LinkTo(LinkType.REPLACES, other), LinkTo(LinkType.CITES, None, "law", "17")]
    item = await hub.draft(
        Kind.POLICY_DOCUMENT,
        "办法",
        unit="edu",
        body="<p>第一条</p>",
        sections=[hub.sections["portal:zwgk/zcwj"]],
        links=links,
        details={"doc_no": "云教发〔2026〕012号", "genre": "notice", "issuer": "市教育局"},
    )
    await hub.act(actions.publish, item)
    await hub.act(actions.update, item, {"title": "新办法"}, expected=2)

    data = await hub.ask(
        """query($id: ID!) { editorial { content(id: $id) { id kind state lockVersion version source sourceId createdAt
        firstPublishedAt unit { code } possibleActions findings { rule severity field message }
        working { number state title body text } editions { number state title }
        live { id number state title source author language keywords audience publicity madeOn publishedAt wentLiveAt
            embargoAt expiresAt changeNote changeScale sections { path }
            links { type targetId targetSource targetSourceId }
            details { ... on PolicyDocumentDetails { docNo genre issuer jointIssuers } } findings { rule } } } } }""",
        "edu",
        id=item,
    )

    content = data["editorial"]["content"]
    live = content.pop("live")
    assert live.pop("id") != item
    assert content.pop("sourceId") == item
    assert content == {
        "id": item,
        "kind": "POLICY_DOCUMENT",
        "state": "LIVE",
        "lockVersion": 3,
        "version": 2,
        "source": "hub",
        "createdAt": "2026-11-01T04:00:00Z",
        "firstPublishedAt": "2026-11-01T04:00:00Z",
        "unit": {"code": "edu"},
        "possibleActions": ["UPDATE", "PUBLISH", "CORRECT", "WITHDRAW", "REDIRECT", "REMOVE_GONE", "REMOVE_VANISHED",
                            "ARCHIVE", "PLACE", "REPEAL"],
        "findings": [
            {
                "rule": "doc_no_form",
                "severity": "warning",
                "field": "details.docNo",
                "message": "发文字号“云教发〔2026〕012号”不合 GB/T 9704：年份用〔〕，序号不编虚位、不加“第”。",
            }
        ],
        "working": {"number": 2, "state": "DRAFT", "title": "新办法", "body": "<p>第一条</p>", "text": "第一条"},
        "editions": [
            {"number": 2, "state": "DRAFT", "title": "新办法"},
            {"number": 1, "state": "LIVE", "title": "办法"},
        ],
    }  # fmt: skip
    assert live == {
        "number": 1,
        "state": "LIVE",
        "title": "办法",
        "source": "",
        "author": "",
        "language": "zh-Hans",
        "keywords": [],
        "audience": ["public"],
        "publicity": "PROACTIVE",
        "madeOn": None,
        "publishedAt": "2026-11-01T04:00:00Z",
        "wentLiveAt": "2026-11-01T04:00:00Z",
        "embargoAt": None,
        "expiresAt": None,
        "changeNote": "",
        "changeScale": "MINOR",
        "sections": [{"path": "zwgk/zcwj"}],
        "links": [
            {"type": "REPLACES", "targetId": other, "targetSource": None, "targetSourceId": None},
            {"type": "CITES", "targetId": None, "targetSource": "law", "targetSourceId": "17"},
        ],
        "details": {"docNo": "云教发〔2026〕012号", "genre": "NOTICE", "issuer": "市教育局", "jointIssuers": None},
        "findings": [{"rule": "doc_no_form"}],
    }


@pytest.mark.parametrize(("key", "code"), [(None, "unauthenticated"), ("edu-writer", "forbidden")])
async def test_drafts_need_the_right_to_read_them(hub: GraphHub, key: str | None, code: str) -> None:
    item = await hub.draft(Kind.ARTICLE, "标记", unit="edu")

    answer = await hub.answer(HEAD, key, id=item)

    assert answer["data"] == {"editorial": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == [code]


async def test_drafts_of_another_unit_are_as_if_there_were_none(hub: GraphHub) -> None:
    item = await hub.draft(Kind.ARTICLE, "标记", unit="edu")

    assert (await hub.ask(HEAD, "health", id=item))["editorial"] == {"content": None}
    assert (await hub.ask(HEAD, "edu", id=item))["editorial"]["content"]["id"] == item
    assert (await hub.ask(HEAD, "city", id=item))["editorial"]["content"]["id"] == item
    assert (await hub.ask(HEAD, "city", id="nonsense"))["editorial"] == {"content": None}


async def test_every_kind_shows_its_details(hub: GraphHub) -> None:
    for kind in Kind:
        item = await hub.draft(kind, "草稿")
        query = "query($id: ID!) { editorial { content(id: $id) { working { details { __typename } } live { id } } } }"

        content = (await hub.ask(query, "city", id=item))["editorial"]["content"]

        named = "".join(part.capitalize() for part in kind.value.split("_")) + "Details"
        assert content == {"working": {"details": {"__typename": named}}, "live": None}


async def test_public_and_editorial_fields_take_turns_on_their_connection(
    hub: GraphHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL's driver refuses a second statement while the first one runs."""
    item = await hub.add(Kind.ARTICLE, "文章", unit="edu")
    running = 0
    execute = AsyncConnection.execute

    async def alone(self: AsyncConnection, *args: object, **more: object) -> object:
        nonlocal running
        running += 1
        assert running == 1
        try:
            return await execute(self, *args, **more)  # type: ignore[arg-type]
        finally:
            running -= 1

    monkeypatch.setattr(AsyncConnection, "execute", alone)

    data = await hub.ask(
        """query($i: ID!) { content(id: $i) { ... on Content { title unit { name } body } } viewer { unit { name } }
        articles { totalCount nodes { sections { path } links { type } } } units { totalCount nodes { code } }
        editorial { content(id: $i) { unit { name } live { body links { type } findings { rule } } editions { text }
            findings { rule } } } }""",
        "edu",
        i=item,
    )

    assert data["editorial"]["content"]["live"]["body"] == ""

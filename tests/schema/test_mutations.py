"""Each verb through the contract: what it writes, what it refuses, and that a refusal writes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from hub.vocabulary.enums import Kind
from tests.schema.graph_hub import GraphHub

PAYLOAD = "{ content { id state lockVersion version } problems { code message hint field } }"
CREATE = f"mutation($unit: ID!, $in: ArticleInput!, $ik: String, $o: OriginInput) {{ createArticle(unitId: $unit, input: $in, idempotencyKey: $ik, origin: $o) {PAYLOAD} }}"  # noqa: E501
UPDATE = f"mutation($id: ID!, $v: Int!, $in: ArticleInput!) {{ updateArticle(id: $id, expectedLockVersion: $v, input: $in) {PAYLOAD} }}"  # noqa: E501
VERBS = {
    "publish": "publishContent(id: $id, expectedLockVersion: $v, changeNote: $note)",
    "correct": 'correctContent(id: $id, expectedLockVersion: $v, changeNote: "改字", changeScale: MAJOR, input: {article: {title: "改过"}})',  # noqa: E501
    "withdraw": 'withdrawContent(id: $id, expectedLockVersion: $v, explanation: "有误", alternativeUrl: "https://x.example")',
    "restore": "restoreContent(id: $id, expectedLockVersion: $v)",
    "redirect": 'redirectContent(id: $id, expectedLockVersion: $v, targetUrl: "https://x.example")',
    "gone": 'removeContent(id: $id, expectedLockVersion: $v, as: GONE, explanation: "已删除")',
    "vanish": "removeContent(id: $id, expectedLockVersion: $v, as: VANISHED)",
    "archive": "archiveContent(id: $id, expectedLockVersion: $v)",
    "place": "placeContent(id: $id, expectedLockVersion: $v, sections: $sections)",
    "repeal": 'repealPolicy(id: $id, expectedLockVersion: $v, on: "2026-10-01")',
}


async def act(hub: GraphHub, verb: str, item: str, version: int = 1, key: str = "city", **more: Any) -> dict[str, Any]:
    declared = {"note": 'String! = ""', "sections": "[ID!]! = []"}
    used = [f"${name}: {said}" for name, said in declared.items() if f"${name}" in VERBS[verb]]
    head = f"mutation({', '.join(['$id: ID!', '$v: Int!', *used])})"
    return await hub.do(f"{head} {{ {VERBS[verb]} {PAYLOAD} }}", key, id=item, v=version, **more)


async def state(hub: GraphHub, item: str) -> tuple[str, int, int]:
    content = (
        await hub.ask(
            "query($id: ID!) { editorial { content(id: $id) { state lockVersion version } } }", "city", id=item
        )
    )["editorial"]["content"]
    return content["state"], content["lockVersion"], content["version"]


async def test_from_draft_to_public(hub: GraphHub) -> None:
    created = await hub.do(CREATE, unit=hub.units["edu"], **{"in": {"title": "草稿", "summary": "摘要"}})
    item = created["content"]["id"]
    assert created == {"content": {"id": item, "state": "DRAFT", "lockVersion": 1, "version": 0}, "problems": []}

    updated = await hub.do(UPDATE, id=item, v=1, **{"in": {"title": "定稿", "topic": "教育"}})
    assert updated["content"] == {"id": item, "state": "DRAFT", "lockVersion": 2, "version": 0}
    assert await hub.verbs() == []

    published = await act(hub, "publish", item, 2)
    assert published["content"] == {"id": item, "state": "LIVE", "lockVersion": 3, "version": 1}
    shown = await hub.ask("{ articles { nodes { title summary topic publishedAt } } }")
    assert shown["articles"]["nodes"] == [
        {"title": "定稿", "summary": "摘要", "topic": "教育", "publishedAt": "2026-11-01T04:00:00Z"}
    ]


async def test_left_out_stays_and_null_clears(hub: GraphHub) -> None:
    sections = [hub.sections["portal:zwgk"]]
    item = await hub.draft(
        Kind.ARTICLE,
        "文章",
        summary="摘要",
        author="张三",
        keywords=["a"],
        sections=sections,
        details={"topic": "教育"},
    )
    cleared = {
        "summary": None,
        "keywords": None,
        "topic": None,
        "region": "云岭市",
        "language": None,
        "publicity": None,
    }
    await hub.do(UPDATE, id=item, v=1, **{"in": cleared})

    data = await hub.ask(
        """query($id: ID!) { editorial { content(id: $id) { working { title summary author keywords language publicity
        sections { path } details { ... on ArticleDetails { topic region } } } } } }""",
        "city",
        id=item,
    )

    assert data["editorial"]["content"]["working"] == {
        "title": "文章",
        "summary": "",
        "author": "张三",
        "keywords": [],
        "language": "zh-Hans",
        "publicity": "PROACTIVE",
        "sections": [{"path": "zwgk"}],
        "details": {"topic": None, "region": "云岭市"},
    }


@pytest.mark.parametrize("kind", ["Article", "PolicyDocument", "Interpretation", "MediaAsset", "ServiceItem"])
async def test_every_kind_is_created_updated_and_corrected(hub: GraphHub, kind: str) -> None:
    field = kind[0].lower() + kind[1:]
    item = (
        await hub.do(
            f'mutation($u: ID!) {{ create{kind}(unitId: $u, input: {{title: "一", body: "# 题", bodyFormat: MARKDOWN}}) {PAYLOAD} }}',  # noqa: E501
            u=hub.units["city"],
        )
    )["content"]["id"]
    await hub.do(
        f'mutation($id: ID!) {{ update{kind}(id: $id, expectedLockVersion: 1, input: {{title: "二"}}) {PAYLOAD} }}',
        id=item,
    )
    await act(hub, "publish", item, 2)
    done = await hub.do(
        f'mutation($id: ID!) {{ correctContent(id: $id, expectedLockVersion: 3, changeNote: "改", input: {{{field}: {{title: "三"}}}}) {PAYLOAD} }}',  # noqa: E501
        id=item,
    )

    assert done["problems"] == []
    shown = await hub.ask("{ contents { nodes { __typename title body changeNote } } }")
    assert shown["contents"]["nodes"] == [
        {"__typename": kind, "title": "三", "body": "<h1>题</h1>", "changeNote": "改"}
    ]


async def test_verbs_in_turn(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "文章", sections=["portal:zwgk"])
    expected = [
        ("correct", "LIVE"), ("withdraw", "WITHDRAWN"), ("restore", "LIVE"), ("archive", "ARCHIVED"),
        ("restore", "LIVE"), ("redirect", "REDIRECTED"), ("restore", "LIVE"), ("gone", "GONE"), ("vanish", "VANISHED"),
    ]  # fmt: skip
    for version, (verb, after) in enumerate(expected, 1):
        payload = await act(hub, verb, item, version)
        assert payload == {
            "content": {"id": item, "state": after, "lockVersion": version + 1, "version": version + 1},
            "problems": [],
        }

    assert await hub.verbs() == [
        "published", "corrected", "withdrawn", "restored", "archived", "restored", "redirected", "restored", "gone",
        "vanished",
    ]  # fmt: skip


async def test_place_moves_content_and_keeps_the_old_address(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "文章", sections=["portal:zwgk"])

    payload = await act(hub, "place", item, sections=[hub.sections["portal:zwgk/zcwj"], hub.sections["edu-site:news"]])

    assert payload["problems"] == []
    shown = await hub.ask(
        f'{{ content(id: "{item}") {{ ... on Content {{ sections {{ path }} }} }} '
        f'route(site: "portal", path: "zwgk/{item}") {{ __typename }} }}'
    )
    assert shown == {
        "content": {"sections": [{"path": "zwgk/zcwj"}, {"path": "news"}]},
        "route": {"__typename": "Redirect"},
    }


async def test_repeal(hub: GraphHub) -> None:
    policy = await hub.add(Kind.POLICY_DOCUMENT, "旧办法")
    article = await hub.add(Kind.ARTICLE, "文章")

    assert (await act(hub, "repeal", policy))["problems"] == []
    assert (await act(hub, "repeal", article))["problems"][0]["code"] == "invalid_input"
    shown = await hub.ask("{ policyDocuments(filter: {validity: [REPEALED]}) { nodes { title validity } } }")
    assert shown["policyDocuments"]["nodes"] == [{"title": "旧办法", "validity": "REPEALED"}]


async def test_of_two_writers_one_wins_and_the_other_is_told_both_versions(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "文章")
    await act(hub, "correct", item)
    before = await hub.verbs()

    payload = await act(hub, "withdraw", item)

    assert payload == {
        "content": None,
        "problems": [
            {
                "code": "conflict",
                "message": "The content has lock version 2; you sent 1.",
                "hint": "Read the content again, merge your change and send it with the lock version you now see.",
                "field": "expectedLockVersion",
            }
        ],
    }
    assert (await hub.verbs(), await state(hub, item)) == (before, ("LIVE", 2, 2))


async def test_refusals_name_what_to_do(hub: GraphHub) -> None:
    draft = await hub.draft(Kind.ARTICLE, "草稿")
    live = await hub.add(Kind.ARTICLE, "文章")

    illegal = (await act(hub, "withdraw", draft))["problems"]
    nothing = (await act(hub, "publish", live))["problems"]
    nobody = (await act(hub, "archive", "01a20de0-aaea-7659-80dd-cbe2ff10f3d2"))["problems"]
    untitled = (await hub.do(CREATE, unit=hub.units["edu"], **{"in": {}}))["problems"]
    wrong = (await hub.do(UPDATE, id=await hub.draft(Kind.SERVICE_ITEM, "办证"), v=1, **{"in": {"title": "x"}}))[
        "problems"
    ]
    section = (await act(hub, "place", live, sections=["01a20de0-aaea-7659-80dd-cbe2ff10f3d2"]))["problems"]

    assert (illegal[0]["code"], illegal[0]["hint"]) == (
        "illegal_transition",
        "Possible now: update, publish, remove_vanished, place.",
    )
    assert (nothing[0]["code"], nothing[0]["hint"]) == (
        "invalid_input",
        "Update the content first, or correct it.",
    )
    assert (nobody[0]["code"], nobody[0]["field"]) == ("not_found", "id")
    assert (untitled[0]["code"], untitled[0]["field"]) == ("invalid_input", "title")
    assert (wrong[0]["code"], wrong[0]["message"]) == ("not_found", "There is no such article.")
    assert (section[0]["code"], section[0]["field"]) == ("invalid_input", "sections")


async def test_correction_of_another_kind_is_refused(hub: GraphHub) -> None:
    item = await hub.add(Kind.POLICY_DOCUMENT, "政策")

    assert (await act(hub, "correct", item))["problems"][0]["code"] == "not_found"
    assert await hub.verbs() == ["published"]


@pytest.mark.parametrize("input_", ["{}", '{article: {title: "x"}, serviceItem: {title: "x"}}', "{article: null}"])
async def test_correction_names_exactly_one_kind(hub: GraphHub, input_: str) -> None:
    answer = await hub.answer(
        f'mutation {{ correctContent(id: "x", expectedLockVersion: 1, changeNote: "x", input: {input_}) {PAYLOAD} }}',
        "city",
    )

    assert answer["errors"][0]["extensions"]["code"] == "invalid_input"


async def test_same_key_and_request_is_done_once(hub: GraphHub) -> None:
    given: dict[str, Any] = {"unit": hub.units["edu"], "in": {"title": "一"}, "ik": "k1"}

    first = await hub.do(CREATE, **given)
    again = await hub.do(CREATE, **given)
    other = await hub.do(CREATE, **{**given, "in": {"title": "二"}})
    theirs = await hub.do(CREATE, "edu", **given)
    empty = await hub.do(CREATE, **{**given, "ik": ""})

    assert first["content"]["id"] == again["content"]["id"]
    assert theirs["content"]["id"] != first["content"]["id"]
    assert (other["content"], other["problems"][0]["code"]) == (None, "idempotency_mismatch")
    assert empty["problems"][0]["field"] == "idempotencyKey"
    assert await hub.rows("SELECT count(*) FROM item") == [(2,)]


async def test_same_key_for_a_verb_is_done_once(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "文章")
    query = f'mutation($id: ID!) {{ withdrawContent(id: $id, expectedLockVersion: 1, explanation: "误", idempotencyKey: "k") {PAYLOAD} }}'  # noqa: E501

    payloads = [await hub.do(query, id=item) for _ in range(3)]

    assert [one["problems"] for one in payloads] == [[], [], []]
    assert {one["content"]["lockVersion"] for one in payloads} == {2}
    assert await hub.verbs() == ["published", "withdrawn"]


async def test_origin_is_unique(hub: GraphHub) -> None:
    given: dict[str, Any] = {"unit": hub.units["edu"], "in": {"title": "一"}, "o": {"source": "oa", "sourceId": "7"}}

    first = await hub.do(CREATE, **given)
    second = await hub.do(CREATE, **given)

    assert first["problems"] == []
    assert (second["content"], second["problems"][0]["field"]) == (None, "sourceId")


async def test_several_mutations_of_one_request_see_each_other(hub: GraphHub) -> None:
    item = await hub.draft(Kind.ARTICLE, "一")
    query = f"""mutation($id: ID!) {{ a: publishContent(id: $id, expectedLockVersion: 1) {PAYLOAD}
        b: archiveContent(id: $id, expectedLockVersion: 2) {PAYLOAD}
        c: archiveContent(id: $id, expectedLockVersion: 3) {PAYLOAD} }}"""

    data = await hub.ask(query, "city", id=item)

    assert [(one["content"] or {}).get("state") for one in data.values()] == ["LIVE", "ARCHIVED", None]
    assert data["c"]["problems"][0]["code"] == "illegal_transition"


async def test_still_draft_media_holds_a_release_back(hub: GraphHub) -> None:
    photo = await hub.draft(Kind.MEDIA_ASSET, "照片")
    item = await hub.draft(Kind.ARTICLE, "文章", body=f'<p><img src="hub:item/{photo}" alt="x"></p>')

    assert (await act(hub, "publish", item))["problems"][0]["code"] == "release_refused"
    assert await hub.verbs() == []


async def test_refusals_are_audited(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "文章", unit="edu")

    await act(hub, "withdraw", item, key="health")

    found = await hub.rows("SELECT verb, actor, detail FROM audit WHERE verb LIKE 'refused:%'")
    assert [(row[0], '"forbidden"' in row[2]) for row in found] == [("refused:withdraw", True)]

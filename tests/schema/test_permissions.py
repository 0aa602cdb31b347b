"""Rights in pairs: the right key can; the wrong one cannot, nothing changed, and no change row was written."""

from __future__ import annotations

from typing import Any

import pytest

from hub.vocabulary.enums import Kind
from tests.schema.graph_hub import GraphHub
from tests.schema.test_mutations import CREATE, PAYLOAD, UPDATE, act, state

RIGHTS = {
    "publish": "content.publish",
    "correct": "content.correct",
    "withdraw": "content.withdraw",
    "restore": "content.restore",
    "redirect": "content.redirect",
    "gone": "content.remove",
    "vanish": "content.remove",
    "archive": "content.archive",
    "place": "content.place",
    "repeal": "content.repeal",
}


async def ready(hub: GraphHub, verb: str) -> tuple[str, int]:
    """An item of the education office that this verb may follow, and its lock version."""
    if verb == "publish":
        return await hub.draft(Kind.ARTICLE, "草稿", unit="edu"), 1
    kind = Kind.POLICY_DOCUMENT if verb == "repeal" else Kind.ARTICLE
    item = await hub.add(kind, "文章", unit="edu", sections=["edu-site:news"])
    if verb != "restore":
        return item, 1
    await act(hub, "withdraw", item)
    return item, 2


def given(hub: GraphHub, verb: str) -> dict[str, Any]:
    return {"sections": [hub.sections["edu-site:news"]]} if verb == "place" else {}


@pytest.mark.parametrize("verb", list(RIGHTS))
async def test_key_with_the_right_in_its_unit_can(hub: GraphHub, verb: str) -> None:
    item, version = await ready(hub, verb)
    await hub.key("one", "edu", RIGHTS[verb])

    payload = await act(hub, verb, item, version, "one", **given(hub, verb))

    assert (payload["problems"], payload["content"]["lockVersion"]) == ([], version + 1)


@pytest.mark.parametrize("verb", list(RIGHTS))
@pytest.mark.parametrize("key", ["another unit", "other rights", "unit below"])
async def test_other_keys_cannot_and_nothing_changes(hub: GraphHub, verb: str, key: str) -> None:
    item, version = await ready(hub, verb)
    others = [f"content.{one}" for one in ("create", "update", "read_draft")]
    if key == "another unit":
        await hub.key(key, "health", "content.*")
    elif key == "other rights":
        await hub.key(key, "edu", *others)
    else:
        await hub.key(key, "edu", RIGHTS[verb])
        item, version = await _of_the_city(hub, verb), (2 if verb == "restore" else 1)
    before = (await hub.verbs(), await state(hub, item))

    payload = await act(hub, verb, item, version, key, **given(hub, verb))

    assert payload["content"] is None
    is_hidden = verb == "publish" and key != "other rights"
    assert [one["code"] for one in payload["problems"]] == ["not_found" if is_hidden else "forbidden"]
    assert (await hub.verbs(), await state(hub, item)) == before


async def _of_the_city(hub: GraphHub, verb: str) -> str:
    if verb == "publish":
        return await hub.draft(Kind.ARTICLE, "草稿")
    item = await hub.add(Kind.POLICY_DOCUMENT if verb == "repeal" else Kind.ARTICLE, "文章")
    if verb == "restore":
        await act(hub, "withdraw", item)
    return item


@pytest.mark.parametrize(
    ("key", "unit", "code"),
    [
        ("edu", "edu", None),
        ("edu-writer", "edu", None),
        ("city", "edu", None),
        ("edu", "health", "forbidden"),
        ("edu", "city", "forbidden"),
    ],
)
async def test_content_is_begun_in_the_keys_own_units(hub: GraphHub, key: str, unit: str, code: str | None) -> None:
    payload = await hub.do(CREATE, key, unit=hub.units[unit], **{"in": {"title": "一"}})

    assert [one["code"] for one in payload["problems"]] == ([code] if code else [])
    assert (await hub.rows("SELECT count(*) FROM item"))[0] == (0 if code else 1,)


async def test_update_is_for_the_owners_unit(hub: GraphHub) -> None:
    item = await hub.draft(Kind.ARTICLE, "草稿", unit="edu")

    mine = await hub.do(UPDATE, "edu-writer", id=item, v=1, **{"in": {"title": "二"}})
    theirs = await hub.do(UPDATE, "health", id=item, v=2, **{"in": {"title": "三"}})

    assert (mine["problems"], theirs["problems"][0]["code"]) == ([], "not_found")
    assert await state(hub, item) == ("DRAFT", 2, 0)


async def test_placing_is_for_the_sites_of_the_key(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "文章", unit="edu", sections=["edu-site:news"])
    await hub.key("wide", "edu", "content.*", site_codes=["portal"])
    sections = [hub.sections["portal:zwgk"]]
    before = await hub.verbs()

    refused = await act(hub, "place", item, key="edu", sections=sections)
    assert (refused["problems"][0]["code"], refused["problems"][0]["field"]) == ("forbidden", "sections")
    assert await hub.verbs() == before

    assert (await act(hub, "place", item, key="wide", sections=sections))["problems"] == []


async def test_nobody_writes_without_a_key(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "文章")

    data = await hub.ask(f'mutation {{ archiveContent(id: "{item}", expectedLockVersion: 1) {PAYLOAD} }}')

    assert data["archiveContent"]["problems"][0]["code"] == "unauthenticated"
    assert await hub.verbs() == ["published"]


@pytest.mark.parametrize("header", ["Bearer hub_unknown", "Bearer x", "Basic eDp5", "hub_x", "Bearer"])
async def test_bad_key_is_no_anonymous_reader(hub: GraphHub, header: str) -> None:
    response = await hub.post({"query": "{ viewer { name } }"}, Authorization=header)

    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
    assert response.json()["errors"][0]["extensions"]["code"] == "unauthenticated"


async def test_writer_without_the_right_to_read_drafts_sees_the_head_only(hub: GraphHub) -> None:
    answer = await hub.answer(
        'mutation($u: ID!) { createArticle(unitId: $u, input: {title: "一"}) { content { state working { title } '
        "editions { title } findings { rule } } problems { code } } }",
        "edu-writer",
        u=hub.units["edu"],
    )

    content = answer["data"]["createArticle"]["content"]
    assert content == {"state": "DRAFT", "working": None, "editions": None, "findings": None}
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"forbidden"}

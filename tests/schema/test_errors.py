"""Errors: expected ones explain themselves, all others are masked and logged; hostile text is no reason to fail."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from hub.content import actions
from hub.vocabulary.enums import Kind
from tests.schema.graph_hub import GraphHub

SECRET = "hub_secret_path_/var/lib/x"


async def test_unexpected_error_is_masked_and_logged_with_its_id(
    hub: GraphHub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: Any) -> Any:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(hub.engine, "search", fail)

    with caplog.at_level(logging.ERROR, "hub.graphql"):
        response = await hub.post({"query": '{ search(text: "x") { totalCount } viewer { name } }'})

    assert response.status_code == 200
    answer = response.json()
    assert answer["data"] == {"search": None, "viewer": {"name": "anonymous"}}
    error = answer["errors"][0]
    assert (error["message"], error["path"]) == ("Internal error", ["search"])
    assert error["extensions"] == {"code": "internal_error", "requestId": response.headers["x-request-id"]}
    assert SECRET not in response.text
    (record,) = caplog.records
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == SECRET


async def test_null_that_may_not_be_is_masked(hub: GraphHub, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: Any) -> Any:
        return [None]

    monkeypatch.setattr(hub.engine, "suggest", nothing)

    answer = await hub.answer('{ suggest(prefix: "x") }')

    assert answer["data"] == {"suggest": None}
    assert answer["errors"][0]["message"] == "Internal error"


async def test_refusals_carry_code_hint_field_and_place(hub: GraphHub) -> None:
    answer = await hub.answer('{ articles(after: "x") { totalCount } }')

    error = answer["errors"][0]
    assert error["message"] == "This is not a cursor."
    assert error["path"] == ["articles"]
    assert error["locations"] == [{"line": 1, "column": 3}]
    assert error["extensions"].pop("requestId")
    assert error["extensions"] == {
        "code": "invalid_cursor",
        "hint": "Use the cursors of this same list unchanged, or start again without one.",
        "field": "after",
    }


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("{ viewer { nam } }", "Cannot query field 'nam' on type 'Viewer'."),
        ("{ viewer { name }", "Syntax Error"),
        (
            "query($x: Int!) { articles(first: $x) { totalCount } }",
            "Expected a value of non-null type 'Int!' to be provided.",
        ),
        ('{ articles(filter: {publishedSince: "yesterday"}) { totalCount } }', "“yesterday” is not an instant"),
        ('{ articles(filter: {publishedSince: "9999-12-31T23:59:59-23:00"}) { totalCount } }', "between the years"),
        ("{ articles(filter: {kinds: [NOPE]}) { totalCount } }", "NOPE"),
        (
            'mutation { repealPolicy(id: 1, expectedLockVersion: 1, on: "2026-02-30") { problems { code } } }',
            "YYYY-MM-DD",
        ),
        ("subscription { x }", "subscription"),
        ("fragment A on Query { viewer { name } }", "A"),
    ],
)
async def test_mistakes_in_a_query_are_explained(hub: GraphHub, query: str, part: str) -> None:
    answer = await hub.answer(query)

    assert "data" not in answer
    assert any(part in error["message"] for error in answer["errors"]), answer
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"invalid_input"}


HOSTILE = [
    "'; DROP TABLE item; --",
    "<script>alert(1)</script>",
    "{{7*7}} ${7*7} %s %n",
    "‮reversed‬ ​zero‍width",
    "🏛️👩‍👩‍👧 𠮷野家 ﷽",
    "\ufeff\ufffe\uffff",
    "é́́́́́",
    "%00%0a../../etc/passwd",
    "\x01\x02\x1f\x7f\x85\u2028\u2029",
    "NULL", "undefined", "true", "-1", "1e400", "\\", '"', "\r\n\t",
]  # fmt: skip


def naughty(repository: Path) -> list[str]:
    """All texts of the list of naughty strings."""
    found = sorted((repository / "tests" / "data" / "robustness").rglob("*blns*.json"))
    return [text for path in found for text in json.loads(path.read_text()) if isinstance(text, str)]


LEAN = """query($t: String!) { search(text: $t) { totalCount } suggest(prefix: $t)
    contents(filter: {region: [$t], docNo: [$t]}) { totalCount } }"""
ASKED = """query($t: String!, $id: ID!) { search(text: $t, facets: [KIND]) { totalCount } suggest(prefix: $t)
    contents(filter: {region: [$t], docNo: [$t], keyword: [$t], section: [$id], unit: [$id]}, after: $t) { totalCount }
    byText: contents(filter: {region: [$t], docNo: [$t], topic: [$t]}) { totalCount }
    site(code: $t) { code } route(site: "portal", path: $t) { __typename } sectionAt(site: $t, path: $t) { id }
    node(id: $id) { id } content(id: $id) { __typename } section(id: $id) { id } unit(id: $id) { id }
    changes(after: $t) { cursor } sites(after: $t) { totalCount } }"""


async def test_hostile_text_in_queries_is_only_text(hub: GraphHub, repository: Path) -> None:
    texts = [(ASKED, text) for text in [*HOSTILE, *naughty(repository)[::8]]]
    texts += [(LEAN, text) for text in naughty(repository)[::3]]
    for query, text in texts:
        response = await hub.post(
            {"query": query, "variables": {"t": text[:400], "id": text[:400]} if query is ASKED else {"t": text[:400]}}
        )
        body = response.json()
        assert response.status_code in (200, 400), (text, body)
        codes = {error["extensions"]["code"] for error in body.get("errors", ())}
        assert codes <= {"invalid_input", "invalid_cursor", "cursor_expired"}, (text, body)


async def test_hostile_text_in_content_is_stored_as_text_or_refused_by_name(hub: GraphHub, repository: Path) -> None:
    create = """mutation($u: ID!, $t: String!) { createArticle(unitId: $u, input: {title: $t, summary: $t, body: $t,
        author: $t, keywords: [$t], topic: $t}) { content { id } problems { code field message } } }"""
    made = []
    for text in [*HOSTILE, *naughty(repository)[::8]]:
        answer = await hub.answer(create, "edu", u=hub.units["edu"], t=text)
        if "errors" in answer:
            assert answer["errors"][0]["extensions"]["code"] == "invalid_input", (text, answer)
            continue
        payload = answer["data"]["createArticle"]
        assert {one["code"] for one in payload["problems"]} <= {"invalid_input"}, (text, payload)
        made += [payload["content"]["id"]] if payload["content"] else []
    assert made
    for item in made:
        await hub.act(actions.publish, item)
    shown = await hub.ask(
        "{ articles(first: 100) { nodes { title summary body text keywords topic author excerpt } } }"
    )
    assert all("<script" not in node["body"].lower() for node in shown["articles"]["nodes"])


async def test_hostile_keys_of_json_are_refused(hub: GraphHub) -> None:
    body = b'{"query": "{ viewer { name } }", "variables": {"\\ud800": 1, "x": {"\\u0000": 1}}}'

    response = await hub.client.post("/graphql", content=body, headers={"Content-Type": "application/json"})

    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, "invalid_input")


async def test_ids_that_are_none_find_nothing(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "文章")

    for key in (item.upper(), item.replace("-", ""), f" {item}", f"{item}\n", item[:-1]):
        assert (await hub.ask("query($i: ID!) { content(id: $i) { __typename } node(id: $i) { id } }", i=key)) == {
            "content": None,
            "node": None,
        }

"""The endpoint: methods, media types, caching, what may be sent."""

from __future__ import annotations

from typing import Any

import pytest

from hub.vocabulary.enums import Kind
from schema.http import JSON, RESPONSE_JSON, chosen_type, matches
from tests.schema.graph_hub import GraphHub

QUERY = "{ viewer { name } }"
DATA = {"data": {"viewer": {"name": "anonymous"}}}


async def get(hub: GraphHub, headers: dict[str, str] | None = None, **params: str) -> Any:
    return await hub.client.get("/graphql", params={"query": QUERY, **params}, headers=headers or {})


async def test_post_and_get_answer_alike(hub: GraphHub) -> None:
    posted = await hub.post({"query": QUERY})
    got = await get(hub)

    assert (posted.status_code, posted.json()) == (got.status_code, got.json()) == (200, DATA)
    assert got.headers["x-request-id"]


async def test_get_takes_variables_and_names(hub: GraphHub) -> None:
    query = "query A($n: Int!) { units(first: $n) { nodes { code } } } query B { viewer { name } }"

    named = await get(hub, query=query, variables='{"n": 1}', operationName="A")
    other = await get(hub, query=query, operationName="B", variables="")
    none = await get(hub, query=query)
    wrong = await get(hub, query=query, operationName="C")

    assert named.json() == {"data": {"units": {"nodes": [{"code": "city"}]}}}
    assert other.json() == DATA
    assert [(one.status_code, one.json()["errors"][0]["extensions"]["field"]) for one in (none, wrong)] == [
        (400, "operationName")
    ] * 2


async def test_mutation_by_get_is_refused(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "文章")
    mutation = f'mutation {{ archiveContent(id: "{item}", expectedLockVersion: 1) {{ problems {{ code }} }} }}'

    response = await get(hub, {"Authorization": f"Bearer {hub.keys['city']}"}, query=mutation)

    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert await hub.verbs() == ["published"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_refused(hub: GraphHub, method: str) -> None:
    response = await hub.client.request(method, "/graphql")

    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("application/graphql-response+json", RESPONSE_JSON),
        ("application/graphql-response+json, application/json;q=0.9", RESPONSE_JSON),
        ("application/graphql-response+json;q=0.1, application/json", JSON),
        ("text/html, application/json;q=0.5", JSON),
        ("text/html", None),
        ("application/json;q=0", None),
        ("application/json;q=x", None),
    ],
)
def test_media_type_is_the_one_liked_best(accept: str, expected: str | None) -> None:
    assert chosen_type(accept) == expected


async def test_answer_says_its_media_type(hub: GraphHub) -> None:
    for accept in (JSON, RESPONSE_JSON):
        response = await hub.post({"query": QUERY}, Accept=accept)
        assert response.headers["content-type"].partition(";")[0] == accept

    assert (await hub.post({"query": QUERY}, Accept="image/png")).status_code == 406


async def test_browser_gets_the_page(hub: GraphHub) -> None:
    page = await hub.client.get("/graphql", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    posted = await hub.post({"query": QUERY}, Accept="text/html, */*")

    assert (page.text, posted.json()) == ("GraphiQL", DATA)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/graphql"],
)
async def test_only_json_is_read_so_that_no_foreign_form_can_post(hub: GraphHub, content_type: str) -> None:
    body = f'{{"query": "{QUERY}"}}'.encode()

    response = await hub.client.post("/graphql", content=body, headers={"Content-Type": content_type})

    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (415, "invalid_input")


async def test_charset_of_json_is_taken(hub: GraphHub) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}

    response = await hub.client.post("/graphql", content=f'{{"query": "{QUERY}"}}'.encode(), headers=headers)

    assert response.json() == DATA


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", ""),
        (b"{", ""),
        (b"null", ""),
        (b'"x"', ""),
        (b"NaN", ""),
        (b'{"query": NaN}', ""),
        (b"\xff\xfe", ""),
        (b"[" * 100_000, ""),
        (b'[{"query": "{ viewer { name } }"}]', ""),
        (b"{}", "query"),
        (b'{"query": null}', "query"),
        (b'{"query": 1}', "query"),
        (b'{"query": ""}', "query"),
        (b'{"query": "{ viewer { name } }", "variables": []}', "variables"),
        (b'{"query": "{ viewer { name } }", "variables": "x"}', "variables"),
        (b'{"query": "{ viewer { name } }", "operationName": 1}', "operationName"),
        (b'{"query": "{ viewer { name } \\u0000 }"}', "query"),
        (b'{"query": "{ viewer { name } } # \\ud800"}', "query"),
        (b'{"query": "query($x: String) { viewer { name } }", "variables": {"x": "\\u0000"}}', "x"),
        (b'{"query": "query($x: String) { viewer { name } }", "variables": {"x": ["a", {"b": "\\udfff"}]}}', "x"),
        (b'{"query": "{ viewer { name } }", "operationName": "\\ud800"}', "operationName"),
    ],
)
async def test_what_is_no_request_is_refused_by_name(hub: GraphHub, body: bytes, field: str) -> None:
    response = await hub.client.post("/graphql", content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == 400
    extensions = response.json()["errors"][0]["extensions"]
    assert (extensions["code"], extensions.get("field", "")) == ("invalid_input", field)


async def test_anonymous_answers_may_be_kept_for_a_moment(hub: GraphHub) -> None:
    first = await get(hub)
    again = await get(hub, {"If-None-Match": first.headers["etag"]})
    weak = await get(hub, {"If-None-Match": f'"x", W/{first.headers["etag"]}'})
    other = await get(hub, {"If-None-Match": '"x"'})

    assert first.headers["cache-control"] == "public, no-cache"
    assert first.headers["vary"] == "Accept, Authorization"
    assert [one.status_code for one in (again, weak, other)] == [304, 304, 200]
    assert (again.content, again.headers["etag"]) == (b"", first.headers["etag"])


async def test_etag_changes_with_the_answer_and_with_who_asks(hub: GraphHub) -> None:
    query = "{ articles { nodes { title } } }"
    before = (await get(hub, query=query)).headers["etag"]
    program = await get(hub, {"Authorization": f"Bearer {hub.keys['edu']}"}, query=query)
    await hub.add(Kind.ARTICLE, "文章")
    after = (await get(hub, query=query)).headers["etag"]

    assert len({before, after, program.headers["etag"]}) == 3
    assert program.headers["cache-control"] == "no-store"


async def test_what_is_not_for_everybody_is_not_kept(hub: GraphHub) -> None:
    refused = await get(hub, query="{ nope }")
    failed = await get(hub, query='{ articles(after: "x") { totalCount } }')
    posted = await hub.post({"query": QUERY})
    mutation = await hub.post(
        {"query": 'mutation { archiveContent(id: "x", expectedLockVersion: 1) { problems { code } } }'}
    )

    assert [one.headers["cache-control"] for one in (refused, failed, posted, mutation)] == ["no-store"] * 4
    assert "etag" not in mutation.headers


async def test_head_has_no_body(hub: GraphHub) -> None:
    response = await hub.client.head("/graphql", params={"query": QUERY})

    assert (response.status_code, response.headers["etag"]) == (200, (await get(hub)).headers["etag"])


def test_star_matches_any_tag() -> None:
    assert matches("*", '"x"')
    assert not matches(None, '"x"')
    assert not matches('"x"', None)

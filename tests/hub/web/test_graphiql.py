from __future__ import annotations

import json

import pytest
from graphql import parse
from html5lib import parse as parse_html
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.testclient import TestClient

from hub.web.examples import EXAMPLES, Example
from hub.web.graphiql import graphiql_page, wants_graphiql

XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture
def page() -> TestClient:
    return TestClient(Starlette(routes=[Route("/graphql", graphiql_page)]))


def asked_by(method: str, accept: str) -> Request:
    return Request({"type": "http", "method": method, "headers": [(b"accept", accept.encode())]})


def test_only_a_browser_that_opens_the_address_sees_graphiql() -> None:
    assert wants_graphiql(asked_by("GET", "text/html,application/xhtml+xml,*/*;q=0.8"))
    assert not wants_graphiql(asked_by("GET", "application/graphql-response+json"))
    assert not wants_graphiql(asked_by("GET", "*/*"))
    assert not wants_graphiql(asked_by("POST", "text/html"))


def test_every_script_and_style_comes_from_our_own_files(page: TestClient) -> None:
    tree = parse_html(page.get("/graphql").text)

    sources = [each.get("src") for each in tree.iter(f"{XHTML}script") if each.get("type") != "application/json"]
    sheets = [each.get("href") for each in tree.iter(f"{XHTML}link")]

    assert [source and source.startswith("/static/") for source in sources + sheets] == [True] * 7


def test_the_policy_allows_scripts_of_this_host_only(page: TestClient) -> None:
    policy = page.get("/graphql").headers["content-security-policy"]

    assert "script-src 'self';" in policy
    assert "connect-src 'self';" in policy
    assert "default-src 'none';" in policy


def test_the_page_carries_all_examples_as_data(page: TestClient) -> None:
    tree = parse_html(page.get("/graphql").text)
    data = next(each for each in tree.iter(f"{XHTML}script") if each.get("id") == "examples")

    assert [each["query"] for each in json.loads(data.text or "")] == [each.query for each in EXAMPLES]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.slug)
def test_an_example_is_a_graphql_document_with_json_variables(example: Example) -> None:
    assert len(parse(example.query).definitions) == 1
    assert isinstance(json.loads(example.variables or "{}"), dict)

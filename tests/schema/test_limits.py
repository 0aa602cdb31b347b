"""Limits before anything runs: each refusal names the limit and its value, and no statement was sent."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query

from tests.schema.graph_hub import GraphHub, opened


def nested(levels: int) -> str:
    """A query of that depth."""
    return "{ units { nodes { " + "children { " * (levels - 3) + "id" + " }" * (levels - 3) + " } } }"


async def refused(hub: GraphHub, query: str, **variables: Any) -> tuple[str, str, str]:
    with hub.statements() as seen:
        response = await hub.post({"query": query, "variables": variables}, "city")
    assert (response.status_code, seen) == (400, [])
    error = response.json()["errors"][0]
    return error["extensions"]["code"], error["extensions"].get("field", ""), error["message"]


async def test_depth(hub: GraphHub) -> None:
    assert await refused(hub, nested(13)) == (
        "limit_exceeded",
        "depth",
        "The limit of depth is 12; the request has 13.",
    )


@pytest.mark.parametrize(
    "query",
    [
        "{ ...A } fragment A on Query { " + nested(12)[1:-1] + " ...B } fragment B on Query { units { ...C } } "
        "fragment C on UnitConnection { nodes { " + "children { " * 10 + "id" + " }" * 10 + " } }",
        "{ ... on Query { ... on Query { " + nested(13)[1:-1] + " } } }",
        "{" + " a {" * 150 + " b " + "}" * 151,
        "{" + " a {" * 1_500 + " b " + "}" * 1_501,
    ],
)
async def test_depth_cannot_be_hidden(hub: GraphHub, query: str) -> None:
    assert (await refused(hub, query))[:2] == ("limit_exceeded", "depth")


async def test_aliases(hub: GraphHub) -> None:
    query = "{ " + " ".join(f"a{n}: viewer {{ name }}" for n in range(31)) + " }"

    assert await refused(hub, query) == (
        "limit_exceeded",
        "aliases",
        "The limit of aliases is 30; the request has 31.",
    )


async def test_tokens(hub: GraphHub) -> None:
    assert await refused(hub, "{ " + "viewer " * 4_000 + "}") == (
        "limit_exceeded",
        "tokens",
        "The limit of tokens is 4000; the request has more.",
    )
    assert (await refused(hub, "#\n" * 5_000 + "{ viewer { name } }"))[1] == "tokens"


async def test_repeated_fields_are_bounded_because_merging_them_is_quadratic(hub: GraphHub) -> None:
    started = time.perf_counter()

    found = await refused(hub, "{ viewer { " + "name " * 3_900 + "} }")

    assert found[:2] == ("limit_exceeded", "repeated fields")
    assert time.perf_counter() - started < 2


async def test_fragments_are_bounded(hub: GraphHub) -> None:
    many = "{ " + "...A " * 101 + "} fragment A on Query { viewer { name } }"
    chain = "{ ...F0 } " + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(450))
    # each names the next twice: 2^20 fields when written out
    bomb = "{ ...F0 } " + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(20))
    bomb += " fragment F20 on Query { viewer { name } }"

    assert (await refused(hub, many))[:2] == ("limit_exceeded", "fragment spreads")
    assert (await refused(hub, chain))[:2] == ("limit_exceeded", "fragment spreads")
    started = time.perf_counter()
    assert (await refused(hub, bomb))[:2] == ("limit_exceeded", "cost")
    assert time.perf_counter() - started < 2


async def test_rings_of_fragments_are_refused(hub: GraphHub) -> None:
    ring = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"

    assert (await refused(hub, ring))[0] == "invalid_input"


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ contents(first: 100) { nodes { links(first: 100) { target { links { type } } } } } }", {}),
        (
            "query($n: Int!) { contents(first: $n) { nodes { links(first: $n) { target { links { type } } } } } }",
            {"n": 100},
        ),
        (
            "query($n: Int = 100) { contents(first: $n) { nodes { links(first: 99) { target { links { type } } } } } }",
            {},
        ),
        (
            "{ contents(last: 100) { ...A } } fragment A on ContentConnection { edges { node { ...B } } } "
            "fragment B on Content { links(first: 100) { target { links { type } } } }",
            {},
        ),
    ],
)
async def test_cost(hub: GraphHub, query: str, variables: dict[str, Any]) -> None:
    code, field, message = await refused(hub, query, **variables)

    assert (code, field) == ("limit_exceeded", "cost")
    assert message.startswith("The limit of cost is 20000; the request has ")


@pytest.mark.parametrize("number", [101, 10**9])
async def test_page_size_also_by_variable(hub: GraphHub, number: int) -> None:
    message = f"A page has at most 100 entries; “first” asks for {number}."
    by_literal = f"{{ contents(first: {number}) {{ nodes {{ id }} }} }}"
    by_variable = "query($n: Int) { contents(first: $n) { nodes { id } } }"
    in_fragment = f'{{ ...A }} fragment A on Query {{ search(text: "x", first: {number}) {{ totalCount }} }}'

    assert await refused(hub, by_literal) == ("limit_exceeded", "first", message)
    assert await refused(hub, by_variable, n=number) == ("limit_exceeded", "first", message)
    assert await refused(hub, in_fragment) == ("limit_exceeded", "first", message)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("1" * 41, "digits of a number"),
        ("1" * 6_000, "digits of a number"),
        ("1." + "0" * 60, "digits of a number"),
        ("[" * 12 + "]" * 12, "nesting of values"),
        ("{a: " * 12 + "1" + "}" * 12, "nesting of values"),
    ],
)
async def test_literals_are_bounded(hub: GraphHub, value: str, field: str) -> None:
    assert (await refused(hub, f"{{ contents(first: {value}) {{ nodes {{ id }} }} }}"))[1] == field


async def test_variables_are_bounded(hub: GraphHub) -> None:
    deep: Any = "x"
    for _ in range(12):
        deep = {"region": [deep]}

    query = "query($f: ContentFilterInput) { contents(filter: $f) { totalCount } }"

    assert (await refused(hub, query, f=deep))[:2] == ("limit_exceeded", "nesting of values")


@pytest.mark.parametrize("value", [10**12, -(10**12), 1.5, "1", True, None, [1], {}])
async def test_wrong_numbers_are_told_apart(hub: GraphHub, value: Any) -> None:
    query = "query($n: Int!) { articles(first: $n) { totalCount } }"

    answer = await hub.answer(query, n=value)

    code = answer["errors"][0]["extensions"]["code"]
    assert code in ("invalid_input", "limit_exceeded")


async def test_bytes(tmp_path: Path) -> None:
    async with opened(tmp_path, limit_bytes=2_000) as hub:
        long = "{ viewer { name } } #" + "x" * 2_000
        by_post = await hub.post({"query": long})
        by_get = await hub.client.get("/graphql", params={"query": long})

        async def parts() -> Any:
            for _ in range(10):
                yield b"x" * 300

        in_parts = await hub.client.post("/graphql", content=parts(), headers={"Content-Type": "application/json"})

    for response in (by_post, by_get, in_parts):
        assert response.status_code == 413
        error = response.json()["errors"][0]
        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("limit_exceeded", "bytes")
        assert error["message"].startswith("The limit of bytes is 2000; the request has ")


async def test_limits_are_settings(tmp_path: Path) -> None:
    async with opened(tmp_path, limit_depth=2, limit_aliases=0, limit_tokens=20, limit_cost=3) as hub:
        assert (await refused(hub, "{ units { nodes { id } } }"))[2] == "The limit of depth is 2; the request has 3."
        assert (await refused(hub, "{ a: viewer { name } }"))[2] == "The limit of aliases is 0; the request has 1."
        assert (await refused(hub, "{ viewer { " + "name " * 20 + "} }"))[2].startswith("The limit of tokens is 20;")
        assert (await refused(hub, "{ units { totalCount } }"))[2] == "The limit of cost is 3; the request has 6."


async def test_introspection_is_open_and_bounded(hub: GraphHub) -> None:
    whole = await hub.ask(get_introspection_query())
    fields = "{ fields { type " * 4 + "{ name }" + " } }" * 4

    assert whole["__schema"]["queryType"]["name"] == "Query"
    assert (await refused(hub, "{ __schema { types " + fields + " } }"))[0] == "invalid_input"
    of_type = "{ __schema { types { fields { type " + "{ ofType " * 20 + "{ name }" + " }" * 20 + " } } } }"
    assert (await refused(hub, of_type))[1] == "introspection depth"


async def test_same_query_is_read_once(hub: GraphHub) -> None:
    query = "{ viewer { name } }"
    await hub.ask(query)
    document = hub.app.documents.read(query)

    assert hub.app.documents.read(query) is document
    assert hub.app.documents.read(query + " ") is not document


async def test_cache_forgets_the_oldest(hub: GraphHub) -> None:
    first = hub.app.documents.read("{ viewer { name } }")
    for n in range(500):
        hub.app.documents.read(f"query Q{n} {{ viewer {{ name }} }}")

    assert hub.app.documents.read("{ viewer { name } }") is not first
    assert len(hub.app.documents._known) == 500


async def test_many_long_filters_cost_too_much(hub: GraphHub) -> None:
    values = ", ".join(f'"{number}"' for number in range(20))
    lists = " ".join(f"a{n}: contents(filter: {{ keyword: [{values}] }}) {{ nodes {{ id }} }}" for n in range(21))

    error = await hub.error(f"{{ {lists} }}")

    assert error["code"] == "limit_exceeded"
    assert await hub.ask(f"{{ contents(filter: {{ keyword: [{values}] }}) {{ nodes {{ id }} }} }}")

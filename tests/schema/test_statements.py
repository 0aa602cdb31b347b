"""Statements an operation sends to the database: the same for few rows and for many (BEGIN and COMMIT not counted)."""

from __future__ import annotations

import re
from itertools import combinations, permutations, product
from pathlib import Path
from typing import Any

import pytest

from hub.content import actions
from hub.vocabulary.enums import Kind, LinkType
from tests.schema.graph_hub import GraphHub

NODES = "{ totalCount isExact pageInfo { endCursor } nodes { %s } }"
LIST = "query($n: Int) { policyDocuments(first: $n) " + NODES + " }"
OPERATIONS: dict[str, tuple[int, str]] = {
    # sign-in, list, total, placements, units, link targets
    "the list of the bar": (6, LIST % "title sections { name } unit { name } links { type target { title } }"),
    "plain list": (3, LIST % "id title publishedAt archived contentHash"),
    "details": (4, LIST % "title docNo validity genre effectiveOn repealedOn jointIssuers"),
    # bodies, then what they refer to with its addresses
    "body": (6, LIST % "body text excerpt"),
    "sites": (5, LIST % "sites { code } sections { path }"),
    "interpretations and back": (6, LIST % "interpretations { title interprets { title } } linkedFrom { type }"),
    "addresses": (4, LIST % 'url portal: url(site: "portal")'),
    # sign-in, list, total, placements, sites, units, pictures, addresses
    "page tags": (8, LIST % "pageTags { name content }"),
    "ancestors": (6, LIST % "sections { name ancestors { name } children { name } }"),
    # two levels of one relation are two statements
    "links of links": (5, LIST % "links { target { title links { target { title } } } }"),
}
TOO_DEAR = ("links of links", "interpretations and back")
"""Beyond the limit of cost for 100 rows."""


async def fill(hub: GraphHub, number: int) -> None:
    """Policies with a section, a link and an interpretation each."""
    photo = await hub.add(Kind.MEDIA_ASSET, "图")
    first = await hub.add(Kind.POLICY_DOCUMENT, "第一份", sections=["portal:zwgk"])
    body = f'<p>见<a href="hub:item/{first}">第一份</a></p>'
    for n in range(number - 1):
        links = [(LinkType.CITES, first), (LinkType.ILLUSTRATES, photo)]
        unit, section = ("edu", "edu-site:news") if n % 2 else ("city", "portal:zwgk/zcwj")
        details = {"doc_no": f"云政发〔2026〕{n + 1}号", "genre": "notice"}
        item = await hub.add(Kind.POLICY_DOCUMENT, f"政策{n}", sections=[section], unit=unit, links=links, body=body,
                             details=details)  # fmt: skip
        await hub.add(Kind.INTERPRETATION, f"解读{n}", links=[(LinkType.INTERPRETS, item)])


async def count(hub: GraphHub, query: str, key: str | None = "edu", **variables: Any) -> int:
    with hub.statements() as seen:
        await hub.ask(query, key, **variables)
    return len(seen)


async def test_same_statements_for_2_rows_and_for_100(hub: GraphHub) -> None:
    await fill(hub, 100)
    expected = {name: number for name, (number, _) in OPERATIONS.items()}

    for rows in (2, 20, 100):
        asked = {name: query for name, (_, query) in OPERATIONS.items() if rows < 100 or name not in TOO_DEAR}
        found = {name: await count(hub, query, n=rows) for name, query in asked.items()}
        assert found == {name: expected[name] for name in asked}, rows


EVERYTHING = """id kind version title summary body text source author language madeOn publishedAt firstPublishedAt
    updatedAt changeNote contentHash archived sections { path site { code } } sites { code } unit { name } docNo
    links { type target { id } } linkedFrom { type target { id } } media { url } pageTags { name content } validity
    interpretations { title } url"""


@pytest.mark.parametrize("rows", [2, 20, 100])
async def test_everything_at_once_is_at_most_16_statements(hub: GraphHub, rows: int) -> None:
    """Addresses of the rows and of what their bodies refer to are one statement or two, as their batches meet."""
    await fill(hub, rows)

    assert await count(hub, LIST % EVERYTHING, n=rows) in (15, 16)


async def test_nobody_signs_in_without_a_key(hub: GraphHub) -> None:
    assert await count(hub, "{ articles { nodes { title } } }", key=None) == 1


async def test_total_is_counted_when_it_is_asked_and_once(hub: GraphHub) -> None:
    assert await count(hub, "{ articles { nodes { title } } }") == 2
    assert await count(hub, "{ articles { totalCount isExact } }") == 3
    assert await count(hub, "{ a: articles { totalCount } b: articles(first: 1) { totalCount } }") == 4


async def test_codes_of_sites_are_one_statement(hub: GraphHub) -> None:
    query = '{ contents(filter: {site: ["portal", "edu-site", "health-site"]}) { nodes { title } } }'

    assert await count(hub, query) == 3


async def test_filters_that_are_weighed_cost_one_more(hub: GraphHub) -> None:
    query = '{ contents(filter: {region: ["x"], topic: ["y"]}) { nodes { title } totalCount } }'

    assert await count(hub, query) == 5


async def test_sections_with_their_items_are_one_statement(hub: GraphHub) -> None:
    await fill(hub, 5)
    items = "items(first: 3) { nodes { title unit { name } } }"
    query = f'{{ site(code: "portal") {{ sections(all: true) {{ name {items} }} }} }}'
    few = await count(hub, query)
    for n in range(40):
        await hub.section("portal", f"more{n}", "更多")

    assert few == await count(hub, query) == 5


async def test_views_are_weighed_together(hub: GraphHub) -> None:
    view = {"kinds": ["article"], "section": [hub.sections["portal:zwgk"]], "region": ["x"]}
    query = """{ site(code: "health-site") { sections { items(first: 3) { nodes { title } } } } }"""
    counts = []
    for n in range(3):
        await hub.section("health-site", f"view{n}", "视图", view=view)
        counts.append(await count(hub, query))

    assert counts == [5, 5, 5]


async def test_many_wide_views_are_read_in_few_statements(hub: GraphHub) -> None:
    """A database takes 500 parts in a compound select at the most."""
    item = await hub.add(Kind.ARTICLE, "文章", sections=["portal:zwgk"])
    filters = product(permutations(hub.sites.values()), combinations(Kind, 4))
    views = [
        {"site": sites, "kinds": kinds, "archived": "include"} for sites, kinds in filters if Kind.ARTICLE in kinds
    ]
    for n, view in enumerate(views):
        await hub.section("health-site", f"view{n}", "视图", view=view)
    query = """{ site(code: "health-site") { sections { code items(first: 3) { nodes { id } } } } }"""

    with hub.statements() as seen:
        sections = (await hub.ask(query))["site"]["sections"]

    assert len(seen) == 4  # site, sections, and 581 walks in two
    shown = [one["items"]["nodes"] for one in sections if one["code"] != "news"]
    assert shown == [[{"id": item}]] * len(views)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("query($i: ID!) { content(id: $i) { ... on Content { title unit { name } } } }", 3),
        ("query($i: ID!) { node(id: $i) { ... on Content { title } } }", 2),
        ("query($i: ID!) { editorial { content(id: $i) { state working { title } live { title } } } }", 3),
        ("query($i: ID!) { editorial { content(id: $i) { editions { body sections { path } links { type } } } } }", 6),
        ("{ changes { cursor entries { verb content { title } tombstone { id } } } }", 4),
        ("{ sites { nodes { code unit { name } sections { name } } } units { nodes { code parent { code } } } }", 5),
        ("{ viewer { name } }", 1),
    ],
)  # fmt: skip
async def test_single_operations(hub: GraphHub, query: str, expected: int) -> None:
    item = await hub.add(Kind.ARTICLE, "文章", unit="edu", sections=["edu-site:news"])

    assert await count(hub, query, **({"i": item} if "$i" in query else {})) == expected


async def test_unpublished_and_route(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "文章", sections=["portal:zwgk"])
    await hub.act(actions.withdraw, item, explanation="误")
    by_id = f'{{ content(id: "{item}") {{ ... on Unpublished {{ explanation }} }} }}'
    by_path = f'{{ route(site: "portal", path: "zwgk/{item}") {{ ... on Unpublished {{ explanation }} }} }}'

    assert [await count(hub, query, None) for query in (by_id, by_path)] == [2, 4]


async def test_search_loads_hits_once(hub: GraphHub) -> None:
    hub.engine.hits = [await hub.add(Kind.ARTICLE, f"文章{n}") for n in range(50)]
    query = """query($n: Int!) { search(text: "文章", first: $n, facets: [KIND]) { totalCount
        edges { score node { title unit { name } url } highlights { field fragments { text } } } } }"""

    assert [await count(hub, query, n=number) for number in (2, 50)] == [7, 7]


README = {"Search": 5, "NewestPolicies": 6, "OneSite": 4}
"""Queries of the README, asked without a key."""


@pytest.mark.parametrize("number", [2, 25])
async def test_operations_of_the_readme(hub: GraphHub, repository: Path, number: int) -> None:
    blocks = re.findall(r"```graphql\n(query (\w+).*?)```", (repository / "README.md").read_text(), re.DOTALL)
    assert [name for _, name in blocks] == list(README)
    await fill(hub, number)
    listed = await hub.ask("{ policyDocuments(first: 5) { nodes { id } } }")
    hub.engine.hits = [node["id"] for node in listed["policyDocuments"]["nodes"]]
    found = {}
    for query, name in blocks:
        found[name] = await count(hub, query.replace('"yunlan"', '"portal"'), key=None)

    assert found == README

"""Every hostile string as title, body, query, filter value and address, through GraphQL and pages.

No answer is a fault (5xx), nothing active stands in any HTML, and titles come back as what was sent, cleaned as
`hub.content.body` says. Bodies are judged against a second parser in `tests/hub/content/test_body_hostile.py`.
"""

from __future__ import annotations

import asyncio
import json
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import quote, urlsplit

import html5lib
import pytest

from hub.content import structure
from hub.content.body import plain, render
from hub.content.drafting import clean
from hub.content.release import Release, go_live
from hub.vocabulary.enums import BodyFormat, Kind, Verb
from hub.vocabulary.ids import new_id
from indexers.embedded.index import EmbeddedIndex
from storage import database as rows
from storage.database import Database
from storage.migrating import prepare
from tests.flows.leak_doors import Answer, Doors, opened_doors
from tests.flows.leak_world import NOW, OPERATOR, T0, follow
from tests.hub.content.test_body_hostile import (
    bleach_payloads,
    dompurify_payloads,
    naughty_strings,
    offences,
    tree_construction_cases,
)

BATCH = 200
ASKED = 25
"""Questions in one document."""


@cache
def wild() -> list[str]:
    """What was made to break or to attack software."""
    return [one for source in (naughty_strings, dompurify_payloads, bleach_payloads) for one in source()]


@cache
def every_case() -> list[str]:
    return [*wild(), *tree_construction_cases()]


@cache
def stored_cases() -> list[str]:
    """All that may be stored at all: a NUL is refused by name."""
    return [one for one in every_case() if "\x00" not in one]


def title_of(case: str) -> str:
    return plain(case[:400]) or "无题"


@dataclass(frozen=True)
class Stored:
    folder: Path
    cases: dict[str, str]
    """By item id."""


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    """A hub with one article for every string: title, summary, body, author, keyword and topic are the string."""
    return asyncio.run(_build(tmp_path_factory.mktemp("hostile")))


async def _build(folder: Path) -> Stored:
    quick = tuple(one.replace("synchronous=FULL", "synchronous=OFF") for one in rows.SQLITE_PRAGMAS)
    with mock.patch.object(rows, "SQLITE_PRAGMAS", quick):
        database = Database(f"sqlite+aiosqlite:///{folder}/hub.db")
        await prepare(database, T0)
        index = EmbeddedIndex.open(folder / "search")
        try:
            cases = await _fill(database)
            await follow(database, index)
        finally:
            await index.close()
            await database.close()
    return Stored(folder, cases)


async def _fill(database: Database) -> dict[str, str]:
    async with database.transaction(T0) as tx:
        unit = await structure.create_unit(tx, OPERATOR, {"code": "u", "name": "单位", "unit_type": "city_gov"})
        site = {"code": "city", "name": "站点", "site_type": "portal", "unit_id": unit}
        site_id = await structure.create_site(tx, OPERATOR, site)
        section = {"site_id": site_id, "code": "all", "name": "栏目", "section_kind": "other"}
        section_id = await structure.create_section(tx, OPERATOR, section)
    cases = {new_id(): case for case in stored_cases()}
    ids = list(cases)
    for start in range(0, len(ids), BATCH):
        releases = [_release(key, cases[key], unit, section_id) for key in ids[start : start + BATCH]]
        async with database.transaction(T0) as tx:
            await go_live(tx, OPERATOR.id, releases)
    return cases


def _release(key: str, case: str, unit: str, section: str) -> Release:
    line = plain(case[:90])
    values = {
        "title": title_of(case), "summary": case, "body": case, "author": case[:400], "source_name": case[:400],
        "keywords": [case[:90]], "details": {"topic": line}, "sections": [section], "published_at": T0,
    }  # fmt: skip
    content = clean(Kind.ARTICLE, values)
    return Release(key, Kind.ARTICLE, unit, content, Verb.PUBLISHED, "publish", source="hostile", source_id=key)


@pytest.fixture
async def doors(stored: Stored) -> AsyncIterator[Doors]:
    async with opened_doors(stored.folder, NOW, limit_aliases=100) as opened:
        yield opened


def active(html: str) -> list[str]:
    """What a browser would run in a page, or load from anywhere but this hub."""
    return list(_active(html5lib.parse(html)))


def _active(page: ET.Element) -> Iterator[str]:
    for element in page.iter():
        name = element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else "#comment"
        if name in ("script", "iframe", "object", "embed", "base", "foreignObject", "math", "template"):
            yield f"element {name}"
        for attribute, value in element.attrib.items():
            yield from (f"{name} {attribute}={value[:80]}" for _ in [0] if _is_active(name, str(attribute), value))


def _is_active(element: str, attribute: str, value: str) -> bool:
    if attribute.startswith("on") or attribute in ("style", "srcdoc", "formaction"):
        return True
    if element == "meta":
        return attribute == "http-equiv"
    if attribute not in ("href", "src", "action", "poster"):
        return False
    return _scheme(value) not in ("", "http", "https", "mailto", "tel")


def _scheme(address: str) -> str:
    try:
        return urlsplit(address.strip()).scheme.lower()
    except ValueError:
        return "unreadable"


def test_the_judge_of_pages_knows_active_content() -> None:
    assert active("<p onclick=x>a</p>") == ["p onclick=x"]
    assert active("<a href=' javascript:alert(1)'>a</a>") == ["a href= javascript:alert(1)"]
    assert active("<svg><script>x</script></svg>") == ["element script"]
    assert active("<p title='<script>'>&lt;script&gt;</p>") == []


PAGE = """query($after: String) { contents(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { id title summary body text author source keywords
        ... on Article { topic } pageTags { name content } } } }"""


async def test_every_string_comes_back_as_it_was_sent_and_no_body_is_active(doors: Doors, stored: Stored) -> None:
    after, seen = None, 0
    while True:
        answer = await doors.ask(PAGE, {"after": after})
        page = answer.json["data"]["contents"]
        for node in page["nodes"]:
            case = stored.cases[node["id"]]
            assert {name: node[name] for name in _expected(case)} == _expected(case)
            assert list(offences(node["body"])) == []
            seen += 1
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]

    assert seen == len(stored_cases()) == 2_396


def _expected(case: str) -> dict[str, Any]:
    body = render(case, BodyFormat.HTML)
    return {
        "title": title_of(case), "summary": plain(case), "body": body.html, "text": body.text,
        "author": plain(case[:400]), "source": plain(case[:400]), "topic": plain(case[:90]) or None,
        "keywords": [plain(case[:90])] if plain(case[:90]) else [],
    }  # fmt: skip


async def test_no_page_of_a_hostile_text_is_active(doors: Doors, stored: Stored) -> None:
    attacks = set(wild())
    ids = [key for key, case in stored.cases.items() if case in attacks]
    ids += [key for key, case in stored.cases.items() if case not in attacks][::12]
    for key in ids:
        answer = await doors.get(f"/content/{key}")

        assert (answer.status, active(answer.text)) == (200, []), stored.cases[key]


async def test_no_list_of_hostile_titles_is_active(doors: Doors) -> None:
    address, pages = "/sites/city/all", 0
    while address:
        answer = await doors.get(address)
        assert (answer.status, active(answer.text)) == (200, [])
        pages += 1
        links = [one for one in answer.text.split('"') if "after=" in one]
        address = links[0].replace("&amp;", "&") if links else ""

    assert pages == -(-len(stored_cases()) // 20)


async def test_hostile_queries_and_prefixes_are_answered(doors: Doors) -> None:
    for chunk in _chunks(every_case()):
        names = ", ".join(f"$t{at}: String!" for at in range(len(chunk)))
        fields = " ".join(
            f"s{at}: search(text: $t{at}, first: 2) {{ totalCount correctedText edges {{ highlights {{ fragments"
            f" {{ text }} }} node {{ id }} }} }} p{at}: suggest(prefix: $t{at}, first: 3)"
            for at in range(len(chunk))
        )
        await _answered(doors, f"query({names}) {{ {fields} }}", {f"t{at}": one[:400] for at, one in enumerate(chunk)})


async def test_hostile_filter_values_and_addresses_are_answered(doors: Doors) -> None:
    for chunk in _chunks(every_case(), 20):
        document = """query($v: [String!]!, $id: ID!) {
            a: articles(first: 3, filter: {keyword: $v}) { totalCount nodes { id } }
            b: policyDocuments(first: 3, filter: {docNo: $v}) { totalCount }
            c: search(text: "", first: 1, filter: {topic: $v, docNo: $v}) { totalCount }
            d: changes(first: 5, filter: {region: $v, theme: $v}) { hasMore }
            e: content(id: $id) { __typename } f: node(id: $id) { id } g: section(id: $id) { id }
        }"""
        values = [one[:400] for one in chunk]
        await _answered(doors, document, {"v": values, "id": values[0]})
    for chunk in _chunks(every_case()):
        names = ", ".join(f"$t{at}: String!" for at in range(len(chunk)))
        fields = " ".join(
            f'r{at}: route(site: "city", path: $t{at}) {{ __typename }} s{at}: site(code: $t{at}) {{ id }}'
            f" x{at}: sectionAt(site: $t{at}, path: $t{at}) {{ id }}"
            for at in range(len(chunk))
        )
        await _answered(doors, f"query({names}) {{ {fields} }}", {f"t{at}": one for at, one in enumerate(chunk)})


async def test_a_filter_finds_the_hostile_keyword_itself(doors: Doors, stored: Stored) -> None:
    expected: dict[str, set[str]] = {}
    for key, case in stored.cases.items():
        if word := plain(case[:90]):
            expected.setdefault(word, set()).add(key)
    words = [word for word, ids in expected.items() if len(ids) <= 100]
    for chunk in _chunks(words[::4]):
        names = ", ".join(f"$t{at}: [String!]" for at in range(len(chunk)))
        fields = " ".join(
            f"k{at}: contents(first: 100, filter: {{keyword: $t{at}, kinds: [ARTICLE]}}) {{ nodes {{ id }} }}"
            for at in range(len(chunk))
        )
        document = f"query({names}) {{ {fields} }}"
        answer = await doors.ask(document, {f"t{at}": [one] for at, one in enumerate(chunk)})
        for at, word in enumerate(chunk):
            found = {node["id"] for node in answer.json["data"][f"k{at}"]["nodes"]}
            assert found == expected[word], word


async def test_hostile_text_in_an_address_of_a_page_is_answered_and_nothing_of_it_runs(doors: Doors) -> None:
    judged: set[str] = set()
    for case in (*wild()[::3], *tree_construction_cases()[::25]):
        said = quote(case[:300], safe="")
        asked = [f"/?q={said}", f"/?q=a&region={said}", f"/content/{said}", f"/sites/city/{said}"]
        asked += [
            f"/sites/{said}",
            f"/media/{said}/original",
            f"/sites/city/all?after={said}",
            f"/graphql?query={said}",
        ]
        for address in asked:
            answer = await doors.get(address)
            assert answer.status < 500, address
            if "html" in answer.headers.get("content-type", "") and answer.text not in judged:
                judged.add(answer.text)
                assert active(answer.text) == [], address


async def test_a_hostile_query_document_is_refused_and_not_a_fault(doors: Doors) -> None:
    for case in every_case():
        answer = await raw(doors, {"query": case})

        assert answer.status in (200, 400)
        assert "internal_error" not in answer.text


async def raw(doors: Doors, request: dict[str, Any]) -> Answer:
    """Sent as ASCII JSON: lone surrogates and NUL as escapes, as a hostile client can."""
    response = await doors.client.post(
        "/graphql", content=json.dumps(request).encode(), headers={"content-type": "application/json"}
    )
    return Answer(response.status_code, dict(response.headers), response.content)


async def _answered(doors: Doors, document: str, variables: dict[str, Any]) -> None:
    """Answered, or refused by name: what holds NUL or a lone surrogate is sent again by itself."""
    answer = await raw(doors, {"query": document, "variables": variables})
    assert answer.status in (200, 400), variables
    if answer.status == 400:
        kept = {name: _without_flaws(value) for name, value in variables.items()}
        assert kept != variables, answer.text[:500]
        answer = await raw(doors, {"query": document, "variables": kept})
    assert answer.status == 200, answer.text[:500]
    codes = {error["extensions"]["code"] for error in answer.json.get("errors", ())}
    assert codes <= {"invalid_input"}, (codes, answer.text[:500])


def _without_flaws(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_flaws(one) for one in value]
    return value.replace("\x00", "").encode("utf-8", "ignore").decode()


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
async def test_what_nothing_may_hold_is_refused_by_name(doors: Doors, text: str) -> None:
    document = "query($t: String!) { search(text: $t) { totalCount } }"

    answer = await raw(doors, {"query": document, "variables": {"t": text}})

    assert answer.status == 400
    assert answer.json["errors"][0]["extensions"]["code"] == "invalid_input"
    assert "$t" in answer.json["errors"][0]["message"]


def _chunks(values: Iterable[str], size: int = ASKED) -> list[list[str]]:
    every = list(values)
    return [every[start : start + size] for start in range(0, len(every), size)]

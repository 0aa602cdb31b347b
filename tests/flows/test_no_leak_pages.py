"""Pages and files: a crawl from the front page, and the addresses of hidden content, against the hub without it."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote, urljoin, urlsplit

import pytest

from tests.flows.leak_doors import Answer, Doors, opened_doors
from tests.flows.leak_findings import PASSING
from tests.flows.leak_marks import NAME, REGION, SHARED, ask, doc_no, said, title, traces
from tests.flows.leak_world import ANSWERED_BY_ADDRESS, Plan, Planted, Worlds

_LINK = re.compile(r'(?:href|src)="([^"]*)"')
MOST = 300
"""Pages of one crawl; the worlds have fewer."""


async def crawl(doors: Doors, first: list[str]) -> dict[str, Answer]:
    """Every page of this hub that links lead to."""
    found: dict[str, Answer] = {}
    queue = list(first)
    while queue and len(found) < MOST:
        address = queue.pop(0)
        if address in found:
            continue
        found[address] = answer = await doors.get(address)
        if "text/html" in answer.headers.get("content-type", ""):
            queue += [one for one in links_of(answer.text, address) if one not in found]
    return found


def links_of(html: str, base: str) -> list[str]:
    """Addresses on this hub, facets of a search left out: their choices multiply."""
    whole = [urlsplit(urljoin("https://hub.example" + base, unescape(one))) for one in _LINK.findall(html)]
    ours = [one for one in whole if one.netloc == "hub.example" and not one.path.startswith(("/static", "/graphql"))]
    return [one.path + (f"?{one.query}" if one.query else "") for one in ours if one.query.count("=") < 2]


def shown(answer: Answer) -> tuple[int, dict[str, str], str]:
    headers = {name: value for name, value in answer.headers.items() if name not in PASSING}
    return answer.status, headers, answer.text


async def test_a_crawl_from_the_front_page_meets_nothing_hidden(worlds: Worlds) -> None:
    async with opened_doors(worlds.full) as full, opened_doors(worlds.twin) as twin:
        there, expected = await crawl(full, ["/"]), await crawl(twin, ["/"])

    assert 25 < len(there) < MOST
    assert there.keys() == expected.keys()
    assert [one for one in there if shown(there[one]) != shown(expected[one])] == []
    assert {trace for one in there.values() for trace in traces_in(one)} == set()


def traces_in(answer: Answer) -> set[str]:
    return traces("\n".join([answer.text, *answer.headers.values()]))


def searches(plan: Plan) -> list[str]:
    words = [NAME, f'"{NAME}"', "养佬", SHARED, f"养老 -{NAME}"]
    words += [ask(one.number, "title") for one in (*plan.hidden[::4], *plan.texts)]
    words += [doc_no(one.number) for one in plan.hidden[1::5]]
    asked = [f"/?q={quote(one)}{more}" for one in words[:6] for more in ("", "&sort=newest", "&page=2")]
    asked += [f"/?q={quote(one)}" for one in words[6:]]
    named = {"region": REGION, "topic": "综合政务", "kind": "article", "year": "2026", "section": plan.sections["zwgk"]}
    asked += [f"/?q={quote(SHARED)}&{name}={quote(value)}" for name, value in named.items()]
    hidden = plan.of("embargo") + plan.of("withdrawn")
    return asked + [f"/?q={quote(SHARED)}&region={quote(said(one.number, 'region'))}" for one in hidden]


async def test_search_pages_are_those_of_a_hub_without_hidden_content(worlds: Worlds) -> None:
    async with opened_doors(worlds.full) as full, opened_doors(worlds.twin) as twin:
        for address in searches(worlds.plan):
            there, expected = await full.get(address), await twin.get(address)

            # by relevance the order of equal texts may differ: what is shown is compared, not its place
            assert sorted(there.text.splitlines()) == sorted(expected.text.splitlines()), address
            assert traces_in(there) == traces_in(expected), address


def addresses(key: str) -> list[str]:
    return [f"/content/{key}", f"/sites/city/zwgk/zcwj/{key}", f"/sites/county/xian/{key}", f"/media/{key}/original"]


async def test_addresses_of_hidden_content_answer_as_if_there_were_none(worlds: Worlds) -> None:
    never = [one for one in worlds.plan.hidden if one.state not in ANSWERED_BY_ADDRESS]
    async with opened_doors(worlds.full) as full, opened_doors(worlds.twin) as twin:
        for one in never:
            for address in addresses(one.item_id):
                there, expected = await full.get(address), await twin.get(address)

                assert there.status == 404, (one.state, address)
                assert shown(there) == shown(expected), (one.state, address)


def may_say(one: Planted) -> set[str]:
    """Traces that the page of withdrawn or gone content may hold."""
    words = [said(one.number, "explanation")]
    if one.state != "gone":
        words += [title(one.number), said(one.number, "alternative")]
    return traces("\n".join(words)) if one.state != "redirected" else traces(said(one.number, "target"))


@pytest.mark.parametrize("state", sorted(ANSWERED_BY_ADDRESS))
async def test_an_address_tells_why_and_where_to_go_and_nothing_else(worlds: Worlds, state: str) -> None:
    statuses = {"gone": 410, "redirected": 301}
    async with opened_doors(worlds.full) as full:
        for one in worlds.plan.of(state):
            page = await full.get(f"/content/{one.item_id}")
            moved = await full.get(f"/sites/city/zwgk/zcwj/{one.item_id}")
            file = await full.get(f"/media/{one.item_id}/original")

            assert page.status == statuses.get(state, 200)
            assert traces_in(page) == may_say(one)
            assert (moved.status, traces_in(moved)) == (301, set())
            assert (file.status, traces_in(file)) == (410 if state == "gone" and file.status == 410 else 404, set())


async def test_a_visible_file_is_served(worlds: Worlds) -> None:
    """So that the answers above mean something."""
    async with opened_doors(worlds.full) as doors:
        answer = await doors.get(f"/media/{worlds.plan.visible['picture']}/original")

    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")

"""Making, changing and moving units, sites and sections."""

from __future__ import annotations

from typing import Any

import pytest

from hub.vocabulary.enums import Kind
from tests.schema.graph_hub import GraphHub

PROBLEMS = "problems { code message field }"
UNIT = f"mutation($p: ID, $c: String!, $in: UnitInput!) {{ createUnit(code: $c, parentId: $p, input: $in) {{ unit {{ id code name unitType lockVersion parent {{ code }} }} {PROBLEMS} }} }}"  # noqa: E501
SITE = f"mutation($u: ID!, $c: String!, $in: SiteInput!) {{ createSite(code: $c, unitId: $u, input: $in) {{ site {{ id code name siteType language unit {{ code }} }} {PROBLEMS} }} }}"  # noqa: E501
SECTION = f"mutation($s: ID!, $p: ID, $c: String!, $in: SectionInput!) {{ createSection(code: $c, siteId: $s, parentId: $p, input: $in) {{ section {{ id path name sectionKind keywords orderNo view {{ kinds site section }} }} {PROBLEMS} }} }}"  # noqa: E501
MOVE = f"mutation($id: ID!, $v: Int!, $p: ID) {{ moveSection(id: $id, expectedLockVersion: $v, parentId: $p) {{ section {{ path lockVersion }} {PROBLEMS} }} }}"  # noqa: E501


async def test_unit_is_made_changed_and_moved(hub: GraphHub) -> None:
    given: dict[str, Any] = {"name": "云岭一中", "unitType": "CITY_DEPARTMENT", "phone": "0879-1"}
    made = await hub.do(UNIT, p=hub.units["city"], c="school", **{"in": given})
    key = made["unit"].pop("id")
    assert made == {
        "unit": {
            "code": "school",
            "name": "云岭一中",
            "unitType": "CITY_DEPARTMENT",
            "lockVersion": 1,
            "parent": {"code": "city"},
        },
        "problems": [],
    }

    changed = await hub.do(
        f'mutation($id: ID!) {{ updateUnit(id: $id, expectedLockVersion: 1, input: {{shortName: "一中", phone: null}}) {{ unit {{ name shortName phone lockVersion }} {PROBLEMS} }} }}',  # noqa: E501
        id=key,
    )
    moved = await hub.do(
        f"mutation($id: ID!, $p: ID) {{ moveUnit(id: $id, expectedLockVersion: 2, parentId: $p) {{ unit {{ parent {{ code }} }} {PROBLEMS} }} }}",  # noqa: E501
        id=key,
        p=hub.units["edu"],
    )

    assert changed["unit"] == {"name": "云岭一中", "shortName": "一中", "phone": None, "lockVersion": 2}
    assert moved == {"unit": {"parent": {"code": "edu"}}, "problems": []}


async def test_site_is_made_and_changed(hub: GraphHub) -> None:
    made = await hub.do(SITE, "edu", u=hub.units["edu"], c="sub", **{"in": {"name": "招考网", "siteType": "SUB_SITE"}})
    key = made["site"].pop("id")
    assert made["site"] == {
        "code": "sub",
        "name": "招考网",
        "siteType": "SUB_SITE",
        "language": "zh-Hans",
        "unit": {"code": "edu"},
    }

    query = f"mutation($id: ID!, $v: Int!, $in: SiteInput!) {{ updateSite(id: $id, expectedLockVersion: $v, input: $in) {{ site {{ domain siteIdCode }} {PROBLEMS} }} }}"  # noqa: E501
    changed = await hub.do(query, "edu", id=key, v=1, **{"in": {"domain": "zk.example", "siteIdCode": "5399000009"}})
    stale = await hub.do(query, "edu", id=key, v=1, **{"in": {"domain": "x.example"}})
    wrong = await hub.do(query, "edu", id=key, v=2, **{"in": {"siteIdCode": "12"}})

    assert changed["site"] == {"domain": "zk.example", "siteIdCode": "5399000009"}
    assert (stale["site"], stale["problems"][0]["code"]) == (None, "conflict")
    assert wrong["problems"][0]["field"] == "siteIdCode"


async def test_section_is_made_and_changed(hub: GraphHub) -> None:
    given = {"name": "法规", "sectionKind": "LAW", "keywords": ["法"], "orderNo": 3}
    made = await hub.do(SECTION, s=hub.sites["portal"], p=hub.sections["portal:zwgk"], c="fg", **{"in": given})
    key = made["section"].pop("id")
    assert made["section"] == {
        "path": "zwgk/fg",
        "name": "法规",
        "sectionKind": "LAW",
        "keywords": ["法"],
        "orderNo": 3,
        "view": None,
    }

    view = {"view": {"kinds": ["POLICY_DOCUMENT"], "site": ["edu-site"], "region": None}}
    query = f"mutation($id: ID!, $v: Int!, $in: SectionInput!) {{ updateSection(id: $id, expectedLockVersion: $v, input: $in) {{ section {{ view {{ kinds site region }} }} {PROBLEMS} }} }}"  # noqa: E501
    changed = await hub.do(query, id=key, v=1, **{"in": view})
    unknown = await hub.do(query, id=key, v=2, **{"in": {"view": {"site": ["nowhere"]}}})
    cleared = await hub.do(query, id=key, v=2, **{"in": {"view": None}})

    shown = {"kinds": ["POLICY_DOCUMENT"], "site": [hub.sites["edu-site"]], "region": []}
    assert changed["section"]["view"] == shown
    assert (unknown["section"], unknown["problems"][0]["field"]) == (None, "site")
    assert cleared["section"]["view"] is None


async def test_moved_section_takes_its_content_and_addresses_along(hub: GraphHub) -> None:
    policy = await hub.add(Kind.POLICY_DOCUMENT, "政策", sections=["portal:zwgk/zcwj"])
    target = await hub.section("portal", "fg", "法规")

    moved = await hub.do(MOVE, id=hub.sections["portal:zwgk/zcwj"], v=1, p=target)

    assert moved == {"section": {"path": "fg/zcwj", "lockVersion": 2}, "problems": []}
    assert await hub.verbs() == ["published", "moved"]
    shown = await hub.ask(
        f'{{ old: route(site: "portal", path: "zwgk/zcwj/{policy}") {{ ... on Redirect {{ targetUrl }} }} '
        f'new: route(site: "portal", path: "fg/zcwj/{policy}") {{ __typename }} '
        'was: sectionAt(site: "portal", path: "zwgk") { items { totalCount } } '
        'is: sectionAt(site: "portal", path: "fg") { items { totalCount } } }'
    )
    assert shown == {
        "old": {"targetUrl": f"https://www.yunling.example/fg/zcwj/{policy}"},
        "new": {"__typename": "PolicyDocument"},
        "was": {"items": {"totalCount": 0}},
        "is": {"items": {"totalCount": 1}},
    }


async def test_impossible_moves_are_refused(hub: GraphHub) -> None:
    parent, child = hub.sections["portal:zwgk"], hub.sections["portal:zwgk/zcwj"]

    below = await hub.do(MOVE, id=parent, v=1, p=child)
    elsewhere = await hub.do(MOVE, id=child, v=1, p=hub.sections["edu-site:news"])
    stale = await hub.do(MOVE, id=child, v=7, p=None)

    assert [one["problems"][0]["code"] for one in (below, elsewhere, stale)] == [
        "invalid_input",
        "invalid_input",
        "conflict",
    ]


@pytest.mark.parametrize(
    ("query", "given", "field"),
    [
        (UNIT, {"c": "x", "in": {"unitType": "TOWNSHIP"}}, "name"),
        (UNIT, {"c": "x", "in": {"name": "x"}}, "unitType"),
        (UNIT, {"c": "X Y", "in": {"name": "x", "unitType": "TOWNSHIP"}}, "code"),
        (UNIT, {"c": "edu", "in": {"name": "x", "unitType": "TOWNSHIP"}}, "code"),
        (SITE, {"c": "x", "in": {"name": "x"}}, "siteType"),
        (SITE, {"c": "portal", "in": {"name": "x", "siteType": "PORTAL"}}, "code"),
        (SECTION, {"c": "x", "in": {"name": "x"}}, "sectionKind"),
        (SECTION, {"c": "zwgk", "in": {"name": "x", "sectionKind": "NEWS"}}, "code"),
    ],
)
async def test_what_is_missing_or_taken_is_named(hub: GraphHub, query: str, given: dict[str, Any], field: str) -> None:
    places = {UNIT: {"p": hub.units["city"]}, SITE: {"u": hub.units["city"]}, SECTION: {"s": hub.sites["portal"]}}

    payload = await hub.do(query, **places[query], **given)

    assert payload["problems"][0]["field"] == field


async def test_structure_is_for_its_owners(hub: GraphHub) -> None:
    await hub.key("no", "edu", "content.*")
    section: dict[str, Any] = {"c": "x", "in": {"name": "x", "sectionKind": "NEWS"}}

    mine = await hub.do(SECTION, "edu", s=hub.sites["edu-site"], **section)
    theirs = await hub.do(SECTION, "edu", s=hub.sites["portal"], **section)
    without = await hub.do(SECTION, "no", s=hub.sites["edu-site"], **{**section, "c": "y"})
    top = await hub.do(UNIT, "city", c="z", **{"in": {"name": "x", "unitType": "TOWNSHIP"}})
    moved = await hub.do(MOVE, "edu", id=hub.sections["portal:zwgk/zcwj"], v=1, p=None)

    assert mine["problems"] == []
    assert [one["problems"][0]["code"] for one in (theirs, without, top, moved)] == ["forbidden"] * 4
    assert await hub.rows("SELECT count(*) FROM section WHERE code IN ('x', 'y')") == [(1,)]
    assert await hub.rows("SELECT count(*) FROM unit WHERE code = 'z'") == [(0,)]

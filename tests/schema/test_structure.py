"""Sites, sections, units: trees, views, their content."""

from __future__ import annotations

from hub.vocabulary.clock import SECOND
from hub.vocabulary.enums import Kind
from tests.schema.graph_hub import GraphHub


async def test_site_with_its_sections(hub: GraphHub) -> None:
    data = await hub.ask("""{ site(code: "portal") { id code name siteType domain siteIdCode language lockVersion url
        unit { code } parent { code } pageTags { name content }
        sections { code path name sectionKind orderNo children { name sectionKind parent { name }
            ancestors { path } site { code } } }
        all: sections(all: true) { path } } }""")

    assert data["site"] == {
        "id": hub.sites["portal"],
        "code": "portal",
        "name": "云岭市门户",
        "siteType": "PORTAL",
        "domain": "www.yunling.example",
        "siteIdCode": "5399000001",
        "language": "zh-Hans",
        "lockVersion": 1,
        "url": "https://www.yunling.example/",
        "unit": {"code": "city"},
        "parent": None,
        "pageTags": [
            {"name": "SiteName", "content": "云岭市门户"},
            {"name": "SiteDomain", "content": "www.yunling.example"},
            {"name": "SiteIDCode", "content": "5399000001"},
        ],
        "sections": [
            {
                "code": "zwgk",
                "path": "zwgk",
                "name": "政务公开",
                "sectionKind": "OTHER",
                "orderNo": 0,
                "children": [
                    {
                        "name": "政策文件",
                        "sectionKind": "POLICY_DOCUMENT",
                        "parent": {"name": "政务公开"},
                        "ancestors": [{"path": "zwgk"}],
                        "site": {"code": "portal"},
                    },
                    {
                        "name": "政策解读",
                        "sectionKind": "INTERPRETATION",
                        "parent": {"name": "政务公开"},
                        "ancestors": [{"path": "zwgk"}],
                        "site": {"code": "portal"},
                    },
                ],
            }
        ],
        "all": [{"path": "zwgk"}, {"path": "zwgk/zcwj"}, {"path": "zwgk/zcjd"}],
    }


async def test_sites_and_units_are_paged_by_code(hub: GraphHub) -> None:
    query = """query($after: String) { sites(first: 2, after: $after) { nodes { code } totalCount isExact
        pageInfo { hasNextPage hasPreviousPage endCursor } } units(first: 2) { edges { node { code } } totalCount } }"""

    first = await hub.ask(query)
    second = await hub.ask(query, after=first["sites"]["pageInfo"]["endCursor"])

    assert [node["code"] for node in first["sites"]["nodes"]] == ["edu-site", "health-site"]
    assert (first["sites"]["totalCount"], first["sites"]["isExact"]) == (3, True)
    assert first["sites"]["pageInfo"]["hasNextPage"] is True
    assert [node["code"] for node in second["sites"]["nodes"]] == ["portal"]
    assert second["sites"]["pageInfo"]["hasPreviousPage"] is True
    assert [edge["node"]["code"] for edge in first["units"]["edges"]] == ["city", "edu"]
    assert (await hub.error(query, after="政"))["code"] == "invalid_cursor"
    assert (await hub.error("{ sites(first: -1) { totalCount } }"))["field"] == "first"


async def test_by_code_id_and_place(hub: GraphHub) -> None:
    section = hub.sections["portal:zwgk/zcwj"]
    data = await hub.ask(
        """query($site: String!, $unit: ID!, $section: ID!) { byId: site(code: $site) { code }
        none: site(code: "x") { code }
        unit(id: $unit) { code children { code } } noUnit: unit(id: "x") { code }
        section(id: $section) { path url pageTags { name content } } noSection: section(id: "x") { path }
        sectionAt(site: "portal", path: "/zwgk/zcwj") { id } noPlace: sectionAt(site: "portal", path: "x") { id }
        noSite: sectionAt(site: "x", path: "zwgk") { id } }""",
        site=hub.sites["edu-site"],
        unit=hub.units["city"],
        section=section,
    )

    assert data == {
        "byId": {"code": "edu-site"},
        "none": None,
        "unit": {"code": "city", "children": [{"code": "edu"}, {"code": "health"}]},
        "noUnit": None,
        "section": {
            "path": "zwgk/zcwj",
            "url": "https://www.yunling.example/zwgk/zcwj",
            "pageTags": [
                {"name": "SiteName", "content": "云岭市门户"},
                {"name": "SiteDomain", "content": "www.yunling.example"},
                {"name": "SiteIDCode", "content": "5399000001"},
                {"name": "ColumnName", "content": "政策文件"},
                {"name": "ColumnDescription", "content": "市政府文件"},
                {"name": "ColumnType", "content": "政策文件"},
            ],
        },
        "noSection": None,
        "sectionAt": {"id": section},
        "noPlace": None,
        "noSite": None,
    }


async def test_section_shows_its_subtree(hub: GraphHub) -> None:
    await hub.add(Kind.POLICY_DOCUMENT, "政策", sections=["portal:zwgk/zcwj"])
    await hub.add(Kind.ARTICLE, "消息", sections=["portal:zwgk"], published_at=hub.now - SECOND)
    await hub.add(Kind.ARTICLE, "别处", sections=["edu-site:news"])

    data = await hub.ask("""{ sectionAt(site: "portal", path: "zwgk") {
        items { nodes { title } totalCount } articles: items(filter: {kinds: [ARTICLE]}) { nodes { title } }
        children { name items(first: 1, orderBy: PUBLISHED_AT_ASC) { nodes { title } pageInfo { hasNextPage } } }
        } }""")

    assert data["sectionAt"]["items"] == {"nodes": [{"title": "政策"}, {"title": "消息"}], "totalCount": 2}
    assert data["sectionAt"]["articles"] == {"nodes": [{"title": "消息"}]}
    assert data["sectionAt"]["children"] == [
        {"name": "政策文件", "items": {"nodes": [{"title": "政策"}], "pageInfo": {"hasNextPage": False}}},
        {"name": "政策解读", "items": {"nodes": [], "pageInfo": {"hasNextPage": False}}},
    ]


async def test_view_shows_what_its_filter_finds(hub: GraphHub) -> None:
    view = {"kinds": ["policy_document"], "section": [hub.sections["portal:zwgk"]], "region": ["云岭市"]}
    await hub.section("edu-site", "szf", "市政府文件", view=view)
    await hub.add(Kind.POLICY_DOCUMENT, "政策", sections=["portal:zwgk/zcwj"], details={"region": "云岭市"})
    await hub.add(Kind.POLICY_DOCUMENT, "别处", sections=["portal:zwgk/zcwj"], details={"region": "省"})
    await hub.add(Kind.ARTICLE, "消息", sections=["portal:zwgk"], details={"region": "云岭市"})
    query = """query($f: ContentFilterInput) { sectionAt(site: "edu-site", path: "szf") {
        view { kinds section region site archived } items(filter: $f) { nodes { title } totalCount } } }"""

    data = await hub.ask(query)

    assert data["sectionAt"] == {
        "view": {
            "kinds": ["POLICY_DOCUMENT"],
            "section": [hub.sections["portal:zwgk"]],
            "region": ["云岭市"],
            "site": [],
            "archived": "EXCLUDE",
        },
        "items": {"nodes": [{"title": "政策"}], "totalCount": 1},
    }
    assert (await hub.ask(query, f={"topic": ["教育"]}))["sectionAt"]["items"]["totalCount"] == 0
    assert (await hub.error(query, f={"region": ["省"]}))["field"] == "filter"
    assert (await hub.error(query, f={"kinds": ["ARTICLE"]}))["field"] == "filter"


async def test_viewer_is_whoever_asks(hub: GraphHub) -> None:
    query = "{ viewer { name unit { code } permissions } }"

    assert (await hub.ask(query))["viewer"] == {"name": "anonymous", "unit": None, "permissions": []}
    assert (await hub.ask(query, "edu-writer"))["viewer"] == {
        "name": "edu-writer",
        "unit": {"code": "edu"},
        "permissions": ["content.create", "content.update"],
    }

"""What content shows of itself: fields, details, relations, addresses, page tags."""

from __future__ import annotations

from hub.vocabulary.clock import DAY, parse_instant
from hub.vocabulary.enums import Kind, LinkType
from tests.schema.graph_hub import GraphHub

COMMON = """{ content(id: "%s") { __typename ... on Content {
    id kind version title summary body text source sourceUrl author language keywords publicity madeOn publishedAt
    firstPublishedAt updatedAt changeNote archived } } }"""


async def test_fields_every_kind_has(hub: GraphHub) -> None:
    item = await hub.add(
        Kind.ARTICLE,
        "市长调研",
        summary="摘要",
        body="<p>第一段<script>x</script></p>",
        source_name="云岭日报",
        source_url="https://news.example/1",
        author="张三",
        made_on="2026-10-31",
        keywords=["教育", "民生"],
    )

    data = await hub.ask(COMMON % item)

    assert data["content"] == {
        "__typename": "Article",
        "id": item,
        "kind": "ARTICLE",
        "version": 1,
        "title": "市长调研",
        "summary": "摘要",
        "body": "<p>第一段</p>",
        "text": "第一段",
        "source": "云岭日报",
        "sourceUrl": "https://news.example/1",
        "author": "张三",
        "language": "zh-Hans",
        "keywords": ["教育", "民生"],
        "publicity": "PROACTIVE",
        "madeOn": "2026-10-31",
        "publishedAt": "2026-11-01T04:00:00Z",
        "firstPublishedAt": "2026-11-01T04:00:00Z",
        "updatedAt": "2026-11-01T04:00:00Z",
        "changeNote": "",
        "archived": False,
    }


async def test_details_are_typed_by_kind(hub: GraphHub) -> None:
    policy = {
        "doc_no": "云政发〔2026〕12号",
        "genre": "notice",
        "joint_issuers": ["市教育局"],
        "disclosure_category": 1,
    }
    await hub.add(Kind.POLICY_DOCUMENT, "政策", details=policy)
    service = {"code": "S1", "promised_limit": 3, "promised_limit_unit": "working_day", "online": True,
               "task_type": "licence", "materials": ["身份证"], "url": "https://do.example"}  # fmt: skip
    await hub.add(Kind.SERVICE_ITEM, "办证", details=service)
    await hub.add(Kind.INTERPRETATION, "解读", details={"form": "qa", "key_words": ["补贴"]})
    await hub.add(Kind.MEDIA_ASSET, "图", details={"media_type": "image/png", "width": 640})
    await hub.add(Kind.ARTICLE, "消息", details={"event_on": "2026-10-30"})

    data = await hub.ask("""{ contents(orderBy: PUBLISHED_AT_ASC) { nodes { __typename
        ... on PolicyDocument { docNo genre jointIssuers disclosureCategory history }
        ... on ServiceItem { itemCode promisedLimit promisedLimitUnit online taskType materials themes handlingUrl
            visits }
        ... on Interpretation { form keyWords }
        ... on MediaAsset { mediaType width }
        ... on Article { eventOn topic } } } }""")

    assert sorted(data["contents"]["nodes"], key=lambda node: str(node["__typename"])) == [
        {"__typename": "Article", "eventOn": "2026-10-30", "topic": None},
        {"__typename": "Interpretation", "form": "QA", "keyWords": ["补贴"]},
        {"__typename": "MediaAsset", "mediaType": "image/png", "width": 640},
        {
            "__typename": "PolicyDocument",
            "docNo": "云政发〔2026〕12号",
            "genre": "NOTICE",
            "jointIssuers": ["市教育局"],
            "disclosureCategory": 1,
            "history": [],
        },
        {
            "__typename": "ServiceItem",
            "itemCode": "S1",
            "promisedLimit": 3,
            "promisedLimitUnit": "WORKING_DAY",
            "online": True,
            "taskType": "LICENCE",
            "materials": ["身份证"],
            "themes": [],
            "handlingUrl": "https://do.example",
            "visits": None,
        },
    ]


async def test_validity_is_of_the_day_it_is_asked(hub: GraphHub) -> None:
    policy = await hub.add(
        Kind.POLICY_DOCUMENT, "办法", details={"effective_on": "2026-11-03", "expires_on": "2026-11-04"}
    )
    query = f'{{ content(id: "{policy}") {{ ... on PolicyDocument {{ validity }} }} }}'
    seen = []
    for day in range(5):
        hub.now = parse_instant("2026-11-01") + day * DAY  # type: ignore[assignment]
        hub.now = max(hub.now, parse_instant("2026-11-01T12:00:00+08:00"))
        seen.append((await hub.ask(query))["content"]["validity"])

    assert seen == ["NOT_YET", "NOT_YET", "IN_FORCE", "IN_FORCE", "EXPIRED"]


async def test_policy_and_interpretation_show_each_other(hub: GraphHub) -> None:
    policy = await hub.add(Kind.POLICY_DOCUMENT, "办法")
    reading = await hub.add(Kind.INTERPRETATION, "办法解读", links=[(LinkType.INTERPRETS, policy)])
    await hub.add(Kind.ARTICLE, "报道", links=[(LinkType.REPORTS_ON, policy)])

    data = await hub.ask(
        """query($p: ID!, $r: ID!) {
        policy: content(id: $p) { ... on PolicyDocument { interpretations { title }
            linkedFrom { type target { title } } only: linkedFrom(types: [REPORTS_ON]) { target { kind } } } }
        reading: content(id: $r) { ... on Interpretation { interprets { title } links { type target { title } } } }
        }""",
        p=policy,
        r=reading,
    )

    assert data["policy"]["interpretations"] == [{"title": "办法解读"}]
    assert {one["target"]["title"]: one["type"] for one in data["policy"]["linkedFrom"]} == {
        "办法解读": "INTERPRETS",
        "报道": "REPORTS_ON",
    }
    assert data["policy"]["only"] == [{"target": {"kind": "ARTICLE"}}]
    assert data["reading"] == {
        "interprets": [{"title": "办法"}],
        "links": [{"type": "INTERPRETS", "target": {"title": "办法"}}],
    }


async def test_hidden_ends_are_no_links(hub: GraphHub) -> None:
    hidden = await hub.add(Kind.POLICY_DOCUMENT, "未公开", publicity="withheld")
    draft = await hub.draft(Kind.ARTICLE, "草稿")
    shown = await hub.add(Kind.ARTICLE, "文章", links=[(LinkType.CITES, hidden), (LinkType.CITES, draft)])
    await hub.add(Kind.ARTICLE, "内部", links=[(LinkType.CITES, shown)], audience=["staff"])

    data = await hub.ask(
        f'{{ content(id: "{shown}") {{ ... on Content {{ links {{ type }} linkedFrom {{ type }} }} }} }}'
    )

    assert data["content"] == {"links": [], "linkedFrom": []}


async def test_references_in_a_body_become_addresses(hub: GraphHub) -> None:
    picture = await hub.add(Kind.MEDIA_ASSET, "图", details={"media_type": "image/png"})
    policy = await hub.add(Kind.POLICY_DOCUMENT, "办法", sections=["portal:zwgk/zcwj"])
    hidden = await hub.add(Kind.ARTICLE, "内部", publicity="withheld")
    body = (
        f'<p><img src="hub:item/{picture}" alt="图"></p>'
        f'<p><a href="hub:item/{policy}">办法</a>和<a href="hub:item/{hidden}">内部</a></p>'
    )
    item = await hub.add(Kind.ARTICLE, "文章", body=body)

    data = await hub.ask(f'{{ content(id: "{item}") {{ ... on Content {{ body media {{ title url }} }} }} }}')

    file = f"https://hub.example/media/{picture}/original"
    assert file in data["content"]["body"]
    assert f'<a href="https://www.yunling.example/zwgk/zcwj/{policy}">办法</a>和内部</p>' in data["content"]["body"]
    assert "hub:item" not in data["content"]["body"]
    assert data["content"]["media"] == [{"title": "图", "url": file}]


async def test_media_are_what_it_attaches_and_shows(hub: GraphHub) -> None:
    photo = await hub.add(Kind.MEDIA_ASSET, "照片")
    form = await hub.add(Kind.MEDIA_ASSET, "表格")
    secret = await hub.add(Kind.MEDIA_ASSET, "内部", audience=["staff"])
    links = [(LinkType.ILLUSTRATES, photo), (LinkType.ATTACHES, form), (LinkType.ATTACHES, secret)]
    item = await hub.add(Kind.ARTICLE, "文章", links=links)

    data = await hub.ask(f'{{ content(id: "{item}") {{ ... on Content {{ media {{ title }} }} }} }}')

    assert data["content"]["media"] == [{"title": "照片"}, {"title": "表格"}]


async def test_url_is_per_site_and_canonical_on_the_owners(hub: GraphHub) -> None:
    sections = ["edu-site:news", "portal:zwgk"]
    item = await hub.add(Kind.ARTICLE, "文章", sections=sections, unit="edu")
    loose = await hub.add(Kind.ARTICLE, "无栏目")

    data = await hub.ask(
        """query($i: ID!, $l: ID!) { item: content(id: $i) { ... on Content { url
            portal: url(site: "portal") health: url(site: "health-site") } }
        loose: content(id: $l) { ... on Content { url } } }""",
        i=item,
        l=loose,
    )

    assert data == {
        "item": {
            "url": f"https://hub.example/sites/edu-site/news/{item}",
            "portal": f"https://www.yunling.example/zwgk/{item}",
            "health": None,
        },
        "loose": {"url": f"https://hub.example/content/{loose}"},
    }


async def test_page_tags_of_content(hub: GraphHub) -> None:
    photo = await hub.add(Kind.MEDIA_ASSET, "照片")
    item = await hub.add(
        Kind.ARTICLE,
        "文章",
        sections=["portal:zwgk/zcwj", "edu-site:news"],
        links=[(LinkType.ILLUSTRATES, photo)],
        author="张三",
        keywords=["教育", "民生"],
        summary="摘要",
    )

    data = await hub.ask(
        f'{{ content(id: "{item}") {{ ... on Content {{ pageTags {{ name content }} '
        'edu: pageTags(site: "edu-site") { name content } none: pageTags(site: "nowhere") { name } } } }'
    )

    tags = [(tag["name"], tag["content"]) for tag in data["content"]["pageTags"]]
    assert tags == [
        ("SiteName", "云岭市门户"),
        ("SiteDomain", "www.yunling.example"),
        ("SiteIDCode", "5399000001"),
        ("ColumnName", "政策文件"),
        ("ColumnType", "政策文件"),
        ("ArticleTitle", "文章"),
        ("PubDate", "2026-11-01 12:00"),
        ("ContentSource", "云岭市人民政府"),
        ("Keywords", "教育,民生"),
        ("Author", "张三"),
        ("Description", "摘要"),
        ("Image", f"https://hub.example/media/{photo}/original"),
        ("Url", f"https://www.yunling.example/zwgk/zcwj/{item}"),
    ]
    assert data["content"]["edu"][:3] == [
        {"name": "SiteName", "content": "教育局网站"},
        {"name": "ColumnName", "content": "教育动态"},
        {"name": "ColumnType", "content": "动态要闻"},
    ]
    assert data["content"]["none"] == []


async def test_sections_sites_and_unit(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "文章", sections=["portal:zwgk/zcwj", "edu-site:news"], unit="edu")

    data = await hub.ask(
        f'{{ content(id: "{item}") {{ ... on Content {{ sections {{ path site {{ code }} ancestors {{ name }} }} '
        "sites { code } unit { code parent { code } sites { code } } } } }"
    )

    assert data["content"] == {
        "sections": [
            {"path": "zwgk/zcwj", "site": {"code": "portal"}, "ancestors": [{"name": "政务公开"}]},
            {"path": "news", "site": {"code": "edu-site"}, "ancestors": []},
        ],
        "sites": [{"code": "portal"}, {"code": "edu-site"}],
        "unit": {"code": "edu", "parent": {"code": "city"}, "sites": [{"code": "edu-site"}]},
    }


async def test_excerpt_is_cut(hub: GraphHub) -> None:
    item = await hub.add(Kind.ARTICLE, "文章", body="一二三四五六七八九十" * 30, body_format="text")
    query = "query($i: ID!, $n: Int!) { content(id: $i) { ... on Content { excerpt(length: $n) } } }"

    data = await hub.ask(query, i=item, n=10)

    assert 0 < len(data["content"]["excerpt"]) <= 11
    assert (await hub.error(query, i=item, n=0))["code"] == "invalid_input"


async def test_repeal_shows_by_what(hub: GraphHub) -> None:
    from hub.content import actions

    old = await hub.add(Kind.POLICY_DOCUMENT, "旧办法")
    new = await hub.add(Kind.POLICY_DOCUMENT, "新办法")
    await hub.act(actions.repeal, old, by_id=new, on="2026-10-01")

    data = await hub.ask(
        f'{{ content(id: "{old}") {{ ... on PolicyDocument {{ validity repealedOn repealedBy {{ title }} }} }} }}'
    )

    assert data["content"] == {"validity": "REPEALED", "repealedOn": "2026-10-01", "repealedBy": {"title": "新办法"}}

"""The content page, from a real database: what hangs on an item, and what nobody may see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hub.content import actions
from hub.vocabulary.clock import SECOND
from hub.vocabulary.enums import Kind, LinkType, Publicity, Validity
from hub.vocabulary.ids import new_id
from hub.web.reading import (
    ContentPage,
    Fact,
    FactCard,
    LinkGroup,
    ListedItem,
    MediaFile,
    Moved,
    PolicyCard,
    SectionEntry,
    UnpublishedPage,
)
from tests.hub.web.live_hub import LiveHub, at

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
POLICY = {"doc_no": "云政发〔2026〕3号", "genre": "notice", "issuer": "云岭市人民政府", "effective_on": "2026-10-01"}
MARKER = "不可见的标记"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[LiveHub]:
    made = await LiveHub.build(tmp_path)
    yield made
    await made.database.close()


async def content(hub: LiveHub, item_id: str) -> ContentPage:
    page = await hub.reading().content(item_id)
    assert isinstance(page, ContentPage)
    return page


async def test_a_policy_shows_card_body_sections_and_tags(hub: LiveHub) -> None:
    policy = await hub.add(
        Kind.POLICY_DOCUMENT,
        "关于印发办法的通知",
        sections=["zwgk/zcwj", "county:zcwj"],
        details=POLICY,
        body="<p>第一条　为规范管理，制定本办法。</p>",
        made_on="2026-09-30",
        keywords=["社保", "卡"],
        source_name="云岭市人民政府办公室",
    )

    page = await content(hub, policy)

    published = at("2026-11-01 12:00")
    assert page == ContentPage(
        ListedItem(
            policy,
            Kind.POLICY_DOCUMENT,
            "关于印发办法的通知",
            "",
            published,
            "云岭市人民政府",
            "云政发〔2026〕3号",
            Validity.IN_FORCE,
        ),
        "<p>第一条　为规范管理，制定本办法。</p>",
        source="云岭市人民政府办公室",
        language="zh-Hans",
        card=PolicyCard(
            doc_no="云政发〔2026〕3号",
            issuer="云岭市人民政府",
            genre="通知",
            made_on=date(2026, 9, 30),
            effective_on=date(2026, 10, 1),
            validity=Validity.IN_FORCE,
            publicity=Publicity.PROACTIVE,
        ),
        sections=(
            SectionEntry("city", "zwgk/zcwj", "政策文件", "云岭市门户"),
            SectionEntry("county", "zcwj", "政策文件", "青溪县门户"),
        ),
        page_tags=(
            ("SiteName", "云岭市门户"),
            ("SiteDomain", "www.yunling.example"),
            ("SiteIDCode", "5399000001"),
            ("ColumnName", "政策文件"),
            ("ColumnType", "政策文件库"),
            ("ArticleTitle", "关于印发办法的通知"),
            ("PubDate", "2026-11-01 12:00"),
            ("ContentSource", "云岭市人民政府办公室"),
            ("Keywords", "社保,卡"),
            ("Description", "第一条 为规范管理，制定本办法。"),
            ("Url", f"https://hub.example/content/{policy}"),
        ),
    )


async def test_links_are_shown_from_both_ends_in_the_order_of_their_labels(hub: LiveHub) -> None:
    old = await hub.add(Kind.POLICY_DOCUMENT, "旧办法")
    policy = await hub.add(
        Kind.POLICY_DOCUMENT, "新办法", links=[(LinkType.CITES, old), (LinkType.REPLACES, old)], details=POLICY
    )
    reading = await hub.add(Kind.INTERPRETATION, "一图读懂", links=[(LinkType.INTERPRETS, policy)])

    page, far_page = await content(hub, policy), await content(hub, reading)

    assert [(group.type, group.is_reverse, [one.title for one in group.items]) for group in page.links] == [
        (LinkType.INTERPRETS, True, ["一图读懂"]),
        (LinkType.REPLACES, False, ["旧办法"]),
        (LinkType.CITES, False, ["旧办法"]),
    ]
    assert far_page.links == (LinkGroup(LinkType.INTERPRETS, False, (page.item,)),)


async def test_hidden_ends_of_links_and_references_do_not_show(hub: LiveHub) -> None:
    withheld = await hub.add(Kind.POLICY_DOCUMENT, MARKER, publicity="withheld")
    embargoed = await hub.add(Kind.ARTICLE, MARKER, embargo_at=hub.now + SECOND)
    other = await hub.add(Kind.ARTICLE, MARKER, audience=["staff"])
    hidden = [withheld, embargoed, other]
    body = "".join(f'<p>见<a href="hub:item/{key}">文件</a><img src="hub:item/{key}"></p>' for key in hidden)
    policy = await hub.add(
        Kind.POLICY_DOCUMENT,
        "办法",
        body=body,
        links=[(LinkType.CITES, key) for key in hidden],
        hub_details={"repealed_by_id": withheld},
        details=POLICY,
    )
    await hub.add(Kind.INTERPRETATION, MARKER, links=[(LinkType.INTERPRETS, policy)], publicity="on_request")

    page = await content(hub, policy)

    assert page.links == ()
    assert page.body_html.replace("\n", "") == "<p>见文件</p>" * 3
    assert MARKER not in repr(page)


async def test_references_lead_to_content_and_to_files(hub: LiveHub) -> None:
    picture = await hub.add_file("示意图", "image/png", PNG, "a.png")
    other = await hub.add(Kind.ARTICLE, "另一篇")
    body = f'<p><a href="hub:item/{other}">另一篇</a></p><p><img src="hub:item/{picture}" alt="图"></p>'
    article = await hub.add(Kind.ARTICLE, "文章", body=body, links=[(LinkType.ATTACHES, picture)])

    page = await content(hub, article)

    assert f'<a href="/content/{other}">另一篇</a>' in page.body_html
    assert f'<img src="/media/{picture}/original" alt="图">' in page.body_html
    assert page.files == ()


async def test_attached_and_illustrating_files_are_shown_once(hub: LiveHub) -> None:
    annex = await hub.add_file("附件", "application/pdf", b"%PDF-1.7", "附件.pdf")
    reading = await hub.add(Kind.INTERPRETATION, "解读", links=[(LinkType.ATTACHES, annex)])
    picture = await hub.add_file("图解", "image/png", PNG, "图解.png", links=[(LinkType.ILLUSTRATES, reading)])

    page, own = await content(hub, reading), await content(hub, picture)

    drawing = MediaFile(f"/media/{picture}/original", "图解.png", "image/png", "图解的图", len(PNG))
    assert page.files == (
        MediaFile(f"/media/{annex}/original", "附件.pdf", "application/pdf", "附件的图", 8),
        drawing,
    )
    assert page.links == ()
    assert dict(page.page_tags)["Image"] == f"https://hub.example/media/{picture}/original"
    assert own.files == (drawing,)
    assert [(group.type, group.is_reverse) for group in own.links] == [(LinkType.ILLUSTRATES, False)]


async def test_a_correction_shows_when_and_why(hub: LiveHub) -> None:
    article = await hub.add(Kind.ARTICLE, "文章")
    hub.now = at("2026-11-02 09:00")
    await hub.act(actions.correct, article, {"title": "文章（更正）"}, change_note="改标题")

    page = await content(hub, article)

    assert (page.item.title, page.updated_at, page.change_note) == ("文章（更正）", at("2026-11-02 09:00"), "改标题")
    assert page.item.published_at == at("2026-11-01 12:00")


async def test_a_repealed_policy_names_what_repeals_it(hub: LiveHub) -> None:
    old = await hub.add(Kind.POLICY_DOCUMENT, "旧办法", details=POLICY)
    new = await hub.add(Kind.POLICY_DOCUMENT, "新办法")
    await hub.act(actions.repeal, old, by_id=new, on="2026-10-31")

    page = await content(hub, old)

    assert isinstance(page.card, PolicyCard)
    assert (page.item.validity, page.card.validity) == (Validity.REPEALED, Validity.REPEALED)
    assert page.card.repealed_by is not None
    assert page.card.repealed_by.id == new


async def test_validity_follows_the_day_without_any_job(hub: LiveHub) -> None:
    policy = await hub.add(Kind.POLICY_DOCUMENT, "办法", details={**POLICY, "expires_on": "2026-12-31"})

    before = (await content(hub, policy)).item.validity
    hub.now = at("2027-01-01 00:00")

    assert (before, (await content(hub, policy)).item.validity) == (Validity.IN_FORCE, Validity.EXPIRED)


async def test_a_service_item_shows_its_elements(hub: LiveHub) -> None:
    details = {"department": "社保局", "promised_limit": 5, "promised_limit_unit": "working_day", "flow": "受理 → 送达"}
    item = await hub.add(Kind.SERVICE_ITEM, "补领社保卡", details=details)

    page = await content(hub, item)

    facts = (Fact("实施主体", "社保局"), Fact("承诺办结时限", "5 个工作日"))
    assert page.card == FactCard(facts, (Fact("办理流程", "受理 → 送达"),))


async def test_content_of_an_outside_publisher_names_its_source(hub: LiveHub) -> None:
    law = await hub.add(Kind.POLICY_DOCUMENT, "档案法", unit=hub.ministry, source_name="全国人大常委会")

    assert (await content(hub, law)).item.unit == "全国人大常委会"


async def test_archived_content_is_shown_as_such(hub: LiveHub) -> None:
    article = await hub.add(Kind.ARTICLE, "旧闻")
    await hub.act(actions.archive, article)

    assert (await content(hub, article)).item.is_archived


async def test_withdrawn_content_says_why_and_where_to_go(hub: LiveHub) -> None:
    policy = await hub.add(Kind.POLICY_DOCUMENT, "新通知")
    wrong = await hub.add(Kind.POLICY_DOCUMENT, "错误的通知")
    await hub.withdraw(wrong, "标准有误", alternative_id=policy)

    page = await hub.reading().content(wrong)

    expected = (await content(hub, policy)).item
    assert page == UnpublishedPage("错误的通知", "标准有误", False, hub.now, expected)


async def test_a_hidden_alternative_is_none(hub: LiveHub) -> None:
    hidden = await hub.add(Kind.ARTICLE, MARKER, publicity="withheld")
    wrong = await hub.add(Kind.ARTICLE, "错误的文章")
    await hub.withdraw(wrong, "有误", alternative_id=hidden, alternative_url="https://www.gov.cn/")

    page = await hub.reading().content(wrong)

    assert page == UnpublishedPage("错误的文章", "有误", False, hub.now, None, "https://www.gov.cn/")


async def test_gone_content_keeps_no_title(hub: LiveHub) -> None:
    notice = await hub.add(Kind.ARTICLE, "公示名单")
    await hub.act(actions.remove, notice, vanish=False, explanation="公示期满")

    assert await hub.reading().content(notice) == UnpublishedPage("", "公示期满", True, hub.now)


async def test_redirected_content_leads_on(hub: LiveHub) -> None:
    target = await hub.add(Kind.ARTICLE, "新")
    inside, outside = await hub.add(Kind.ARTICLE, "甲"), await hub.add(Kind.ARTICLE, "乙")
    blind, hidden = await hub.add(Kind.ARTICLE, "丙"), await hub.add(Kind.ARTICLE, MARKER, publicity="withheld")
    await hub.act(actions.redirect, inside, target_id=target, target_url=None)
    await hub.act(actions.redirect, outside, target_id=None, target_url="https://www.gov.cn/")
    await hub.act(actions.redirect, blind, target_id=hidden, target_url=None)

    found = [await hub.reading().content(key) for key in (inside, outside, blind)]

    assert found == [Moved(f"/content/{target}"), Moved("https://www.gov.cn/"), None]


@pytest.mark.parametrize(
    "values",
    [
        {"publicity": "withheld"},
        {"publicity": "on_request"},
        {"audience": ["staff"]},
        {"embargo_at": at("2026-11-01 12:00:01")},
        {"expires_at": at("2026-11-01 12:00:00")},
    ],
)
async def test_what_is_not_visible_never_existed(hub: LiveHub, values: dict[str, Any]) -> None:
    article = await hub.add(Kind.ARTICLE, MARKER, **values)

    assert await hub.reading().content(article) is None


async def test_vanished_drafts_and_nonsense_never_existed(hub: LiveHub) -> None:
    vanished = await hub.add(Kind.ARTICLE, "文章")
    await hub.act(actions.remove, vanished, vanish=True)

    found = [await hub.reading().content(key) for key in (vanished, new_id(), "", "x", "\x00", "\udc80", "a" * 5000)]

    assert found == [None] * 7


async def test_an_embargo_ends_to_the_second(hub: LiveHub) -> None:
    article = await hub.add(Kind.ARTICLE, "文章", embargo_at=hub.now + SECOND)
    hub.now += SECOND - 1
    before = await hub.reading().content(article)
    hub.now += 1

    assert before is None
    assert (await content(hub, article)).item.title == "文章"


async def test_statements_of_a_content_page_do_not_grow_with_what_hangs_on_it(hub: LiveHub) -> None:
    picture = await hub.add_file("图", "image/png", PNG)
    full = await policy_with(hub, 40, picture)
    small = await policy_with(hub, 1, picture)

    counts = []
    for key in (small, full):
        with hub.statements() as seen:
            await content(hub, key)
        counts.append(len(seen))

    assert counts == [11, 11]


async def policy_with(hub: LiveHub, number: int, picture: str) -> str:
    """A policy with that many links of each direction, references and a file."""
    others = [await hub.add(Kind.POLICY_DOCUMENT, f"文件{n}", details=POLICY) for n in range(number)]
    body = "".join(f'<p><a href="hub:item/{key}">文件</a></p>' for key in others)
    policy = await hub.add(
        Kind.POLICY_DOCUMENT,
        "办法",
        sections=["zwgk/zcwj", "county:zcwj"][: max(1, min(number, 2))],
        links=[(LinkType.CITES, key) for key in others] + [(LinkType.ATTACHES, picture)],
        body=body,
        details=POLICY,
    )
    for n in range(number):
        await hub.add(Kind.INTERPRETATION, f"解读{n}", links=[(LinkType.INTERPRETS, policy)])
    return policy


async def test_statements_of_withdrawn_and_missing_content(hub: LiveHub) -> None:
    policy, wrong = await hub.add(Kind.POLICY_DOCUMENT, "新"), await hub.add(Kind.ARTICLE, "错")
    await hub.withdraw(wrong, "有误", alternative_id=policy)

    counts = []
    for key in (wrong, new_id(), "x"):
        with hub.statements() as seen:
            await hub.reading().content(key)
        counts.append(len(seen))

    assert counts == [5, 1, 0]

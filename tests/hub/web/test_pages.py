from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import html5lib
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from hub.search import Mark
from hub.vocabulary.enums import Kind
from hub.web.reading import (
    ContentPage,
    Fact,
    FactCard,
    FoundItem,
    Marked,
    MediaFile,
    Moved,
    PolicyCard,
    SearchPage,
    SearchQuery,
    UnpublishedPage,
)
from hub.web.routes import routes
from tests.hub.web.fake_reading import (
    GONE_ID,
    MOVED_ID,
    POLICY,
    POLICY_ID,
    REPEALED_ID,
    SERVICE_ID,
    WITHDRAWN_ID,
    FakeReading,
)

XHTML = "{http://www.w3.org/1999/xhtml}"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title><script>alert(1)</script>",
    '" onmouseover="alert(1)" x="',
    "{{ 7*7 }}<iframe src=javascript:alert(1)>",
    "</mark><script>alert(1)</script>",
    "javascript:alert(1)",
]
ACTIVE = {"script", "iframe", "object", "embed", "svg", "math", "style", "base"}


def client_of(reading: FakeReading) -> TestClient:
    return TestClient(Starlette(routes=routes(reading)), follow_redirects=False)


@pytest.fixture
def client() -> TestClient:
    return client_of(FakeReading())


def tree_of(text: str) -> Any:
    return html5lib.parse(text)


def texts(text: str, name: str) -> list[str]:
    return ["".join(each.itertext()).strip() for each in tree_of(text).iter(XHTML + name)]


def test_the_front_page_says_what_the_hub_holds(client: TestClient) -> None:
    answer = client.get("/")

    assert answer.status_code == 200
    assert texts(answer.text, "h1") == ["全市政府网站的内容，一处可查"]
    assert texts(answer.text, "b") == ["6,680", "42", "1,600", "12,500", "318"]
    assert texts(answer.text, "h3")[0] == POLICY.title


def test_an_empty_hub_says_so() -> None:
    answer = client_of(FakeReading(listed=())).get("/")

    assert answer.status_code == 200
    assert "这里还没有公开的内容" in answer.text


def test_results_show_highlights_facets_and_pages(client: TestClient) -> None:
    text = client.get("/?q=社保卡&page=2").text

    assert texts(text, "mark")[:2] == ["社会保障卡", "社会保障卡"]
    assert "共 12,437 条以上，第 2 页" in texts(text, "p")
    assert "".join(texts(text, "nav")[1].split()) == "上一页123…50下一页"
    assert {"类型", "站点", "年份", "有效性"} <= set(texts(text, "h2"))


def test_a_chosen_facet_narrows_the_results_and_can_be_taken_back(client: TestClient) -> None:
    text = client.get("/?q=卡&kind=service_item").text

    assert [title for title in texts(text, "h2") if "补领" in title] == ["社会保障卡补领、换领、换发"]
    assert '<a href="/?q=%E5%8D%A1" title="取消这个条件">' in text


def test_a_corrected_text_is_named(client: TestClient) -> None:
    assert "没有找到“设会保障卡”，以下是“社会保障卡”的结果。" in texts(client.get("/?q=设会保障卡").text, "p")


def test_without_results_the_page_says_what_to_try(client: TestClient) -> None:
    answer = client.get("/?q=没有这个词")

    assert answer.status_code == 200
    assert "没有找到符合条件的公开内容" in answer.text


def test_while_search_is_down_the_newest_are_shown() -> None:
    answer = client_of(FakeReading(search_is_down=True)).get("/?q=社保卡")

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"
    assert "搜索暂时不可用" in answer.text
    assert POLICY.title in texts(answer.text, "h2")


def test_a_policy_shows_its_card_its_links_and_its_page_tags(client: TestClient) -> None:
    text = client.get(f"/content/{POLICY_ID}").text

    card = dict(zip(texts(text, "dt"), texts(text, "dd"), strict=True))
    tags = {each.get("name"): each.get("content") for each in tree_of(text).iter(XHTML + "meta") if each.get("name")}
    assert card["发文字号"] == "云政办发〔2026〕31号"
    assert card["成文日期"] == "2026年10月26日"
    assert texts(text, "h2")[2:] == ["政策解读", "废止的文件", "以本文件为依据", "相关报道", "所在栏目"]
    assert tags["PubDate"] == "2026-10-28 09:30"
    assert "Author" not in tags


def test_a_service_shows_its_elements(client: TestClient) -> None:
    text = client.get(f"/content/{SERVICE_ID}").text

    assert texts(text, "h2") == ["申请条件", "办理材料", "办理流程", "设定依据", "所在栏目"]
    assert "20 个工作日" in texts(text, "dd")


def test_a_repealed_policy_warns_and_names_what_repealed_it(client: TestClient) -> None:
    assert f"本文件已废止，仅供查阅。依据：{POLICY.title}" in texts(client.get(f"/content/{REPEALED_ID}").text, "p")


def test_a_withdrawn_page_explains_and_names_the_alternative(client: TestClient) -> None:
    answer = client.get(f"/content/{WITHDRAWN_ID}")

    assert answer.status_code == 200
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "经复核，文中计费标准有误，现予撤回，请以重新发布的通知为准。" in texts(answer.text, "p")
    assert f'href="/content/{POLICY_ID}"' in answer.text


def test_a_gone_page_is_410(client: TestClient) -> None:
    answer = client.get(f"/content/{GONE_ID}")

    assert answer.status_code == 410
    assert "应当事人申请，该公示期满后已撤除。" in answer.text


def test_a_redirected_content_and_a_moved_section_lead_on(client: TestClient) -> None:
    content, section = client.get(f"/content/{MOVED_ID}"), client.get("/sites/city/old")

    assert (content.status_code, content.headers["location"]) == (301, f"/content/{POLICY_ID}")
    assert (section.status_code, section.headers["location"]) == (301, "/sites/city/zwgk/zcwj")


def test_a_redirect_to_something_else_than_a_web_address_is_not_followed() -> None:
    class Hostile(FakeReading):
        async def content(self, item_id: str) -> ContentPage | UnpublishedPage | Moved | None:
            return Moved("javascript:alert(1)")

    assert client_of(Hostile()).get("/content/1").status_code == 404


@pytest.mark.parametrize("path", ["/content/nothing", "/sites/nowhere", "/sites/city/nothing", "/content/%00"])
def test_what_is_not_visible_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_site_shows_its_tree(client: TestClient) -> None:
    text = client.get("/sites/city").text

    assert 'href="/sites/city/zwgk/zcwj"' in text
    assert texts(text, "h1") == ["云岭市人民政府门户网站"]
    assert client.get("/sites/city/").text == text


def test_a_section_pages_both_ways_by_cursor(client: TestClient) -> None:
    first = client.get("/sites/city/zwgk/zcwj").text
    second = client.get("/sites/city/zwgk/zcwj?after=b2xkZXI=").text

    assert texts(first, "nav")[-1] == "较早的"
    assert texts(second, "nav")[-1] == "最新较新的较早的"
    assert 'href="/sites/city/zwgk/zcwj?after=b2xkZXI%3D"' in first


def test_an_unusable_cursor_offers_the_start_of_the_list(client: TestClient) -> None:
    answer = client.get("/sites/city/zwgk?after=broken")

    assert answer.status_code == 400
    assert '<a class="button" href="/sites/city/zwgk">' in answer.text


def test_pages_allow_no_script_and_no_other_host(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]

    assert policy == (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def test_an_unchanged_page_is_not_sent_again(client: TestClient) -> None:
    etag = client.get("/").headers["etag"]

    again = client.get("/", headers={"if-none-match": etag})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_stay_texts_on_every_page(hostile: str) -> None:
    client = client_of(hostile_reading(hostile))
    paths = ["/", "/?" + urlencode({"q": hostile, "kind": hostile}), f"/content/{POLICY_ID}", f"/content/{SERVICE_ID}"]
    paths += [f"/content/{WITHDRAWN_ID}", "/sites/city", "/sites/city/zwgk"]

    for path in paths:
        assert active_content(client.get(path).text) == [], path
    assert texts(client.get("/", params={"q": hostile}).text, "mark")[0] == hostile[2:9].strip()


def active_content(text: str) -> list[str]:
    """Elements that run something, `on…` attributes and addresses with a scheme of their own."""
    found = []
    for element in tree_of(text).iter():
        if not isinstance(element.tag, str):
            continue
        name = element.tag.rpartition("}")[2]
        found += [name] if name in ACTIVE else []
        for attribute, value in element.attrib.items():
            is_address = attribute in ("href", "src", "action")
            if attribute.startswith("on") or (is_address and not value.startswith(("/", "#", "https:"))):
                found.append(f"{attribute}={value}")
    return found


def hostile_reading(text: str) -> FakeReading:
    item = replace(POLICY, title=text, summary=text, unit=text, doc_no=text)

    class Hostile(FakeReading):
        async def search(self, query: SearchQuery) -> SearchPage:
            marked = Marked(text, (Mark(2, 9),))
            return SearchPage((FoundItem(item, marked, (marked,)),), 1, corrected_text=text)

        async def content(self, item_id: str) -> ContentPage | UnpublishedPage | Moved | None:
            if item_id == WITHDRAWN_ID:
                return UnpublishedPage(text, text, is_gone=False, alternative_address=text)
            tags = (("ArticleTitle", text), (text, text))
            notes = {"author": text, "source": text, "change_note": text, "language": text}
            file = MediaFile(text, text, "image/png", text)
            card = PolicyCard(text, text, text, text, (text,), repealed_by=item)
            if item_id == SERVICE_ID:
                facts = (Fact(text, text),)
                return ContentPage(replace(item, kind=Kind.SERVICE_ITEM), card=FactCard(facts, facts), files=(file,))
            return ContentPage(item, card=card, page_tags=tags, **notes)

    return Hostile(listed=(item,))

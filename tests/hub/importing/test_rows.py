from __future__ import annotations

from typing import Any

import pytest

from hub.importing.fields import RowRefused, Where
from hub.importing.rows import ItemRow, LinkRow, SectionRow, SiteRow, UnitRow, read_row
from hub.vocabulary.clock import Instant
from hub.vocabulary.enums import BodyFormat, Kind, LinkType, Publicity, SectionKind, SiteType, State, UnitType

WHERE = Where(7, 512)
LEAST = {"kind": "article", "source": "s", "source_id": "1", "title": "通知"}


def refusal(raw: dict[str, Any]) -> tuple[int, str, str]:
    with pytest.raises(RowRefused) as caught:
        read_row(raw, WHERE)
    return caught.value.line, caught.value.field, caught.value.reason


def test_item_needs_kind_source_id_and_title_only() -> None:
    assert read_row(LEAST, WHERE) == ItemRow(kind=Kind.ARTICLE, source="s", source_id="1", title="通知")


def test_item_row_carries_every_key_typed() -> None:
    row = read_row(
        {
            "kind": "policy_document",
            "source": "oa",
            "source_id": "17",
            "state": "draft",
            "site": "portal",
            "unit": "office",
            "sections": ["policy/rules", "county-a:policy"],
            "title": " 市民卡管理办法 ",
            "summary": "摘要",
            "body": "  正文\n",
            "body_format": "markdown",
            "author": "甲",
            "origin": "市政府办公室",
            "url": "https://www.example.gov.cn/1",
            "language": "zh-CN",
            "made_on": "2020-05-01",
            "published_at": "2020-05-02T09:00:00+08:00",
            "embargo_at": "2020-05-03",
            "expires_at": "2030-05-03T00:00:00Z",
            "audience": ["staff"],
            "publicity": "on_request",
            "keywords": ["市民卡", "市民卡"],
            "details": {"validity": "in_force", "doc_no": "金政发〔2020〕12号", "disclosure_category": 1},
            "links": [{"type": "cites", "source": "laws", "source_id": "9"}],
            "change_note": "更正文号",
        },
        WHERE,
    )

    assert row == ItemRow(
        kind=Kind.POLICY_DOCUMENT,
        source="oa",
        source_id="17",
        state=State.DRAFT,
        site="portal",
        unit="office",
        sections=("policy/rules", "county-a:policy"),
        title="市民卡管理办法",
        summary="摘要",
        body="  正文\n",
        body_format=BodyFormat.MARKDOWN,
        author="甲",
        origin="市政府办公室",
        url="https://www.example.gov.cn/1",
        language="zh-CN",
        made_on="2020-05-01",
        published_at=Instant(1588381200000000),
        embargo_at=Instant(1588435200000000),
        expires_at=Instant(1903996800000000),
        audience=("staff",),
        publicity=Publicity.ON_REQUEST,
        keywords=("市民卡",),
        details={"doc_no": "金政发〔2020〕12号", "disclosure_category": 1, "validity": "in_force"},
        links=(LinkRow(LinkType.CITES, "laws", "9"),),
        change_note="更正文号",
    )


def test_unit_site_and_section_rows_are_read() -> None:
    unit = read_row({"kind": "unit", "code": "office", "name": "市政府办公室", "unit_type": "city_department"}, WHERE)
    site = read_row({"kind": "site", "code": "portal", "name": "门户网站", "unit": "office"}, WHERE)
    section = read_row(
        {
            "kind": "section",
            "site": "county-a",
            "parent": "news",
            "code": "city",
            "name": "市级要闻",
            "section_kind": "news",
            "update_cycle_days": 14,
            "view": {"kinds": ["article"], "site": "portal", "section": "news", "archived": "exclude"},
        },
        WHERE,
    )

    assert unit == UnitRow("office", "市政府办公室", unit_type=UnitType.CITY_DEPARTMENT)
    assert site == SiteRow("portal", "门户网站", SiteType.PORTAL, unit="office")
    assert section == SectionRow(
        "county-a",
        "city",
        "市级要闻",
        parent="news",
        section_kind=SectionKind.NEWS,
        update_cycle_days=14,
        view={"kinds": ["article"], "site": "portal", "section": "news", "archived": "exclude"},
    )
    assert isinstance(section, SectionRow)
    assert section.path == "news/city"


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (LEAST | {"titel": "x"}, "titel"),
        (LEAST | {"details": {"doc_no": "x"}}, "details.doc_no"),
        (LEAST | {"links": [{"type": "cites", "source": "s", "source_id": "2", "note": "x"}]}, "links[0].note"),
        ({"kind": "unit", "code": "a", "name": "甲", "boss": "x"}, "boss"),
        ({"kind": "site", "code": "a", "name": "甲", "theme": "x"}, "theme"),
        ({"kind": "section", "site": "p", "code": "a", "name": "甲", "view": {"kind": "article"}}, "view.kind"),
    ],
)
def test_unknown_key_is_refused_by_name(raw: dict[str, Any], field: str) -> None:
    line, named, reason = refusal(raw)

    assert (line, named) == (7, field)
    assert reason.startswith("is not a")


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"kind": "survey"}, "kind", "must be one of: unit, site, section, article, policy_document, interpretation, "
         "media_asset, service_item."),
        ({"title": ""}, "title", "is required."),
        ({"title": "字" * 501}, "title", "has 501 characters; at most 500 are allowed."),
        ({"title": "a\nb"}, "title", "must be one line."),
        ({"title": 5}, "title", "must be text."),
        ({"title": "a\x00b"}, "title", "holds a NUL character (U+0000)."),
        ({"body": "a\ud800"}, "body", "holds a lone surrogate (U+D800)."),
        ({"state": "withdrawn"}, "state", "must be live or draft; other states travel in a full export only."),
        ({"state": "gone!"}, "state",
         "must be one of: draft, live, withdrawn, redirected, gone, vanished, archived."),
        ({"made_on": "2020-02-30"}, "made_on", "must be a day: YYYY-MM-DD."),
        ({"made_on": "20200201"}, "made_on", "must be a day: YYYY-MM-DD."),
        ({"published_at": "gestern"}, "published_at",
         "must be an instant in ISO 8601, such as 2026-05-01T09:00:00+08:00."),
        ({"embargo_at": "2020-01-02", "expires_at": "2020-01-02"}, "expires_at", "must be later than embargo_at."),
        ({"url": "javascript:alert(1)"}, "url", "must be an http or https address."),
        ({"site": "Portal"}, "site", "must be a slug: a-z, 0-9, and - . _ inside, at most 64 characters."),
        ({"sections": ["news"]}, "sections", "name paths, but the row names no site."),
        ({"site": "p", "sections": ["news//a"]}, "sections",
         "holds 'news//a', which is not a path of codes joined by /."),
        ({"keywords": "a,b"}, "keywords", "must be a list of lines of text."),
        ({"file": "../etc/passwd"}, "file", "must be a path below the imported file's folder, with / and without .."),
        ({"file": "/etc/passwd"}, "file", "must be a path below the imported file's folder, with / and without .."),
        ({"links": [{"type": "likes", "source": "s", "source_id": "2"}]}, "links[0].type",
         "must be one of: interprets, cites, implements, amends, repeals, replaces, basis_of, illustrates, attaches, "
         "relates_to, reports_on, republishes, translation_of."),
        ({"details": {"event_on": "x"}}, "details.event_on", "must be a day: YYYY-MM-DD."),
        ({"details": ["x"]}, "details", "must be an object."),
        ({"language": "Chinese!"}, "language", "must be a language tag such as zh-CN."),
    ],
)  # fmt: skip
def test_value_outside_its_rule_is_refused_with_field_and_reason(
    change: dict[str, Any], field: str, reason: str
) -> None:
    assert refusal(LEAST | change) == (7, field, reason)


def test_refusal_carries_the_key_of_the_row() -> None:
    with pytest.raises(RowRefused) as caught:
        read_row(LEAST | {"made_on": "x"}, WHERE)

    assert caught.value.key == {"kind": "article", "source": "s", "source_id": "1"}

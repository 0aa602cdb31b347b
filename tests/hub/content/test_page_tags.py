from __future__ import annotations

from types import SimpleNamespace

from hub.content.page_tags import column_tags, content_tags, site_tags
from hub.vocabulary.clock import parse_instant

SITE = SimpleNamespace(name="云岭市门户", domain=None, site_id_code="5399000001")
SECTION = SimpleNamespace(
    name="文件库", description=None, keywords=["文件", "规章"], column_type=None, section_kind="policy_document"
)


def row(**fields: object) -> SimpleNamespace:
    unset = {
        "title": "通知",
        "published_at": None,
        "first_published_at": None,
        "keywords": [],
        "author": "",
        "summary": "",
    }
    return SimpleNamespace(**(unset | fields))


def test_home_tags_are_those_of_the_site_that_have_a_value() -> None:
    assert site_tags(SITE) == (("SiteName", "云岭市门户"), ("SiteIDCode", "5399000001"))
    assert site_tags(None) == ()


def test_a_column_without_a_type_is_of_the_type_its_kind_is_called() -> None:
    assert column_tags(SITE, SECTION)[2:] == (
        ("ColumnName", "文件库"),
        ("ColumnKeywords", "文件,规章"),
        ("ColumnType", "政策文件"),
    )


def test_content_outside_sections_has_no_column_and_describes_itself_by_its_text() -> None:
    tags = content_tags(None, None, row(), source="云岭市人民政府", text="正文" * 100)

    assert tags[:2] == (("ArticleTitle", "通知"), ("ContentSource", "云岭市人民政府"))
    assert len(dict(tags)["Description"]) == 120


def test_times_are_local_to_the_minute() -> None:
    tags = content_tags(SITE, SECTION, row(published_at=parse_instant("2026-06-01T01:30:59Z")), source="市府办")

    assert dict(tags)["PubDate"] == "2026-06-01 09:30"

from __future__ import annotations

from types import SimpleNamespace

from hub.web.live_tags import column_tags, content_tags, site_tags

SITE = SimpleNamespace(name="云岭市门户", domain=None, site_id_code="5399000001")
SECTION = SimpleNamespace(name="政策文件", description=None, keywords=["文件", "规章"], column_type=None)


def test_home_tags_are_the_three_of_the_site() -> None:
    assert site_tags(SITE) == (("SiteName", "云岭市门户"), ("SiteDomain", ""), ("SiteIDCode", "5399000001"))
    assert site_tags(None) == ()


def test_a_column_without_a_type_is_of_its_own() -> None:
    assert column_tags(SITE, SECTION)[3:] == (
        ("ColumnName", "政策文件"),
        ("ColumnDescription", ""),
        ("ColumnKeywords", "文件,规章"),
        ("ColumnType", "政策文件"),
    )


def test_content_outside_sections_has_no_column_and_describes_itself_by_its_text() -> None:
    row = SimpleNamespace(title="通知", published_at=None, keywords=[], author="", summary="")

    tags = content_tags(None, None, row, source="云岭市人民政府", text="正文" * 100)

    assert tags[:3] == (("ArticleTitle", "通知"), ("PubDate", ""), ("ContentSource", "云岭市人民政府"))
    assert len(dict(tags)["Description"]) == 120

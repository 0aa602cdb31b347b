"""Page tags (网页标签, domain §6) from rows. Empty and repeated ones are dropped where the page is written."""

from __future__ import annotations

from typing import Any

from hub.content.body import excerpt
from hub.vocabulary.clock import Instant, local
from hub.web.reading import PageTags

DESCRIPTION_LENGTH = 120
"""Characters of a description."""


def site_tags(site: Any | None) -> PageTags:
    if site is None:
        return ()
    return (("SiteName", site.name), ("SiteDomain", site.domain or ""), ("SiteIDCode", site.site_id_code or ""))


def column_tags(site: Any, section: Any) -> PageTags:
    return (
        *site_tags(site),
        ("ColumnName", section.name),
        ("ColumnDescription", section.description or ""),
        ("ColumnKeywords", ",".join(section.keywords)),
        ("ColumnType", section.column_type or section.name),
    )


def content_tags(
    site: Any | None, section: Any | None, row: Any, *, source: str, text: str, image: str = "", url: str = ""
) -> PageTags:
    """Of the section the content stands in first; `text` is described when there is no summary."""
    column = (("ColumnName", section.name), ("ColumnType", section.column_type or section.name)) if section else ()
    return (
        *site_tags(site),
        *column,
        ("ArticleTitle", row.title),
        ("PubDate", _moment(row.published_at)),
        ("ContentSource", source),
        ("Keywords", ",".join(row.keywords)),
        ("Author", row.author),
        ("Description", excerpt(row.summary or text, DESCRIPTION_LENGTH)),
        ("Image", image),
        ("Url", url),
    )


def _moment(instant: Instant | None) -> str:
    return local(instant).strftime("%Y-%m-%d %H:%M") if instant is not None else ""

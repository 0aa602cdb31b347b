"""Page tags (网页标签, domain §6) from rows: plain text, each once, none empty. Whoever prints them escapes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub.content.body import excerpt
from hub.vocabulary.clock import Instant, local
from hub.vocabulary.enums import SECTION_LABELS

PageTags = tuple[tuple[str, str], ...]
DESCRIPTION_LENGTH = 120
"""Characters of a description."""


def site_tags(site: Any | None) -> PageTags:
    """Tags of a home page, and the first ones of every other page."""
    return _stated(_site(site))


def column_tags(site: Any, section: Any) -> PageTags:
    return _stated(
        [
            *_site(site),
            ("ColumnName", section.name),
            ("ColumnDescription", section.description),
            ("ColumnKeywords", ",".join(section.keywords)),
            ("ColumnType", column_type(section)),
        ]
    )


def content_tags(
    site: Any | None, section: Any | None, row: Any, *, source: str, text: str = "", image: str = "", url: str = ""
) -> PageTags:
    """Of the section the content stands in first; `text` is described when there is no summary."""
    column = [("ColumnName", section.name), ("ColumnType", column_type(section))] if section is not None else []
    return _stated(
        [
            *_site(site),
            *column,
            ("ArticleTitle", row.title),
            ("PubDate", shown(row.published_at or row.first_published_at)),
            ("ContentSource", source),
            ("Keywords", ",".join(row.keywords)),
            ("Author", row.author),
            ("Description", excerpt(row.summary or text, DESCRIPTION_LENGTH)),
            ("Image", image),
            ("Url", url),
        ]
    )


def column_type(section: Any) -> str:
    return str(section.column_type or SECTION_LABELS[section.section_kind])


def shown(instant: Instant | None) -> str:
    """`YYYY-MM-DD HH:MM`, local."""
    return "" if instant is None else local(instant).strftime("%Y-%m-%d %H:%M")


def _site(site: Any | None) -> list[tuple[str, str | None]]:
    if site is None:
        return []
    return [("SiteName", site.name), ("SiteDomain", site.domain), ("SiteIDCode", site.site_id_code)]


def _stated(pairs: Iterable[tuple[str, str | None]]) -> PageTags:
    return tuple((name, content) for name, content in pairs if content)

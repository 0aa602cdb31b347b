"""The filter of lists, search and the change feed, as input."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry import UNSET

from hub.content.filters import ContentFilter
from hub.vocabulary.clock import Instant
from hub.vocabulary.enums import Archived, Genre, Kind, Validity
from hub.vocabulary.errors import InvalidInput
from hub.vocabulary.ids import is_id
from schema.context import Info


@strawberry.input(
    description="All given fields must hold; of several values of one field any will do. At most 20 values a field."
)
class ContentFilterInput:
    kinds: list[Kind] | None = strawberry.field(default=UNSET, description="Kinds of content (内容类型).")
    site: list[str] | None = strawberry.field(default=UNSET, description="Codes or ids of sites (站点).")
    section: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="Ids of sections (栏目), each with its subtree. A view holds nothing itself."
    )
    unit: list[strawberry.ID] | None = strawberry.field(default=UNSET, description="Ids of units (单位).")
    genre: list[Genre] | None = strawberry.field(default=UNSET, description="Types of document (文种).")
    validity: list[Validity] | None = strawberry.field(default=UNSET, description="Validity of policies (有效性).")
    region: list[str] | None = strawberry.field(default=UNSET, description="Regions (地区).")
    topic: list[str] | None = strawberry.field(default=UNSET, description="Subject classes (主题).")
    keyword: list[str] | None = strawberry.field(default=UNSET, description="Keywords (关键词).")
    theme: list[str] | None = strawberry.field(default=UNSET, description="Service themes (主题分类).")
    object: list[str] | None = strawberry.field(default=UNSET, description="Whom services serve (服务对象).")
    doc_no: list[str] | None = strawberry.field(
        default=UNSET, description="Document numbers (发文字号), in any written form."
    )
    language: list[str] | None = strawberry.field(default=UNSET, description="Language tags, such as zh-Hans.")
    published_since: Instant | None = strawberry.field(default=UNSET, description="Published at this instant or later.")
    published_until: Instant | None = strawberry.field(default=UNSET, description="Published before this instant.")
    archived: Archived | None = strawberry.field(
        default=UNSET, description="What to do with archived content (已归档); left out without it."
    )


_LISTS = (
    "kinds",
    "section",
    "unit",
    "genre",
    "validity",
    "region",
    "topic",
    "keyword",
    "theme",
    "object",
    "doc_no",
    "language",
)
MAX_VALUE = 500
"""Characters of one value: longer than any that could be stored."""


async def filter_of(info: Info, given: ContentFilterInput | None, kinds: tuple[Kind, ...] = ()) -> ContentFilter:
    """The filter as the hub reads it; codes of sites are resolved in one statement. Raises `InvalidInput`."""
    if given is None:
        return ContentFilter(kinds=kinds)
    made: dict[str, Any] = {name: _values(name, getattr(given, name)) for name in _LISTS if getattr(given, name)}
    if given.site:
        made["site"] = await site_ids(info, given.site)
    for name in ("published_since", "published_until", "archived"):
        if getattr(given, name) not in (UNSET, None):
            made[name] = getattr(given, name)
    return ContentFilter(**{**made, "kinds": _kinds(made.get("kinds", ()), kinds)})


def _values(name: str, values: list[Any]) -> tuple[Any, ...]:
    if any(isinstance(value, str) and len(value) > MAX_VALUE for value in values):
        raise InvalidInput(f"A value has at most {MAX_VALUE} characters.", field=name)
    return tuple(dict.fromkeys(values))


def _kinds(asked: tuple[Kind, ...], fixed: tuple[Kind, ...]) -> tuple[Kind, ...]:
    if asked and fixed and not set(asked) & set(fixed):
        raise InvalidInput("This list does not show these kinds.", field="kinds")
    return tuple(kind for kind in asked if not fixed or kind in fixed) or fixed


async def site_ids(info: Info, named: list[str]) -> tuple[str, ...]:
    """Ids of sites named by code or id. Raises `InvalidInput` naming an unknown code."""
    codes = [name for name in named if not is_id(name)]
    rows = dict(zip(codes, await info.context.load.sites_by_code.load_many(codes), strict=True))
    for code, row in rows.items():
        if row is None:
            raise InvalidInput(f"There is no site “{code[:80]}”.", field="site")
    return tuple(dict.fromkeys(rows[name].id if name in rows else name for name in named))

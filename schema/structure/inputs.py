"""What is sent to make and change sites, sections and units. A field left out stays; null clears it."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry import UNSET

from hub.vocabulary.enums import Archived, Genre, Kind, SectionKind, SiteType, UnitType, Validity
from schema.content.filters import site_ids
from schema.context import Info


def _optional(description: str) -> Any:
    return strawberry.field(default=UNSET, description=description)


@strawberry.input(description="A unit (单位). A field left out stays as it is; null clears it.")
class UnitInput:
    name: str | None = _optional("Full name (名称), required for a new unit.")
    short_name: str | None = _optional("Short name (简称).")
    unit_type: UnitType | None = _optional("Type (单位类型), required for a new unit.")
    region: str | None = _optional("Region (地区).")
    region_code: str | None = _optional("Region code (行政区划代码).")
    unified_code: str | None = _optional("Unified social credit code (统一社会信用代码).")
    address: str | None = _optional("Address (地址).")
    phone: str | None = _optional("Telephone (电话).")


@strawberry.input(description="A site (站点). A field left out stays as it is; null clears it.")
class SiteInput:
    name: str | None = _optional("Name (网站名称), required for a new site.")
    site_type: SiteType | None = _optional("Type (站点类型), required for a new site.")
    domain: str | None = _optional("Domain (域名).")
    site_id_code: str | None = _optional("Site identification code (网站标识码).")
    language: str | None = _optional("Language tag, such as zh-Hans.")
    description: str | None = _optional("What it is for (简介).")


@strawberry.input(description="The stored filter of a view (栏目视图). It cannot stand over another view.")
class SectionViewInput:
    kinds: list[Kind] | None = _optional("Kinds (内容类型).")
    site: list[str] | None = _optional("Codes or ids of sites (站点).")
    section: list[strawberry.ID] | None = _optional("Ids of sections (栏目), each with its subtree.")
    unit: list[strawberry.ID] | None = _optional("Ids of units (单位).")
    genre: list[Genre] | None = _optional("Types of document (文种).")
    validity: list[Validity] | None = _optional("Validity (有效性).")
    region: list[str] | None = _optional("Regions (地区).")
    topic: list[str] | None = _optional("Subject classes (主题).")
    keyword: list[str] | None = _optional("Keywords (关键词).")
    theme: list[str] | None = _optional("Service themes (主题分类).")
    object: list[str] | None = _optional("Whom services serve (服务对象).")
    language: list[str] | None = _optional("Language tags.")
    archived: Archived | None = _optional("What to do with archived content (已归档).")


@strawberry.input(description="A section (栏目). A field left out stays as it is; null clears it.")
class SectionInput:
    name: str | None = _optional("Name (栏目名称), required for a new section.")
    section_kind: SectionKind | None = _optional("What it is for (栏目类别), required for a new section.")
    description: str | None = _optional("Description (栏目描述).")
    keywords: list[str] | None = _optional("Keywords (栏目关键词).")
    column_type: str | None = _optional("ColumnType of its page tags.")
    update_cycle_days: int | None = _optional("Days within which it is renewed (更新周期).")
    order_no: int | None = _optional("Place among its siblings.")
    view: SectionViewInput | None = _optional("Makes it a view (栏目视图); null makes it hold content again.")


def given(values: Any) -> dict[str, Any]:
    """The fields that were named, by column."""
    return {name: value for name, value in vars(values).items() if value is not UNSET}


async def section_values(info: Info, values: SectionInput) -> dict[str, Any]:
    """As `given`; the view as plain JSON, its sites as ids. Raises `InvalidInput` for an unknown site."""
    columns = given(values)
    view = columns.get("view")
    if view is not None:
        said = {name: value for name, value in given(view).items() if value is not None}
        if said.get("site"):
            said["site"] = list(await site_ids(info, said["site"]))
        columns["view"] = said
    return columns

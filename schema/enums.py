"""The vocabulary's enumerations as GraphQL ones: names in upper case, each value with its Chinese term."""

# ruff: noqa: E501 - tables of terms are easier to read in long lines
from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any

import strawberry

from hub.content.workflow import Action
from hub.search import SearchSort
from hub.vocabulary import enums
from hub.vocabulary.details import LimitUnit, ProjectType, TaskType

LINK_LABELS = {
    "interprets": "解读", "cites": "引用", "implements": "实施", "amends": "修改", "repeals": "废止", "replaces": "取代",
    "basis_of": "作为依据", "illustrates": "配图", "attaches": "附件", "relates_to": "相关", "reports_on": "报道",
    "republishes": "转载", "translation_of": "译自",
}  # fmt: skip
STATE_LABELS = {
    "draft": "草稿", "live": "已发布", "withdrawn": "已撤回", "redirected": "已转向", "gone": "已删除", "vanished": "已消失",
    "archived": "已归档",
}  # fmt: skip
_VERB_LABELS = {
    "published": "发布", "corrected": "更正", "withdrawn": "撤回", "restored": "恢复", "redirected": "转向", "gone": "删除",
    "vanished": "消失", "moved": "移动", "became_visible": "解禁", "expired": "到期下线", "archived": "归档", "erased": "抹除",
}  # fmt: skip
_UNIT_LABELS = {
    "city_gov": "市人民政府", "county_gov": "县(市、区)人民政府", "development_zone": "开发区管委会", "city_department": "市直部门",
    "county_department": "县直部门", "township": "乡镇(街道)", "external": "本市以外的发布者",
}  # fmt: skip
_SITE_LABELS = {"portal": "门户网站", "department_site": "部门网站", "sub_site": "分站"}
_FORM_LABELS = {
    "text": "文字", "infographic": "图解", "animation": "动漫", "audio": "音频", "video": "视频", "interview": "访谈",
    "briefing": "发布会", "qa": "问答", "h5": "H5", "expert": "专家", "official": "负责人",
}  # fmt: skip
_TASK_LABELS = {
    "licence": "许可", "penalty": "处罚", "coercion": "强制", "levy": "征收", "grant": "给付", "inspection": "检查",
    "confirmation": "确认", "reward": "奖励", "ruling": "裁决", "other_power": "其他行政权力", "public_service": "公共服务",
}  # fmt: skip
_LIMIT_LABELS = {"working_day": "工作日", "calendar_day": "自然日", "hour": "小时", "month": "月"}
_EDITION_LABELS = {
    "draft": "草稿", "in_review": "审核中", "approved": "已通过", "scheduled": "待发布", "live": "已发布", "superseded": "已被取代",
}  # fmt: skip


class ListOrder(StrEnum):
    PUBLISHED_AT_DESC = "published_at_desc"
    PUBLISHED_AT_ASC = "published_at_asc"
    UPDATED_AT_DESC = "updated_at_desc"
    UPDATED_AT_ASC = "updated_at_asc"

    @property
    def by_update(self) -> bool:
        return self.value.startswith("updated")

    @property
    def descending(self) -> bool:
        return self.value.endswith("desc")


class RemoveAs(StrEnum):
    GONE = "gone"
    VANISHED = "vanished"


class HighlightField(StrEnum):
    TITLE = "title"
    SUMMARY = "summary"
    TEXT = "text"
    DETAILS = "details"


class SearchFacet(StrEnum):
    """The values of `hub.search.FACETS`; a test demands that they are the same."""

    KIND = "kind"
    SITE = "site"
    SECTION = "section"
    UNIT = "unit"
    YEAR = "year"
    VALIDITY = "validity"
    TOPIC = "topic"
    REGION = "region"
    GENRE = "genre"


def _public(enum: Any, name: str, description: str, labels: Mapping[Any, str]) -> Any:
    made = strawberry.enum(enum, name=name, description=description)
    for value in made.__strawberry_definition__.values:
        value.description = labels.get(value.value)
    return made


_TABLE: tuple[tuple[type[Enum], str, str, Mapping[Any, str]], ...] = (
    (enums.Kind, "ContentKind", "Kinds of content (内容类型).", enums.KIND_LABELS),
    (enums.State, "ContentState", "What an item is to the outside (条目状态).", STATE_LABELS),
    (enums.EditionState, "EditionState", "How far an edition has come (版本状态).", _EDITION_LABELS),
    (enums.Verb, "ChangeVerb", "What happened to an item (变更).", _VERB_LABELS),
    (enums.LinkType, "LinkType", "How two items are related (关联).", LINK_LABELS),
    (enums.Publicity, "Publicity", "Disclosure attribute (公开属性).", enums.PUBLICITY_LABELS),
    (enums.Validity, "Validity", "Whether a policy is in force (有效性).", enums.VALIDITY_LABELS),
    (enums.Genre, "Genre", "Type of official document (文种).", enums.GENRE_LABELS),
    (enums.UnitType, "UnitType", "Types of units (单位类型).", _UNIT_LABELS),
    (enums.SiteType, "SiteType", "Types of sites (站点类型).", _SITE_LABELS),
    (enums.SectionKind, "SectionKind", "What a section is for (栏目类别).", enums.SECTION_LABELS),
    (enums.InterpretationForm, "InterpretationForm", "Form of an interpretation (解读形式).", _FORM_LABELS),
    (enums.ChangeScale, "ChangeScale", "How much a correction changes (更正程度).", {"minor": "小改", "major": "大改"}),
    (
        enums.Archived,
        "Archived",
        "What lists and search do with archived content (已归档).",
        {"exclude": "Leave it out.", "include": "Show it with the rest.", "only": "Show nothing else."},
    ),
    (
        enums.BodyFormat,
        "BodyFormat",
        "How a body is written (正文格式).",
        {
            "html": "HTML; cleaned to the allowed elements.",
            "markdown": "Markdown.",
            "text": "Plain text, paragraphs by line.",
        },
    ),
    (TaskType, "TaskType", "Types of service items (事项类型).", _TASK_LABELS),
    (
        ProjectType,
        "ProjectType",
        "At once, or within a promised limit (办件类型).",
        {"instant": "即办件", "promised": "承诺件"},
    ),
    (LimitUnit, "LimitUnit", "Units of time limits (时限单位).", _LIMIT_LABELS),
    (
        Action,
        "ContentAction",
        "What may be done with content (操作).",
        {one.value: f"Mutation for “{one.value.replace('_', ' ')}”." for one in Action},
    ),
    (
        SearchSort,
        "SearchSort",
        "Order of search results (排序).",
        {"relevance": "Best answer first (相关度).", "newest": "Newest publication first (最新)."},
    ),
    (
        SearchFacet,
        "SearchFacet",
        "What search results can be counted by (分面).",
        {one.value: f"Counts by {one.value}." for one in SearchFacet},
    ),
    (
        ListOrder,
        "ContentOrder",
        "Order of a list; ties are ordered by id.",
        {
            "published_at_desc": "Newest publication first.",
            "published_at_asc": "Oldest publication first.",
            "updated_at_desc": "Latest public change first.",
            "updated_at_asc": "Earliest public change first.",
        },
    ),
    (
        RemoveAs,
        "RemoveAs",
        "What remains of removed content.",
        {"gone": "Its address says that it is gone (已删除).", "vanished": "As if it had never been (已消失)."},
    ),
    (
        HighlightField,
        "HighlightField",
        "Where the searched text shows.",
        {
            "title": "Title (标题).",
            "summary": "Summary (摘要).",
            "text": "Body text (正文).",
            "details": "Fields of its kind, such as materials of a service item (要素).",
        },
    ),
)
for _enum, _name, _description, _labels in _TABLE:
    _public(_enum, _name, _description, _labels)

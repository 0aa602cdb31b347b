"""Enumerations of the field (domain.md §1, §3). Values are the identifiers stored and shown; labels are Chinese."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    ARTICLE = "article"
    POLICY_DOCUMENT = "policy_document"
    INTERPRETATION = "interpretation"
    MEDIA_ASSET = "media_asset"
    SERVICE_ITEM = "service_item"


class State(StrEnum):
    """What an item is to the outside (design §1)."""

    DRAFT = "draft"
    LIVE = "live"
    WITHDRAWN = "withdrawn"
    REDIRECTED = "redirected"
    GONE = "gone"
    VANISHED = "vanished"
    ARCHIVED = "archived"


class EditionState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    LIVE = "live"
    SUPERSEDED = "superseded"


class Verb(StrEnum):
    """What one row of the change log says happened (design §4)."""

    PUBLISHED = "published"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"
    REDIRECTED = "redirected"
    GONE = "gone"
    VANISHED = "vanished"
    MOVED = "moved"
    BECAME_VISIBLE = "became_visible"
    EXPIRED = "expired"
    ARCHIVED = "archived"
    ERASED = "erased"


class LinkType(StrEnum):
    INTERPRETS = "interprets"
    CITES = "cites"
    IMPLEMENTS = "implements"
    AMENDS = "amends"
    REPEALS = "repeals"
    REPLACES = "replaces"
    BASIS_OF = "basis_of"
    ILLUSTRATES = "illustrates"
    ATTACHES = "attaches"
    RELATES_TO = "relates_to"
    REPORTS_ON = "reports_on"
    REPUBLISHES = "republishes"
    TRANSLATION_OF = "translation_of"


class Publicity(StrEnum):
    """公开属性; only `proactive` may reach a public channel."""

    PROACTIVE = "proactive"
    ON_REQUEST = "on_request"
    WITHHELD = "withheld"


class Validity(StrEnum):
    IN_FORCE = "in_force"
    AMENDED = "amended"
    EXPIRED = "expired"
    REPEALED = "repealed"
    NOT_YET = "not_yet"


class Genre(StrEnum):
    """文种 (domain §3), and `other` for texts that have none of them, as statutes do."""

    RESOLUTION = "resolution"
    DECISION = "decision"
    ORDER = "order"
    COMMUNIQUE = "communique"
    ANNOUNCEMENT = "announcement"
    PUBLIC_NOTICE = "public_notice"
    OPINION = "opinion"
    NOTICE = "notice"
    CIRCULAR = "circular"
    REPORT = "report"
    REQUEST = "request"
    REPLY = "reply"
    MOTION = "motion"
    LETTER = "letter"
    MINUTES = "minutes"
    OTHER = "other"


class UnitType(StrEnum):
    CITY_GOV = "city_gov"
    COUNTY_GOV = "county_gov"
    DEVELOPMENT_ZONE = "development_zone"
    CITY_DEPARTMENT = "city_department"
    COUNTY_DEPARTMENT = "county_department"
    TOWNSHIP = "township"
    EXTERNAL = "external"
    """A publisher outside the city: the State Council, a court, another province. Ours, not the notice's."""


class SiteType(StrEnum):
    PORTAL = "portal"
    DEPARTMENT_SITE = "department_site"
    SUB_SITE = "sub_site"


class SectionKind(StrEnum):
    OVERVIEW = "overview"
    FUNCTIONS = "functions"
    LEADERS = "leaders"
    LAW = "law"
    NEWS = "news"
    NOTICE = "notice"
    POLICY_DOCUMENT = "policy_document"
    INTERPRETATION = "interpretation"
    PLAN = "plan"
    PERSONNEL = "personnel"
    BUDGET = "budget"
    MAJOR_PROJECT = "major_project"
    SERVICE = "service"
    CONSULTATION = "consultation"
    SURVEY = "survey"
    INTERVIEW = "interview"
    TOPIC = "topic"
    PETITION = "petition"
    OTHER = "other"


class InterpretationForm(StrEnum):
    TEXT = "text"
    INFOGRAPHIC = "infographic"
    ANIMATION = "animation"
    AUDIO = "audio"
    VIDEO = "video"
    INTERVIEW = "interview"
    BRIEFING = "briefing"
    QA = "qa"
    H5 = "h5"
    EXPERT = "expert"
    OFFICIAL = "official"


class ChangeScale(StrEnum):
    """How much a correction changes; a major one opens a recall."""

    MINOR = "minor"
    MAJOR = "major"


class Archived(StrEnum):
    """What lists and search do with archived items."""

    EXCLUDE = "exclude"
    INCLUDE = "include"
    ONLY = "only"


class BodyFormat(StrEnum):
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"


KIND_LABELS = {
    Kind.ARTICLE: "文章",
    Kind.POLICY_DOCUMENT: "政策文件",
    Kind.INTERPRETATION: "政策解读",
    Kind.MEDIA_ASSET: "媒体资产",
    Kind.SERVICE_ITEM: "政务服务事项",
}
GENRE_LABELS = {
    Genre.RESOLUTION: "决议",
    Genre.DECISION: "决定",
    Genre.ORDER: "命令",
    Genre.COMMUNIQUE: "公报",
    Genre.ANNOUNCEMENT: "公告",
    Genre.PUBLIC_NOTICE: "通告",
    Genre.OPINION: "意见",
    Genre.NOTICE: "通知",
    Genre.CIRCULAR: "通报",
    Genre.REPORT: "报告",
    Genre.REQUEST: "请示",
    Genre.REPLY: "批复",
    Genre.MOTION: "议案",
    Genre.LETTER: "函",
    Genre.MINUTES: "纪要",
    Genre.OTHER: "其他",
}
VALIDITY_LABELS = {
    Validity.IN_FORCE: "有效",
    Validity.AMENDED: "已修改",
    Validity.EXPIRED: "失效",
    Validity.REPEALED: "废止",
    Validity.NOT_YET: "尚未生效",
}
PUBLICITY_LABELS = {
    Publicity.PROACTIVE: "主动公开",
    Publicity.ON_REQUEST: "依申请公开",
    Publicity.WITHHELD: "不予公开",
}
SECTION_LABELS = {
    SectionKind.OVERVIEW: "概况信息",
    SectionKind.FUNCTIONS: "机构职能",
    SectionKind.LEADERS: "领导信息",
    SectionKind.LAW: "法规",
    SectionKind.NEWS: "动态要闻",
    SectionKind.NOTICE: "通知公告",
    SectionKind.POLICY_DOCUMENT: "政策文件",
    SectionKind.INTERPRETATION: "政策解读",
    SectionKind.PLAN: "规划计划",
    SectionKind.PERSONNEL: "人事信息",
    SectionKind.BUDGET: "财政预决算",
    SectionKind.MAJOR_PROJECT: "重大项目",
    SectionKind.SERVICE: "办事服务",
    SectionKind.CONSULTATION: "互动交流",
    SectionKind.SURVEY: "征集调查",
    SectionKind.INTERVIEW: "在线访谈",
    SectionKind.TOPIC: "专题",
    SectionKind.PETITION: "信访",
    SectionKind.OTHER: "其他",
}

"""The fields each kind has beyond those every kind has: one table for GraphQL inputs, storage and import.

A cleaned mapping is plain JSON values in the table's order: dates are `YYYY-MM-DD`, enumerations their identifier,
lists non-empty lists of lines. A field without a value is left out, so equal content has one form (and one hash).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hub.vocabulary.enums import Genre, InterpretationForm, Kind, Validity
from hub.vocabulary.errors import InvalidInput

DetailValue = str | int | bool | list[str]

MAX_TEXT = 1_000_000
MAX_LINE = 2_000
MAX_LINES = 1_000
MAX_INT = 2**31 - 1


class TaskType(StrEnum):
    """事项类型 (domain §3)."""

    LICENCE = "licence"
    PENALTY = "penalty"
    COERCION = "coercion"
    LEVY = "levy"
    GRANT = "grant"
    INSPECTION = "inspection"
    CONFIRMATION = "confirmation"
    REWARD = "reward"
    RULING = "ruling"
    OTHER_POWER = "other_power"
    PUBLIC_SERVICE = "public_service"


class ProjectType(StrEnum):
    """办件类型: done at once, or within a promised limit."""

    INSTANT = "instant"
    PROMISED = "promised"


class LimitUnit(StrEnum):
    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    HOUR = "hour"
    MONTH = "month"


class FieldType(StrEnum):
    LINE = "line"
    """One line, at most 2,000 characters."""
    TEXT = "text"
    """Any number of lines, at most a million characters."""
    LINES = "lines"
    """A list of lines, at most 1,000."""
    INT = "int"
    """0 … 2^31 - 1."""
    BOOL = "bool"
    DATE = "date"
    GENRE = "genre"
    VALIDITY = "validity"
    FORM = "form"
    TASK_TYPE = "task_type"
    PROJECT_TYPE = "project_type"
    LIMIT_UNIT = "limit_unit"
    CATEGORY = "category"
    """Disclosure category: 1 … 15 (R711 Art. 20)."""
    URL = "url"
    """An http or https address."""
    MEDIA_TYPE = "media_type"
    """type/subtype, e.g. image/png."""
    SHA256 = "sha256"


@dataclass(frozen=True, slots=True)
class DetailField:
    type: FieldType
    label: str


_LINE, _TEXT, _LINES, _INT, _BOOL, _DATE = (
    FieldType.LINE,
    FieldType.TEXT,
    FieldType.LINES,
    FieldType.INT,
    FieldType.BOOL,
    FieldType.DATE,
)

DETAIL_FIELDS: dict[Kind, dict[str, DetailField]] = {
    Kind.ARTICLE: {
        "genre": DetailField(FieldType.GENRE, "文种"),
        "region": DetailField(_LINE, "地区"),
        "topic": DetailField(_LINE, "主题"),
        "event_on": DetailField(_DATE, "事件日期"),
    },
    Kind.POLICY_DOCUMENT: {
        "doc_no": DetailField(_LINE, "发文字号"),
        "index_no": DetailField(_LINE, "索引号"),
        "issuer": DetailField(_LINE, "发文机关"),
        "joint_issuers": DetailField(_LINES, "联合发文机关"),
        "genre": DetailField(FieldType.GENRE, "文种"),
        "topic": DetailField(_LINE, "主题"),
        "disclosure_category": DetailField(FieldType.CATEGORY, "公开类别"),
        "effective_on": DetailField(_DATE, "施行日期"),
        "expires_on": DetailField(_DATE, "失效日期"),
        "validity": DetailField(FieldType.VALIDITY, "有效性"),
        "repealed_by_doc_no": DetailField(_LINE, "废止文号"),
        "region": DetailField(_LINE, "地区"),
        "history": DetailField(_LINES, "沿革"),
    },
    Kind.INTERPRETATION: {
        "form": DetailField(FieldType.FORM, "解读形式"),
        "background": DetailField(_TEXT, "背景"),
        "basis": DetailField(_TEXT, "依据"),
        "aims": DetailField(_TEXT, "目标任务"),
        "key_words": DetailField(_LINES, "关键词诠释"),
        "audience_note": DetailField(_TEXT, "适用对象"),
    },
    Kind.SERVICE_ITEM: {
        "code": DetailField(_LINE, "事项编码"),
        "task_code": DetailField(_LINE, "实施编码"),
        "catalog_code": DetailField(_LINE, "基本编码"),
        "task_type": DetailField(FieldType.TASK_TYPE, "事项类型"),
        "project_type": DetailField(FieldType.PROJECT_TYPE, "办件类型"),
        "department": DetailField(_LINE, "实施主体"),
        "legal_basis": DetailField(_TEXT, "设定依据"),
        "conditions": DetailField(_TEXT, "申请条件"),
        "materials": DetailField(_LINES, "办理材料"),
        "address": DetailField(_LINE, "办理地点"),
        "hours": DetailField(_LINE, "办理时间"),
        "consult_phone": DetailField(_LINE, "咨询电话"),
        "complaint_phone": DetailField(_LINE, "投诉电话"),
        "flow": DetailField(_TEXT, "办理流程"),
        "statutory_limit": DetailField(_INT, "法定办结时限"),
        "statutory_limit_unit": DetailField(FieldType.LIMIT_UNIT, "法定时限单位"),
        "promised_limit": DetailField(_INT, "承诺办结时限"),
        "promised_limit_unit": DetailField(FieldType.LIMIT_UNIT, "承诺时限单位"),
        "visits": DetailField(_INT, "到现场次数"),
        "fee_required": DetailField(_BOOL, "是否收费"),
        "fee_basis": DetailField(_TEXT, "收费依据"),
        "online": DetailField(_BOOL, "网上办理"),
        "by_post": DetailField(_BOOL, "快递办理"),
        "themes": DetailField(_LINES, "主题分类"),
        "objects": DetailField(_LINES, "服务对象"),
        "region": DetailField(_LINE, "地区"),
        "everyday_name": DetailField(_LINE, "通俗名称"),
        "url": DetailField(FieldType.URL, "办理地址"),
        "level": DetailField(_LINE, "行使层级"),
        "parent_name": DetailField(_LINE, "主项名称"),
    },
    Kind.MEDIA_ASSET: {
        "media_type": DetailField(FieldType.MEDIA_TYPE, "媒体类型"),
        "alt_text": DetailField(_LINE, "替代文字"),
        "caption": DetailField(_TEXT, "图注"),
        "rights_holder": DetailField(_LINE, "权利人"),
        "licence": DetailField(_LINE, "授权"),
        "width": DetailField(_INT, "宽"),
        "height": DetailField(_INT, "高"),
        "size": DetailField(_INT, "字节数"),
        "file_name": DetailField(_LINE, "文件名"),
        "sha256": DetailField(FieldType.SHA256, "SHA-256"),
    },
}


def clean_details(kind: Kind, details: Mapping[str, object]) -> dict[str, DetailValue]:
    """The details of a kind in the table's order, checked. None, blank text and empty lists count as no value.

    Raises InvalidInput with `field` in camel case: an unknown field, a wrong type, a value outside its rule.
    """
    fields = DETAIL_FIELDS[kind]
    for name in details:
        if name not in fields:
            raise InvalidInput(f"{kind} has no field {name!r}.", field=camel(name))
    cleaned: dict[str, DetailValue] = {}
    for name, field in fields.items():
        if details.get(name) is None:
            continue
        value = clean_detail(field.type, name, details[name])
        if value != "" and value != []:
            cleaned[name] = value
    return cleaned


def clean_detail(type_: FieldType, name: str, value: object) -> DetailValue:
    """One value as it is stored. Raises InvalidInput with the field's name in camel case."""
    return _CLEANERS[type_](name, value)


def camel(name: str) -> str:
    """doc_no → docNo, as the API writes it."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def flaw_of_text(text: str) -> str:
    """Why no text may hold this (NUL, a lone surrogate), or an empty string."""
    if "\x00" in text:
        return "holds a NUL character (U+0000)."
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"holds a lone surrogate (U+{ord(text[error.start]):04X})."
    return ""


def clean_text(name: str, value: object, limit: int = MAX_TEXT) -> str:
    """Text without surrounding white space. Raises InvalidInput: not text, NUL, a lone surrogate, too long."""
    if not isinstance(value, str):
        raise _invalid(name, "must be text.")
    if flaw := flaw_of_text(value):
        raise _invalid(name, flaw)
    text = value.strip()
    if len(text) > limit:
        raise _invalid(name, f"has {len(text)} characters; at most {limit} are allowed.")
    return text


def clean_line(name: str, value: object, limit: int = MAX_LINE) -> str:
    """As `clean_text`, and on one line."""
    line = clean_text(name, value, limit)
    if "\n" in line or "\r" in line:
        raise _invalid(name, "must be one line.")
    return line


def clean_lines(name: str, value: object, limit: int = MAX_LINE) -> list[str]:
    """A list of lines; blank ones are dropped."""
    if not isinstance(value, list | tuple):
        raise _invalid(name, "must be a list of lines of text.")
    if len(value) > MAX_LINES:
        raise _invalid(name, f"has {len(value)} entries; at most {MAX_LINES} are allowed.")
    return [line for line in (clean_line(name, entry, limit) for entry in value) if line]


def clean_date(name: str, value: object) -> str:
    if isinstance(value, date):
        return date(value.year, value.month, value.day).isoformat()
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise _invalid(name, "must be a day: YYYY-MM-DD.")


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#]+[^\s]*", re.IGNORECASE)
_MEDIA_NAME = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+_-]*")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def _invalid(name: str, reason: str) -> InvalidInput:
    field = camel(name)
    return InvalidInput(f"{field} {reason}", field=field)


def _int(name: str, value: object, low: int = 0, high: int = MAX_INT) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _invalid(name, f"must be a whole number from {low} to {high}.")
    return value


def _bool(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _invalid(name, "must be true or false.")
    return value


def _one_of(enum: type[StrEnum]) -> Callable[[str, object], str]:
    def clean(name: str, value: object) -> str:
        if not isinstance(value, str) or value not in _members(enum):
            raise _invalid(name, f"must be one of: {', '.join(_members(enum))}.")
        return enum(value).value

    return clean


def _members(enum: type[StrEnum]) -> list[str]:
    return [member.value for member in enum]


def _matching(pattern: re.Pattern[str], description: str) -> Callable[[str, object], str]:
    def clean(name: str, value: object) -> str:
        line = clean_line(name, value)
        if line and not pattern.fullmatch(line):
            raise _invalid(name, f"must be {description}.")
        return line

    return clean


_CLEANERS: dict[FieldType, Callable[[str, object], DetailValue]] = {
    FieldType.LINE: clean_line,
    FieldType.TEXT: clean_text,
    FieldType.LINES: clean_lines,
    FieldType.INT: _int,
    FieldType.BOOL: _bool,
    FieldType.DATE: clean_date,
    FieldType.GENRE: _one_of(Genre),
    FieldType.VALIDITY: _one_of(Validity),
    FieldType.FORM: _one_of(InterpretationForm),
    FieldType.TASK_TYPE: _one_of(TaskType),
    FieldType.PROJECT_TYPE: _one_of(ProjectType),
    FieldType.LIMIT_UNIT: _one_of(LimitUnit),
    FieldType.CATEGORY: lambda name, value: _int(name, value, 1, 15),
    FieldType.URL: _matching(_WEB_ADDRESS, "an http or https address"),
    FieldType.MEDIA_TYPE: _matching(_MEDIA_NAME, "a media type such as image/png"),
    FieldType.SHA256: _matching(_DIGEST, "64 hexadecimal digits"),
}

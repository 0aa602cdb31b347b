"""Findings on an edition: document card rules (domain §7) and service item checks (domain §9).

They are shown to editors; refusing a release for them comes with review. Each rule is one row of a table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.content.drafting import EditionContent, shown_day
from hub.vocabulary.details import LimitUnit, ProjectType, TaskType
from hub.vocabulary.enums import Kind

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """`rule` is stable; `severity` error or warning; `field` in the API's camel case; `message` for an editor."""

    rule: str
    severity: str
    field: str
    message: str


Check = Callable[[EditionContent], Iterable[Finding]]

# GB/T 9704: the city's own papers; others (令第656号, 公告) have their own grammar and are not checked
_PAPER = re.compile(r"[一-龥]{2,12}[〔［\[(（【]\s*(19|20)\d{2}\s*[〕］\])）】]")
_GB9704 = re.compile(r"[一-龥]{2,12}〔(19|20)\d{2}〕[1-9]\d*号")
_AREA_CODE = re.compile(r"^(0\d{2,3}[-－ ]?\d|400|12345)")

KEY_ELEMENTS: Mapping[str, str] = {
    "name": "事项名称",
    "legal_basis": "设定依据",
    "conditions": "申请条件",
    "materials": "办理材料",
    "address": "办理地点",
    "hours": "办理时间",
    "consult_phone": "联系电话",
    "flow": "办理流程",
}
"""重点要素 (domain §5). The name is the item's title."""
LICENCE_STEPS = ("受理", "审核", "审批", "办结", "送达")
# hours of one unit, so that a promised limit compares with a statutory one; a month is taken as 21 working days
_HOURS = {LimitUnit.HOUR: 1, LimitUnit.WORKING_DAY: 24, LimitUnit.CALENDAR_DAY: 24 * 5 / 7, LimitUnit.MONTH: 24 * 21}


def document_card(content: EditionContent) -> Iterable[Finding]:
    details = content.details
    day = shown_day(content)
    if content.made_on and day and content.made_on > day.isoformat():
        yield Finding("made_after_publication", ERROR, "madeOn", f"成文日期 {content.made_on} 晚于发布日期 {day}。")
    effective, expires = details.get("effective_on"), details.get("expires_on")
    if effective and expires and str(expires) < str(effective):
        yield Finding(
            "expires_before_effect", ERROR, "details.expiresOn", f"失效日期 {expires} 早于施行日期 {effective}。"
        )
    doc_no = str(details.get("doc_no") or "")
    if _PAPER.match(doc_no) and not _GB9704.fullmatch(doc_no):
        yield Finding(
            "doc_no_form",
            WARNING,
            "details.docNo",
            f"发文字号“{doc_no}”不合 GB/T 9704：年份用〔〕，序号不编虚位、不加“第”。",
        )
    for name, label in (("issuer", "发文机关"), ("genre", "文种")):
        if not details.get(name):
            yield Finding("card_incomplete", WARNING, f"details.{name}", f"文件卡片缺少{label}。")


def key_elements(content: EditionContent) -> Iterable[Finding]:
    missing = [label for name, label in KEY_ELEMENTS.items() if name != "name" and not content.details.get(name)]
    if missing:
        severity = ERROR if len(missing) >= 4 else WARNING
        yield Finding("key_elements", severity, "details", f"缺少重点要素 {len(missing)} 类：{'、'.join(missing)}。")


def limits(content: EditionContent) -> Iterable[Finding]:
    details = content.details
    statutory, promised = _hours(details, "statutory_limit"), _hours(details, "promised_limit")
    if statutory is not None and promised is not None and promised > statutory:
        yield Finding("promised_over_statutory", ERROR, "details.promisedLimit", "承诺办结时限长于法定办结时限。")
    project = details.get("project_type")
    if promised is not None and project:
        instant = promised == 0
        if instant != (project == ProjectType.INSTANT):
            yield Finding("project_type", WARNING, "details.projectType", "即办件应无承诺时限，承诺件应有承诺时限。")


def visits_and_fees(content: EditionContent) -> Iterable[Finding]:
    details = content.details
    if details.get("visits") == 0 and details.get("online") is False and details.get("by_post") is False:
        yield Finding("no_visit_no_channel", WARNING, "details.visits", "到现场次数为 0，却既不能网办也不能邮寄。")
    if details.get("fee_required") and not details.get("fee_basis"):
        yield Finding("fee_without_basis", ERROR, "details.feeBasis", "收费事项未说明收费依据。")


def phones(content: EditionContent) -> Iterable[Finding]:
    consult, complain = (str(content.details.get(name) or "") for name in ("consult_phone", "complaint_phone"))
    if consult and consult == complain:
        yield Finding("same_phones", ERROR, "details.complaintPhone", "咨询电话与监督投诉电话相同。")
    for name, number in (("consultPhone", consult), ("complaintPhone", complain)):
        if number and not _AREA_CODE.match(number.strip()):
            yield Finding("phone_area_code", WARNING, f"details.{name}", f"电话“{number}”缺少区号。")


def licence_steps(content: EditionContent) -> Iterable[Finding]:
    flow = str(content.details.get("flow") or "")
    if content.details.get("task_type") == TaskType.LICENCE and flow:
        missing = [step for step in LICENCE_STEPS if step not in flow]
        if missing:
            yield Finding("licence_steps", WARNING, "details.flow", f"行政许可流程缺少环节：{'、'.join(missing)}。")


def alt_text(content: EditionContent) -> Iterable[Finding]:
    if not content.details.get("alt_text"):
        yield Finding("alt_text", WARNING, "details.altText", "媒体资产缺少替代文本。")


CHECKS: Mapping[Kind, tuple[Check, ...]] = {
    Kind.POLICY_DOCUMENT: (document_card,),
    Kind.SERVICE_ITEM: (key_elements, limits, visits_and_fees, phones, licence_steps),
    Kind.MEDIA_ASSET: (alt_text,),
}


def findings(kind: Kind, content: EditionContent) -> list[Finding]:
    return [found for check in CHECKS.get(kind, ()) for found in check(content)]


def _hours(details: Mapping[str, Any], name: str) -> float | None:
    number, unit = details.get(name), details.get(f"{name}_unit")
    if number is None or not unit:
        return None
    return float(number) * _HOURS[LimitUnit(str(unit))]

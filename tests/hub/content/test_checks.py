"""Document card rules and service item checks: each rule with what it finds and what it lets pass."""

from __future__ import annotations

from typing import Any

import pytest

from hub.content.checks import CHECKS, Finding, findings
from hub.content.drafting import EditionContent, clean
from hub.vocabulary.clock import parse_instant
from hub.vocabulary.enums import Kind

CARD: dict[str, Any] = {"issuer": "云澜市人民政府", "genre": "notice", "doc_no": "云政发〔2025〕12号"}
WHOLE: dict[str, Any] = {
    "legal_basis": "《办法》第三条", "conditions": "本市户籍", "materials": ["身份证"], "address": "人民路1号",
    "hours": "工作日", "consult_phone": "0571-12345678", "flow": "受理、审核、审批、办结、送达",
}  # fmt: skip


def found(kind: Kind, details: dict[str, Any], **more: Any) -> list[tuple[str, str, str]]:
    content = clean(kind, {"title": "题", "details": details, **more})
    return [(one.rule, one.severity, one.field) for one in findings(kind, content)]


def test_whole_document_card_has_no_finding() -> None:
    assert found(Kind.POLICY_DOCUMENT, CARD, made_on="2025-01-02", published_at=parse_instant("2025-01-02")) == []


@pytest.mark.parametrize(
    ("details", "more", "finding"),
    [
        (
            {},
            {"made_on": "2025-01-03", "published_at": parse_instant("2025-01-02T23:59:59+08:00")},
            ("made_after_publication", "error", "madeOn"),
        ),
        (
            {"effective_on": "2025-02-01", "expires_on": "2025-01-31"},
            {},
            ("expires_before_effect", "error", "details.expiresOn"),
        ),
        ({"doc_no": "云政发[2025]12号"}, {}, ("doc_no_form", "warning", "details.docNo")),
        ({"doc_no": "云政发〔2025〕012号"}, {}, ("doc_no_form", "warning", "details.docNo")),
        ({"doc_no": "云政发〔2025〕第12号"}, {}, ("doc_no_form", "warning", "details.docNo")),
        ({"issuer": ""}, {}, ("card_incomplete", "warning", "details.issuer")),
        ({"genre": None}, {}, ("card_incomplete", "warning", "details.genre")),
    ],
)
def test_flaw_of_a_document_card_is_found(
    details: dict[str, Any], more: dict[str, Any], finding: tuple[str, str, str]
) -> None:
    assert found(Kind.POLICY_DOCUMENT, {**CARD, **details}, **more) == [finding]


@pytest.mark.parametrize("doc_no", ["中华人民共和国国务院令第656号", "公告2025年第3号", "主席令第三号", ""])
def test_numbers_of_other_grammars_are_not_checked(doc_no: str) -> None:
    assert found(Kind.POLICY_DOCUMENT, {**CARD, "doc_no": doc_no}) == []


def test_whole_service_item_has_no_finding() -> None:
    assert found(Kind.SERVICE_ITEM, {**WHOLE, "task_type": "licence"}) == []


@pytest.mark.parametrize(
    ("details", "finding"),
    [
        ({"address": ""}, ("key_elements", "warning", "details")),
        ({"address": "", "hours": "", "flow": "", "conditions": ""}, ("key_elements", "error", "details")),
        (
            {"statutory_limit": 5, "statutory_limit_unit": "working_day", "promised_limit": 6,
             "promised_limit_unit": "working_day", "project_type": "promised"},
            ("promised_over_statutory", "error", "details.promisedLimit"),
        ),
        (
            {"statutory_limit": 1, "statutory_limit_unit": "month", "promised_limit": 22,
             "promised_limit_unit": "working_day"},
            ("promised_over_statutory", "error", "details.promisedLimit"),
        ),
        (
            {"promised_limit": 0, "promised_limit_unit": "hour", "project_type": "promised"},
            ("project_type", "warning", "details.projectType"),
        ),
        (
            {"promised_limit": 3, "promised_limit_unit": "hour", "project_type": "instant"},
            ("project_type", "warning", "details.projectType"),
        ),
        (
            {"visits": 0, "online": False, "by_post": False},
            ("no_visit_no_channel", "warning", "details.visits"),
        ),
        ({"fee_required": True}, ("fee_without_basis", "error", "details.feeBasis")),
        ({"complaint_phone": "0571-12345678"}, ("same_phones", "error", "details.complaintPhone")),
        ({"complaint_phone": "87654321"}, ("phone_area_code", "warning", "details.complaintPhone")),
        ({"task_type": "licence", "flow": "受理、审核、办结"}, ("licence_steps", "warning", "details.flow")),
    ],
)  # fmt: skip
def test_flaw_of_a_service_item_is_found(details: dict[str, Any], finding: tuple[str, str, str]) -> None:
    assert found(Kind.SERVICE_ITEM, {**WHOLE, **details}) == [finding]


@pytest.mark.parametrize(
    "details",
    [
        {"statutory_limit": 5, "statutory_limit_unit": "working_day", "promised_limit": 5,
         "promised_limit_unit": "working_day", "project_type": "promised"},
        {"statutory_limit": 5, "promised_limit": 9},
        {"promised_limit": 0, "promised_limit_unit": "hour", "project_type": "instant"},
        {"visits": 0, "online": True, "by_post": False},
        {"visits": 0},
        {"fee_required": True, "fee_basis": "收费办法"},
        {"fee_required": False},
        {"complaint_phone": "12345"},
        {"task_type": "penalty", "flow": "立案"},
    ],
)  # fmt: skip
def test_what_is_in_order_is_not_found(details: dict[str, Any]) -> None:
    assert found(Kind.SERVICE_ITEM, {**WHOLE, **details}) == []


def test_message_names_what_is_missing() -> None:
    made = findings(Kind.SERVICE_ITEM, EditionContent("题", details={**WHOLE, "address": ""}))

    assert made == [Finding("key_elements", "warning", "details", "缺少重点要素 1 类：办理地点。")]


def test_media_asset_without_an_alternative_text_is_found() -> None:
    assert found(Kind.MEDIA_ASSET, {}) == [("alt_text", "warning", "details.altText")]
    assert found(Kind.MEDIA_ASSET, {"alt_text": "云澜市地图"}) == []


def test_kinds_without_rules_have_no_findings() -> None:
    assert set(Kind) - set(CHECKS) == {Kind.ARTICLE, Kind.INTERPRETATION}
    assert findings(Kind.ARTICLE, EditionContent("题")) == []

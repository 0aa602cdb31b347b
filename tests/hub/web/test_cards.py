from __future__ import annotations

from datetime import date

from hub.vocabulary.details import LimitUnit, ProjectType, TaskType
from hub.vocabulary.enums import InterpretationForm, Kind, Publicity, Validity
from hub.web.cards import fact_card, policy_card
from hub.web.labels import CODE_LABELS
from hub.web.reading import Fact, FactCard, PolicyCard


def test_a_policy_card_is_filled_from_the_details() -> None:
    details = {
        "doc_no": "云政发〔2026〕3号",
        "issuer": "云岭市人民政府",
        "joint_issuers": ["中共云岭市委"],
        "genre": "notice",
        "topic": "社会保障",
        "effective_on": "2026-11-01",
        "validity": "in_force",
    }

    card = policy_card(details, made_on=date(2026, 10, 1), publicity=Publicity.PROACTIVE)

    assert card == PolicyCard(
        doc_no="云政发〔2026〕3号",
        issuer="云岭市人民政府、中共云岭市委",
        genre="通知",
        topics=("社会保障",),
        made_on=date(2026, 10, 1),
        effective_on=date(2026, 11, 1),
        validity=Validity.IN_FORCE,
    )


def test_a_policy_without_details_has_an_empty_card() -> None:
    assert policy_card({}, made_on=None, publicity=Publicity.PROACTIVE) == PolicyCard()


def test_a_service_card_keeps_short_facts_and_long_parts_apart() -> None:
    details = {
        "task_type": "public_service",
        "materials": ["身份证", "照片"],
        "promised_limit": 1,
        "promised_limit_unit": "working_day",
        "visits": 0,
        "fee_required": False,
        "themes": ["社会保障", "就业"],
        "conditions": "已领卡。",
    }

    assert fact_card(Kind.SERVICE_ITEM, details) == FactCard(
        (
            Fact("事项类型", "公共服务"),
            Fact("承诺办结时限", "1 个工作日"),
            Fact("到现场次数", "0"),
            Fact("是否收费", "否"),
            Fact("主题分类", "社会保障、就业"),
        ),
        (Fact("申请条件", "已领卡。"), Fact("办理材料", "身份证\n照片")),
    )


def test_no_details_make_no_card() -> None:
    assert fact_card(Kind.ARTICLE, {}) is None


def test_every_code_a_card_may_show_has_a_label() -> None:
    codes = {code.value for table in (TaskType, ProjectType, LimitUnit, InterpretationForm) for code in table}

    assert codes == set(CODE_LABELS)

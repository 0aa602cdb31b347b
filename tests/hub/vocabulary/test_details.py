from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hub.vocabulary.details import DETAIL_FIELDS, camel, clean_details
from hub.vocabulary.enums import Genre, Kind, Validity
from hub.vocabulary.errors import InvalidInput


def test_every_kind_has_its_fields_with_a_chinese_label() -> None:
    assert set(DETAIL_FIELDS) == set(Kind)
    assert all(field.label for fields in DETAIL_FIELDS.values() for field in fields.values())


def test_cleaned_details_are_plain_values_in_the_order_of_the_table() -> None:
    details = {
        "joint_issuers": ("乙局", " ", "丙局"),
        "validity": Validity.IN_FORCE,
        "genre": "notice",
        "effective_on": date(2022, 5, 1),
        "doc_no": " 金政发〔2020〕12号 ",
        "topic": "",
        "history": [],
        "region": None,
    }

    cleaned = clean_details(Kind.POLICY_DOCUMENT, details)

    assert list(cleaned.items()) == [
        ("doc_no", "金政发〔2020〕12号"),
        ("joint_issuers", ["乙局", "丙局"]),
        ("genre", "notice"),
        ("effective_on", "2022-05-01"),
        ("validity", "in_force"),
    ]
    assert type(cleaned["validity"]) is str


def test_zero_and_false_are_values() -> None:
    assert clean_details(Kind.SERVICE_ITEM, {"visits": 0, "online": False}) == {"visits": 0, "online": False}


@pytest.mark.parametrize(
    ("kind", "details", "field"),
    [
        (Kind.ARTICLE, {"doc_no": "x"}, "docNo"),
        (Kind.POLICY_DOCUMENT, {"disclosure_category": 16}, "disclosureCategory"),
        (Kind.POLICY_DOCUMENT, {"doc_no": "a\nb"}, "docNo"),
        (Kind.POLICY_DOCUMENT, {"doc_no": "a\x00"}, "docNo"),
        (Kind.POLICY_DOCUMENT, {"doc_no": "\udc80"}, "docNo"),
        (Kind.POLICY_DOCUMENT, {"doc_no": "x" * 2001}, "docNo"),
        (Kind.POLICY_DOCUMENT, {"genre": "law"}, "genre"),
        (Kind.POLICY_DOCUMENT, {"effective_on": "2022-5-1"}, "effectiveOn"),
        (Kind.SERVICE_ITEM, {"visits": True}, "visits"),
        (Kind.SERVICE_ITEM, {"visits": -1}, "visits"),
        (Kind.SERVICE_ITEM, {"online": "yes"}, "online"),
        (Kind.SERVICE_ITEM, {"materials": "身份证"}, "materials"),
        (Kind.SERVICE_ITEM, {"materials": ["x"] * 1001}, "materials"),
        (Kind.SERVICE_ITEM, {"url": "ftp://a"}, "url"),
        (Kind.MEDIA_ASSET, {"media_type": "png"}, "mediaType"),
        (Kind.MEDIA_ASSET, {"sha256": "ab"}, "sha256"),
    ],
)
def test_bad_detail_is_refused_with_its_field(kind: Kind, details: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        clean_details(kind, details)

    assert caught.value.field == field


def test_enumeration_members_and_names_mean_the_same() -> None:
    assert clean_details(Kind.ARTICLE, {"genre": Genre.REPORT}) == clean_details(Kind.ARTICLE, {"genre": "report"})


def test_names_are_camel_case_in_the_api() -> None:
    assert camel("repealed_by_doc_no") == "repealedByDocNo"

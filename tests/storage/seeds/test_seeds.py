from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard
from stdnum.cn import uscc

from hub.importing.fields import Where
from hub.importing.rows import read_row
from hub.vocabulary.clock import local_day, parse_instant
from hub.vocabulary.enums import (
    Genre,
    InterpretationForm,
    Kind,
    LinkType,
    Publicity,
    SectionKind,
    SiteType,
    UnitType,
    Validity,
)
from storage.seeds import SAMPLE

Row = dict[str, Any]
NODE_KINDS = {"unit", "site", "section"}
UNIT_KEYS = {"kind", "code", "name", "parent", "unit_type", "region", "region_code", "unified_code", "address", "phone"}
SITE_KEYS = {"kind", "code", "name", "parent", "site_type", "unit", "domain", "site_id_code"}
SECTION_KEYS = {"kind", "site", "code", "name", "parent", "section_kind", "column_type", "description", "keywords"}
SECTION_KEYS |= {"update_cycle_days", "order", "view"}
ITEM_KEYS = {"kind", "source", "source_id", "state", "site", "unit", "sections", "title", "summary", "body", "author"}
ITEM_KEYS |= {"body_format", "origin", "language", "made_on", "published_at", "keywords", "details", "links", "file"}
ITEM_KEYS |= {"url", "embargo_at", "expires_at", "audience", "publicity", "change_note"}
DETAIL_KEYS = {
    "policy_document": "doc_no index_no issuer genre topic disclosure_category effective_on expires_on validity"
    " repealed_by_doc_no region history joint_issuers",
    "interpretation": "form background basis aims key_words audience_note",
    "article": "genre region topic event_on",
    "service_item": "code task_code catalog_code task_type project_type department legal_basis conditions materials"
    " address hours consult_phone complaint_phone flow statutory_limit statutory_limit_unit promised_limit"
    " promised_limit_unit visits fee_required fee_basis online by_post themes objects region everyday_name url level"
    " parent_name",
    "media_asset": "media_type alt_text caption rights_holder licence width height size",
}
GB9704 = re.compile(r"[一-龥]{2,12}〔(19|20)\d{2}〕[1-9]\d*号")
INDEX_NO = re.compile(r"[0-9A-Z]{8,18}/\d{4}(\d{2})?-\d{4,6}")


def lines(path: Path) -> list[Row]:
    with zstandard.open(path, "rt", encoding="utf-8") as text:
        return [json.loads(line) for line in text]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return [row for path in SAMPLE for row in lines(path)]


@pytest.fixture(scope="module")
def items(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["kind"] not in NODE_KINDS]


@pytest.fixture(scope="module")
def own(items: list[Row]) -> list[Row]:
    return [row for row in items if row["source"] == "yunlan"]


def of_kind(rows: list[Row], *kinds: str) -> list[Row]:
    return [row for row in rows if row["kind"] in kinds]


def path_of(section: Row) -> str:
    return f"{section['parent']}/{section['code']}" if "parent" in section else str(section["code"])


def test_the_sample_fits_into_a_megabyte_and_media_into_30_kilobytes_each() -> None:
    media = sorted((SAMPLE[0].parent / "media").iterdir())

    assert sum(path.stat().st_size for path in SAMPLE) < 1_000_000
    assert [path.name for path in media if path.stat().st_size > 30_000] == []


def test_every_kind_has_enough_to_show(items: list[Row]) -> None:
    counts = {kind.value: len(of_kind(items, kind)) for kind in Kind}

    assert counts == {
        "article": 39,
        "policy_document": 184,
        "interpretation": 15,
        "media_asset": 7,
        "service_item": 64,
    }


def test_the_importer_reads_every_row(rows: list[Row]) -> None:
    read = [read_row(row, Where(number)) for number, row in enumerate(rows, 1)]

    assert len(read) == len(rows)


def test_rows_carry_only_keys_of_the_exchange_format(rows: list[Row]) -> None:
    keys = {"unit": UNIT_KEYS, "site": SITE_KEYS, "section": SECTION_KEYS}

    unknown = [(row.get("source_id", row.get("code")), set(row) - keys.get(row["kind"], ITEM_KEYS)) for row in rows]

    assert [entry for entry in unknown if entry[1]] == []


def test_details_carry_only_fields_of_their_kind(items: list[Row]) -> None:
    strange = [(i["source_id"], set(i.get("details", {})) - set(DETAIL_KEYS[i["kind"]].split())) for i in items]

    assert [entry for entry in strange if entry[1]] == []


def test_items_have_the_required_keys_and_unique_identities(items: list[Row]) -> None:
    required = ("kind", "source", "source_id", "title", "state", "site", "unit")

    assert [i for i in items if not all(i.get(key) for key in required)] == []
    assert len({(i["source"], i["source_id"]) for i in items}) == len(items)


def test_parents_stand_before_their_children(rows: list[Row]) -> None:
    units: set[str] = set()
    sites: set[str] = set()
    sections: set[tuple[str, str]] = set()
    for row in rows:
        if row["kind"] == "unit":
            assert row.get("parent") is None or row["parent"] in units
            units.add(row["code"])
        elif row["kind"] == "site":
            assert row["unit"] in units
            assert row.get("parent") is None or row["parent"] in sites
            sites.add(row["code"])
        elif row["kind"] == "section":
            assert row["site"] in sites
            assert row.get("parent") is None or (row["site"], row["parent"]) in sections
            sections.add((row["site"], path_of(row)))
        else:
            assert row["unit"] in units
            assert {(row["site"], path) for path in row.get("sections", [])} <= sections


def test_enumerated_values_exist(rows: list[Row]) -> None:
    for row in rows:
        details = row.get("details", {})
        UnitType(row.get("unit_type", "external"))
        SiteType(row.get("site_type", "portal"))
        SectionKind(row.get("section_kind", "other"))
        Publicity(row.get("publicity", "proactive"))
        Genre(details.get("genre", "other"))
        Validity(details.get("validity", "in_force"))
        InterpretationForm(details.get("form", "text"))
        [LinkType(link["type"]) for link in row.get("links", [])]


def test_no_section_stays_blank_and_no_view_stores_items(rows: list[Row], items: list[Row]) -> None:
    filled = {(item["site"], path) for item in items for path in item.get("sections", [])}
    sections = {(row["site"], path_of(row)): "view" in row for row in of_kind(rows, "section")}

    def is_filled(site: str, path: str) -> bool:
        return any(s == site and (p == path or p.startswith(path + "/")) for s, p in filled)

    assert [key for key in filled if sections[key]] == []
    assert sorted(key for key, is_view in sections.items() if not is_view and not is_filled(*key)) == []


def test_views_name_stored_sections(rows: list[Row]) -> None:
    sections = {(row["site"], path_of(row)): row.get("view") for row in of_kind(rows, "section")}

    views = [view for view in sections.values() if view]

    assert len(views) == 13
    assert [view for view in views if sections[view["site"], view["section"]] is not None] == []


def test_every_link_resolves_inside_the_sample(items: list[Row]) -> None:
    known = {(item["source"], item["source_id"]) for item in items}

    open_ends = [link for item in items for link in item.get("links", [])]
    open_ends = [link for link in open_ends if (link["source"], link["source_id"]) not in known]

    assert open_ends == []


def test_link_types_of_the_sample(items: list[Row]) -> None:
    types = {link["type"] for item in items for link in item.get("links", [])}

    assert types >= {"interprets", "cites", "implements", "repeals", "replaces", "illustrates", "attaches"}
    assert types >= {"reports_on", "relates_to", "translation_of"}


def test_every_interpretation_interprets_something(items: list[Row]) -> None:
    idle = [i for i in of_kind(items, "interpretation") if "interprets" not in {x["type"] for x in i["links"]}]

    assert idle == []


def test_no_broadcaster_text(items: list[Row]) -> None:
    words = ("央视网", "新闻联播", "CCTV", "本台消息", "xin-wen-lian-bo")

    found = [i["source_id"] for i in items if any(word in json.dumps(i, ensure_ascii=False) for word in words)]

    assert found == []
    assert {i["source"] for i in items} == {
        "LawRefBook/Laws",
        "aldohemsn/chinese-political-corpora",
        "Clarence-Kong/QABasedOnPolicyKnowledgeGraph",
        "yunlan",
    }


def test_unified_codes_check_and_belong_to_no_real_region(rows: list[Row]) -> None:
    codes = [unit["unified_code"] for unit in of_kind(rows, "unit") if unit["unit_type"] != "external"]

    assert len(set(codes)) == 9
    assert [code for code in codes if not uscc.is_valid(code)] == []
    assert [code for code in codes if not code.startswith("11990100")] == []


def test_local_documents_have_numbers_of_gb9704_and_index_numbers(own: list[Row]) -> None:
    cards = [item["details"] for item in of_kind(own, "policy_document")]

    assert [card["doc_no"] for card in cards if not GB9704.fullmatch(card["doc_no"])] == []
    assert [card["index_no"] for card in cards if not INDEX_NO.fullmatch(card["index_no"])] == []
    assert len({card["doc_no"] for card in cards}) == len(cards) == 17


def test_texts_are_made_before_they_are_published(items: list[Row]) -> None:
    dated = [i for i in items if "made_on" in i and "published_at" in i]

    late = [
        i["source_id"] for i in dated if date.fromisoformat(i["made_on"]) > local_day(parse_instant(i["published_at"]))
    ]

    assert late == []


def test_the_sample_shows_every_validity(items: list[Row]) -> None:
    today = datetime(2026, 11, 24, tzinfo=UTC).date().isoformat()
    cards = {i["source_id"]: i["details"] for i in of_kind(items, "policy_document")}

    assert [key for key, card in cards.items() if card.get("validity") == "repealed"] == ["policy-2024-8"]
    assert [key for key, card in cards.items() if card.get("effective_on", "") > today] == ["policy-2026-g7"]
    assert [key for key, card in cards.items() if card.get("expires_on", today) < today] == ["policy-2024-15"]


def test_four_items_are_invisible_each_for_its_own_reason(items: list[Row]) -> None:
    hidden = {
        item["source_id"]: (item["state"], item.get("publicity"), "embargo_at" in item, "expires_at" in item)
        for item in items
        if item["state"] != "live" or {"publicity", "embargo_at", "expires_at"} & set(item)
    }

    assert hidden == {
        "hidden-embargo": ("live", None, True, False),
        "hidden-expired": ("live", None, False, True),
        "hidden-withheld": ("live", "withheld", False, False),
        "hidden-draft": ("draft", None, False, False),
    }


def test_media_files_exist_with_the_printed_size(own: list[Row]) -> None:
    for asset in of_kind(own, "media_asset"):
        content = (SAMPLE[0].parent / asset["file"]).read_bytes()
        assert len(content) == asset["details"]["size"]
        assert content[:4] in (b"\x89PNG", b"%PDF")


def test_promised_limits_stay_within_the_statutory_ones(items: list[Row]) -> None:
    details = [item["details"] for item in of_kind(items, "service_item")]
    same_unit = [d for d in details if d["promised_limit_unit"] == d["statutory_limit_unit"]]

    assert [d["code"] for d in same_unit if d["promised_limit"] > d["statutory_limit"]] == []
    assert [d["code"] for d in details if d["consult_phone"] == d["complaint_phone"]] == []


@pytest.mark.shared
def test_the_city_exists_in_no_list_of_divisions(shared_data: Path) -> None:
    names = {
        unit["name"].removesuffix("人民政府") for unit in lines(SAMPLE[0]) if unit.get("unit_type") in _GOVERNMENTS
    }
    real: set[str] = set()
    for path in (shared_data / "dictionaries/divisions").glob("*.zst"):
        real |= {row["name"] for row in lines(path)}

    assert names == {"云澜市", "枕溪县", "鹤汀县", "砚湖区"}
    assert names & real == set()
    assert [name for name in real if name[:2] in {n[:2] for n in names}] == []


_GOVERNMENTS = {UnitType.CITY_GOV, UnitType.COUNTY_GOV}


@pytest.mark.shared
def test_real_texts_are_word_for_word_those_of_the_source(items: list[Row], shared_data: Path) -> None:
    laws = {law["id"]: law for law in lines(shared_data / "documents/laws.jsonl.zst")}
    shipped = [item for item in items if item["source"] == "LawRefBook/Laws"]

    changed = [
        i["title"]
        for i in shipped
        if (i["title"], i["body"]) != (laws[i["source_id"]]["title"], laws[i["source_id"]]["body"])
    ]

    assert len(shipped) == 167
    assert changed == []

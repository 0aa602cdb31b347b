from __future__ import annotations

import gc
import os
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
import zstandard

from hub.importing.exporting import ExportFile
from hub.importing.fields import RowRefused, Where
from hub.importing.hashing import row_hash
from hub.importing.mapping import (
    detect,
    find_mapping,
    load_mapping,
    mapped_rows,
    native_rows,
    on_site,
    shipped_mappings,
)
from hub.importing.opening import open_rows
from hub.importing.reading import RawRow, SourceFile
from hub.importing.rows import ItemRow, LinkRow, Row, SectionRow, SiteRow, UnitRow
from hub.importing.side_links import LinkTable
from hub.vocabulary.clock import iso
from hub.vocabulary.enums import BodyFormat, Kind, LinkType
from hub.vocabulary.errors import ImportRefused

SHARED = Path(__file__).parents[4] / "shared" / "data"
LAWS, NEWS, REPORTS, SERVICES, STARD = (
    "documents/laws.jsonl.zst",
    "documents/news.jsonl.zst",
    "documents/work_reports.jsonl.zst",
    "services/items.jsonl.zst",
    "retrieval/stard/corpus.jsonl.zst",
)
LAW: dict[str, object] = {
    "id": "law-1", "title": "某市关于修改某条例的决定", "body": "第一条 文", "kind": "local_regulation",
    "publisher": "最高人民法院、最高人民检察院", "region": "河南", "date": "2021-12-24", "source": "LawRefBook/Laws",
    "doc_number": "国务院令第656号", "history": ["2021年12月24日 公布", "２０２２年５月１日 施行"],
}  # fmt: skip
SERVICE: dict[str, object] = {
    "id": "svc-1", "code": "TE440000GD030003VV244219973000012", "name": "查询", "catalogue_name": "查询",
    "type": "公共服务", "department": "某厅", "org_code": "GD030003V", "area": "某省", "area_code": "990000",
    "level": "省级", "visits": "1", "location": "办理地点：某路1号", "courier": "否", "online_booking": "是",
    "online_check": "1", "themes": ["其他"], "objects": ["自然人"], "parent_name": "查询",
    "catalogue_id": "442199730000", "legal_limit": "20(工作日)", "promised_limit": "30(自然日)",
    "platform": "某平台", "short": "查",
}  # fmt: skip


@pytest.fixture
def shared() -> Path:
    if not SHARED.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("the real data set is missing")
        pytest.skip("the real data set is not beside the project")
    return SHARED


def mapped(name: str, *raw: dict[str, Any], links: LinkTable | None = None) -> list[Row | RowRefused]:
    rows = (RawRow(Where(n, 0), value) for n, value in enumerate(raw, 1))
    return list(mapped_rows(rows, find_mapping(name), links or LinkTable()))


def items(rows: list[Row | RowRefused]) -> list[ItemRow]:
    return [row for row in rows if isinstance(row, ItemRow)]


def test_law_becomes_policy_document_with_what_it_needs_before_it() -> None:
    rows = mapped("laws", LAW)

    assert [type(row) for row in rows] == [UnitRow, SiteRow, UnitRow, SectionRow, SectionRow, SectionRow, ItemRow]
    assert [row.code for row in rows if isinstance(row, UnitRow)] == ["archive", "supreme-peoples-court"]
    assert [row.path for row in rows if isinstance(row, SectionRow)] == [
        "laws",
        "laws/local-regulation",
        "laws/local-regulation/henan",
    ]
    assert items(rows) == [
        ItemRow(
            kind=Kind.POLICY_DOCUMENT,
            source="LawRefBook/Laws",
            source_id="law-1",
            title="某市关于修改某条例的决定",
            site="archive",
            unit="supreme-peoples-court",
            sections=("laws/local-regulation/henan",),
            body="第一条 文",
            body_format=BodyFormat.MARKDOWN,
            origin="最高人民法院、最高人民检察院",
            made_on="2021-12-24",
            published_at=items(rows)[0].published_at,
            details={
                "doc_no": "国务院令第656号",
                "issuer": "最高人民法院",
                "joint_issuers": ["最高人民检察院"],
                "genre": "decision",
                "effective_on": "2022-05-01",
                "region": "河南",
                "history": ["2021年12月24日 公布", "２０２２年５月１日 施行"],
            },
        )
    ]
    assert [iso(row.published_at) for row in items(rows) if row.published_at] == ["2021-12-23T16:00:00Z"]


def test_units_and_sections_are_given_once() -> None:
    rows = mapped("laws", LAW, LAW | {"id": "law-2"}, LAW | {"id": "law-3", "region": "某省"})

    assert Counter(type(row) for row in rows) == {UnitRow: 2, SiteRow: 1, SectionRow: 4, ItemRow: 3}
    assert isinstance(rows[-2], SectionRow)
    assert rows[-2].parent == "laws/local-regulation"
    assert rows[-2].code.startswith("region-")


def test_effective_day_is_read_from_the_text_when_the_history_is_silent() -> None:
    rows = mapped("laws", LAW | {"history": [], "body": "第九条 本条例自2023年1月1日起施行。"})

    assert items(rows)[0].details["effective_on"] == "2023-01-01"


def test_law_without_publisher_and_date_belongs_to_the_archive_and_gets_no_date() -> None:
    law = {name: value for name, value in LAW.items() if name not in ("publisher", "date")}

    rows = items(mapped("laws", law))

    assert (rows[0].unit, rows[0].made_on, rows[0].published_at) == ("archive", "", None)


def test_service_item_keeps_both_limits_as_printed_also_when_swapped() -> None:
    row = items(mapped("services", SERVICE))[0]

    assert (row.unit, row.sections, row.body, row.keywords) == (
        "org-gd030003v",
        (f"services/{row.sections[0].split('/')[1]}",),
        "受理平台：某平台",
        ("查",),
    )
    assert row.details == {
        "code": "TE440000GD030003VV244219973000012",
        "task_code": "TE440000GD030003VV2442199730000",
        "catalog_code": "442199730000",
        "task_type": "public_service",
        "department": "某厅",
        "address": "某路1号",
        "statutory_limit": 20,
        "statutory_limit_unit": "working_day",
        "promised_limit": 30,
        "promised_limit_unit": "calendar_day",
        "visits": 1,
        "online": True,
        "by_post": False,
        "themes": ["其他"],
        "objects": ["自然人"],
        "region": "某省",
        "level": "省级",
        "parent_name": "查询",
    }


def test_news_with_crawled_html_uses_it() -> None:
    news = {"id": "news-1", "title": "题", "body": "文", "kind": "news", "publisher": "台", "source": "s"}

    rows = items(mapped("news", news | {"body_html": "<p>文</p>"}, news | {"id": "news-2"}))

    assert [(row.body, row.body_format) for row in rows] == [("<p>文</p>", BodyFormat.HTML), ("文", BodyFormat.TEXT)]


def test_unknown_foreign_key_is_refused_by_name() -> None:
    rows = mapped("laws", LAW | {"colour": "red"}, LAW)

    assert isinstance(rows[0], RowRefused)
    assert (rows[0].line, rows[0].field, rows[0].reason) == (1, "colour", "is not a key the mapping laws knows.")
    assert len(items(rows)) == 1


def test_refused_row_creates_no_unit() -> None:
    rows = mapped("laws", LAW | {"date": "2021-13-01"})

    assert [type(row) for row in rows] == [RowRefused]
    assert isinstance(rows[0], RowRefused)
    assert (rows[0].field, rows[0].key["source_id"]) == ("made_on", "law-1")


def test_side_links_are_on_the_first_row() -> None:
    links = LinkTable()
    links.add("law-1", "cites", "LawRefBook/Laws", "law-9")
    links.add("law-1", "implements", "LawRefBook/Laws", "law-8")

    rows = items(mapped("laws", LAW, LAW | {"id": "law-2"}, links=links))

    assert [row.links for row in rows] == [
        (
            LinkRow(LinkType.CITES, "LawRefBook/Laws", "law-9"),
            LinkRow(LinkType.IMPLEMENTS, "LawRefBook/Laws", "law-8"),
        ),
        (),
    ]
    assert links.joined == 2


def test_items_may_go_to_an_existing_site() -> None:
    rows = list(mapped_rows([RawRow(Where(1, 0), LAW)], on_site(find_mapping("laws"), "portal"), LinkTable()))

    assert not any(isinstance(row, SiteRow) for row in rows)
    assert {row.site for row in rows if isinstance(row, SectionRow | ItemRow)} == {"portal"}


def test_formats_are_told_by_their_first_row() -> None:
    assert detect({"kind": "article", "source": "s", "source_id": "1", "title": "题"}) == "native"
    assert detect({"kind": "unit", "code": "a", "name": "甲"}) == "native"
    assert detect(LAW) == "laws"
    assert detect(SERVICE) == "services"
    assert detect({"id": "1", "title": "题", "text": "文"}) == "stard"
    assert detect({"id": "1", "headline": "题"}) is None


def test_every_shipped_mapping_loads() -> None:
    assert [load_mapping(path).name for path in shipped_mappings().values()] == [
        "laws",
        "news",
        "services",
        "stard",
        "work_reports",
    ]


@pytest.mark.parametrize(
    "text", ["[fields", "[feilds]\na='b'", "[fields]\na={form='b'}", "[[place]]\ncode={value='a'}", "fields = 3"]
)
def test_unsound_mapping_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)

    with pytest.raises(ImportRefused):
        load_mapping(path)


def test_own_mapping_reads_csv_in_its_encoding(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        '[read]\nencoding="gb18030"\n[fields]\nkind={value="article"}\nsource={value="oa"}\nsource_id="编号"\n'
        'title="标题"\nkeywords={from="词", split=";"}\n'
    )
    (tmp_path / "rows.csv").write_text("编号,标题,词\n1,通知,甲;乙\n", encoding="gb18030")

    with open_rows(tmp_path / "rows.csv", mapping=str(tmp_path / "own.toml")) as opened:
        rows = list(opened.rows)

    assert rows == [ItemRow(Kind.ARTICLE, "oa", "1", "通知", keywords=("甲", "乙"))]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "name", "counts", "joined"),
    [
        (LAWS, "laws", {ItemRow: 2583, UnitRow: 44, SectionRow: 13, SiteRow: 1}, 3874),
        (NEWS, "news", {ItemRow: 4045, UnitRow: 2, SectionRow: 1, SiteRow: 1}, 86),
        (REPORTS, "work_reports", {ItemRow: 52, UnitRow: 2, SectionRow: 1, SiteRow: 1}, 0),
        (SERVICES, "services", {ItemRow: 1600, UnitRow: 166, SectionRow: 3, SiteRow: 1}, 0),
        (STARD, "stard", {ItemRow: 57775, UnitRow: 1, SectionRow: 1, SiteRow: 1}, 0),
    ],
)
def test_every_real_row_is_mapped(shared: Path, file: str, name: str, counts: dict[type, int], joined: int) -> None:
    with open_rows(shared / file) as opened:
        counted = Counter(type(row) for row in opened.rows)

        assert (opened.mapping, counted, opened.links.joined) == (name, counts, joined)


@pytest.mark.shared
def test_all_real_links_are_joined_with_their_types(shared: Path) -> None:
    types: Counter[LinkType] = Counter()
    for file in (LAWS, NEWS):
        with open_rows(shared / file) as opened:
            types.update(link.type for row in opened.rows if isinstance(row, ItemRow) for link in row.links)

    assert types == {LinkType.CITES: 3769, LinkType.IMPLEMENTS: 105, LinkType.REPORTS_ON: 86}
    assert types.total() == 3960


@pytest.mark.shared
def test_real_details_are_found(shared: Path) -> None:
    found: Counter[str] = Counter()
    for file in (LAWS, SERVICES):
        with open_rows(shared / file) as opened:
            found.update(name for row in opened.rows if isinstance(row, ItemRow) for name in row.details)

    assert (found["doc_no"], found["effective_on"], found["joint_issuers"]) == (453, 1937, 67)
    assert (found["statutory_limit"], found["promised_limit"], found["conditions"]) == (1085, 1210, 896)
    assert (found["statutory_limit_unit"], found["promised_limit_unit"]) == (1085, 1210)


@pytest.mark.shared
@pytest.mark.parametrize("file", [LAWS, NEWS, REPORTS, SERVICES])
def test_real_rows_survive_an_export_and_its_import(shared: Path, tmp_path: Path, file: str) -> None:
    path = tmp_path / "export.jsonl.zst"
    with open_rows(shared / file) as opened, ExportFile(path) as out:
        rows = [row for row in opened.rows if not isinstance(row, RowRefused)]
        for row in rows:
            out.write(row)

    with open_rows(path) as opened:
        again = list(opened.rows)

    assert opened.mapping == "native"
    assert again == rows
    assert [row_hash(row) for row in again if not isinstance(row, RowRefused)] == [row_hash(row) for row in rows]


def test_missing_side_file_is_refused_unless_links_are_declined(tmp_path: Path) -> None:
    path = tmp_path / "laws.jsonl"
    path.write_bytes(orjson.dumps(LAW))

    with pytest.raises(ImportRefused, match=r"relations\.jsonl\.zst"), open_rows(path):
        pass
    with open_rows(path, with_links=False) as opened:
        assert len(items(list(opened.rows))) == 1


def test_unusable_line_of_a_side_file_is_refused_and_the_rest_joined(tmp_path: Path) -> None:
    path = tmp_path / "laws.jsonl"
    path.write_bytes(orjson.dumps(LAW))
    side = b'{"a":"law-1","rel":"cites","b":"law-9"}\n{"a":"law-1","b":"law-8"}\nnone\n'
    (tmp_path / "relations.jsonl.zst").write_bytes(zstandard.ZstdCompressor().compress(side))

    with open_rows(path) as opened:
        rows = list(opened.rows)

    assert [(row.line, row.field) for row in rows if isinstance(row, RowRefused)] == [
        (2, "links(relations.jsonl.zst)"),
        (3, "links(relations.jsonl.zst)"),
    ]
    assert [len(row.links) for row in items(rows)] == [1]


def written_laws(path: Path, count: int) -> Path:
    packer = zstandard.ZstdCompressor()
    with path.open("wb") as file, packer.stream_writer(file) as out:
        for n in range(count):
            # Random, because real text packs to a quarter and not to a thousandth.
            body = "".join(chr(0x4E00 + byte) for byte in Random(n).randbytes(3000))
            out.write(orjson.dumps(LAW | {"id": f"law-{n}", "body": body}) + b"\n")
    return path


def peak_of(rows: Iterator[Row | RowRefused]) -> int:
    gc.collect()
    tracemalloc.start()
    for _ in rows:
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    peaks = []
    for count in (150, 1500):
        with SourceFile(written_laws(tmp_path / f"{count}.jsonl.zst", count)) as file:
            peaks.append(peak_of(mapped_rows(file, find_mapping("laws"), LinkTable())))
        with SourceFile(tmp_path / f"{count}.jsonl.zst") as file:
            peaks.append(peak_of(native_rows(file)))

    assert peaks[2] < 1.2 * peaks[0]
    assert peaks[3] < 1.2 * peaks[1]
    assert max(peaks) < 1_500_000

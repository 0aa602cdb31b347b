from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hub.importing.exporting import ExportFile, line_of, object_of
from hub.importing.fields import RowRefused, Where
from hub.importing.hashing import row_hash
from hub.importing.mapping import native_rows
from hub.importing.reading import SourceFile
from hub.importing.rows import ItemRow, Row, read_row
from hub.vocabulary.details import DETAIL_FIELDS, DetailValue, FieldType
from hub.vocabulary.enums import Kind

SAMPLES: dict[FieldType, DetailValue] = {
    FieldType.LINE: "一行", FieldType.TEXT: "第一行\n第二行", FieldType.LINES: ["甲", "乙"], FieldType.INT: 0,
    FieldType.BOOL: False, FieldType.DATE: "2022-05-01", FieldType.GENRE: "notice", FieldType.VALIDITY: "in_force",
    FieldType.FORM: "qa", FieldType.TASK_TYPE: "licence", FieldType.PROJECT_TYPE: "instant",
    FieldType.LIMIT_UNIT: "working_day", FieldType.CATEGORY: 15, FieldType.URL: "https://example.gov.cn/a?b=c",
    FieldType.MEDIA_TYPE: "image/png", FieldType.SHA256: "0" * 64,
}  # fmt: skip
NATIVE: list[dict[str, Any]] = [
    {"kind": "unit", "code": "office", "name": "办公室", "unit_type": "city_department", "phone": "0356-1"},
    {"kind": "site", "code": "portal", "name": "门户", "site_type": "portal", "unit": "office"},
    {"kind": "section", "site": "portal", "code": "news", "name": "要闻", "section_kind": "news", "order": 2},
    {"kind": "section", "site": "portal", "parent": "news", "code": "all", "name": "全部", "section_kind": "other",
     "view": {"kinds": ["article"], "archived": "include"}},
    *(
        {"kind": kind.value, "source": "s", "source_id": kind.value, "site": "portal", "unit": "office",
         "sections": ["news"], "title": "题 \U0001f600", "body": " <p>\u2028文</p>\n", "body_format": "html",
         "published_at": "2020-05-02T01:00:00.000001Z", "keywords": ["a"],
         "details": {name: SAMPLES[field.type] for name, field in DETAIL_FIELDS[kind].items()},
         "links": [{"type": "cites", "source": "s", "source_id": "x"}]}
        for kind in Kind
    ),
]  # fmt: skip


def rows_of(path: Path) -> list[Row]:
    with SourceFile(path) as file:
        rows = list(native_rows(file))
    assert not [row for row in rows if isinstance(row, RowRefused)]
    return [row for row in rows if not isinstance(row, RowRefused)]


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.zst"])
def test_export_of_an_import_of_an_export_is_the_same_bytes(tmp_path: Path, name: str) -> None:
    first, second = tmp_path / name, tmp_path / f"second-{name}"
    rows = [read_row(raw, Where()) for raw in NATIVE]

    with ExportFile(first) as out:
        for row in rows:
            out.write(row)
    with ExportFile(second) as out:
        for row in rows_of(first):
            out.write(row)

    assert rows_of(first) == rows
    assert second.read_bytes() == first.read_bytes()


def test_written_line_is_the_native_object_in_the_order_of_the_format() -> None:
    lines = [line_of(object_of(read_row(raw, Where()))) for raw in NATIVE]

    assert lines == [(json.dumps(raw, ensure_ascii=False, separators=(",", ":")) + "\n").encode() for raw in NATIVE]


def test_failed_export_leaves_the_earlier_file(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_bytes(b"before\n")

    with pytest.raises(TypeError), ExportFile(path) as out:
        out.write_object({"kind": object()})

    assert [entry.name for entry in tmp_path.iterdir()] == ["out.jsonl"]
    assert path.read_bytes() == b"before\n"


def article(**changes: Any) -> ItemRow:
    row = read_row({"kind": "article", "source": "s", "source_id": "1", "title": "题"} | changes, Where(len(changes)))
    assert isinstance(row, ItemRow)
    return row


def test_hash_does_not_see_place_in_file_or_change_note() -> None:
    assert row_hash(article(change_note="x", change_scale="major")) == row_hash(article())


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "题二"},
        {"body": "文"},
        {"links": [{"type": "cites", "source": "s", "source_id": "2"}]},
        {"details": {"topic": "x"}},
        {"expires_at": "2030-01-01"},
        {"unit": "office"},
    ],
)
def test_hash_changes_with_content(changes: dict[str, Any]) -> None:
    assert row_hash(article(**changes)) != row_hash(article())

from __future__ import annotations

import io
from pathlib import Path

import pytest
import zstandard

from hub.importing.fields import Where
from hub.importing.reading import RawRow, SourceFile, format_of
from hub.vocabulary.errors import ImportRefused


def read(path: Path, *, encoding: str = "utf-8", max_line: int = 1 << 20) -> list[RawRow]:
    with SourceFile(path, encoding=encoding, max_line=max_line) as file:
        return list(file)


def test_lines_carry_number_and_byte_offset(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('\ufeff{"a":"中"}\r\n\n{"b":2}'.encode())

    assert read(path) == [RawRow(Where(1, 0), {"a": "中"}), RawRow(Where(3, 17), {"b": 2})]


def test_broken_lines_are_flawed_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a":1\n{"a":"\xff"}\n[1]\n{"a":"\\ud800"}\n{"a":NaN}\n{"a":2}\n')

    rows = read(path)

    assert [(row.where.line, row.value) for row in rows] == [(n, None) for n in range(1, 6)] + [(6, {"a": 2})]
    assert rows[2].flaw == "is not a JSON object."
    assert rows[0].flaw.startswith("is not JSON in UTF-8:")
    assert "surrogate" in rows[3].flaw


def test_deeply_nested_line_is_flawed(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a":' + "[" * 100_000 + "]" * 100_000 + "}\n")

    assert read(path)[0].value is None


def test_over_long_line_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a":"' + "x" * 3_000_000 + '"}\n{"a":2}\n')

    assert read(path, max_line=1000) == [
        RawRow(Where(1, 0), None, "is longer than 1000 bytes."),
        RawRow(Where(2, 3_000_009), {"a": 2}),
    ]


def test_packed_file_of_several_frames_is_one_stream(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    pack = zstandard.ZstdCompressor().compress
    path.write_bytes(pack(b'{"a":1}\n{"a"') + pack(b":2}\n"))

    assert [row.value for row in read(path)] == [{"a": 1}, {"a": 2}]


def test_packed_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(zstandard.ZstdCompressor().compress(b'{"a":1}\n' * 1000)[:-5])

    with pytest.raises(ImportRefused, match="ends too early"):
        read(path)


def test_packed_file_that_is_not_packed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(b'{"a":1}\n')

    with pytest.raises(ImportRefused, match="damaged"):
        read(path)


def test_csv_cells_may_hold_line_breaks_and_empty_ones_are_no_value(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,title,body\n1,"第一\n行",\n2,b,"c, d"\n3,e\n', encoding="gb18030")

    assert read(path, encoding="gb18030") == [
        RawRow(Where(2, 14), {"id": "1", "title": "第一\n行"}),
        RawRow(Where(4, 27), {"id": "2", "title": "b", "body": "c, d"}),
        RawRow(Where(5, 38), None, "has 2 cells, the first line names 3 columns."),
    ]


def test_csv_in_another_encoding_is_flawed_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,title\n1," + "标题".encode("gb18030") + b"\n2,b\n")

    assert [(row.value, row.flaw) for row in read(path)] == [
        (None, "is not text in utf-8."),
        ({"id": "2", "title": "b"}, ""),
    ]


def test_position_ends_at_the_size_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    buffer = io.BytesIO(b"".join(b'{"n":%d}\n' % n for n in range(50_000)))
    path.write_bytes(zstandard.ZstdCompressor().compress(buffer.getvalue()))

    with SourceFile(path) as file:
        count = sum(1 for _ in file)

        assert (count, file.position) == (50_000, file.size)


def test_other_suffix_and_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="can be imported"):
        format_of(tmp_path / "a.json")
    with pytest.raises(ImportRefused, match="cannot be read"):
        SourceFile(tmp_path / "missing.jsonl")

"""hub import: exit codes, reject file, second run, dry run, and what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.hub.cli.test_commands import hub

ROWS: list[dict[str, Any]] = [
    {"kind": "unit", "code": "city", "name": "云澜市人民政府", "unit_type": "city_gov"},
    {"kind": "site", "code": "portal", "name": "门户网站", "unit": "city"},
    {"kind": "section", "site": "portal", "code": "news", "name": "要闻"},
    {
        "kind": "article",
        "source": "cms",
        "source_id": "1",
        "title": "养老服务条例",
        "site": "portal",
        "sections": ["news"],
    },
    {"kind": "article", "source": "cms", "source_id": "2", "title": "托育服务", "site": "portal", "sections": ["news"]},
]
BAD = {"kind": "article", "source": "cms", "source_id": "3", "title": "题", "site": "portal", "sections": ["nowhere"]}


def written(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows) + "\n")
    return path


def test_import_takes_all_and_the_second_run_nothing_and_search_finds_it(tmp_path: Path) -> None:
    file, folder = written(tmp_path / "rows.jsonl", *ROWS), tmp_path / "data"

    first = hub("import", str(file), folder=folder)
    again = hub("import", str(file), folder=folder)
    found = hub("search", "养老服务", folder=folder)

    assert (first.returncode, first.stdout) == (0, "2 created, 0 corrected, 0 unchanged, 0 refused.\n")
    assert (again.returncode, again.stdout) == (0, "0 created, 0 corrected, 2 unchanged, 0 refused.\n")
    assert found.returncode == 0
    assert "养老服务条例" in found.stdout
    assert found.stdout.splitlines()[0].split()[:1] == ["1"]


def test_refused_rows_are_named_in_the_reject_file_and_the_exit_code_is_3(tmp_path: Path) -> None:
    file, rejects = written(tmp_path / "rows.jsonl", *ROWS, BAD, "{broken"), tmp_path / "rejects.jsonl"

    done = hub("import", str(file), "--rejects", str(rejects), folder=tmp_path / "data")

    assert (done.returncode, done.stdout) == (3, "2 created, 0 corrected, 0 unchanged, 2 refused.\n")
    lines = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert sorted((line["line"], line["field"]) for line in lines)[0] == (6, "sections")
    assert {line["line"] for line in lines} == {6, 7}
    assert "Traceback" not in done.stderr


def test_dry_run_says_what_would_be_and_writes_nothing(tmp_path: Path) -> None:
    file, folder = written(tmp_path / "rows.jsonl", *ROWS), tmp_path / "data"

    dry = hub("import", str(file), "--dry-run", folder=folder)
    units = hub("units", folder=folder)

    assert (dry.returncode, dry.stdout) == (
        0, "2 would be created, 0 would be corrected, 0 unchanged, 0 refused.\n",
    )  # fmt: skip
    assert units.stdout == ""


@pytest.mark.parametrize("what", ["missing", "folder", "foreign", "unknown map"])
def test_what_cannot_be_read_is_refused_in_a_sentence_with_exit_code_2(tmp_path: Path, what: str) -> None:
    file = {
        "missing": tmp_path / "none.jsonl",
        "folder": tmp_path,
        "foreign": written(tmp_path / "x.jsonl", {"a": 1}),
        "unknown map": written(tmp_path / "y.jsonl", *ROWS),
    }[what]

    done = hub("import", str(file), *(["--map", "nowhere"] if what == "unknown map" else []), folder=tmp_path / "data")

    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("hub: ")
    assert "Traceback" not in done.stderr


def test_export_and_import_into_another_hub_gives_the_same_rows(tmp_path: Path) -> None:
    file = written(tmp_path / "rows.jsonl", *ROWS)
    hub("import", str(file), folder=tmp_path / "one")
    out = hub("export", str(tmp_path / "a.jsonl"), folder=tmp_path / "one")
    hub("import", str(tmp_path / "a.jsonl"), folder=tmp_path / "two")
    hub("export", str(tmp_path / "b.jsonl"), folder=tmp_path / "two")

    assert (out.returncode, out.stdout) == (0, f"5 rows written to {tmp_path / 'a.jsonl'}\n")
    assert (tmp_path / "a.jsonl").read_text() == (tmp_path / "b.jsonl").read_text()

from __future__ import annotations

import pytest

from hub.search import Mark
from indexers.analysis.marking import Marker
from indexers.analysis.question import read_question
from indexers.analysis.synonyms import Synonyms


def marked(query: str, passage: str, *groups: list[str]) -> list[str]:
    marks = Marker(read_question(query), Synonyms(groups)).marks(passage)
    return [passage[mark.start : mark.end] for mark in marks]


@pytest.mark.parametrize(
    ("query", "passage", "expected"),
    [
        ("养老", "社區養老，養老金", ["養老", "養老"]),
        ("如何退休", "如何办理退休", ["退休"]),
        ("abc", "ＡＢＣ abcd", ["ＡＢＣ"]),
        ("“大 病”", "大\n病救助", ["大\n病"]),
        ("养老保险", "养老保险金", ["养老保险"]),
        ("金政发[2020]12号", "见金政发〔2020〕12号文", ["金政发〔2020〕12号"]),
        ("主席令第3号", "（主席令第三号）", ["主席令第三号"]),
        ("养老 -收费", "养老收费", ["养老"]),
        ("", "养老", []),
        ("？", "养老？", []),
    ],
)
def test_query_shows_in_a_passage(query: str, passage: str, expected: list[str]) -> None:
    assert marked(query, passage) == expected


def test_synonyms_are_marked() -> None:
    assert marked("市民卡", "领取社保卡", ["市民卡", "社保卡"]) == ["社保卡"]


def test_touching_marks_are_one_and_offsets_count_code_points() -> None:
    marker = Marker(read_question("养老 服务"), Synonyms(()))

    assert marker.marks("😀养老服务㈱") == [Mark(1, 5)]

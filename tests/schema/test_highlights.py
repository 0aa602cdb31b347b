"""Stretches around marks."""

from __future__ import annotations

from hub.search import Mark
from schema.search.highlights import LENGTH, MOST, Stretch, stretches, whole


def test_stretch_begins_behind_the_last_stop() -> None:
    text = "前一句。社保卡怎样办理"

    assert stretches(text, [Mark(4, 7)]) == [Stretch("社保卡怎样办理", (Mark(0, 3),))]


def test_marks_close_together_share_a_stretch() -> None:
    text = "社保卡和社保卡"

    assert stretches(text, [Mark(4, 7), Mark(0, 3)]) == [Stretch(text, (Mark(0, 3), Mark(4, 7)))]


def test_stretches_never_overlap_and_keep_the_order_of_the_text() -> None:
    text = "".join(chr(0x4E00 + n) for n in range(1_000))
    marks = [Mark(at, at + 2) for at in (100, 400, 402, 700, 900)]

    found = stretches(text, marks)

    assert len(found) == MOST
    assert [one.text[one.marks[0].start : one.marks[0].end] for one in found] == [
        text[100:102],
        text[400:402],
        text[700:702],
    ]
    assert all(len(one.text) <= LENGTH for one in found)


def test_a_mark_longer_than_a_stretch_is_whole() -> None:
    text = "字" * 500

    assert stretches(text, [Mark(10, 400)])[0].text == text[0:400]


def test_nothing_marked_is_nothing_shown() -> None:
    assert stretches("社保卡", []) == whole("社保卡", []) == []

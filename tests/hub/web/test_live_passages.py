from __future__ import annotations

from hub.search import Mark
from hub.web.live_passages import LEAD, LENGTH, passages
from hub.web.reading import Marked


def marks_of(text: str, *words: str) -> list[Mark]:
    return [Mark(i, i + len(word)) for word in words for i in range(len(text)) if text.startswith(word, i)]


def marked_words(passage: Marked) -> list[str]:
    return [passage.text[mark.start : mark.end] for mark in passage.marks]


def test_a_text_without_marks_has_no_passages() -> None:
    assert passages("没有要找的词。" * 50, []) == ()


def test_a_short_text_is_shown_whole_on_one_line() -> None:
    text = "第一条\n居民可以补领\t社保卡。"

    found = passages(text, marks_of(text, "社保卡"))

    assert found == (Marked("第一条 居民可以补领 社保卡。", (Mark(11, 14),)),)


def test_a_stretch_within_the_text_has_an_ellipsis_on_both_sides() -> None:
    text = "甲" * 500 + "社保卡" + "乙" * 500

    (found,) = passages(text, marks_of(text, "社保卡"))

    assert found.text == "…" + "甲" * LEAD + "社保卡" + "乙" * (LENGTH - LEAD - 3) + "…"
    assert marked_words(found) == ["社保卡"]


def test_the_stretch_with_more_of_the_words_is_chosen_first_and_both_come_in_order_of_the_text() -> None:
    text = "社保卡" + "甲" * 300 + "办理补领社保卡" + "乙" * 300 + "社保卡社保卡" + "丙" * 300

    first, second = passages(text, marks_of(text, "社保卡", "补领"))

    assert [passage.text[0] + passage.text[-1] for passage in (first, second)] == ["…乙", "乙…"]
    assert sorted(marked_words(first)) == ["社保卡", "补领"]
    assert marked_words(second) == ["社保卡", "社保卡"]


def test_passages_do_not_overlap() -> None:
    text = "社保卡" * 100

    first, second = passages(text, marks_of(text, "社保卡"))

    assert len(first.text.strip("…")) == LENGTH
    assert first.marks[-1].end <= len(first.text)
    assert second.marks[0].start >= 0

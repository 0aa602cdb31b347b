from __future__ import annotations

from indexers.analysis import tokens


def test_grams_stay_inside_one_han_run() -> None:
    assert tokens.grams("养老金,2020年covid19疫") == ("养老 老金 2020 covid19", "养 老 金 2020 年 covid19 疫")


def test_words_of_a_document_hold_short_words_too_and_no_marks() -> None:
    assert tokens.words_of_document("中华人民共和国，c++ 。") == [
        "中华", "华人", "人民", "共和", "共和国", "中华人民共和国", "c++"
    ]  # fmt: skip


def test_words_of_a_query_joined_are_the_query() -> None:
    assert "".join(tokens.words_of_query("如何办理 社保卡?")) == "如何办理 社保卡?"


def test_phrase_view_marks_title_and_body_and_keeps_punctuation() -> None:
    assert tokens.phrase_view("甲,乙", "丙\n 丁") == "\ue000甲 甲, ,乙 乙\ue001 \ue001丙 丙\u2420 \u2420丁"


def test_title_keys() -> None:
    assert tokens.title_key("《甲 法》(2020)") == "甲法2020"
    assert tokens.exact_title_key("《甲  法》") == "=《甲\u2420法》"

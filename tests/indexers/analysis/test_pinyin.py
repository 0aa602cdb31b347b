from __future__ import annotations

from indexers.analysis.pinyin import readings, title_views, typed_groups


def test_title_is_spelt_in_the_words_it_stands_in() -> None:
    assert title_views("重庆长城,a1") == ("chong qing chang cheng a1", "cq qc cc")


def test_letters_are_read_in_every_way() -> None:
    assert readings("xian") == [["xian"], ["xi", "an"]]
    assert readings("lueduo")[0] == ["lve", "duo"]
    assert readings("xqz") == []


def test_last_syllable_may_be_unfinished() -> None:
    assert readings("yangl") == []
    assert readings("yangl", unfinished=True) == [["yang", "l"]]


def test_only_letters_are_pinyin() -> None:
    assert typed_groups("shequ yanglao") == ["shequ", "yanglao"]
    assert typed_groups("社区 yanglao") == []
    assert typed_groups("a") == []

from __future__ import annotations

from indexers.analysis.synonyms import Stretch, Synonyms


def test_longest_word_is_taken_and_others_offered() -> None:
    synonyms = Synonyms([["市民卡", "社会保障卡", "社保卡"], ["社保", "社会保险"]])

    assert list(synonyms.stretches("办社保卡")) == [Stretch(1, 4, ("市民卡", "社会保障卡"))]


def test_groups_are_folded_and_a_group_of_one_says_nothing() -> None:
    assert list(Synonyms([["社會保險", "社保"]]).stretches("社会保险")) == [Stretch(0, 4, ("社保",))]
    assert list(Synonyms([["甲"]]).stretches("甲")) == []
    assert list(Synonyms([]).stretches("甲")) == []

from __future__ import annotations

from indexers.analysis.synonyms import Synonyms
from indexers.analysis.weights import weigh

NONE = Synonyms(())


def test_words_of_asking_weigh_a_quarter_and_a_bigram_the_mean_of_its_characters() -> None:
    terms = weigh("如何退休", NONE).plain

    assert terms.words == {"如何": 0.25, "退休": 1.0}
    assert terms.bigrams == {"如何": 0.25, "何退": 0.625, "退休": 1.0}
    assert terms.characters == {"如": 0.25, "何": 0.25, "退": 1.0, "休": 1.0}
    assert (terms.content_words, terms.content_bigrams) == ({"退休"}, {"退休"})


def test_repeats_add_up() -> None:
    terms = weigh("退休 退休", NONE).plain

    assert terms.words == {"退休": 2.0}
    assert terms.characters == {"退": 2.0, "休": 2.0}


def test_synonyms_are_choices_and_leave_the_plain_terms() -> None:
    weights = weigh("办理市民卡", Synonyms([["市民卡", "社保卡"]]))

    (choice,) = weights.choices
    assert "办理" in weights.plain.words
    assert "理市" in weights.plain.bigrams
    assert [sorted(wording.characters) for wording in choice] == [["卡", "市", "民"], ["保", "卡", "社"]]

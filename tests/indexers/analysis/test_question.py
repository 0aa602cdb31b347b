from __future__ import annotations

from indexers.analysis.question import read_question


def test_phrases_exclusions_and_titles_are_taken_apart() -> None:
    question = read_question("“社区 养老” －收费 -「大 病」 《老年人权益保障法》 电动车−甲")

    assert question.phrases == ("社区 养老",)
    assert question.excluded == ("收费", "大 病")
    assert question.quoted_titles == ("老年人权益保障法",)


def test_dash_inside_a_word_excludes_nothing() -> None:
    assert read_question("covid-19 2020-12").excluded == ()


def test_unbalanced_quote_is_no_phrase() -> None:
    question = read_question("“社区养老")

    assert (question.phrases, question.is_empty) == ((), False)


def test_question_of_marks_alone_is_empty() -> None:
    assert read_question(" ？！ ").is_empty
    assert read_question("").is_empty


def test_long_query_is_cut_but_compared_as_a_title_in_full() -> None:
    question = read_question("甲" * 200)

    assert (len(question.text), len(question.title)) == (80, 200)


def test_traditional_and_full_width_typing_is_folded() -> None:
    question = read_question("社會保險 Ａ")

    assert (question.text, question.title) == ("社会保险 a", "社会保险a")

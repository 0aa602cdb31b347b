from __future__ import annotations

from indexers.analysis.spelling import correct


def test_run_is_replaced_by_the_words_of_a_title_that_sound_the_same() -> None:
    heard: list[list[str]] = []

    def titles(sound: list[str]) -> list[str]:
        heard.append(sound)
        return ["关于社区养老服务的通知"] if sound == ["yang", "lao", "fu", "wu"] else []

    assert correct("养佬服务 2020", titles) == "养老服务 2020"
    assert heard == [["yang", "lao", "fu", "wu"]]


def test_text_nobody_spells_otherwise_stays() -> None:
    assert correct("养老", lambda sound: ["养老"]) is None
    assert correct("养老", lambda sound: []) is None

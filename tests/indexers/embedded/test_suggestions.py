from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.vocabulary.expression import EVERYTHING, Equals

Make = Callable[..., Any]


async def test_titles_that_begin_with_the_prefix_lead_newer_first(a_document: Make, search_of: Make) -> None:
    search = await search_of(
        a_document(1, "养老服务条例"),
        a_document(2, "社区养老"),
        a_document(3, "养老院"),
        a_document(4, "养老院"),
        a_document(5, "x", "养老"),
    )

    assert await search.suggest("养老", EVERYTHING, 10) == ["养老院", "养老服务条例", "社区养老"]
    assert await search.suggest("養", EVERYTHING, 2) == ["养老院", "养老服务条例"]
    assert await search.suggest("老", EVERYTHING, 10) == ["养老院", "社区养老", "养老服务条例"]


async def test_pinyin_initials_and_an_unfinished_syllable_are_understood(a_document: Make, search_of: Make) -> None:
    search = await search_of(a_document(1, "社区养老服务"), a_document(2, "App使用办法"))

    assert await search.suggest("shequ yangl", EVERYTHING, 10) == ["社区养老服务"]
    assert await search.suggest("sqyl", EVERYTHING, 10) == ["社区养老服务"]
    assert await search.suggest("app", EVERYTHING, 10) == ["App使用办法"]


async def test_hidden_titles_are_not_offered(a_document: Make, search_of: Make) -> None:
    search = await search_of(a_document(1, "养老甲", state="withdrawn"), a_document(2, "养老乙"))

    assert await search.suggest("养老", Equals("state", "live"), 10) == ["养老乙"]
    assert await search.suggest("yanglao", Equals("state", "live"), 10) == ["养老乙"]
    assert await search.suggest(" ", EVERYTHING, 10) == []

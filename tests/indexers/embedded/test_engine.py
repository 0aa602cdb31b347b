from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.search import FacetValue, SearchHit, SearchRequest, SearchSort
from hub.vocabulary.errors import InvalidInput, SearchUnavailable
from hub.vocabulary.expression import NOTHING, Equals, both
from indexers.embedded.engine import EmbeddedSearch

Make = Callable[..., Any]


async def test_words_are_found_in_title_and_text_and_the_title_leads(
    a_document: Make, search_of: Make, ask: Make
) -> None:
    search = await search_of(
        a_document(1, "社区养老服务办法"),
        a_document(2, "工作简报", "社区养老服务已经展开，" * 3),
        a_document(3, "春耕备耕", "农机"),
    )

    assert await ask(search, "社区养老服务办") == [1, 2]
    assert await ask(search, "社區養老服務辦") == [1, 2]
    assert await ask(search, "农机") == [3]


async def test_number_in_any_form_leads_newest_first(a_document: Make, search_of: Make, ask: Make) -> None:
    search = await search_of(
        a_document(1, "旧办法", doc_no="金政发〔2020〕12号"),
        a_document(2, "金政发2020年12号金政发12号金政发", "金政发 2020 12号"),
        a_document(3, "新办法", doc_no="金政发[2020]12号"),
        a_document(4, "别的办法", doc_no="金政发〔2021〕12号"),
    )

    for typed in ("金政发〔2020〕12号", "2020 12号 金政发", "金政发 2020 12", "金政發（２０２０）第１２號"):
        assert (await ask(search, typed))[:3] == [3, 1, 2]
    assert await ask(search, "金政发 12号") == [4, 3, 1, 2]


async def test_order_is_found_with_chinese_number_and_without_its_issuer(
    a_document: Make, search_of: Make, ask: Make
) -> None:
    search = await search_of(
        a_document(1, "甲条例", doc_no="国务院令第656号"),
        a_document(2, "乙法", doc_no="主席令第三号"),
        a_document(3, "丙", "国务院令"),
    )

    assert await ask(search, "国务院令第六百五十六号", size=1) == [1]
    assert await ask(search, "主席令第3号", size=1) == [2]
    assert await ask(search, "令第656号", size=1) == [1]
    assert await ask(search, "甲条例 国务院656号令", size=1) == [1]


async def test_full_title_fills_the_first_ranks_newest_first(a_document: Make, search_of: Make, ask: Make) -> None:
    search = await search_of(
        a_document(1, "关于“十四五”规划的通知"),
        a_document(2, "关于十四五规划的通知"),
        a_document(3, "关于“十四五”规划的通知"),
        a_document(4, "解读：关于“十四五”规划的通知", "关于“十四五”规划的通知" * 9),
    )

    assert await ask(search, "关于“十四五”规划的通知") == [3, 1, 2, 4]
    assert await ask(search, "关于十四五规划的通知", size=3) == [2, 3, 1]
    assert await ask(search, "怎样看待《关于十四五规划的通知》", size=3) == [3, 2, 1]


async def test_phrase_is_printed_as_quoted(a_document: Make, search_of: Make, ask: Make) -> None:
    search = await search_of(
        a_document(1, "甲", "社区,养老"),
        a_document(2, "乙社区", "养老"),
        a_document(3, "丙", "社区养老，App 2.0 发布"),
        a_document(4, "丁", "社区\n养老"),
        a_document(5, "戊", "养老社区"),
    )

    assert await ask(search, "“社区养老”") == [3]
    assert await ask(search, '"社区，养老"') == [1]
    assert await ask(search, "「社区 养老」") == [4]
    assert await ask(search, '"養老，app 2.0"') == [3]
    assert await ask(search, '"社"', sort=SearchSort.NEWEST) == [5, 4, 3, 2, 1]


async def test_excluded_words_and_phrases_are_absent(a_document: Make, search_of: Make, ask: Make) -> None:
    search = await search_of(
        a_document(1, "养老服务", "收费标准"),
        a_document(2, "养老服务", "免费"),
        a_document(3, "养老服务", doc_no="金政发〔2020〕3号"),
    )

    assert await ask(search, "养老 -收费") == [3, 2]
    assert await ask(search, "养老 －“收费标准” −免费") == [3]
    assert await ask(search, "养老 -金政发〔2020〕3号") == [2, 1]
    assert await ask(search, "-收费") == [3, 2]


async def test_synonyms_widen_the_query(a_document: Make, search_of: Make, ask: Make) -> None:
    documents = a_document(1, "社保卡办理"), a_document(2, "市民卡办理"), a_document(3, "身份证办理")

    search = await search_of(*documents, synonyms=[["市民卡", "社保卡"]])

    assert await ask(search, "市民卡") == [2, 1]
    assert await ask(search, "市民卡", sort=SearchSort.NEWEST) == [2, 1]


async def test_titles_are_found_by_pinyin_and_initials(a_document: Make, search_of: Make, ask: Make) -> None:
    search = await search_of(a_document(1, "社区养老服务"), a_document(2, "社区矫正"), a_document(3, "x", "社区养老"))

    assert await ask(search, "shequ yanglao") == [1]
    assert await ask(search, "sqyl") == [1]
    assert await ask(search, "shequ") == [2, 1]


async def test_query_that_finds_nothing_is_corrected_by_its_sound(a_document: Make, search_of: Make) -> None:
    search = await search_of(a_document(1, "社区养老服务"), a_document(2, "别的"))

    answer = await search.search(SearchRequest("养佬"))

    assert (answer.corrected_text, [hit.id[-1] for hit in answer.hits]) == ("养老", ["1"])
    assert (await search.search(SearchRequest("养老"))).corrected_text is None


async def test_correction_never_tells_of_a_hidden_title(a_document: Make, search_of: Make) -> None:
    search = await search_of(a_document(1, "社区养老服务", state="withdrawn"))

    answer = await search.search(SearchRequest("养佬", where=Equals("state", "live")))

    assert (answer.total, answer.hits, answer.corrected_text) == (0, [], None)


async def test_by_date_a_text_shares_every_word(a_document: Make, search_of: Make, ask: Make) -> None:
    search = await search_of(a_document(1, "社区养老服务"), a_document(2, "养老"), a_document(3, "社区", "养老有了"))

    assert await ask(search, "社区 养老", sort=SearchSort.NEWEST) == [3, 1]


async def test_empty_text_lists_what_the_filter_lets_through_newest_first(
    a_document: Make, search_of: Make, ask: Make
) -> None:
    search = await search_of(
        a_document(1, "甲", sort_at=5), a_document(2, "乙", sort_at=5), a_document(3, "丙", state="gone")
    )

    assert await ask(search, "", where=Equals("state", "live")) == [2, 1]
    assert await ask(search, "？", where=NOTHING) == []


async def test_pages_of_equal_scores_neither_overlap_nor_skip(a_document: Make, search_of: Make, ask: Make) -> None:
    search = await search_of(*(a_document(number, "养老院", "同样的文字") for number in range(1, 101)))

    pages = [await ask(search, "养老 院", offset=offset, size=7) for offset in range(0, 105, 7)]

    assert [number for page in pages for number in page] == list(range(100, 0, -1))


async def test_pages_run_from_exact_look_ups_into_the_rest(a_document: Make, search_of: Make, ask: Make) -> None:
    exact = [a_document(number, "社区养老") for number in range(1, 6)]
    search = await search_of(*exact, *(a_document(number, "社区养老服务") for number in range(6, 11)))

    pages = [await ask(search, "社区养老", offset=offset, size=3) for offset in range(0, 12, 3)]

    assert pages == [[5, 4, 3], [2, 1, 10], [9, 8, 7], [6]]


async def test_total_and_facets_honour_filter_and_text(a_document: Make, search_of: Make) -> None:
    search = await search_of(
        a_document(1, "养老", site=["a", "b"], kind="article", year=["2020"]),
        a_document(2, "养老", site=["a"], kind="policy_document"),
        a_document(3, "养老", site=["a"], state="withdrawn"),
        a_document(4, "农机", site=["c"]),
    )

    answer = await search.search(
        SearchRequest("养老", where=Equals("state", "live"), facets=("site", "kind", "year", "topic"), size=1)
    )

    assert (answer.total, answer.is_exact, len(answer.hits)) == (2, True, 1)
    assert answer.facets == {
        "site": [FacetValue("a", 2), FacetValue("b", 1)],
        "kind": [FacetValue("article", 1), FacetValue("policy_document", 1)],
        "year": [FacetValue("2020", 1)],
        "topic": [],
    }


async def test_hit_tells_its_time(a_document: Make, search_of: Make, id_of: Make) -> None:
    search = await search_of(a_document(1, "养老", sort_at=-5))

    answer = await search.search(SearchRequest("养老", sort=SearchSort.NEWEST))

    assert answer.hits == [SearchHit(id_of(1), 0.0, -5)]


async def test_page_beyond_the_last_hit_is_refused(a_document: Make, search_of: Make) -> None:
    search = await search_of(a_document(1, "养老"))

    with pytest.raises(InvalidInput):
        await search.search(SearchRequest("养老", offset=990, size=11))
    assert (await search.search(SearchRequest("养老", offset=990, size=10))).total == 1


@pytest.mark.parametrize(
    "text",
    ["\0", "\ud800", "AND OR NOT", "a:b*^~[{(\\\"'", "“”「」", "-", "甲" * 5000, "é\u0301" * 99, "…", "😀", "<script>"],
)
async def test_hostile_text_is_answered(a_document: Make, search_of: Make, text: str) -> None:
    search = await search_of(a_document(1, "养老\ud800\0", text))

    answer = await search.search(SearchRequest(text))

    assert answer.total in (0, 1)
    await search.suggest(text, both(), 5)
    assert len(search.marks(text, [text, "养老"])) == 2


async def test_without_an_index_search_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(SearchUnavailable):
        await EmbeddedSearch(tmp_path).search(SearchRequest("养老"))


async def test_versions_tells_every_item(a_document: Make, search_of: Make, id_of: Make) -> None:
    search = await search_of(a_document(1, "甲", version=7), a_document(2, "乙", version=9))

    assert await search.versions() == {id_of(1): 7, id_of(2): 9}

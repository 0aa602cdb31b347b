from __future__ import annotations

import pytest
from starlette.datastructures import QueryParams

from hub.search import MAX_HITS, SearchSort
from hub.web.reading import SearchQuery
from hub.web.search_form import LAST_PAGE, SearchForm, form_of, page_count, pages_shown


def test_an_address_becomes_a_query() -> None:
    form = form_of(QueryParams("q=社保卡&kind=article&kind=policy_document&year=2026&sort=newest&page=3"))

    assert form.query() == SearchQuery(
        "社保卡", {"kind": ("article", "policy_document"), "year": ("2026",)}, SearchSort.NEWEST, 40, 20
    )


def test_an_address_without_anything_asked_is_blank() -> None:
    assert form_of(QueryParams("")).is_blank
    assert form_of(QueryParams("q=%20%20&kind=&page=2&utm=x")).is_blank
    assert not form_of(QueryParams("year=2026")).is_blank


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", "", "²", "९", "99999999999999999999"])
def test_a_page_that_is_no_page_is_the_first(page: str) -> None:
    assert form_of(QueryParams({"q": "a", "page": page})).page == 1


def test_the_last_page_ends_where_search_ends() -> None:
    query = form_of(QueryParams("q=a&page=99999")).query()

    assert query.offset + query.size == MAX_HITS


def test_what_no_store_takes_is_taken_out_of_the_text() -> None:
    assert form_of(QueryParams({"q": "社\0保\ud800卡 "})).text == "社保卡"


def test_a_long_text_is_cut() -> None:
    assert len(form_of(QueryParams({"q": "长" * 5000})).text) == 200


def test_a_facet_value_is_added_and_taken_away_and_leads_to_the_first_page() -> None:
    form = SearchForm("卡", {"kind": ("article",)}, SearchSort.NEWEST, page=4)

    assert form.toggled("year", "2026") == "/?q=%E5%8D%A1&kind=article&year=2026&sort=newest"
    assert form.toggled("kind", "article") == "/?q=%E5%8D%A1&sort=newest"


def test_addresses_read_back_to_the_same_form() -> None:
    form = SearchForm("a&b=c #%", {"unit": ("甲 乙", "丙")}, SearchSort.NEWEST, page=7)

    assert form_of(QueryParams(form.address(page=7).removeprefix("/?"))) == form


def test_the_form_carries_choices_and_order_along() -> None:
    form = SearchForm("卡", {"kind": ("article",)}, SearchSort.NEWEST)

    assert form.hidden_fields() == [("kind", "article"), ("sort", "newest")]


@pytest.mark.parametrize(("total", "pages"), [(0, 0), (1, 1), (20, 1), (21, 2), (12_437, LAST_PAGE)])
def test_pages_are_counted_up_to_the_last_one_search_gives(total: int, pages: int) -> None:
    assert page_count(total) == pages


def test_the_foot_of_a_list_shows_first_last_and_neighbours() -> None:
    assert pages_shown(5, 50) == [1, None, 4, 5, 6, None, 50]
    assert pages_shown(1, 3) == [1, 2, 3]
    assert pages_shown(1, 0) == []

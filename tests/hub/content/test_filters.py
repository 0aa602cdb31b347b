"""One filter, three forms: scopes for lists, an expression for search, one for the change feed; and stored in views."""

from __future__ import annotations

import pytest

from hub.content.filters import ContentFilter, change_expression, narrowed, to_expression, to_request, view_filter
from hub.vocabulary.clock import Instant
from hub.vocabulary.enums import Archived, Kind
from hub.vocabulary.errors import InvalidInput
from hub.vocabulary.expression import EVERYTHING, After, And, Before, Equals, overlaps
from storage.stores.listings import ListRequest

FULL = ContentFilter(
    kinds=(Kind.POLICY_DOCUMENT,),
    section=("s1", "s2"),
    doc_no=("云政发[2026]3号",),
    published_since=Instant(5),
    published_until=Instant(9),
    archived=Archived.ONLY,
)


def test_filter_becomes_groups_of_scopes() -> None:
    assert to_request(FULL, by_update=True, descending=False) == ListRequest(
        kinds=(Kind.POLICY_DOCUMENT,),
        scopes=(("section:s1", "section:s2"), ("doc_no:云政发|2026|3",)),
        archived=Archived.ONLY,
        by_update=True,
        descending=False,
        since=5,
        until=9,
    )


def test_filter_becomes_an_expression_with_the_end_left_out() -> None:
    assert to_expression(FULL) == And((
        overlaps("section", ["s1", "s2"]),
        overlaps("doc_no", ["云政发|2026|3"]),
        overlaps("kind", ["policy_document"]),
        After("sort_at", 4),
        Before("sort_at", 8),
        Equals("state", "archived"),
    ))  # fmt: skip


def test_empty_filter_asks_for_every_kind_and_leaves_archived_content_out() -> None:
    assert to_request(ContentFilter()) == ListRequest()
    assert to_expression(ContentFilter()) == And((Equals("state", "live"),))
    assert to_expression(ContentFilter(archived=Archived.INCLUDE)) == EVERYTHING


def test_change_feed_knows_neither_dates_nor_archive_state() -> None:
    assert change_expression(FULL) == And((
        overlaps("section", ["s1", "s2"]), overlaps("doc_no", ["云政发|2026|3"]), overlaps("kind", ["policy_document"]),
    ))  # fmt: skip
    assert change_expression(ContentFilter()) == EVERYTHING


def test_filter_takes_at_most_twenty_values_of_a_field() -> None:
    ContentFilter(keyword=tuple(str(n) for n in range(20)))

    with pytest.raises(InvalidInput, match="at most 20 values of keyword"):
        ContentFilter(keyword=tuple(str(n) for n in range(21)))


def test_view_is_a_filter_of_ids_and_values() -> None:
    view = {"kinds": ["article"], "section": "s1", "genre": ["notice"], "archived": "include"}

    assert view_filter(view) == ContentFilter(
        kinds=(Kind.ARTICLE,), section=("s1",), genre=("notice",), archived=Archived.INCLUDE
    )
    assert view_filter({}) == ContentFilter()


def test_filter_inside_a_view_holds_with_it() -> None:
    view = ContentFilter(kinds=(Kind.ARTICLE, Kind.POLICY_DOCUMENT), section=("s1",))

    assert narrowed(view, ContentFilter(kinds=(Kind.ARTICLE,), genre=("notice",))) == ContentFilter(
        kinds=(Kind.ARTICLE,), section=("s1",), genre=("notice",)
    )
    assert narrowed(view, ContentFilter(archived=Archived.ONLY)).archived is Archived.ONLY
    with pytest.raises(InvalidInput):
        narrowed(view, ContentFilter(kinds=(Kind.SERVICE_ITEM,)))
    with pytest.raises(InvalidInput):
        narrowed(view, ContentFilter(section=("s2",)))

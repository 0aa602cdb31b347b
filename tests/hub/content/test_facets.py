"""What an item is listed under, and when its validity turns."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.content.drafting import EditionContent, clean
from hub.content.facets import UNDATED, sets_of, sort_instant, validity_of, validity_turns
from hub.vocabulary.clock import Instant, parse_instant
from hub.vocabulary.enums import Kind, Validity

TODAY = date(2026, 3, 2)
NOW = parse_instant("2026-03-02T09:00:00+08:00")


@pytest.mark.parametrize(
    ("details", "validity"),
    [
        ({}, Validity.IN_FORCE),
        ({"validity": "amended"}, Validity.AMENDED),
        ({"validity": "repealed"}, Validity.REPEALED),
        ({"validity": "expired"}, Validity.EXPIRED),
        ({"effective_on": "2026-03-02"}, Validity.IN_FORCE),
        ({"effective_on": "2026-03-03"}, Validity.NOT_YET),
        ({"effective_on": "2026-03-02", "validity": "not_yet"}, Validity.IN_FORCE),
        ({"expires_on": "2026-03-02"}, Validity.IN_FORCE),
        ({"expires_on": "2026-03-01"}, Validity.EXPIRED),
        ({"expires_on": "2026-03-01", "validity": "in_force"}, Validity.EXPIRED),
        ({"expires_on": "2026-03-01", "validity": "repealed"}, Validity.REPEALED),
        ({"repealed_on": "2026-03-02"}, Validity.REPEALED),
        ({"repealed_on": "2026-03-03"}, Validity.IN_FORCE),
        ({"repealed_on": "2026-03-01", "expires_on": "2026-02-01"}, Validity.REPEALED),
    ],
)
def test_validity_comes_from_repeal_then_dates_then_the_card(details: dict[str, str], validity: Validity) -> None:
    assert validity_of(details, TODAY) is validity


days = st.dates(date(2026, 2, 20), date(2026, 3, 20)).map(date.isoformat)
cards = st.fixed_dictionaries(
    {},
    optional={
        "effective_on": days,
        "expires_on": days,
        "repealed_on": days,
        "validity": st.sampled_from([one.value for one in Validity]),
    },
)


@given(cards)
def test_validity_turns_on_exactly_the_days_named(details: dict[str, str]) -> None:
    later = [date.fromordinal(TODAY.toordinal() + n) for n in range(1, 40)]

    turning = [
        day for day in later
        if validity_of(details, day) != validity_of(details, date.fromordinal(day.toordinal() - 1))
    ]  # fmt: skip

    assert validity_turns(details, TODAY) == turning


def test_sort_instant_is_the_shown_date_then_the_day_made_then_undated() -> None:
    assert sort_instant(EditionContent("t", published_at=Instant(5), made_on="2020-01-01")) == 5
    assert sort_instant(EditionContent("t", made_on="2020-01-01")) == parse_instant("2020-01-01")
    assert sort_instant(EditionContent("t")) == UNDATED


def test_sets_carry_sections_with_their_ancestors_and_every_facet_of_the_kind() -> None:
    content = clean(
        Kind.SERVICE_ITEM,
        {
            "title": "办理社保卡",
            "keywords": ["社保"],
            "audience": ["staff", "public"],
            "sections": ["s1", "s2", "elsewhere"],
            "published_at": NOW,
            "details": {"themes": ["社会保障", "就业"], "objects": ["自然人"], "region": "云澜"},
        },
    )
    ancestry = {"s1": ("portal", frozenset(("s1", "top"))), "s2": ("county", frozenset(("s2",)))}

    assert sets_of(Kind.SERVICE_ITEM, "unit", content, ancestry, NOW) == {
        "audience": frozenset(("public", "staff")),
        "site": frozenset(("portal", "county")),
        "section": frozenset(("s1", "s2", "top")),
        "unit": frozenset(("unit",)),
        "genre": frozenset(),
        "region": frozenset(("云澜",)),
        "topic": frozenset(),
        "keyword": frozenset(("社保",)),
        "theme": frozenset(("社会保障", "就业")),
        "object": frozenset(("自然人",)),
        "doc_no": frozenset(),
        "language": frozenset(("zh-Hans",)),
        "year": frozenset(("2026",)),
        "validity": frozenset(),
    }


def test_policy_has_its_validity_of_that_local_day_and_its_doc_no_in_normal_form() -> None:
    content = clean(Kind.POLICY_DOCUMENT, {"title": "办法", "details": {
        "doc_no": "云政发[2026]3号", "genre": "notice", "effective_on": "2026-03-03", "topic": "教育",
    }})  # fmt: skip

    before = sets_of(Kind.POLICY_DOCUMENT, "unit", content, {}, parse_instant("2026-03-02T23:59:59+08:00"))
    after = sets_of(Kind.POLICY_DOCUMENT, "unit", content, {}, parse_instant("2026-03-03T00:00:00+08:00"))

    assert (before["validity"], after["validity"]) == (frozenset(("not_yet",)), frozenset(("in_force",)))
    assert (before["doc_no"], before["genre"], before["topic"]) == (
        frozenset(("云政发|2026|3",)), frozenset(("notice",)), frozenset(("教育",)),
    )  # fmt: skip
    assert before["year"] == frozenset()


def test_key_words_of_an_interpretation_are_keywords() -> None:
    content = clean(
        Kind.INTERPRETATION, {"title": "解读", "keywords": ["托育"], "details": {"key_words": ["托育", "补贴"]}}
    )

    assert sets_of(Kind.INTERPRETATION, "unit", content, {}, NOW)["keyword"] == frozenset(("托育", "补贴"))

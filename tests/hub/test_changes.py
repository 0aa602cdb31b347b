"""What a change row says, and whom it concerns."""

from __future__ import annotations

from typing import Any

import pytest

from hub.changes import concerns, facet_tuple, facts_of
from hub.vocabulary.expression import EVERYTHING, NOTHING, And, overlaps

NEWS = {"kind": "article", "audience": ["public"], "section": ["a"]}
MOVED = {"kind": "article", "audience": ["public"], "section": ["b"]}
STAFF = {"kind": "article", "audience": ["staff"], "section": ["a"]}
IN_A = And((overlaps("section", ["a"]), overlaps("audience", ["public"])))


@pytest.mark.parametrize(
    ("before", "after", "concerned"),
    [
        ([], NEWS, True),
        ([NEWS], None, True),
        ([NEWS], MOVED, True),
        ([MOVED], NEWS, True),
        ([MOVED, NEWS], MOVED, True),
        ([MOVED], MOVED, False),
        ([STAFF], STAFF, False),
        ([STAFF], MOVED, False),
        ([], None, False),
    ],
)
def test_row_concerns_a_filter_that_matches_after_or_any_whole_tuple_before(
    before: list[dict[str, Any]], after: dict[str, Any] | None, concerned: bool
) -> None:
    assert concerns(before, after, "id", IN_A) is concerned


def test_null_matches_nothing_not_even_everything() -> None:
    assert not concerns([], None, "id", EVERYTHING)
    assert concerns([NEWS], None, "id", EVERYTHING)
    assert not concerns([NEWS], NEWS, "id", NOTHING)


def test_tuple_is_sorted_and_leaves_out_what_has_no_value() -> None:
    sets = {"audience": {"public"}, "section": {"b", "a"}, "genre": set[str](), "year": {"2026"}}

    assert facet_tuple("article", sets) == {"kind": "article", "audience": ["public"], "section": ["a", "b"]}


def test_facts_of_a_tuple_know_every_field_a_filter_can_ask() -> None:
    facts = facts_of(NEWS, "id1")

    assert (facts["id"], facts["kind"], facts["section"], facts["theme"]) == (
        "id1", "article", frozenset(("a",)), frozenset(),
    )  # fmt: skip

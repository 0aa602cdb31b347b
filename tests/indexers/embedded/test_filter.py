"""The compiled expression agrees with `hub.vocabulary.expression.matches` over generated items."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import tantivy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.search import SearchDocument
from hub.vocabulary.clock import ALWAYS, NEVER
from hub.vocabulary.expression import (
    NOTHING,
    SET_FIELDS,
    After,
    And,
    Before,
    Equals,
    Expression,
    Not,
    Or,
    Overlaps,
    matches,
)
from hub.vocabulary.ids import ItemId
from indexers.embedded.fields import engine_document, schema
from indexers.embedded.filter import compile_expression

INSTANTS = st.sampled_from([ALWAYS, -1, 0, 1, 5, NEVER])
LABELS = st.frozensets(st.sampled_from(["a", "b", "c", "a b", "大"]), max_size=3)
NAMED = st.sampled_from(["site", "audience", "state"])
LEAVES: st.SearchStrategy[Expression] = st.one_of(
    st.builds(Equals, NAMED, st.sampled_from(["a", "b", "live"])),
    st.builds(Overlaps, NAMED, LABELS),
    st.builds(Before, st.sampled_from(["visible_from", "visible_until"]), INSTANTS),
    st.builds(After, st.sampled_from(["visible_from", "visible_until"]), INSTANTS),
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
FACTS = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["live", "a"]),
        "site": LABELS,
        "audience": LABELS,
        "visible_from": INSTANTS,
        "visible_until": INSTANTS,
    }
)


def index_of(documents: list[SearchDocument]) -> tantivy.Searcher:
    index = tantivy.Index(schema())
    writer = index.writer(15_000_000, 1)
    for document in documents:
        writer.add_document(engine_document(document))
    writer.commit()
    index.reload()
    return index.searcher()


def document_of(number: int, facts: dict[str, Any]) -> SearchDocument:
    sets = {name: facts[name] for name in ("site", "audience")}
    window = facts["visible_from"], facts["visible_until"]
    return SearchDocument(
        ItemId(str(number)), 1, "", "", "", facts["state"], "article", "proactive", *window, number, sets
    )


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FACTS, min_size=1, max_size=8), st.lists(EXPRESSIONS, min_size=1, max_size=12))
def test_index_and_python_agree(items: list[dict[str, Any]], expressions: list[Expression]) -> None:
    searcher = index_of([document_of(number, facts) for number, facts in enumerate(items)])

    for expression in expressions:
        query = compile_expression(schema(), expression)
        found = {int(key[19:]) for key, _ in searcher.search(query, 100, order_by_field="order").hits}
        assert found == {number for number, facts in enumerate(items) if matches(expression, facts)}


def test_nothing_matches_nothing() -> None:
    searcher = index_of(
        [document_of(1, {"state": "a", "site": (), "audience": (), "visible_from": 0, "visible_until": 0})]
    )

    assert searcher.search(compile_expression(schema(), NOTHING), 1).count == 0


@pytest.mark.parametrize("expression", [Equals("colour", "a"), Before("state", 1), Overlaps("sort_at", frozenset("a"))])
def test_field_the_index_does_not_hold_is_a_fault(expression: Expression) -> None:
    with pytest.raises(KeyError):
        compile_expression(schema(), expression)


def test_every_set_field_can_be_asked_for() -> None:
    facts = {"state": "a", "site": (), "audience": (), "visible_from": 0, "visible_until": 0}
    searcher = index_of([replace(document_of(1, facts), sets={name: frozenset("x") for name in SET_FIELDS})])

    found = {name: searcher.search(compile_expression(schema(), Equals(name, "x")), 1).count for name in SET_FIELDS}
    assert found == dict.fromkeys(SET_FIELDS, 1)


def test_many_labels_are_one_question() -> None:
    facts = {"state": "a", "site": ["s70"], "audience": (), "visible_from": 0, "visible_until": 0}
    searcher = index_of([document_of(1, facts), document_of(2, {**facts, "site": ["other"]})])

    query = compile_expression(schema(), Overlaps("site", frozenset(f"s{number}" for number in range(100))))

    assert searcher.search(query, 10).count == 1

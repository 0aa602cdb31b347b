"""Titles offered while somebody types: beginnings first, then titles that contain it, then pinyin and initials."""

from __future__ import annotations

from collections.abc import Iterator

import tantivy
from tantivy import Order, Query

from hub.vocabulary.expression import Expression
from indexers.analysis import pinyin, tokens
from indexers.analysis.fold import fold
from indexers.analysis.synonyms import Synonyms
from indexers.embedded.filter import all_of, any_of, compile_expression
from indexers.embedded.plan import Planner
from indexers.embedded.snapshot import Snapshot

MAX_PREFIX = 60
_LOOKED_AT = 5
"""Titles read for each one offered: several items may share a title."""


def suggest_titles(snapshot: Snapshot, prefix: str, where: Expression, size: int) -> list[str]:
    """Distinct titles as printed, newest first within each way of matching."""
    typed = tokens.visible(fold(prefix))[:MAX_PREFIX]
    if not typed or size <= 0:
        return []
    visible = compile_expression(snapshot.schema, where)
    planner = Planner(snapshot.schema, snapshot.searcher, visible, Synonyms(()))
    titles: dict[str, None] = {}
    for stage in _stages(planner, snapshot, typed):
        found = snapshot.searcher.search(all_of([visible, stage]), size * _LOOKED_AT, False, "order", 0, Order.Desc)
        for _, address in found.hits:
            titles[_title(snapshot, address)] = None
            if len(titles) == size:
                return list(titles)
    return list(titles)


def _stages(planner: Planner, snapshot: Snapshot, typed: str) -> Iterator[Query]:
    if begins := planner.recipe.phrase_of_tokens("tp", tokens.phrase_tokens(tokens.TITLE_START + typed)):
        yield begins
    contains = planner.recipe.phrase_of_tokens("tp", tokens.phrase_tokens(typed))
    yield contains or planner.recipe.term("tc", typed)
    groups = pinyin.typed_groups(typed.replace(tokens.SPACE, " "))
    if groups:
        yield from _spelt(planner, snapshot, "".join(groups))


def _spelt(planner: Planner, snapshot: Snapshot, letters: str) -> Iterator[Query]:
    readings = pinyin.readings(letters, unfinished=True)
    queries = [query for reading in readings for query in _reading(planner, snapshot, reading)]
    if queries:
        yield any_of(queries)
    if initials := planner.initials(letters):
        yield initials


def _reading(planner: Planner, snapshot: Snapshot, reading: list[str]) -> Iterator[Query]:
    if len(reading) > 1:
        yield Query.phrase_prefix_query(snapshot.schema, "ts", list(reading))
    elif reading[0] in pinyin.SYLLABLES:
        yield planner.recipe.term("ts", reading[0])


def _title(snapshot: Snapshot, address: tantivy.DocAddress) -> str:
    return bytes(snapshot.searcher.doc(address).get_first("title") or b"").decode("utf-8")

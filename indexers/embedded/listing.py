"""Runs a plan against a snapshot: pages, totals, facets. Orders are total, so pages never overlap or skip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import tantivy
from tantivy import Order, Query

from hub.search import FacetValue, SearchHit
from hub.vocabulary.ids import ItemId
from indexers.embedded.fields import read_order_key
from indexers.embedded.plan import Plan
from indexers.embedded.snapshot import Snapshot

TIER_SCORE = 1_000_000.0
"""Score shown for exact look-ups; far above any sum of BM25."""
_MARGIN = 24
_MOST_TIES = 20_000
"""Equal scores are put in order up to here; beyond, many texts are word for word the same."""
_SEGMENT_TERMS = 65_000
"""Values each segment reports for a facet, so that sums over segments are exact."""


@dataclass(frozen=True, slots=True)
class Page:
    hits: list[SearchHit]
    total: int


def newest(snapshot: Snapshot, query: Query, offset: int, size: int) -> Page:
    """By falling order key: later `sort_at` first, then the later id."""
    found = _by_order(snapshot.searcher, query, offset, size)
    return Page([_hit(key, 0.0) for key, _ in found.hits], found.count)


def ranked(snapshot: Snapshot, plan: Plan, offset: int, size: int) -> Page:
    """Tiers first, each newest first; then by falling score, equal scores newest first."""
    hits: list[SearchHit] = []
    total = 0
    for place, tier in enumerate(plan.tiers):
        query = _without(tier, plan.tiers[:place])
        wanted = max(0, offset + size - total)
        skipped = max(0, offset - total)
        found = _by_order(snapshot.searcher, query, skipped, max(0, wanted - skipped))
        hits += [_hit(key, TIER_SCORE - place) for key, _ in found.hits]
        total += found.count
    rest = _scored(snapshot.searcher, plan.rest, max(0, offset - total), size - len(hits))
    return Page([*hits, *rest.hits], total + rest.total)


def facet_counts(snapshot: Snapshot, query: Query, names: Sequence[str], size: int) -> dict[str, list[FacetValue]]:
    if not names:
        return {}
    wanted = {
        name: {"terms": {"field": name, "size": size, "segment_size": max(size, _SEGMENT_TERMS)}} for name in names
    }
    counted = snapshot.searcher.aggregate(query, wanted)
    return {name: _values(counted[name]["buckets"]) for name in names}


def _values(buckets: list[dict[str, object]]) -> list[FacetValue]:
    values = [FacetValue(str(bucket["key"]), int(str(bucket["doc_count"]))) for bucket in buckets]
    return sorted(values, key=lambda value: (-value.count, value.value))


@dataclass(frozen=True, slots=True)
class _Found:
    hits: list[tuple[str, tantivy.DocAddress]]
    count: int


def _by_order(searcher: tantivy.Searcher, query: Query, offset: int, size: int) -> _Found:
    # the engine refuses a limit of 0
    found = searcher.search(query, max(1, size), True, "order", offset, Order.Desc)
    return _Found(found.hits[:size] if size else [], _count(found))


def _scored(searcher: tantivy.Searcher, query: Query, offset: int, size: int) -> Page:
    wanted = offset + max(0, size)
    limit = wanted + _MARGIN
    found = searcher.search(query, limit)
    total = _count(found)
    if size <= 0:
        return Page([], total)
    while len(found.hits) == limit < _MOST_TIES and found.hits[-1][0] == found.hits[wanted - 1][0]:
        limit *= 4  # the page ends among equal scores: see all of them before putting them in order
        found = searcher.search(query, limit, False)
    return Page(_ordered(searcher, found.hits, wanted)[offset:wanted], total)


def _ordered(searcher: tantivy.Searcher, hits: list[tuple[float, tantivy.DocAddress]], wanted: int) -> list[SearchHit]:
    if not hits:
        return []
    lowest = hits[min(wanted, len(hits)) - 1][0]
    keyed = [(score, str(searcher.doc(address).get_first("order"))) for score, address in hits if score >= lowest]
    keyed.sort(reverse=True)
    return [_hit(key, score) for score, key in keyed]


def _count(found: tantivy.SearchResult) -> int:
    return int(found.count)  # type: ignore[attr-defined]  # there, but not in tantivy's stubs


def _hit(key: str, score: float) -> SearchHit:
    sort_at, item_id = read_order_key(key)
    return SearchHit(ItemId(item_id), score, sort_at)


def _without(query: Query, others: Sequence[Query]) -> Query:
    if not others:
        return query
    return Query.boolean_query([(tantivy.Occur.Must, query), *((tantivy.Occur.MustNot, other) for other in others)])

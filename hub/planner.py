"""Free text and facets: search decides the order, the database decides who may see. Callers never choose the engine."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from hub.content import queries
from hub.content.filters import ContentFilter, to_expression
from hub.search import FACETS, MAX_HITS, FacetValue, SearchEngine, SearchRequest, SearchSort
from hub.vocabulary.errors import CursorExpired, InvalidCursor, InvalidInput
from hub.vocabulary.expression import EVERYTHING, And, Expression, Not, Overlaps
from storage.database import Reader
from storage.stores import changes

FOLLOWER = "search"
"""The follower whose cursor tells what the index has not taken yet."""
MAX_STALE = 1_000
"""Items withdrawn so recently that the index may still hold them; they are kept out of hits, totals and facets."""
MAX_TEXT = 400
"""Characters of a query that are looked at at all; the engine cuts to what ranking needs."""


@dataclass(frozen=True, slots=True)
class FoundHit:
    row: Any
    score: float
    cursor: str


@dataclass(frozen=True, slots=True)
class FoundPage:
    hits: list[FoundHit]
    total: int
    is_exact: bool
    facets: dict[str, list[FacetValue]]
    corrected_text: str | None
    has_next: bool
    text: str
    """What was searched: the corrected text where there is one."""


async def search(
    reader: Reader,
    engine: SearchEngine,
    text: str,
    filter_: ContentFilter,
    *,
    facets: Sequence[str] = (),
    sort: SearchSort = SearchSort.RELEVANCE,
    first: int = queries.DEFAULT_PAGE,
    after: str | None = None,
    skip: int = 0,
    also: Expression = EVERYTHING,
) -> FoundPage:
    """Pages go on by cursor, or by number with `skip`; `also` narrows by what a filter cannot say.

    Raises `SearchUnavailable` when the engine does not answer, `InvalidInput`, `InvalidCursor`."""
    _check(text, first, facets)
    generation, offset = _decode(after) if after is not None else (None, skip)
    offset = min(offset, MAX_HITS)
    size = max(0, min(first, MAX_HITS - offset))
    stale = await changes.unsettled(reader, FOLLOWER, MAX_STALE, hidden_only=True)
    where = And((reader.sight.listed, to_expression(filter_), also, Not(Overlaps("id", stale))))
    request = SearchRequest(text, where, sort, offset, size, tuple(dict.fromkeys(facets)))
    answer = await engine.search(request)
    if generation is not None and generation != answer.generation:
        raise CursorExpired("The index has been rebuilt since this page.", field="after")
    rows = await queries.many(reader, [hit.id for hit in answer.hits])
    hits = [
        FoundHit(rows[hit.id], hit.score, _encode(answer.generation, offset + place))
        for place, hit in enumerate(answer.hits, 1)
        if hit.id in rows
    ]
    # what the index still holds and the reader may not see is not counted on the page it would have stood on
    total = answer.total - (len(answer.hits) - len(hits))
    has_next = offset + len(answer.hits) < min(answer.total, MAX_HITS) and size > 0
    searched = answer.corrected_text or text
    return FoundPage(hits, total, answer.is_exact, answer.facets, answer.corrected_text, has_next, searched)


async def suggest(reader: Reader, engine: SearchEngine, prefix: str, size: int) -> list[str]:
    if not 1 <= size <= 20:
        raise InvalidInput(f"Between 1 and 20 suggestions can be asked for, not {size}.", field="first")
    text = prefix.strip()[:60]
    if not text:
        return []
    # the index gives titles as it holds them: none of an item that has changed since
    stale = await changes.unsettled(reader, FOLLOWER, MAX_STALE, hidden_only=False)
    where = And((reader.sight.listed, to_expression(ContentFilter()), Not(Overlaps("id", stale))))
    return await engine.suggest(text, where, size)


def _check(text: str, first: int, facets: Sequence[str]) -> None:
    if len(text) > MAX_TEXT:
        raise InvalidInput(f"A query has at most {MAX_TEXT} characters; this one has {len(text)}.", field="text")
    if "\x00" in text:
        raise InvalidInput("A query cannot contain a NUL character.", field="text")
    if not 0 <= first <= queries.MAX_PAGE:
        raise InvalidInput(f"A page has 0 to {queries.MAX_PAGE} entries; you asked for {first}.", field="first")
    for facet in facets:
        if facet not in FACETS:
            raise InvalidInput(f"“{facet}” is not a facet.", field="facets")


def _encode(generation: str, offset: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([generation, offset])).decode().rstrip("=")


def _decode(cursor: str) -> tuple[str, int]:
    try:
        generation, offset = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, UnicodeError) as error:
        raise InvalidCursor("This is not a cursor of a search.", field="after") from error
    if not isinstance(generation, str) or not isinstance(offset, int) or not 0 <= offset <= MAX_HITS:
        raise InvalidCursor("This is not a cursor of a search.", field="after")
    return generation, offset

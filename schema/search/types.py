"""Search (全文搜索): hits with score and highlights, counts by facet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import strawberry

from hub import planner
from hub.content.queries import DEFAULT_PAGE
from hub.planner import FoundPage
from hub.search import Mark, SearchSort
from hub.vocabulary.enums import GENRE_LABELS, KIND_LABELS, VALIDITY_LABELS, Kind
from schema.content.filters import filter_of
from schema.content.types import Content, content_of
from schema.context import Info
from schema.enums import HighlightField, SearchFacet
from schema.fields import resolved
from schema.paging import PageInfo, page_info
from schema.search.highlights import LOOKED_AT, Stretch, said_in, stretches, whole
from schema.structure.types import Filter


@strawberry.type(description="A stretch of characters.")
class TextRange:
    start: int = strawberry.field(description="First character, counted in Unicode code points from 0.")
    end: int = strawberry.field(description="The character behind the last.")


@strawberry.type(description="A piece of text that answers the search.")
class Fragment:
    text: str = strawberry.field(description="Plain text.")
    ranges: list[TextRange] = strawberry.field(description="What to mark in it.")


@strawberry.type(description="Where the searched text shows (高亮).")
class Highlight:
    field: HighlightField = strawberry.field(description="Field of the content.")
    fragments: list[Fragment] = strawberry.field(description="Pieces of it, in order.")


@strawberry.type(description="A hit, with its cursor.")
class SearchEdge:
    cursor: str = strawberry.field(description="For `after`; holds as long as the index is not rebuilt.")
    score: float = strawberry.field(description="How well it answers; comparable within one search only.")
    row: strawberry.Private[Any]
    text: strawberry.Private[str]

    @resolved("The content.")
    def node(self) -> Content:
        return content_of(self.row)

    @resolved("Where the searched text shows in title, summary and text, else in the fields of its kind (高亮).")
    async def highlights(self, info: Info) -> list[Highlight]:
        text = (await info.context.load.bodies.load(self.row.edition_id)).text[:LOOKED_AT]
        title, summary, marks = self._marks(info, self.row.title, self.row.summary, text)
        found = {
            HighlightField.TITLE: whole(self.row.title, title),
            HighlightField.SUMMARY: whole(self.row.summary, summary),
            HighlightField.TEXT: stretches(text, marks),
        }
        if not marks:
            details = await info.context.load.details(Kind(self.row.kind)).load(self.row.edition_id)
            said = said_in(Kind(self.row.kind), details)[:LOOKED_AT]
            found[HighlightField.DETAILS] = stretches(said, *self._marks(info, said))
        return [
            Highlight(field=field, fragments=[_fragment(one) for one in shown])
            for field, shown in found.items()
            if shown
        ]

    def _marks(self, info: Info, *passages: str) -> list[list[Mark]]:
        return info.context.services.search.marks(self.text, passages)


def _fragment(one: Stretch) -> Fragment:
    return Fragment(text=one.text, ranges=[_range(mark) for mark in one.marks])


def _range(mark: Mark) -> TextRange:
    return TextRange(start=mark.start, end=mark.end)


@strawberry.type(description="A value of a facet, and how many hits have it.")
class FacetValue:
    value: str = strawberry.field(description="As a filter takes it: an id, a name in upper case, or text.")
    label: str = strawberry.field(description="For people, in Chinese.")
    count: int = strawberry.field(description="Hits that have it.")


@strawberry.type(description="Hits counted by one property (分面).")
class Facet:
    field: SearchFacet = strawberry.field(description="The property.")
    values: list[FacetValue] = strawberry.field(description="Its values, the most frequent first.")


@strawberry.type(description="A page of search results; search pages forward, to 1,000 hits.")
class SearchConnection:
    edges: list[SearchEdge] = strawberry.field(description="The hits in order.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")
    total_count: int = strawberry.field(description="How many hits there are.")
    is_exact: bool = strawberry.field(description="Whether `totalCount` is the exact number.")
    corrected_text: str | None = strawberry.field(
        description="What was searched instead, because the text as typed finds nothing."
    )
    found: strawberry.Private[FoundPage]

    @resolved("The hits without their scores.")
    def nodes(self) -> list[Content]:
        return [content_of(hit.row) for hit in self.found.hits]

    @resolved("Counts by the properties asked for.")
    async def facets(self, info: Info) -> list[Facet]:
        return [
            Facet(field=SearchFacet(name), values=await _labelled(info, name, values))
            for name, values in self.found.facets.items()
        ]


_LABELS: dict[str, dict[Any, str]] = {"kind": KIND_LABELS, "genre": GENRE_LABELS, "validity": VALIDITY_LABELS}
_NAMED: dict[str, Callable[[Any], Any]] = {
    "site": lambda load: load.sites,
    "section": lambda load: load.sections,
    "unit": lambda load: load.units,
}


async def _labelled(info: Info, facet: str, values: list[Any]) -> list[FacetValue]:
    if facet in _NAMED:
        rows = await _NAMED[facet](info.context.load).load_many([one.value for one in values])
        return [
            FacetValue(value=one.value, label=row.name, count=one.count)
            for one, row in zip(values, rows, strict=True)
            if row is not None
        ]
    if facet in _LABELS:
        labels = _LABELS[facet]
        return [
            FacetValue(value=one.value.upper(), label=labels.get(one.value, one.value), count=one.count)
            for one in values
        ]
    return [FacetValue(value=one.value, label=one.value, count=one.count) for one in values]


@strawberry.type
class SearchQuery:
    @resolved("Searches content (全文搜索); quotes ask for the exact phrase, − leaves words out.")
    async def search(
        self,
        info: Info,
        text: Annotated[str, strawberry.argument(description="What to look for: at most 400 characters.")],
        filter: Filter = None,
        facets: Annotated[
            list[SearchFacet] | None, strawberry.argument(description="What to count the hits by (分面).")
        ] = None,
        sort: Annotated[
            SearchSort, strawberry.argument(description="Order of the hits (排序).")
        ] = SearchSort.RELEVANCE,
        first: Annotated[int, strawberry.argument(description="At most so many hits: 0 to 100.")] = DEFAULT_PAGE,
        after: Annotated[str | None, strawberry.argument(description="Begin behind this cursor.")] = None,
    ) -> SearchConnection | None:
        context = info.context
        wanted = await filter_of(info, filter)
        found = await planner.search(
            context.reader,
            context.services.search,
            text,
            wanted,
            facets=[one.value for one in facets or ()],
            sort=sort,
            first=first,
            after=after,
        )
        return _connection(found, has_previous=after is not None)

    @resolved("Titles that begin with or contain what was typed, also in pinyin (搜索建议).")
    async def suggest(
        self,
        info: Info,
        prefix: Annotated[str, strawberry.argument(description="What was typed so far.")],
        first: Annotated[int, strawberry.argument(description="At most so many: 1 to 20.")] = 10,
    ) -> list[str] | None:
        return await planner.suggest(info.context.reader, info.context.services.search, prefix, first)


def _connection(found: FoundPage, *, has_previous: bool) -> SearchConnection:
    return SearchConnection(
        edges=[SearchEdge(cursor=hit.cursor, score=hit.score, row=hit.row, text=found.text) for hit in found.hits],
        page_info=page_info([hit.cursor for hit in found.hits], found.has_next, has_previous),
        total_count=found.total,
        is_exact=found.is_exact,
        corrected_text=found.corrected_text,
        found=found,
    )

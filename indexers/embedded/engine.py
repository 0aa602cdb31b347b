"""Reading side of the embedded engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tantivy import Order, Query

from hub.search import EXACT_TO, MAX_HITS, Mark, SearchAnswer, SearchRequest, SearchSort
from hub.vocabulary.errors import InvalidInput, SearchUnavailable
from hub.vocabulary.expression import Expression
from hub.vocabulary.ids import ItemId
from indexers.analysis.fold import fold
from indexers.analysis.marking import Marker
from indexers.analysis.question import Question, read_question
from indexers.analysis.spelling import correct
from indexers.analysis.synonyms import Synonyms
from indexers.embedded.fields import read_order_key
from indexers.embedded.filter import compile_expression, unscored
from indexers.embedded.listing import Page, facet_counts, newest, ranked
from indexers.embedded.plan import Breadth, Plan, Planner
from indexers.embedded.snapshot import Snapshot, SnapshotSource
from indexers.embedded.suggestions import suggest_titles

Groups = Sequence[Sequence[str]]
_TITLES_HEARD = 5
"""Titles looked at for what a misspelt run may have meant."""


def _no_synonyms() -> Groups:
    return ()


class EmbeddedSearch:
    """Implements `hub.search.SearchEngine` over the folder that an `EmbeddedIndex` writes.

    `synonyms` hands in the groups as editors keep them; it is asked at every search and should be cheap: the same
    object again means nothing changed.
    """

    def __init__(self, directory: Path, synonyms: Callable[[], Groups] = _no_synonyms) -> None:
        self._source = SnapshotSource(directory)
        self._read_synonyms = synonyms
        self._groups: Groups | None = None
        self._synonyms = Synonyms(())

    async def search(self, request: SearchRequest) -> SearchAnswer:
        """Raises SearchUnavailable, and InvalidInput for a page beyond MAX_HITS."""
        if request.offset < 0 or request.size < 0 or request.offset + request.size > MAX_HITS:
            raise InvalidInput(f"Search pages end at {MAX_HITS} hits.", hint="Narrow the query or filter.")
        return await asyncio.to_thread(self._search, request)

    async def suggest(self, prefix: str, where: Expression, size: int) -> list[str]:
        return await asyncio.to_thread(self._suggest, prefix, where, size)

    def marks(self, text: str, passages: Sequence[str]) -> list[list[Mark]]:
        marker = Marker(read_question(text), self._current_synonyms())
        return [marker.marks(passage) for passage in passages]

    async def refresh(self) -> None:
        await asyncio.to_thread(self._source.look)

    async def versions(self) -> dict[ItemId, int]:
        """Every item in the index with the version it was indexed at; `hub check` compares it with the rows."""
        return await asyncio.to_thread(self._versions)

    def _search(self, request: SearchRequest) -> SearchAnswer:
        snapshot = self._source.look()
        where = compile_expression(snapshot.schema, request.where)
        with _engine_faults():
            attempt = _Attempt(snapshot, where, self._current_synonyms(), request)
            question = read_question(request.text)
            answer = attempt.answer(question, attempt.first_breadth(question))
            if answer.total or question.is_empty or question.phrases or question.excluded:
                return answer
            return attempt.second_answer(question) or answer

    def _suggest(self, prefix: str, where: Expression, size: int) -> list[str]:
        snapshot = self._source.look()
        with _engine_faults():
            return suggest_titles(snapshot, prefix, where, size)

    def _versions(self) -> dict[ItemId, int]:
        snapshot = self._source.look()
        with _engine_faults():
            searcher = snapshot.searcher
            found = searcher.search(Query.all_query(), max(1, searcher.num_docs), False, "order", 0, Order.Desc)
            versions = searcher.fast_field_values("version", [address for _, address in found.hits])
            ids = (ItemId(read_order_key(key)[1]) for key, _ in found.hits)
            return {item_id: int(version or 0) for item_id, version in zip(ids, versions, strict=True)}

    def _current_synonyms(self) -> Synonyms:
        groups = self._read_synonyms()
        if groups is not self._groups:
            self._synonyms = Synonyms(groups)
            self._groups = groups
        return self._synonyms


class _Attempt:
    """One request against one snapshot; may be asked again with other words."""

    def __init__(self, snapshot: Snapshot, where: Query, synonyms: Synonyms, request: SearchRequest) -> None:
        self._snapshot = snapshot
        self._request = request
        self._planner = Planner(snapshot.schema, snapshot.searcher, unscored(where), synonyms)

    def first_breadth(self, question: Question) -> Breadth:
        """By date, a text must share every word: one chance word of many would lead the list for being new."""
        return Breadth.EVERY_WORD if self._request.sort is SearchSort.NEWEST else Breadth.ANY_WORD

    def answer(self, question: Question, breadth: Breadth) -> SearchAnswer:
        request = self._request
        plan = self._planner.plan(question, breadth)
        page = self._page(question, plan)
        facets = facet_counts(self._snapshot, plan.matching, request.facets, request.facet_size)
        return SearchAnswer(page.hits, page.total, page.total <= EXACT_TO, self._snapshot.generation, facets)

    def second_answer(self, question: Question) -> SearchAnswer | None:
        """Wider, then what was meant by the sound, then texts that share a character; null when all find nothing."""
        if self._request.sort is SearchSort.NEWEST:
            wider = self.answer(question, Breadth.ANY_WORD)
            if wider.total:
                return wider
        if meant := correct(question.text, self._titles_that_sound):
            corrected = self.answer(read_question(meant), self.first_breadth(question))
            if corrected.total:
                return replace(corrected, corrected_text=meant)
        return self.answer(question, Breadth.ANY_CHARACTER)

    def _page(self, question: Question, plan: Plan) -> Page:
        request = self._request
        is_by_date = request.sort is SearchSort.NEWEST or question.is_empty
        if is_by_date:
            return newest(self._snapshot, plan.matching, request.offset, request.size)
        return ranked(self._snapshot, plan, request.offset, request.size)

    def _titles_that_sound(self, sound: list[str]) -> Iterable[str]:
        query = self._planner.title_spelt(sound)
        if query is None:
            return
        found = self._snapshot.searcher.search(query, _TITLES_HEARD, False, "order", 0, Order.Desc)
        for _, address in found.hits:
            yield fold(bytes(self._snapshot.searcher.doc(address).get_first("title") or b"").decode("utf-8"))


@contextmanager
def _engine_faults() -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, RuntimeError) as fault:
        raise SearchUnavailable(f"The search engine failed: {fault}") from fault

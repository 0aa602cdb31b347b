"""Recipe A of the ranking study as a tantivy query: dis_max(title, title + body), words counted by presence.

Constants beside BM25 clauses carry tantivy's factor k1 + 1; see the study's trap on `basic` term queries.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import tantivy
from tantivy import Occur, Query

from indexers.analysis.tokens import phrase_tokens
from indexers.analysis.weights import QueryWeights, TermWeights

PRESENCE = 1.2
MAX_PHRASE = 200
"""Tokens of an exact phrase that are checked; a longer one is refused a look at its end, not an answer."""


class Recipe:
    """Builds queries against one snapshot; document frequencies come from it."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._schema = schema
        self._searcher = searcher
        self._documents = searcher.num_docs

    def scored(self, weights: QueryWeights) -> Query:
        return Query.disjunction_max_query([self._block("t", weights), self._block("a", weights)], 0.0)

    def candidates(self, weights: QueryWeights) -> Query:
        """Documents that share a content word or bigram with the query; asking words count when there are no others."""
        groups = weights.groups()
        words = {word for group in groups for word in group.content_words}
        bigrams = {bigram for group in groups for bigram in group.content_bigrams}
        if not words and not bigrams:
            words = {word for group in groups for word in group.words}
            bigrams = {bigram for group in groups for bigram in group.bigrams}
        return self._any_term({"aw": words, "ab": bigrams})

    def any_character(self, weights: QueryWeights) -> Query:
        return self._any_term({"ac": {one for group in weights.groups() for one in group.characters}})

    def phrase(self, phrase: str) -> Query:
        """Documents in whose title or text the folded phrase is printed."""
        return self.phrase_of_tokens("ap", phrase_tokens(phrase)) or self.term("ac", phrase)

    def phrase_of_tokens(self, field: str, words: list[str]) -> Query | None:
        if not words:
            return None
        if len(words) == 1:
            return self.term(field, words[0])
        return Query.phrase_query(self._schema, field, list(words[:MAX_PHRASE]))

    def term(self, field: str, value: str) -> Query:
        return Query.term_query(self._schema, field, value, "basic")

    def is_known(self, field: str, value: str) -> bool:
        return self._searcher.doc_freq(field, value) > 0

    def _any_term(self, terms: dict[str, set[str]]) -> Query:
        sets = [Query.term_set_query(self._schema, field, sorted(values)) for field, values in terms.items() if values]
        return Query.boolean_query([(Occur.Should, one) for one in sets]) if sets else Query.empty_query()

    def _block(self, view: str, weights: QueryWeights) -> Query:
        clauses = self._clauses(view, weights.plain)
        for choice in weights.choices:
            wordings = [_sum(self._clauses(view, wording)) for wording in choice]
            clauses.append(Query.disjunction_max_query(wordings, 0.0))
        return _sum(clauses)

    def _clauses(self, view: str, terms: TermWeights) -> list[Query]:
        words = (self._word(view + "w", word, weight) for word, weight in terms.words.items())
        return [
            *(word for word in words if word is not None),
            *self._grams(view + "b", terms.bigrams.items()),
            *self._grams(view + "c", terms.characters.items()),
        ]

    def _word(self, field: str, word: str, weight: float) -> Query | None:
        found_in = self._searcher.doc_freq(field, word)
        if not found_in:
            return None
        idf = math.log(1 + (self._documents - found_in + 0.5) / (found_in + 0.5))
        return Query.const_score_query(self.term(field, word), PRESENCE * min(weight, 1.0) * idf)

    def _grams(self, field: str, weights: Iterable[tuple[str, float]]) -> Iterable[Query]:
        for gram, weight in weights:
            yield Query.boost_query(Query.term_query(self._schema, field, gram, "freq"), weight)


def _sum(clauses: list[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, clause) for clause in clauses]) if clauses else Query.empty_query()

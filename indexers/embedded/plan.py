"""From a question to queries: what matches, what leads the list, what scores the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import tantivy
from tantivy import Occur, Query

from hub.content.doc_no import DocNoReference, find_doc_nos
from indexers.analysis import pinyin, tokens
from indexers.analysis.ask import ASK
from indexers.analysis.question import Question
from indexers.analysis.synonyms import Synonyms
from indexers.analysis.weights import weigh
from indexers.embedded.filter import all_of, any_of, none_of, unscored
from indexers.embedded.recipe import Recipe

SPELT_SCORE = 0.5
INITIALS_SCORE = 0.1
"""Titles found by pinyin come after texts that hold the letters themselves."""


class Breadth(Enum):
    """How much of the question a text must share."""

    EVERY_WORD = "every_word"
    ANY_WORD = "any_word"
    ANY_CHARACTER = "any_character"


@dataclass(frozen=True, slots=True)
class Plan:
    tiers: tuple[Query, ...]
    """Exact look-ups in falling order of precedence; each fills ranks before anything scored."""
    matching: Query
    """All that answers the question, tiers included; never scores."""
    rest: Query
    """What the tiers leave, scored."""


class Planner:
    """Plans one question against one snapshot and one visibility filter."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher, where: Query, synonyms: Synonyms) -> None:
        self.recipe = Recipe(schema, searcher)
        self._schema = schema
        self._where = where
        self._synonyms = synonyms

    def plan(self, question: Question, breadth: Breadth) -> Plan:
        phrases = [self.recipe.phrase(phrase) for phrase in question.phrases]
        excluded = [query for term in question.excluded for query in self._exclusions(term)]
        bounds = all_of([self._where, *phrases, *([none_of(excluded)] if excluded else [])])
        tiers = [all_of([self._where, *phrases, title]) for title in self._whole_title(question)]
        tiers += [all_of([bounds, tier]) for tier in self._tiers(question)]
        found, scores = self._found(question, breadth)
        loose = all_of([bounds, found])
        rest = [(Occur.Must, unscored(loose)), *((Occur.Should, score) for score in scores)]
        rest += [(Occur.MustNot, tier) for tier in tiers]
        return Plan(tuple(tiers), unscored(any_of([loose, *tiers])), Query.boolean_query(rest))

    def title_spelt(self, reading: list[str]) -> Query | None:
        """Visible titles with these syllables in a row."""
        spelt = self.recipe.phrase_of_tokens("ts", reading)
        return None if spelt is None else all_of([self._where, spelt])

    def _whole_title(self, question: Question) -> Iterator[Query]:
        """To the letter first, so that a newer title that differs in a comma does not come between."""
        if question.is_empty:
            return
        for key in filter(None, (question.exact_title, question.title)):
            if self.recipe.is_known("tk", key):
                yield self.recipe.term("tk", key)

    def _tiers(self, question: Question) -> Iterator[Query]:
        exact, partial = [], []
        for reference in question.doc_nos:
            if key := self._first_known("dn", reference.keys):
                exact.append(self.recipe.term("dn", key))
            if question.is_doc_no and (key := self._first_known("dp", _incomplete(reference))):
                partial.append(self.recipe.term("dp", key))
        if exact:
            yield any_of(exact)
        if titles := [title for title in question.quoted_titles if self.recipe.is_known("tk", title)]:
            yield any_of([self.recipe.term("tk", title) for title in titles])
        if partial:
            yield any_of(partial)

    def _first_known(self, field: str, keys: tuple[str, ...]) -> str | None:
        return next((key for key in keys if self.recipe.is_known(field, key)), None)

    def _exclusions(self, term: str) -> Iterator[Query]:
        found = [run for _, run in tokens.runs(term)]
        is_one_latin = len(found) == 1 and found[0] == term and not tokens.is_han(term)
        yield self.recipe.term("ac", term) if is_one_latin else self.recipe.phrase(term)
        for reference in find_doc_nos(term):
            yield from (self.recipe.term("dn", key) for key in reference.keys[:1])

    def _found(self, question: Question, breadth: Breadth) -> tuple[Query, list[Query]]:
        """The texts that share enough with the question, and what scores them."""
        weights = weigh(question.text, self._synonyms)
        if all(group.is_empty for group in weights.groups()):
            return Query.all_query(), []
        spelt = list(self._spelt(question.text))
        scores = [self.recipe.scored(weights), *spelt]
        if question.phrases:
            return Query.all_query(), scores  # the phrase decides; other words only rank
        if breadth is Breadth.EVERY_WORD:
            found = all_of(list(self._every_word(question.text)))
        elif breadth is Breadth.ANY_WORD:
            found = self.recipe.candidates(weights)
        else:
            found = self.recipe.any_character(weights)
        return any_of([found, *spelt]), scores

    def _every_word(self, folded: str) -> Iterator[Query]:
        """One query for each content word, or for each stretch that has synonyms, wherever it is printed."""
        position = 0
        for stretch in self._synonyms.stretches(folded):
            yield from self._words(folded[position : stretch.start])
            wordings = (folded[stretch.start : stretch.end], *stretch.alternatives)
            yield any_of([self.recipe.phrase(wording) for wording in wordings])
            position = stretch.end
        yield from self._words(folded[position:])

    def _words(self, folded: str) -> Iterator[Query]:
        for word in dict.fromkeys(tokens.words_of_query(folded)):
            if tokens.has_content(word) and word not in ASK:
                is_han = tokens.is_han(word)
                yield (
                    self.recipe.phrase(word)
                    if is_han
                    else any_of([self.recipe.term("aw", word), self.recipe.phrase(word)])
                )

    def _spelt(self, folded: str) -> Iterator[Query]:
        groups = pinyin.typed_groups(folded)
        if not groups:
            return
        by_group = [
            [spelt for reading in pinyin.readings(group) if (spelt := self.recipe.phrase_of_tokens("ts", reading))]
            for group in groups
        ]
        if all(by_group):
            yield Query.const_score_query(all_of([any_of(readings) for readings in by_group]), SPELT_SCORE)
        if len(groups) == 1 and (initials := self.initials(groups[0])):
            yield Query.const_score_query(initials, INITIALS_SCORE)

    def initials(self, letters: str) -> Query | None:
        return self.recipe.phrase_of_tokens("ti", pinyin.initial_pairs(letters))


def _incomplete(reference: DocNoReference) -> tuple[str, ...]:
    if reference.partial:
        return reference.keys
    return tuple(key for key in reference.keys if not key.startswith("令|"))

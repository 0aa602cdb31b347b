"""Highlights: where a query shows in a passage. The same for all engines, since it reads the query's tokens only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from hub.content.doc_no import DocNoReference
from hub.search import Mark
from indexers.analysis import tokens
from indexers.analysis.ask import ASK
from indexers.analysis.fold import fold_with_offsets
from indexers.analysis.question import Question
from indexers.analysis.synonyms import Synonyms

MAX_TERMS = 200
_LATIN_START, _LATIN_END = rf"(?<![^\W_{tokens.HAN}])", rf"(?![^\W_{tokens.HAN}])"


class Marker:
    """Compiled once a query, used for all its passages."""

    def __init__(self, question: Question, synonyms: Synonyms) -> None:
        terms = sorted(set(_terms(question, synonyms)), key=lambda term: (-len(term), term))[:MAX_TERMS]
        patterns = [*map(_pattern, terms), *(_doc_no(reference) for reference in question.doc_nos)]
        # one pattern a term: in one alternation, words that overlap would hide each other
        self._patterns = [re.compile(pattern) for pattern in patterns]

    def marks(self, passage: str) -> list[Mark]:
        """Merged and in order; offsets are code points of the passage as handed in."""
        folded, offsets = fold_with_offsets(passage)
        spans = sorted(found.span() for pattern in self._patterns for found in pattern.finditer(folded))
        return [Mark(offsets[start], _end(offsets, end)) for start, end in _merged(spans)]


def _end(offsets: list[int], end: int) -> int:
    """One character may fold to several; a mark that ends among them covers it whole."""
    place = end
    while place < len(offsets) - 1 and offsets[place] == offsets[end - 1]:
        place += 1
    return offsets[place]


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    start = end = -1
    for first, last in spans:
        if first > end:
            if end > start:
                yield start, end
            start, end = first, last
        else:
            end = max(end, last)
    if end > start:
        yield start, end


def _terms(question: Question, synonyms: Synonyms) -> Iterator[str]:
    yield from question.phrases
    words = [word for word in tokens.words_of_query(question.text) if tokens.has_content(word)]
    telling = [word for word in words if word not in ASK] or words
    for word in telling:
        yield word
        yield from (part for part in tokens.parts_of_word(word) if len(part) > 1)
    for stretch in synonyms.stretches(question.text):
        yield question.text[stretch.start : stretch.end]
        yield from stretch.alternatives


def _pattern(term: str) -> str:
    """White space in the term is any white space; Latin words match whole only."""
    pieces: Sequence[str] = [re.escape(piece) for piece in term.split()]
    start = "" if tokens.is_han(term) or not term[0].isalnum() else _LATIN_START
    end = "" if tokens.is_han(term[-1]) or not term[-1].isalnum() else _LATIN_END
    return start + r"\s+".join(pieces) + end


def _doc_no(reference: DocNoReference) -> str:
    """The number as a text may print it: any brackets, order with its series before or after."""
    agency, year, number = reference.keys[0].split("|")
    figures = rf"(?:第|no\.?)?\s*(?<!\d)(?:{number}|{_chinese(int(number))})\s*号"
    before = "|".join(re.escape(agency[cut:]) for cut in range(max(1, len(agency) - 1)) if agency[cut:])
    dated = rf"\W*{year}\s*年?\W*" if year else r"\W{0,2}"
    lead = rf"(?:{before}){dated}" if before else (rf"{year}\s*年?\W*" if year else "")
    return lead + figures


_FIGURES = "零一二三四五六七八九"


def _chinese(number: int) -> str:
    """656 → 六百五十六, as orders are numbered."""
    written = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        figure = number // unit % 10
        if figure:
            written += _FIGURES[figure] + name
        elif written and not written.endswith("零"):
            written += "零"
    written = written.rstrip("零")
    return written.removeprefix("一") if 10 <= number < 20 else written or _FIGURES[0]

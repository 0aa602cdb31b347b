"""What each word, bigram and character of a query weighs (ranking recipe A), for any engine."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from indexers.analysis import tokens
from indexers.analysis.ask import ASK, ASK_WEIGHT
from indexers.analysis.synonyms import Synonyms


@dataclass(slots=True)
class TermWeights:
    """Repeats of a term add up."""

    words: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    bigrams: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    characters: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    content_words: set[str] = field(default_factory=set)
    """Words that say something about the subject; a document must share one of them, or a content bigram."""
    content_bigrams: set[str] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.bigrams or self.characters)


@dataclass(slots=True)
class QueryWeights:
    """Terms that count for themselves, and stretches of which the best wording counts."""

    plain: TermWeights
    choices: list[list[TermWeights]]

    def groups(self) -> list[TermWeights]:
        return [self.plain, *(wording for choice in self.choices for wording in choice)]


def weigh(folded: str, synonyms: Synonyms) -> QueryWeights:
    stretches = list(synonyms.stretches(folded))
    owner = [-1] * len(folded)
    for place, stretch in enumerate(stretches):
        owner[stretch.start : stretch.end] = [place] * (stretch.end - stretch.start)
    shares = _distribute(folded, owner, len(stretches))
    choices = [
        [share, *(_distribute(other, [-1] * len(other), 0)[-1] for other in stretch.alternatives)]
        for share, stretch in zip(shares, stretches, strict=False)
    ]
    return QueryWeights(shares[-1], choices)


def _distribute(folded: str, owner: list[int], stretches: int) -> list[TermWeights]:
    """Terms wholly inside a stretch go to its share; all others to the last one."""
    shares = [TermWeights() for _ in range(stretches + 1)]
    by_character = _weigh_words(folded, owner, shares)
    for start, run in tokens.runs(folded):
        if tokens.is_han(run):
            _weigh_han(run, start, by_character, owner, shares)
        else:
            weight = sum(by_character[start : start + len(run)]) / len(run)
            share = shares[_owner(owner, start, start + len(run))]
            share.bigrams[run] += weight
            share.characters[run] += weight
            if weight > ASK_WEIGHT:
                share.content_bigrams.add(run)
    return shares


def _weigh_words(folded: str, owner: list[int], shares: list[TermWeights]) -> list[float]:
    """Fills in the words; returns the weight each character has from its word."""
    by_character: list[float] = []
    for word in tokens.words_of_query(folded):
        weight = ASK_WEIGHT if word in ASK else 1.0
        start = len(by_character)
        by_character += [weight] * len(word)
        share = shares[_owner(owner, start, start + len(word))]
        for part in tokens.parts_of_word(word):
            share.words[part] += weight
            if weight > ASK_WEIGHT:
                share.content_words.add(part)
    return by_character


def _weigh_han(run: str, start: int, by_character: list[float], owner: list[int], shares: list[TermWeights]) -> None:
    for place, character in enumerate(run, start):
        shares[owner[place]].characters[character] += by_character[place]
    for place, bigram in enumerate(tokens.bigrams_of_run(run), start):
        weight = (by_character[place] + by_character[place + 1]) / 2
        share = shares[_owner(owner, place, place + 2)]
        share.bigrams[bigram] += weight
        if weight == 1.0:
            share.content_bigrams.add(bigram)


def _owner(owner: list[int], start: int, end: int) -> int:
    return owner[start] if len(set(owner[start:end])) == 1 else -1

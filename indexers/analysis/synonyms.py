"""Synonyms, applied to the query: groups of words that editors own (市民卡 = 社保卡), handed in as data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from indexers.analysis.fold import fold

MAX_GROUP = 16
"""Words of a group that are looked for; a longer one would cost more clauses than a whole query."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the folded query and what else it may be called."""

    start: int
    end: int
    alternatives: tuple[str, ...]


class Synonyms:
    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        self._others: dict[str, tuple[str, ...]] = {}
        for group in groups:
            words = list(dict.fromkeys(filter(None, (fold(word).strip() for word in group))))[:MAX_GROUP]
            for word in words:
                known = self._others.get(word, ())
                self._others[word] = tuple(dict.fromkeys([*known, *(other for other in words if other != word)]))
        longest_first = sorted(self._others, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def stretches(self, folded: str) -> Iterator[Stretch]:
        """Longest first, from the left, never overlapping."""
        if self._pattern is None:
            return
        for found in self._pattern.finditer(folded):
            if others := self._others[found.group()]:
                yield Stretch(found.start(), found.end(), others)

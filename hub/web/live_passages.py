"""Extracts of a text around the marks of a query. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from hub.search import Mark
from hub.web.reading import Marked

LENGTH = 90
"""Characters of a passage."""
LEAD = 16
"""Of these, characters before the first mark."""
AT_MOST = 2
_LOOKED_AT = 400
"""Marks that are weighed; a common word has thousands."""
_ONE_LINE = str.maketrans("\n\t\r", "   ")


def passages(text: str, marks: Sequence[Mark]) -> tuple[Marked, ...]:
    """Up to two stretches of the text, in its order: those that show most of the words, then most often."""
    weighed = sorted(marks, key=lambda mark: mark.start)[:_LOOKED_AT]
    chosen: list[int] = []
    seen: set[str] = set()
    while len(chosen) < AT_MOST:
        free = [mark for mark in weighed if all(abs(mark.start - start) >= LENGTH for start in chosen)]
        if not free:
            break
        best = max(free, key=lambda mark: (*_weight(text, weighed, mark.start, seen), -mark.start))
        chosen.append(best.start)
        seen |= _words(text, weighed, best.start)
    starts = sorted(chosen)
    return tuple(_cut(text, marks, start, is_first=start == starts[0], is_last=start == starts[-1]) for start in starts)


def _weight(text: str, marks: Sequence[Mark], start: int, seen: set[str]) -> tuple[int, int]:
    """Words not seen before, and marks, of the stretch that begins with the mark at `start`."""
    inside = sum(start <= mark.start < start + LENGTH - LEAD for mark in marks)
    return len(_words(text, marks, start) - seen), inside


def _words(text: str, marks: Sequence[Mark], start: int) -> set[str]:
    return {text[mark.start : mark.end] for mark in marks if start <= mark.start < start + LENGTH - LEAD}


def _cut(text: str, marks: Sequence[Mark], start: int, *, is_first: bool, is_last: bool) -> Marked:
    """The stretch on one line, with an ellipsis at the outer ends within the text; the page shows gaps in between."""
    begin = max(0, start - LEAD)
    end = min(len(text), begin + LENGTH)
    before, after = "…" if begin and is_first else "", "…" if end < len(text) and is_last else ""
    shift = len(before) - begin
    inside = tuple(
        Mark(max(mark.start, begin) + shift, min(mark.end, end) + shift)
        for mark in marks
        if mark.start < end and mark.end > begin
    )
    return Marked(before + text[begin:end].translate(_ONE_LINE) + after, inside)

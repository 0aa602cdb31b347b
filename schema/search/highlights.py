"""Stretches of a text around what was searched, with offsets inside each stretch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hub.search import Mark
from hub.vocabulary.details import DETAIL_FIELDS, FieldType
from hub.vocabulary.enums import Kind

AROUND = 30
"""Characters shown before the first mark."""
LENGTH = 120
MOST = 3
LOOKED_AT = 20_000
"""Characters of a body that are looked at."""
_IN_WORDS = (FieldType.LINE, FieldType.TEXT, FieldType.LINES)
_STOPS = "。！？；\n"


@dataclass(frozen=True, slots=True)
class Stretch:
    text: str
    marks: tuple[Mark, ...]


def stretches(text: str, marks: Sequence[Mark]) -> list[Stretch]:
    """Up to `MOST` stretches, those with most marks, in order of the text."""
    windows: list[tuple[int, int, list[Mark]]] = []
    for mark in sorted(marks, key=lambda one: one.start):
        if windows and mark.end <= windows[-1][1]:
            windows[-1][2].append(mark)
            continue
        start = _start(text, mark.start, windows[-1][1] if windows else 0)
        windows.append((start, min(len(text), max(start + LENGTH, mark.end)), [mark]))
    best = sorted(windows, key=lambda one: -len(one[2]))[:MOST]
    return [_cut(text, *one) for one in sorted(best, key=lambda one: one[0])]


def said_in(kind: Kind, details: Any) -> str:
    """What the fields of a kind say in words, a line each; `details` is their row."""
    lines: list[str] = []
    for name, column in DETAIL_FIELDS[kind].items():
        value = getattr(details, name, None)
        if value and column.type in _IN_WORDS:
            lines += value if isinstance(value, list) else [str(value)]
    return "\n".join(lines)


def whole(text: str, marks: Sequence[Mark]) -> list[Stretch]:
    """The text in one piece, when anything in it is marked."""
    return [Stretch(text, tuple(marks))] if marks else []


def _start(text: str, at: int, floor: int) -> int:
    """Behind the last stop before the mark, if that is near."""
    low = max(floor, at - AROUND)
    stop = max(text.rfind(one, low, at) for one in _STOPS)
    return stop + 1 if stop >= 0 else low


def _cut(text: str, start: int, end: int, marks: list[Mark]) -> Stretch:
    return Stretch(text[start:end], tuple(Mark(mark.start - start, mark.end - start) for mark in marks))

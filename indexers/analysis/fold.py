"""Folding: what text is compared as. NFKC, lower case, traditional to simplified script (ranking recipe A)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import accumulate

import opencc

_SURROGATE = re.compile("[\ud800-\udfff]")
_MARKS = (
    r"\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f"
    r"\u1160-\u11ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
)
_CLUSTER = re.compile(rf".[{_MARKS}]*", re.DOTALL)
"""A character with the marks that NFKC may melt into it."""


def fold(text: str) -> str:
    """Length may change: NFKC writes ㈱ as (株). Lone surrogates become U+FFFD, since no engine stores them."""
    return _to_simplified(_narrow(_SURROGATE.sub("\ufffd", text)))


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """The folded text and, for each of its characters and its end, the offset in `text` it comes from."""
    folded = fold(text)
    if len(folded) == len(text) and _narrow(text[:1]) == _narrow(text)[:1] and _is_one_to_one(text):
        return folded, list(range(len(text) + 1))
    clusters = _CLUSTER.findall(text)
    starts = [0, *accumulate(map(len, clusters))]
    pieces = [fold(cluster) for cluster in clusters]
    joined = "".join(pieces)
    offsets = [start for start, piece in zip(starts, pieces, strict=False) for _ in piece]
    return (folded if len(folded) == len(joined) else joined), [*offsets, len(text)]


def _is_one_to_one(text: str) -> bool:
    return all(len(_narrow(character)) == 1 for character in set(text))


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _to_simplified(text: str) -> str:
    return text if text.isascii() else _converter().convert(text)


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")

"""Three views of a text: words, bigrams, characters; and a fourth for exact phrases. All take folded text.

Bigrams and characters stay inside one run of Han characters; a run of Latin letters or digits is one token in both.
Each view is written as tokens joined by spaces, which is what the engines index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import add

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_RUN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+")
_IS_HAN = re.compile(rf"[{HAN}]")
_SPACE = re.compile(r"\s+")

TITLE_START = "\ue000"
BODY_START = "\ue001"
"""Private-use marks before title and body in the phrase view: no phrase runs over them."""
SPACE = "\u2420"
"""What a stretch of white space is in the phrase view, where it counts as one character."""


def is_han(token: str) -> bool:
    return _IS_HAN.match(token) is not None


def runs(folded: str) -> Iterator[tuple[int, str]]:
    """Runs with their offsets: Han characters, or letters and digits."""
    return ((found.start(), found.group()) for found in _RUN.finditer(folded))


def words_of_document(folded: str) -> list[str]:
    """Search mode: short words inside long ones too. Tokens without letter, digit or Han are dropped."""
    import rjieba  # here: its dictionary takes 80 ms to load, which a start does not wait for

    # most tokens that are not letters or digits throughout are one mark or space, and cannot hold any
    return [word for word in rjieba.cut_for_search(folded) if word.isalnum() or (len(word) > 1 and has_content(word))]


def words_of_query(folded: str) -> list[str]:
    """Every token in order, so that joined they are the text again."""
    import rjieba

    return list(rjieba.cut(folded))


def parts_of_word(word: str) -> list[str]:
    return words_of_document(word)


def has_content(token: str) -> bool:
    return any(character.isalnum() for character in token)


def grams(folded: str) -> tuple[str, str]:
    """The views of bigrams and of characters."""
    bigrams: list[str] = []
    characters: list[str] = []
    for run in _RUN.findall(folded):
        if is_han(run):
            bigrams.extend(map(add, run, run[1:]))
            characters.append(" ".join(run))
        else:
            bigrams.append(run)
            characters.append(run)
    return " ".join(bigrams), " ".join(characters)


def bigrams_of_run(run: str) -> list[str]:
    return list(map(add, run, run[1:])) if is_han(run) else [run]


def phrase_view(title: str, body: str | None = None) -> str:
    """Bigrams over every character, punctuation and space too, so that a phrase found is a phrase printed."""
    whole = TITLE_START + visible(title)
    if body is not None:
        whole += BODY_START + visible(body)
    return " ".join(map(add, whole, whole[1:]))


def phrase_tokens(phrase: str) -> list[str]:
    """Tokens of the phrase view in order; empty for a single character."""
    whole = visible(phrase)
    return list(map(add, whole, whole[1:]))


def visible(folded: str) -> str:
    return _SPACE.sub(SPACE, folded.strip())


def title_key(folded: str) -> str:
    """A title as compared in exact look-ups: its letters, digits and Han only."""
    return "".join(_RUN.findall(folded))


def exact_title_key(folded: str) -> str:
    """A title with its punctuation and white space, however much of it."""
    return "=" + visible(folded)

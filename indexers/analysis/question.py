"""A query as typed: words, “exact phrases”, −exclusions and 《titles》 taken apart. Offsets are not kept."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hub.content.doc_no import DocNoReference, find_doc_nos, is_all_of
from indexers.analysis import tokens
from indexers.analysis.fold import fold

MAX_CHARACTERS = 80
"""Longer queries are cut, since cost grows with the clauses. Of 1,235 questions 41 have more than 60 characters and
lose 0.001 nDCG all together when cut there; at 80 nothing measurable is lost."""
MAX_TYPED = 2_000
"""Characters of a query that are looked at in any way; titles are compared in full up to here."""

_QUOTED = r"“([^“”]+)”|\"([^\"]+)\"|＂([^＂]+)＂|「([^「」]+)」|『([^『』]+)』"
_EXCLUDED = re.compile(rf"(?:(?<=\s)|^)[-−－–](?:{_QUOTED}|([^\s\-−－–“\"＂「『][^\s“”\"＂「」『』]*))")
_PHRASE = re.compile(_QUOTED)
_TITLE = re.compile(r"《([^《》]+)》")


@dataclass(frozen=True, slots=True)
class Question:
    """Everything here is folded."""

    text: str
    """Words to score, phrases included, cut to MAX_CHARACTERS."""
    phrases: tuple[str, ...]
    excluded: tuple[str, ...]
    title: str
    """Key of the whole query as a title, less punctuation; empty when it can be none, or has exclusions."""
    exact_title: str
    """The same to the letter; a title may hold what reads as an exclusion."""
    quoted_titles: tuple[str, ...]
    doc_nos: tuple[DocNoReference, ...]
    is_doc_no: bool
    """Nothing but 文号 was asked for; only then may an incomplete one lead."""

    @property
    def is_empty(self) -> bool:
        return not (tokens.has_content(self.text) or self.phrases or self.excluded)


def read_question(typed: str) -> Question:
    typed = typed[:MAX_TYPED]
    excluded = tuple(filter(tokens.has_content, (_term(found) for found in _EXCLUDED.finditer(typed))))
    kept = _EXCLUDED.sub(" ", typed) if excluded else typed
    phrases = tuple(phrase for found in _PHRASE.finditer(kept) if tokens.has_content(phrase := _term(found)))
    folded = fold(kept).strip()
    whole = fold(typed)
    doc_nos = find_doc_nos(folded)
    return Question(
        text=folded[:MAX_CHARACTERS],
        phrases=tuple(dict.fromkeys(phrases)),
        excluded=tuple(dict.fromkeys(excluded)),
        title="" if excluded else tokens.title_key(whole),
        exact_title=tokens.exact_title_key(whole),
        quoted_titles=tuple(filter(None, (tokens.title_key(title) for title in _TITLE.findall(folded)))),
        doc_nos=tuple(doc_nos),
        is_doc_no=bool(doc_nos) and is_all_of(folded, doc_nos),
    )


def _term(found: re.Match[str]) -> str:
    return fold(next(filter(None, found.groups()), "")).strip()

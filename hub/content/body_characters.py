"""Which characters a text may hold, and how its white space is written. Shared by bodies and by titles."""

from __future__ import annotations

import re
from typing import Final

from hub.vocabulary.errors import InvalidInput

INDENT: Final = "\ufdd0"
"""Stands for a paragraph indent of two full-width spaces while Markdown, which strips them, is read."""

# Controls, zero-width space, byte order mark, bidirectional embeddings and overrides (they reorder what follows on
# the page), interlinear marks and noncharacters (XML, so every feed, refuses them). Joiners (U+200C, U+200D) and
# direction marks stay: emoji, Uyghur and Arabic need them.
_STRIPPED = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufdd1-\ufdef\ufffe\uffff"
)
_NONCHARACTERS = "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
STRIPPED: Final = re.compile(f"[{_STRIPPED}{_NONCHARACTERS}]")
_STRIPPED_INPUT = re.compile(f"[{_STRIPPED}{_NONCHARACTERS}{INDENT}]")
_SPACE = " \t\n\r\v\f\x85\xa0\u2028\u2029"
_TO_COLLAPSE = re.compile(f"[{_SPACE}]{{2,}}|[{_SPACE[1:]}]")
_TO_COLLAPSE_IN_LINE = re.compile(f"[{_SPACE.replace(chr(10), '')}]{{2,}}|[{_SPACE[1:].replace(chr(10), '')}]")
_REFUSED = re.compile("[\x00\ud800-\udfff]")


def refuse_unstorable(text: str, field: str) -> None:
    """Raise InvalidInput, naming the field, for NUL and lone surrogates: no database and no UTF-8 can carry them."""
    found = _REFUSED.search(text)
    if found:
        name = "NUL" if found[0] == "\x00" else f"lone surrogate U+{ord(found[0]):04X}"
        raise InvalidInput(f"{field or 'The text'} holds a {name} at character {found.start()}.", field=field)


def stripped(text: str) -> str:
    """The text without characters nobody may see: controls, zero-width space, overrides, noncharacters."""
    return STRIPPED.sub("", text)


def stripped_input(text: str) -> str:
    """As `stripped`, and without our own indent mark: for text that comes from outside."""
    return _STRIPPED_INPUT.sub("", text)


def is_clean(lines: str) -> bool:
    """Whether lines hold neither characters to strip nor white space to collapse."""
    return _STRIPPED_INPUT.search(lines) is None and _TO_COLLAPSE_IN_LINE.search(lines) is None


def collapsed(text: str) -> str:
    """Every run of ordinary white space as one space. Full-width spaces inside a line are print, and stay."""
    return _TO_COLLAPSE.sub(" ", text) if _TO_COLLAPSE.search(text) else text


def collapsed_lines(lines: list[str]) -> str:
    """Lines joined by newlines, each collapsed; one look is enough where nothing is to do."""
    joined = "\n".join(lines)
    return "\n".join(map(collapsed, lines)) if _TO_COLLAPSE_IN_LINE.search(joined) else joined


def is_indent(space: str) -> bool:
    """Whether white space before a line is a paragraph indent: two full-width spaces, or as much in narrower ones."""
    width = 2 * sum(space.count(wide) for wide in "\u3000\u2003") + space.count("\u2002") + space.count("\xa0")
    return INDENT in space or width >= 4

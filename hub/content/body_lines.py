"""The lines of one paragraph, heading or preformatted text: white space, indents, line breaks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from hub.content.body_characters import INDENT, collapsed, is_indent
from hub.content.body_nodes import BREAK, Leaf, Run


def split(runs: Iterable[Run], *, splits: bool) -> list[list[Run]]:
    """Runs cut at line breaks; with `splits` off the break is a newline in the text. Things without address go."""
    lines: list[list[Run]] = [[]]
    for content, marks in runs:
        if isinstance(content, str):
            lines[-1].append((content, marks))
        elif content is BREAK:
            if splits:
                lines.append([])
            else:
                lines[-1].append(("\n", marks))
        elif content.is_shown:
            lines[-1].append((content, marks))
    return lines


def _trimmed(line: list[Run]) -> tuple[list[Run], bool]:
    """The line with its white space normalised, and whether it began with an indent."""
    runs, before = _without_leading_space(line)
    while runs and isinstance(runs[-1][0], str):
        content = runs[-1][0].rstrip(_EDGE)
        if content:
            runs[-1] = (content, runs[-1][1])
            break
        runs.pop()
    return runs, is_indent(before)


def _without_leading_space(line: list[Run]) -> tuple[list[Run], str]:
    """The runs collapsed, also where one meets the next, and the white space that stood before them."""
    kept: list[Run] = []
    before = ""
    ends_blank = True
    for content, marks in line:
        if isinstance(content, str):
            if not kept:
                rest = content.lstrip(_EDGE)
                before += content[: len(content) - len(rest)]
                content = rest
            content = collapsed(_spelled(content))
            content = content.lstrip(" ") if ends_blank else content
            if not content:
                continue
            ends_blank = content.endswith(" ")
        else:
            ends_blank = False
        kept.append((content, marks))
    return kept, before


_EDGE: Final = INDENT + "".join(chr(code) for code in range(0x3001) if chr(code).isspace())


def _spelled(text: str) -> str:
    """Our indent mark, where it is none, as the two full-width spaces it stands for."""
    return text.replace(INDENT, "\u3000\u3000")


def paragraphs(leaf: Leaf, lines: list[list[Run]]) -> list[Leaf]:
    """A line's text as one leaf, or a paragraph as several: it ends at an empty line and before an indent."""
    leaves: list[Leaf] = []
    is_open = False
    for line in lines:
        runs, indented = _trimmed(line)
        splits = leaf.name == "p"
        if not runs:
            is_open = is_open and not splits
            continue
        if not is_open or (splits and indented):
            leaves.append(Leaf(leaf.name, leaf.classes | {"indent"} if splits and indented else leaf.classes))
            is_open = True
        leaves[-1].lines.append(runs)
    return leaves


def verbatim(leaf: Leaf, lines: list[list[Run]]) -> list[Leaf]:
    """Preformatted text as it stands, without blank lines around it (HTML would drop the first of them anyway)."""
    runs = [(_verbatim_text(content) if isinstance(content, str) else content, marks) for content, marks in lines[0]]
    while runs and isinstance(runs[0][0], str):
        kept = "" if not runs[0][0].strip() else _BLANK_LINES.sub("", runs[0][0])
        if kept:
            runs[0] = (kept, runs[0][1])
            break
        runs.pop(0)
    while runs and isinstance(runs[-1][0], str):
        kept = runs[-1][0].rstrip()
        if kept:
            runs[-1] = (kept, runs[-1][1])
            break
        runs.pop()
    runs = [run for run in runs if run[0]]
    return [Leaf("pre", leaf.classes, [runs])] if runs else []


_BLANK_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")


def _verbatim_text(text: str) -> str:
    return _spelled(text).replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")

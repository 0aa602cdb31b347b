"""Markdown to HTML: CommonMark with tables; a line break is kept, since Chinese official texts are not hard-wrapped.

Most bodies are headings and plain paragraphs. Those are read by a few string operations; whatever could mean more goes
through markdown-it. Tests prove the two equal.
"""

from __future__ import annotations

import re
from typing import Final

from markdown_it import MarkdownIt

from hub.content.body_characters import INDENT, collapsed, collapsed_lines, is_indent
from hub.content.body_writing import escaped

COST_AT_MOST: Final = 60_000
TOO_MANY_MARKS: Final = "markdown of more marks than can be read"
"""What is dropped of a source that would hold the parser for seconds; its lines are kept as plain text."""

_PARSER: Final = MarkdownIt("commonmark", {"breaks": True}).enable("table")
_INLINE_MARK = re.compile(r"[\\`*_\[\]!<&]")
_BLOCK_MARK = re.compile(r"[|\n]|(?:^|[-+>] *)[-+>#]", re.MULTILINE)
_NEEDS_PARSER = re.compile(
    r"[\\`*_\[\]<&\r\v\f\x1c-\x1f\x85\xa0\u2000-\u200a\u2028\u2029\u1680\u202f\u205f]"
    r"|^ *\t|^ {4}"
    r"|^ {0,3}(?:[-+](?:[ \t]|$)|[0-9]{1,9}[.)](?:[ \t]|$)|>|~~~)"
    r"|^[ \t]*[-=:|][-=:| \t]*$"
    r"|^ {0,3}#+(?:[ \t].*#[ \t]*)?$",
    re.MULTILINE,
)
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+")
_LEADING_SPACE = re.compile(r"^( {0,3})([\u3000\u2003\u2002\xa0][^\S\n]*)(?=\S)", re.MULTILINE)


def is_plain(source: str) -> bool:
    """Whether the source holds headings and plain paragraphs only."""
    return _NEEDS_PARSER.search(source) is None


def is_costly(source: str) -> bool:
    """Whether markdown-it would need seconds: an inline mark costs it up to 100 µs, a line or cell a quarter."""
    if len(source) * 4 <= COST_AT_MOST:
        return False
    return 4 * len(_INLINE_MARK.findall(source)) + len(_BLOCK_MARK.findall(source)) > COST_AT_MOST


def to_html(source: str) -> str:
    """Whatever CommonMark makes of it, raw HTML included: to be cleaned. Indents become our own mark, since the
    parser strips full-width spaces."""
    return str(_PARSER.render(_LEADING_SPACE.sub(_marked, source)))


def _marked(space: re.Match[str]) -> str:
    return f"{space[1]}{INDENT}" if is_indent(space[2]) else space[0]


def plain_html(source: str) -> tuple[str, str]:
    """(canonical HTML, text) of a source for which `is_plain` holds."""
    html: list[str] = []
    text: list[str] = []
    paragraph: list[str] = []
    for line in [*source.split("\n"), ""]:
        heading = _HEADING.match(line) if "#" in line else None
        bare = line.strip()
        if bare and not heading:
            paragraph.append(line)
            continue
        if paragraph:
            _flush(paragraph, html, text)
            paragraph = []
        if heading:
            _add_heading(len(heading[1]), collapsed(line[heading.end() :].strip()), html, text)
    return "\n".join(html), "\n".join(text)


def _add_heading(level: int, title: str, html: list[str], text: list[str]) -> None:
    if title:
        html.append(f"<h{level}>{escaped(title)}</h{level}>")
        text.append(title)


def _flush(paragraph: list[str], html: list[str], text: list[str]) -> None:
    """Write a paragraph; each indented line begins another one."""
    lines: list[str] = []
    opening = ""
    for line in paragraph:
        bare = collapsed(line.strip())
        text.append(bare)
        indented = _begins_indented(line)
        if opening and indented:
            html.append(f"{opening}{'<br>'.join(lines)}</p>")
            lines = []
        if indented or not opening:
            opening = '<p class="indent">' if indented else "<p>"
        lines.append(escaped(bare))
    html.append(f"{opening}{'<br>'.join(lines)}</p>")


def _begins_indented(line: str) -> bool:
    return line[0].isspace() and is_indent(line[: len(line) - len(line.lstrip())])


def lines_html(source: str) -> tuple[str, str]:
    """(canonical HTML, text) of plain text: every line is a paragraph."""
    lines = [line for line in source.splitlines() if line and not line.isspace()]
    text = collapsed_lines([line.strip() for line in lines])
    openings = ['<p class="indent">' if _begins_indented(line) else "<p>" for line in lines]
    bare = escaped(text).split("\n") if lines else []
    return "\n".join([f"{opening}{line}</p>" for opening, line in zip(openings, bare, strict=True)]), text

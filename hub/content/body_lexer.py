"""HTML cut into tokens exactly as the HTML standard cuts it, in linear time and without building a tree.

Two uses: naming what cleaning will drop, and rewriting very large sources as well-nested, shallow HTML. The second is
why this exists: tree construction by the standard is quadratic in nesting and in unclosed emphasis, so that one
megabyte of `<div>` would hold a thread for minutes.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from hub.content import body_attributes as attributes
from hub.content.body_nodes import ATOMS, GROUPS, LINES, MARKS


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


REMOVED: Final = _names("script style template iframe noembed noframes noscript title textarea select svg math")
"""Elements that go with all they hold; every other unknown element goes alone and its text stays."""
KEPT: Final = frozenset(MARKS) | frozenset(LINES) | frozenset(GROUPS) | ATOMS
LAYOUT: Final = _names("html head body span font big wbr bdo bdi col colgroup time data label nobr")
"""Unwrapped without a word: they carry no content of their own."""
_RAW = _names("script style textarea title xmp iframe noembed noframes noscript plaintext")
_VOID = _names("area base br col embed frame hr img input keygen link meta param source track wbr")
_STANDARD = (
    KEPT
    | REMOVED
    | LAYOUT
    | _RAW
    | _VOID
    | _names(
        "applet basefont bgsound blink button canvas command datalist frameset image isindex map marquee menuitem meter"
        " multicol nextid object optgroup option output picture plaintext portal progress rb rtc slot spacer"
    )
)
_BREAK_OUT = KEPT - {"a", "audio", "video", "source"}

_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s/>][^\s/>=]*+)(?:\s*+=\s*+("[^"]*"|'[^']*'|[^\s>"'][^\s>]*+|(?=>)))?+""")
_TAG = re.compile(
    r"""<(/?)([a-zA-Z][^\s/>]*+)((?:[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*"|'[^']*'|[^\s>"'][^\s>]*+|(?=>)))?+)*+)[\s/]*+>"""
)
_COMMENT = re.compile(r"<!--(?:-?>|.*?(?:--!?>|\Z))|<(?:[!?]|/[^a-zA-Z>])[^>]*>?|</>", re.DOTALL)
_END_OF_RAW = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _RAW} | {
    "plaintext": re.compile("(?!)")
}


@dataclass(frozen=True, slots=True)
class Token:
    """One tag or piece of text; `written` is its attributes, or the text with its entities still in it."""

    kind: Literal["start", "end", "text", "raw"]
    name: str
    written: str
    at: int
    """Where it begins in the source."""


def tokens(source: str) -> Iterator[Token]:
    """Tags and texts in order, comments left out. A tag never closed by `>` ends the source, as browsers have it."""
    position = 0
    while position < len(source):
        mark = source.find("<", position)
        if mark < 0:
            yield Token("text", "", source[position:], position)
            return
        if mark > position:
            yield Token("text", "", source[position:mark], position)
        position = mark
        comment = _COMMENT.match(source, position)
        if comment:
            position = comment.end()
            continue
        following = source[position + 1 : position + 3]
        if not (following[:1].isascii() and following[:1].isalpha()) and (following == "/" or following[:1] != "/"):
            yield Token("text", "", "<", position)
            position += 1
            continue
        tag = _TAG.match(source, position)
        if tag is None:
            return
        name = tag[2].lower()
        yield Token("end" if tag[1] else "start", name, tag[3], position)
        position = tag.end()
        if name in _RAW and not tag[1]:
            end = _END_OF_RAW[name].search(source, position)
            stop = end.start() if end else len(source)
            if stop > position:
                yield Token("raw", name, source[position:stop], position)
            position = stop


def read_attributes(written: str) -> dict[str, str]:
    """Name (lower case) to value, entities decoded; of a repeated name the first counts."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(written):
        value = match[2] or ""
        if value[:1] in ('"', "'"):
            value = value[1:-1]
        found.setdefault(match[1].lower(), entities.unescape(value))
    return found


def name_dropped(source: str, dropped: set[str]) -> bool:
    """Add the names of elements, attributes, style properties and addresses that cleaning will not keep.

    True if an element is not HTML at all, so that `with_foreign_names` has work to do.
    """
    has_foreign = False
    for token in tokens(source):
        if token.kind != "start":
            continue
        name = token.name
        if name not in KEPT and name not in LAYOUT:
            dropped.add(f"element {_printable(name)}")
            has_foreign = has_foreign or name not in _STANDARD
        if token.written and name not in REMOVED:
            _name_attributes(name, read_attributes(token.written), dropped)
    return has_foreign


def with_foreign_names(source: str) -> str:
    """The source with every element HTML does not know given a name nobody knows.

    nh3 takes away elements such as `<text>` or `<max>` with all they hold when no drawing or formula is around them,
    and they hold the rest of the page where an author meant mere words. Browsers show that text, so we keep it.
    """
    out: list[str] = []
    done = 0
    drawing = ""
    for token in tokens(source):
        if drawing and ((token.name == drawing and token.kind == "end") or _breaks_out(token)):
            drawing = ""
        elif token.kind == "start" and token.name in ("svg", "math"):
            drawing = token.name
        elif not drawing and token.kind in ("start", "end") and token.name not in _STANDARD:
            begin = token.at + (1 if token.kind == "start" else 2)
            out += [source[done:begin], "x-"]
            done = begin
    out.append(source[done:])
    return "".join(out)


def _breaks_out(token: Token) -> bool:
    """HTML inside a drawing or formula ends it, as the standard has it."""
    return token.kind == "start" and token.name in _BREAK_OUT


_SILENT = frozenset({"class", "style", "align", "alt", "title", "controls", "width", "height", "target", "rel", "lang"})


def _name_attributes(name: str, given: dict[str, str], dropped: set[str]) -> None:
    kept = attributes.KEPT.get(name, frozenset()) | attributes.KEPT["*"]
    for attribute, value in given.items():
        if attribute == "style":
            dropped |= {f"style {_printable(one)}" for one in attributes.styles(value)} - _KEPT_STYLE_NAMES
        elif attribute not in kept and attribute not in _SILENT:
            dropped.add(f"attribute {_printable(attribute)}")
        elif attribute in ("href", "src", "poster"):
            judge = attributes.link if attribute == "href" else attributes.source
            if judge(value) is None:
                dropped.add(f"address {attributes.scheme(value)}")


_KEPT_STYLE_NAMES = frozenset(f"style {one}" for one in attributes.KEPT_STYLES)


def _printable(name: str) -> str:
    """A name from the source, short and without what a terminal or log would obey."""
    return "".join(character if character.isprintable() else "?" for character in name[:40])


_BOUNDS = _names("table td th caption")
_ENDED_BY: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol"}) | _BOUNDS),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"}) | _BOUNDS),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"}) | _BOUNDS),
    "td": (frozenset({"td", "th"}), frozenset({"table", "tr"})),
    "th": (frozenset({"td", "th"}), frozenset({"table", "tr"})),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
    "a": (frozenset({"a"}), _BOUNDS),
} | dict.fromkeys(
    ("thead", "tbody", "tfoot"), (frozenset({"thead", "tbody", "tfoot", "caption"}), frozenset({"table"}))
)
_PARAGRAPH = (frozenset({"p"}), _BOUNDS)
_OPEN_AT_ONCE: Final = 120


def balanced(source: str) -> str:
    """The source as well-nested HTML of the elements we know, at most 120 deep; deeper tags go, their text stays."""
    return _Balancer().write(source)


class _Balancer:
    def __init__(self) -> None:
        self._out: list[str] = []
        self._open: list[str] = []
        self._suppressed: dict[str, int] = {}
        self._removing: str = ""

    def write(self, source: str) -> str:
        for token in tokens(source):
            if self._removing and not self._leaves_removed(token):
                continue
            if token.kind == "text":
                self._text(token.written)
            elif token.kind == "raw":
                self._raw(token)
            elif token.kind == "start":
                self._start(token.name, token.written)
            else:
                self._end(token.name)
        self._out.extend(f"</{name}>" for name in reversed(self._open))
        return "".join(self._out)

    def _leaves_removed(self, token: Token) -> bool:
        """Whether what is being removed ends before the token: it was never closed, and would take the rest along."""
        if token.kind == "end" and token.name == self._removing:
            self._removing = ""
            return False
        if token.kind == "start":
            ends = token.name in _ENDING_UNCLOSED.get(self._removing, ())
        else:
            ends = token.kind == "end" and token.name in self._open and self._removing in _ENDING_UNCLOSED
        if ends:
            self._removing = ""
        return ends

    def _text(self, written: str) -> None:
        # Decoded piece by piece: an entity must not be made of two texts that a dropped tag stood between.
        text = entities.unescape(written) if "&" in written else written
        self._out.append(entities.escape(text, quote=False))

    def _raw(self, token: Token) -> None:
        if token.name in ("xmp", "plaintext"):
            self._out.append(entities.escape(token.written, quote=False))

    def _start(self, name: str, written: str) -> None:
        if name in REMOVED and name not in _VOID:
            self._removing = name
        if name not in KEPT:
            return
        if name in _ENDED_BY:
            self._close_through(*_ENDED_BY[name])
        elif name in LINES or name in GROUPS:
            self._close_through(*_PARAGRAPH)
        if name not in _VOID:
            if len(self._open) >= _OPEN_AT_ONCE:
                self._suppressed[name] = self._suppressed.get(name, 0) + 1
                return
            self._open.append(name)
        self._out.append(f"<{name}{_rewritten(name, written)}>")

    def _end(self, name: str) -> None:
        if self._suppressed.get(name):
            self._suppressed[name] -= 1
        elif name in KEPT and name not in _VOID:
            self._close_through(
                frozenset({name}), _BOUNDS - {name} if name not in _TABLE_PARTS else frozenset({"table"})
            )

    def _close_through(self, ended: frozenset[str], bounds: frozenset[str]) -> None:
        for index in range(len(self._open) - 1, -1, -1):
            name = self._open[index]
            if name in ended:
                self._out.extend(f"</{one}>" for one in reversed(self._open[index:]))
                del self._open[index:]
                return
            if name in bounds:
                return


_TABLE_PARTS = _names("table thead tbody tfoot tr td th caption")
_ENDING_UNCLOSED = {
    "svg": _BREAK_OUT,
    "math": _BREAK_OUT,
    "select": _TABLE_PARTS | {"select", "input", "textarea"},
}
"""Start tags that end an unclosed drawing, formula or choice, as browsers have it."""


def _rewritten(name: str, written: str) -> str:
    if not written:
        return ""
    kept = attributes.KEPT.get(name, frozenset()) | attributes.KEPT["*"]
    given = read_attributes(written)
    return "".join(f' {one}="{entities.escape(value)}"' for one, value in given.items() if one in kept)

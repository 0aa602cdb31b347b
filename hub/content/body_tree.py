"""From well-nested HTML tokens to the one canonical tree, and from the tree to HTML and text.

The canonical form knows containers (`Block`) and lines of text (`Leaf`) only. Everything that merely lays out
(div, section, span, font) is gone, a paragraph never holds a block, marks are merged and never empty. So parsing the
written HTML again gives the same tree, which is what makes the form canonical.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from hub.content import body_attributes as attributes
from hub.content.body_attributes import Attributes
from hub.content.body_characters import INDENT, collapsed, is_indent, stripped

DEPTH: Final = 40
"""Containers inside one another; deeper ones are taken apart and their text is kept."""
TOO_DEEP: Final = f"nesting deeper than {DEPTH} containers"

_MARK_NAMES = "strong em u s del ins sub sup code a ruby rt rp mark small q cite abbr kbd samp var dfn"
MARKS: Final = dict(zip(_MARK_NAMES.split(), _MARK_NAMES.split(), strict=True)) | {
    "b": "strong",
    "i": "em",
    "strike": "s",
    "tt": "code",
    "acronym": "abbr",
}
"""Inline elements, and the name each is written by."""
_PARAGRAPH_NAMES = (
    "p div section article main header footer nav aside address center hgroup details summary form fieldset legend"
    " dir menu search dialog listing"
)
_LINE_NAMES = "h1 h2 h3 h4 h5 h6 pre"
LINES: Final = dict.fromkeys(_PARAGRAPH_NAMES.split(), "p") | dict(
    zip(_LINE_NAMES.split(), _LINE_NAMES.split(), strict=True)
)
"""Elements that put their text on lines of its own, and the name the line is written by."""
GROUPS: Final[dict[str, frozenset[str]]] = {
    "blockquote": frozenset(),
    "figure": frozenset(),
    "ul": frozenset(),
    "ol": frozenset(),
    "dl": frozenset(),
    "table": frozenset(),
    "li": frozenset({"ul", "ol"}),
    "dt": frozenset({"dl"}),
    "dd": frozenset({"dl"}),
    "caption": frozenset({"table"}),
    "thead": frozenset({"table"}),
    "tbody": frozenset({"table"}),
    "tfoot": frozenset({"table"}),
    "tr": frozenset({"thead", "tbody", "tfoot"}),
    "td": frozenset({"tr"}),
    "th": frozenset({"tr"}),
    "figcaption": frozenset({"figure"}),
}
"""Containers, with the parents they need; elsewhere they are only a break between lines."""
ATOMS: Final = frozenset({"br", "hr", "img", "audio", "video", "source"})
_IMPLICIT = {"ul": "li", "ol": "li", "dl": "dd"}
_STRUCTURAL = frozenset({"table", "thead", "tbody", "tfoot", "tr"})
_CELLS = frozenset({"td", "th"})
_BARE = frozenset({"li", "td", "th", "dt", "dd", "caption", "figcaption"})
_UNMERGED = frozenset({"a", "ruby", "rt", "rp", "q", "cite", "abbr"})
_ANNOTATIONS = frozenset({"rt", "rp"})
_TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:[^>"]|"[^"]*")*+)>')
_BLANK = re.compile(r"[ \t\n\r\f]*")


@dataclass(frozen=True, slots=True)
class Mark:
    """An inline element around text. `serial` keeps two links side by side apart; plain emphasis merges (0)."""

    name: str
    opening: str
    serial: int = 0


@dataclass(slots=True)
class Atom:
    """An inline thing without text: an image, a recording with its sources, a line break (`name` br)."""

    name: str
    opening: str = ""
    has_address: bool = False
    sources: list[str] = field(default_factory=list)

    @property
    def markup(self) -> str:
        if self.name == "img":
            return self.opening
        return f"{self.opening}{''.join(self.sources)}</{self.name}>"

    @property
    def is_shown(self) -> bool:
        return self.has_address or bool(self.sources)


Marks = tuple[Mark, ...]
Run = tuple[str | Atom, Marks]
BREAK: Final = Atom("br")


@dataclass(slots=True)
class Leaf:
    name: str
    classes: frozenset[str] = frozenset()
    lines: list[list[Run]] = field(default_factory=list)


@dataclass(slots=True)
class Block:
    name: str
    parent: Block | None = None
    depth: int = 0
    classes: frozenset[str] = frozenset()
    attributes: str = ""
    children: list[Block | Leaf] = field(default_factory=list)


@dataclass(slots=True)
class _Frame:
    """What an end tag restores."""

    name: str
    container: Block
    kind: str
    classes: frozenset[str]
    marks: Marks
    recording: Atom | None
    breaks_line: bool


class TreeBuilder:
    """Reads well-nested HTML (as nh3 writes it) once, without recursion; `dropped` collects what it could not keep."""

    def __init__(self, dropped: set[str]) -> None:
        self.root = Block("")
        self._dropped = dropped
        self._frames: list[_Frame] = []
        self._container = self.root
        self._kind = "p"
        self._classes: frozenset[str] = frozenset()
        self._marks: Marks = ()
        self._recording: Atom | None = None
        self._home = self.root
        self._leaf: Leaf | None = None
        self._runs: list[Run] = []
        self._serial = 0

    def read(self, html: str) -> Block:
        position = 0
        for token in _TOKEN.finditer(html):
            if token.start() > position:
                self._text(html[position : token.start()])
            position = token.end()
            if token[1]:
                self._end(token[2])
            else:
                self._start(token[2], token[3])
        self._text(html[position:])
        self._close_leaf()
        return self.root

    def _start(self, name: str, written: str) -> None:
        if name in ATOMS:
            self._atom(name, attributes.read(written))
            if name not in ("audio", "video"):
                return
        breaks = name in LINES or name in GROUPS
        self._frames.append(
            _Frame(name, self._container, self._kind, self._classes, self._marks, self._recording, breaks)
        )
        if name in ("audio", "video"):
            last = self._runs[-1][0]
            self._recording = last if isinstance(last, Atom) else None
        elif name in MARKS:
            self._mark(MARKS[name], attributes.read(written))
        elif breaks:
            self._close_leaf()
            self._open(name, attributes.read(written) if written else {})

    def _end(self, name: str) -> None:
        if not self._frames or self._frames[-1].name != name:
            return
        frame = self._frames.pop()
        if frame.breaks_line:
            self._close_leaf()
        self._container, self._kind, self._classes = frame.container, frame.kind, frame.classes
        self._marks, self._recording = frame.marks, frame.recording

    def _open(self, name: str, given: Attributes) -> None:
        if name in GROUPS and self._fits(name):
            self._open_group(name, given)
            return
        line = LINES.get(name, "p")
        own, is_set = attributes.classes(given, name)
        inherited = frozenset() if is_set else self._classes - {"indent"}
        self._classes = own | inherited
        if line != "p":
            self._kind = line

    def _fits(self, name: str) -> bool:
        if GROUPS[name]:
            return self._container.name in GROUPS[name]
        if self._container.depth + 4 > DEPTH:
            self._dropped.add(TOO_DEEP)
            return False
        return True

    def _open_group(self, name: str, given: Attributes) -> None:
        parent = self._container if GROUPS[name] else self._flow()
        own = attributes.classes(given, name)[0] if name in _BARE else frozenset()
        group = Block(name, parent, parent.depth + 1, own, attributes.of_group(name, given))
        parent.children.append(group)
        self._container, self._kind, self._classes = group, "p", frozenset()

    def _flow(self) -> Block:
        """The container that takes content here: a list gets an item made for it, inside a table's frame its parent."""
        container = self._container
        if container.name in _IMPLICIT:
            item = Block(_IMPLICIT[container.name], container, container.depth + 1)
            container.children.append(item)
            return item
        while container.name in _STRUCTURAL and container.parent:
            container = container.parent
        return container

    def _mark(self, name: str, given: Attributes) -> None:
        held = {mark.name for mark in self._marks}
        if name in held or (name in _ANNOTATIONS and (held & _ANNOTATIONS or "ruby" not in held)):
            return
        opening = attributes.mark_opening(name, given)
        if opening is None:
            return
        if name in _UNMERGED:
            self._serial += 1
        self._marks = (*self._marks, Mark(name, opening, self._serial if name in _UNMERGED else 0))

    def _atom(self, name: str, given: Attributes) -> None:
        if name == "source":
            source = attributes.source_opening(given)
            if source and self._recording:
                self._recording.sources.append(source)
        elif name == "hr":
            self._close_leaf()
            self._flow().children.append(Leaf("hr"))
        elif name == "br":
            self._append(BREAK)
        else:
            self._append(Atom(name, *attributes.media_opening(name, given)))

    def _text(self, written: str) -> None:
        if self._leaf is None and self._kind != "pre" and _BLANK.fullmatch(written):
            return
        text = stripped(entities.unescape(written) if "&" in written else written)
        if text:
            self._append(text)

    def _append(self, content: str | Atom) -> None:
        if self._leaf is None:
            self._home = self._flow()
            self._leaf = Leaf(self._kind, self._classes)
        self._runs.append((content, self._marks))

    def _close_leaf(self) -> None:
        if self._leaf is None:
            return
        leaf, runs = self._leaf, self._runs
        self._leaf, self._runs = None, []
        lines = _lines(runs, splits=leaf.name != "pre")
        if leaf.name == "pre":
            self._home.children.extend(_verbatim(leaf, lines))
        else:
            self._home.children.extend(_paragraphs(leaf, lines))


def _lines(runs: Iterable[Run], *, splits: bool) -> list[list[Run]]:
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
    kept: list[Run] = []
    before = ""
    ends_blank = True
    for content, marks in line:
        if isinstance(content, str):
            if not kept:
                rest = content.lstrip(_EDGE)
                before += content[: len(content) - len(rest)]
                content = rest
            content = _joined_space(content)
            content = collapsed(content)
            if ends_blank:
                content = content.lstrip(" ")
            if not content:
                continue
            ends_blank = content.endswith(" ")
        else:
            ends_blank = False
        kept.append((content, marks))
    while kept and isinstance(kept[-1][0], str):
        content = kept[-1][0].rstrip(_EDGE)
        if content:
            kept[-1] = (content, kept[-1][1])
            break
        kept.pop()
    return kept, is_indent(before)


_EDGE: Final = INDENT + "".join(chr(code) for code in range(0x3001) if chr(code).isspace())


def _joined_space(text: str) -> str:
    return text.replace(INDENT, "\u3000\u3000")


def _paragraphs(leaf: Leaf, lines: list[list[Run]]) -> list[Leaf]:
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


def _verbatim(leaf: Leaf, lines: list[list[Run]]) -> list[Leaf]:
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
    return _joined_space(text).replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")


def written(root: Block) -> tuple[str, str]:
    """(HTML, text) of a tree."""
    parts = [_written(child) for child in root.children]
    return "\n".join(html for html, _ in parts if html), "\n".join(text for _, text in parts if text.strip()).strip(
        "\n"
    )


def _written(node: Block | Leaf) -> tuple[str, str]:
    if isinstance(node, Leaf):
        return _leaf_written(node)
    if node.name == "figure":
        return _container_written(node, bare=_holds_only_media)
    if node.name in _BARE:
        return _item_written(node)
    if node.name == "tr":
        return _row_written(node)
    return _container_written(node, bare=lambda leaf: False)


def _leaf_written(leaf: Leaf) -> tuple[str, str]:
    if leaf.name == "hr":
        return "<hr>", ""
    return f"<{leaf.name}{_class(leaf.classes)}>{inline(leaf.lines)}</{leaf.name}>", leaf_text(leaf)


def _container_written(node: Block, *, bare: Callable[[Leaf], bool]) -> tuple[str, str]:
    html, text = [], []
    for child in node.children:
        if isinstance(child, Leaf) and bare(child):
            html.append(inline(child.lines))
        else:
            child_html, child_text = _written(child)
            html.append(child_html)
            if child_text.strip() or (child_text and child_html.startswith("<tr")):
                text.append(child_text)
    inner = "".join(html)
    if not inner:
        return "", ""
    return f"<{node.name}{node.attributes}>{inner}</{node.name}>", "\n".join(text)


def _holds_only_media(leaf: Leaf) -> bool:
    return leaf.name == "p" and all(isinstance(content, Atom) for line in leaf.lines for content, _ in line)


def _item_written(node: Block) -> tuple[str, str]:
    """A list item, cell or caption. Its only paragraph, or in a list item the one before lists, stands bare."""
    parts = [(child, *_written(child)) for child in node.children]
    parts = [part for part in parts if part[1]]
    classes = node.classes
    first = parts[0][0] if parts else None
    if isinstance(first, Leaf) and first.name == "p" and _are_lists(child for child, _, _ in parts[1:]):
        classes = attributes.merged(classes, first.classes)
        parts[0] = (first, inline(first.lines), parts[0][2])
    inner = "".join(html for _, html, _ in parts)
    if not inner and node.name not in _CELLS:
        return "", ""
    text = "\n".join(text for _, _, text in parts if text)
    return f"<{node.name}{_class(classes)}{node.attributes}>{inner}</{node.name}>", text


def _are_lists(nodes: Iterable[Block | Leaf]) -> bool:
    return all(node.name in ("ul", "ol") for node in nodes)


def _row_written(node: Block) -> tuple[str, str]:
    cells = [_written(child) for child in node.children]
    if not cells:
        return "", ""
    text = "\t".join(collapsed(cell.strip()) for _, cell in cells)
    return f"<tr>{''.join(html for html, _ in cells)}</tr>", text


def leaf_text(leaf: Leaf) -> str:
    return "\n".join("".join(content for content, _ in line if isinstance(content, str)) for line in leaf.lines)


def inline(lines: list[list[Run]]) -> str:
    """The runs of a leaf as HTML, with as few tags as their marks allow."""
    if len(lines) == 1 and len(lines[0]) == 1 and not lines[0][0][1] and isinstance(lines[0][0][0], str):
        return escaped(lines[0][0][0])
    out: list[str] = []
    held: Marks = ()
    for number, line in enumerate(lines):
        if number:
            shared = _shared(held, line[0][1])
            out.extend(f"</{mark.name}>" for mark in reversed(held[shared:]))
            out.append("<br>")
            held = held[:shared]
        for content, marks in line:
            shared = _shared(held, marks)
            out.extend(f"</{mark.name}>" for mark in reversed(held[shared:]))
            out.extend(mark.opening for mark in marks[shared:])
            out.append(escaped(content) if isinstance(content, str) else content.markup)
            held = marks
    out.extend(f"</{mark.name}>" for mark in reversed(held))
    return "".join(out)


def _shared(left: Marks, right: Marks) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def escaped(text: str) -> str:
    return entities.escape(text, quote=False)


def _class(classes: frozenset[str]) -> str:
    return f' class="{" ".join(sorted(classes))}"' if classes else ""

"""From well-nested HTML tokens to the one canonical tree.

The canonical form knows containers (`Block`) and lines of text (`Leaf`) only. Everything that merely lays out
(div, section, span, font) is gone, a paragraph never holds a block, marks are merged and never empty. So parsing the
written HTML again gives the same tree, which is what makes the form canonical.
"""

from __future__ import annotations

import html as entities
import re
from dataclasses import dataclass

from hub.content import body_attributes as attributes
from hub.content import body_lines
from hub.content.body_attributes import Attributes
from hub.content.body_characters import stripped
from hub.content.body_nodes import (
    ATOMS,
    BARE,
    BREAK,
    DEPTH,
    GROUPS,
    LINES,
    MARKS,
    TOO_DEEP,
    Atom,
    Block,
    Leaf,
    Mark,
    Marks,
    Run,
)

_IMPLICIT = {"ul": "li", "ol": "li", "dl": "dd"}
_STRUCTURAL = frozenset({"table", "thead", "tbody", "tfoot", "tr"})
_UNMERGED = frozenset({"a", "ruby", "rt", "rp", "q", "cite", "abbr"})
_ANNOTATIONS = frozenset({"rt", "rp"})
_TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:[^>"]|"[^"]*")*+)>')
_BLANK = re.compile(r"[ \t\n\r\f]*")


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
        own = attributes.classes(given, name)[0] if name in BARE else frozenset()
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
        lines = body_lines.split(runs, splits=leaf.name != "pre")
        if leaf.name == "pre":
            self._home.children.extend(body_lines.verbatim(leaf, lines))
        else:
            self._home.children.extend(body_lines.paragraphs(leaf, lines))

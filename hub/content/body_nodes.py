"""What a canonical body is made of: containers, lines of text, marks and inline things; and which element is which."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

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
CELLS: Final = frozenset({"td", "th"})
BARE: Final = frozenset({"li", "td", "th", "dt", "dd", "caption", "figcaption"})
"""Containers whose only paragraph stands in them without a `<p>`."""


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

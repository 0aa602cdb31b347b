"""Which attributes, addresses and classes of a body are kept, and how they are written."""

from __future__ import annotations

import html as entities
import re
from typing import Final

from hub.content.body_characters import collapsed, stripped_input

Attributes = dict[str, str]

ALIGNMENTS: Final = {
    "left": "",
    "start": "",
    "center": "align-center",
    "middle": "align-center",
    "right": "align-right",
    "end": "align-right",
    "justify": "align-justify",
}
"""Values of text-align and align, with the class each becomes; the reading direction's own side needs none."""
CLASSES: Final = frozenset({"indent", "align-center", "align-right", "align-justify"})
LINK_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel", "hub"})
KEPT: Final[dict[str, frozenset[str]]] = {
    "*": frozenset({"class", "style", "align"}),
    "a": frozenset({"href", "title"}),
    "img": frozenset({"src", "alt", "title", "width", "height"}),
    "audio": frozenset({"src", "controls"}),
    "video": frozenset({"src", "poster", "width", "height", "controls"}),
    "source": frozenset({"src", "type"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan", "scope"}),
    "ol": frozenset({"start", "type"}),
    "abbr": frozenset({"title"}),
}
KEPT_STYLES: Final = frozenset({"text-indent", "text-align"})

_ATTRIBUTE = re.compile(r'([^\s="]+)="([^"]*)"')
_ITEM = "hub:item/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_SOURCE = re.compile(rf"https?://[^\s/?#\\][^\s\\]*|{_ITEM}", re.IGNORECASE)
_LINK = re.compile(rf"https?://[^\s/?#\\][^\s\\]*|{_ITEM}|mailto:[^\s]+|tel:[+0-9().;=\-]+", re.IGNORECASE)
_IGNORED_IN_ADDRESS = re.compile(r"[\x00-\x1f\x7f]")
_STYLE = re.compile(r"([a-zA-Z-]+)\s*:\s*([^;]*)")
_POSITIVE_LENGTH = re.compile(r"\+?0*(?:[1-9]|0?\.0*[1-9])")
_SMALL_NUMBER = re.compile(r"[0-9]{1,4}")
_MIME = re.compile(r"(?:audio|video)/[a-z0-9.+-]+(?:; ?codecs=[a-z0-9., -]+)?", re.IGNORECASE)
_LIST_TYPES = frozenset("1aAiI")
_SCOPES = frozenset({"row", "col", "rowgroup", "colgroup"})


def read(written: str) -> Attributes:
    """Attributes of a start tag as nh3 writes them: double quotes around every value, entities inside."""
    return {name: entities.unescape(value) for name, value in _ATTRIBUTE.findall(written)}


def styles(style: str) -> dict[str, str]:
    """Property to value of a style attribute, both in lower case, without `!important`."""
    return {name.lower(): value.split("!")[0].strip().lower() for name, value in _STYLE.findall(style)}


def classes(given: Attributes, name: str) -> tuple[frozenset[str], bool]:
    """Our classes for what the element says of itself, and whether it sets its alignment (so none is inherited)."""
    if not given:
        return (frozenset({"align-center"}), True) if name == "center" else (frozenset(), False)
    found = CLASSES & set(given.get("class", "").split())
    alignment: str | None = next((c for c in ("align-center", "align-justify", "align-right") if c in found), None)
    declared = styles(given.get("style", ""))
    for value in (given.get("align", "").strip().lower(), declared.get("text-align", "")):
        alignment = ALIGNMENTS.get(value, alignment)
    if alignment is None and name == "center":
        alignment = "align-center"
    indented = "indent" in found or _POSITIVE_LENGTH.match(declared.get("text-indent", ""))
    own = ({alignment} if alignment else set()) | ({"indent"} if indented else set())
    return frozenset(own), alignment is not None


def merged(outer: frozenset[str], inner: frozenset[str]) -> frozenset[str]:
    """Classes of a cell and of its only paragraph as one set: the paragraph's alignment wins."""
    return inner | (outer & {"indent"} if inner - {"indent"} else outer)


def link(address: str) -> str | None:
    """A link's address if its scheme is allowed, without the characters browsers ignore; else None."""
    return _address(address, _LINK)


def source(address: str) -> str | None:
    """The address of an image or recording: http, https or hub:item/ID; else None."""
    return _address(address, _SOURCE)


def _address(address: str, allowed: re.Pattern[str]) -> str | None:
    bare = stripped_input(_IGNORED_IN_ADDRESS.sub("", address)).strip().replace(" ", "%20")
    if not allowed.fullmatch(bare):
        return None
    scheme, rest = bare.split(":", 1)
    return f"{scheme.lower()}:{rest.lower() if scheme.lower() == 'hub' else rest}"


def scheme(address: str) -> str:
    """How a refused address is named: its scheme, or `relative`."""
    found = re.match(r"\s*([a-zA-Z][a-zA-Z0-9+.-]{0,19}):", _IGNORED_IN_ADDRESS.sub("", address))
    return f"{found[1].lower()}:" if found else "relative"


def mark_opening(name: str, given: Attributes) -> str | None:
    """The start tag of an inline element; None for a link that leads nowhere we allow."""
    if name == "a":
        address = link(given.get("href", ""))
        return None if address is None else f"<a{_pair('href', address)}{_text('title', given)}>"
    return f"<{name}{_text('title', given)}>" if name == "abbr" else f"<{name}>"


def media_opening(name: str, given: Attributes) -> tuple[str, bool]:
    """The start tag of an image or recording, and whether it has an address."""
    address = source(given.get("src", ""))
    place = _pair("src", address) if address else ""
    size = "" if name == "audio" else _number("width", given) + _number("height", given)
    if name == "img":
        alt = _pair("alt", collapsed(stripped_input(given.get("alt", ""))).strip())
        return f"<img{place}{alt}{_text('title', given)}{size}>", address is not None
    poster = source(given.get("poster", "")) if name == "video" else None
    return f"<{name}{place}{_pair('poster', poster) if poster else ''}{size} controls>", address is not None


def source_opening(given: Attributes) -> str | None:
    address = source(given.get("src", ""))
    kind = given.get("type", "").strip()
    if address is None:
        return None
    return f"<source{_pair('src', address)}{_pair('type', kind) if _MIME.fullmatch(kind) else ''}>"


def of_group(name: str, given: Attributes) -> str:
    """The attributes of a container, written."""
    if name in ("td", "th"):
        scope = given.get("scope", "").strip().lower() if name == "th" else ""
        return _span("colspan", given) + _span("rowspan", given) + (_pair("scope", scope) if scope in _SCOPES else "")
    if name == "ol":
        kind = given.get("type", "").strip()
        return _number("start", given) + (_pair("type", kind) if kind in _LIST_TYPES else "")
    return ""


def _number(name: str, given: Attributes) -> str:
    value = given.get(name, "").strip()
    return _pair(name, str(int(value))) if _SMALL_NUMBER.fullmatch(value) else ""


def _span(name: str, given: Attributes) -> str:
    value = given.get(name, "").strip()
    return _pair(name, str(int(value))) if _SMALL_NUMBER.fullmatch(value) and 2 <= int(value) <= 1000 else ""


def _text(name: str, given: Attributes) -> str:
    value = collapsed(stripped_input(given.get(name, ""))).strip()
    return _pair(name, value) if value else ""


def _pair(name: str, value: str) -> str:
    return f' {name}="{entities.escape(value)}"'

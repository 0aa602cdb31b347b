"""Bodies: HTML, Markdown or plain text in; one canonical HTML and its plain text out (design §1).

Pure functions. Whoever stores a body stores what `render` gives, so that every reader may show it as it is.
"""

from __future__ import annotations

import hashlib
import html as entities
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import nh3

from hub.content import body_attributes, body_flat, body_lexer, body_markdown
from hub.content.body_characters import collapsed, refuse_unstorable, stripped_input
from hub.content.body_tree import TreeBuilder
from hub.content.body_writing import written
from hub.vocabulary.enums import BodyFormat

MARKUP_AT_MOST: Final = 60_000
TOO_MUCH_MARKUP: Final = f"markup of more than {MARKUP_AT_MOST:,} tags and entities"
_NAMES_AT_MOST: Final = 100
_STANDARD_TAGS: Final = 1_000
_STANDARD_LENGTH: Final = 50_000
"""Up to here the HTML standard's own, quadratic, tree construction is quick whatever the source holds."""

_CLEANER: Final = nh3.Cleaner(
    tags=set(body_lexer.KEPT),
    clean_content_tags=set(body_lexer.REMOVED),
    attributes={name: set(kept) for name, kept in body_attributes.KEPT.items()},
    url_schemes=set(body_attributes.LINK_SCHEMES),
    link_rel=None,
)


@dataclass(frozen=True, slots=True)
class Body:
    """`html` is canonical, `text` its plain text (blocks on lines, cells apart by tabs), `dropped` the sorted names of
    what could not be kept (the first hundred), such as "element script", "attribute onclick", "address javascript:"."""

    html: str
    text: str
    dropped: tuple[str, ...]


def render(source: str, body_format: BodyFormat) -> Body:
    """The one canonical form of a body. Rendering its HTML again changes nothing.

    Raises InvalidInput (field "body") for NUL and lone surrogates; everything else is mended, and named in `dropped`.
    """
    refuse_unstorable(source, "body")
    if body_format is BodyFormat.TEXT:
        return Body(*body_markdown.lines_html(stripped_input(source)), ())
    if body_format is BodyFormat.MARKDOWN:
        return _render_markdown(stripped_input(source))
    return _render_html(source, set())


def _render_markdown(source: str) -> Body:
    if body_markdown.is_plain(source):
        return Body(*body_markdown.plain_html(source), ())
    if body_markdown.is_costly(source):
        return Body(*body_markdown.lines_html(source), (body_markdown.TOO_MANY_MARKS,))
    return _render_html(body_markdown.to_html(source), set())


def _render_html(source: str, dropped: set[str]) -> Body:
    flat_text = body_flat.text_of(source)
    if flat_text is not None:
        return Body(source, flat_text, ())
    if _is_too_much(source):
        return _render_without_tags(source)
    if body_lexer.name_dropped(source, dropped):
        source = body_lexer.with_foreign_names(source)
    is_large = len(source) > _STANDARD_LENGTH or source.count("<") > _STANDARD_TAGS
    cleaned = _CLEANER.clean(body_lexer.balanced(source) if is_large else source)
    html, text = written(TreeBuilder(dropped).read(cleaned))
    if _is_too_much(html):
        # Emphasis around thousands of paragraphs is written again in each of them.
        html, text = body_markdown.lines_html(text)
        dropped.add(TOO_MUCH_MARKUP)
    return Body(html, text, tuple(sorted(dropped)[:_NAMES_AT_MOST]))


def _is_too_much(html: str) -> bool:
    return html.count("<") + html.count("&") > MARKUP_AT_MOST


def _render_without_tags(source: str) -> Body:
    text = "".join(
        entities.unescape(token.written) if token.kind == "text" else "\n"
        for token in body_lexer.tokens(source)
        if token.kind != "raw"
    )
    return Body(*body_markdown.lines_html(stripped_input(text)), (TOO_MUCH_MARKUP,))


def plain(text: str, field: str = "") -> str:
    """A title, summary or other one-line text: white space collapsed, invisible characters out (body_characters).

    Raises InvalidInput naming `field` for NUL and lone surrogates. Nothing else is normalised: print stays as printed.
    """
    refuse_unstorable(text, field)
    return collapsed(stripped_input(text)).strip()


def content_hash(fields: Mapping[str, object]) -> str:
    """SHA-256 (hex) of canonical JSON: sorted keys, UTF-8, no spaces; nulls and empties left out, at any depth.

    Which fields count is the caller's rule; never addresses or times (design §1). Raises TypeError for what
    is not JSON.
    """
    kept = _without_empties(fields)
    canonical = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _without_empties(value: object) -> object:
    if isinstance(value, Mapping):
        pairs = {key: _without_empties(one) for key, one in value.items()}
        return {key: one for key, one in pairs.items() if not _is_empty(one)}
    if isinstance(value, list | tuple):
        return [one for one in map(_without_empties, value) if not _is_empty(one)]
    return value


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_REFERRING_TAG = re.compile(r"<[a-z][^>]*hub:item/[^>]*>")
_REFERENCE = re.compile(rf' (?:href|src|poster)="hub:item/({_ID})"')
_LINK = re.compile(rf'<a href="hub:item/({_ID})"([^>]*)>(.*?)</a>', re.DOTALL)
_RECORDING = re.compile(r"<(audio|video)((?: [^>]*)?)>(.*?)</\1>", re.DOTALL)
_IMAGE = re.compile(rf'<img src="hub:item/({_ID})"([^>]*)>')
_PLACE = re.compile(rf' (src|poster)="hub:item/({_ID})"')
_EMPTY = re.compile(r"<(p|figure)(?: [^>]*)?></\1>\n?")


def references(html: str) -> list[str]:
    """Ids of items and media a canonical body refers to as hub:item/ID, each once, in order of appearance."""
    if "hub:item/" not in html:
        return []
    return list(dict.fromkeys(item for tag in _REFERRING_TAG.findall(html) for item in _REFERENCE.findall(tag)))


def expand(html: str, address: Callable[[str], str | None]) -> str:
    """Canonical HTML with hub:item/ID turned into addresses; `address` is asked once an id.

    None means not visible: a link becomes its text, an image or recording goes.
    """
    if "hub:item/" not in html:
        return html
    known = {item: address(item) for item in references(html)}
    html = _LINK.sub(lambda link: _expanded_link(link, known), html)
    html = _RECORDING.sub(lambda recording: _expanded_recording(recording, known), html)
    html = _IMAGE.sub(lambda image: _expanded_image(image, known), html)
    return _EMPTY.sub("", html) if None in known.values() else html


def _expanded_link(link: re.Match[str], known: Mapping[str, str | None]) -> str:
    found = known[link[1]]
    return link[3] if found is None else f'<a href="{entities.escape(found)}"{link[2]}>{link[3]}</a>'


def _expanded_image(image: re.Match[str], known: Mapping[str, str | None]) -> str:
    found = known[image[1]]
    return "" if found is None else f'<img src="{entities.escape(found)}"{image[2]}>'


def _expanded_recording(recording: re.Match[str], known: Mapping[str, str | None]) -> str:
    def place(match: re.Match[str]) -> str:
        found = known[match[2]]
        return "" if found is None else f' {match[1]}="{entities.escape(found)}"'

    opening, inner = _PLACE.sub(place, recording[2]), _PLACE.sub(place, recording[3])
    sources = "".join(re.findall(r'<source src="[^>]*>', inner))
    if not sources and ' src="' not in opening:
        return ""
    return f"<{recording[1]}{opening}>{sources}</{recording[1]}>"


def excerpt(text: str, length: int) -> str:
    """The beginning of a text on one line, at most `length` characters with the ellipsis, no character cut apart."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    cut = max(length - 1, 0)
    while cut > 0 and (unicodedata.combining(line[cut]) or line[cut] in _JOINED or line[cut - 1] == "\u200d"):
        cut -= 1
    return line[:cut].rstrip() + "…" if length > 0 else ""


_JOINED = frozenset("\u200d\ufe0e\ufe0f") | frozenset(map(chr, range(0x1F3FB, 0x1F400)))

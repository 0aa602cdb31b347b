"""Canonical HTML of headings and paragraphs alone, recognised without parsing: most of what comes back to us."""

from __future__ import annotations

import re

from hub.content.body_characters import is_clean

_CLASSES = r"(?:align-(?:center|justify|right)(?: indent)?|indent)"
_ALIGNMENT = r"align-(?:center|justify|right)"
_FLAT = re.compile(
    rf'(?:<(?:p(?: class="{_CLASSES}")?>[^<>\n]++(?:<br>[^<>\n]++)*+</p>'
    rf'|(h[1-6])(?: class="{_ALIGNMENT}")?>[^<>\n]++(?:<br>[^<>\n]++)*+</\1>)(?:\n(?=<)|\Z))++'
)
_BARE_AMPERSAND = re.compile(r"&(?!amp;|lt;|gt;)")
_SPACE_AT_EDGE = re.compile(r">[^\S\n]|[^\S\n]<|  ")
_TAG = re.compile(r"</?[a-z][^>]*>")


def text_of(html: str) -> str | None:
    """The plain text, if the HTML already is what rendering would give; None if it has to be rendered to know."""
    if not html.startswith(("<p", "<h")) or not _FLAT.fullmatch(html):
        return None
    if _BARE_AMPERSAND.search(html) or _SPACE_AT_EDGE.search(html) or not is_clean(html):
        return None
    text = _TAG.sub("", html.replace("<br>", "\n"))
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") if "&" in text else text

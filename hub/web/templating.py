"""Jinja2 with autoescape on, and the few filters the pages use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from hub.content.page_tags import PageTags
from hub.search import Mark
from hub.vocabulary.clock import Instant, local
from hub.vocabulary.enums import KIND_LABELS, PUBLICITY_LABELS, VALIDITY_LABELS
from hub.web import assets, labels
from hub.web.reading import Marked


def marked(text: Marked) -> Markup:
    """The text with `<mark>` around the marked stretches; every stretch is escaped by itself."""
    out, at = Markup(), 0
    for start, end in _merged(text.marks, len(text.text)):
        out += escape(text.text[at:start]) + Markup("<mark>") + escape(text.text[start:end]) + Markup("</mark>")
        at = end
    return out + escape(text.text[at:])


def _merged(marks: Iterable[Mark], length: int) -> list[tuple[int, int]]:
    """Marks in order, clipped to the text, overlapping and touching ones joined."""
    merged: list[tuple[int, int]] = []
    for mark in sorted(marks, key=lambda each: (each.start, each.end)):
        start, end = max(mark.start, 0), min(mark.end, length)
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def canonical(body_html: str) -> Markup:
    """Marks canonical HTML as ready: it was cleaned when it was written (see `ContentPage.body_html`)."""
    return Markup(body_html)  # noqa: S704


def moment(instant: Instant) -> str:
    """YYYY-MM-DD HH:MM in local time (domain §6)."""
    return local(instant).strftime("%Y-%m-%d %H:%M")


def day(instant: Instant) -> str:
    return local(instant).strftime("%Y-%m-%d")


def long_day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def grouped(number: int) -> str:
    return f"{number:,}"


def file_size(byte_count: int) -> str:
    size, unit = float(byte_count), "B"
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            break
        size /= 1024
    return f"{size:.0f} {unit}" if unit == "B" or size >= 10 else f"{size:.1f} {unit}"


def path_quoted(text: str) -> str:
    """A text as part of an address; slashes stay."""
    return quote(text, safe="/")


def safe_address(address: str) -> str:
    """The address if it is a path of this hub or an http(s) address, else empty: never `javascript:` and its kin."""
    if address.startswith("/") and not address.startswith(("//", "/\\")):
        return address
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and parts.netloc else ""


def meta_tags(tags: PageTags) -> list[tuple[str, str]]:
    """Each tag once, none empty (domain §6)."""
    seen: dict[str, str] = {}
    for name, content in tags:
        if content.strip():
            seen.setdefault(name, content.strip())
    return list(seen.items())


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        marked=marked,
        canonical=canonical,
        moment=moment,
        day=day,
        long_day=long_day,
        grouped=grouped,
        file_size=file_size,
        path_quoted=path_quoted,
        safe_address=safe_address,
        meta_tags=meta_tags,
    )
    environment.globals.update(
        static=assets.address,
        hub_name=labels.HUB_NAME,
        kind_labels=KIND_LABELS,
        kind_hints=labels.KIND_HINTS,
        facet_labels=labels.FACET_LABELS,
        link_labels=labels.LINK_LABELS,
        validity_labels=VALIDITY_LABELS,
        validity_notes=labels.VALIDITY_NOTES,
        publicity_labels=PUBLICITY_LABELS,
    )
    return environment


ENVIRONMENT = _environment()


def render(template: str, **values: Any) -> str:
    return ENVIRONMENT.get_template(template).render(**values)

"""From typed input to the canonical content of an edition; the content hash stands on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any, TypeVar

from hub.content.body import Body, content_hash, plain, references, render
from hub.content.doc_no import doc_no_key
from hub.vocabulary.clock import Instant, local_day
from hub.vocabulary.details import DETAIL_FIELDS, DetailValue, camel, clean_details
from hub.vocabulary.enums import BodyFormat, Kind, LinkType, Publicity
from hub.vocabulary.errors import InvalidInput
from hub.vocabulary.ids import is_id

T = TypeVar("T")
MAX_TITLE = 500
MAX_SUMMARY = 10_000
MAX_LINKS = 10_000
MAX_SECTIONS = 50
MAX_LABELS = 50
MAX_BODY = 10_000_000


DERIVED_DETAILS = frozenset(("doc_no_key", "object_key"))
"""Computed from other fields: not part of what was said."""


@dataclass(frozen=True, slots=True)
class LinkTo:
    """A typed link; the target is named by id, or by (source, source_id) and resolves when it arrives."""

    type: LinkType
    target_id: str | None = None
    target_source: str | None = None
    target_source_id: str | None = None

    @property
    def key(self) -> str:
        return self.target_id or f"{self.target_source}:{self.target_source_id}"


@dataclass(frozen=True, slots=True)
class EditionContent:
    """All an edition says. `html` is canonical, `text` derived; `details` are clean fields of the kind."""

    title: str
    summary: str = ""
    html: str = ""
    text: str = ""
    source_name: str = ""
    source_url: str = ""
    author: str = ""
    language: str = "zh-Hans"
    made_on: str | None = None
    published_at: Instant | None = None
    embargo_at: Instant | None = None
    expires_at: Instant | None = None
    audience: tuple[str, ...] = ("public",)
    publicity: Publicity = Publicity.PROACTIVE
    keywords: tuple[str, ...] = ()
    details: Mapping[str, DetailValue] = field(default_factory=dict)
    links: tuple[LinkTo, ...] = ()
    sections: tuple[str, ...] = ()

    def hash(self, kind: Kind) -> str:
        """SHA-256 of the canonical form: what was said, never addresses, ids of sections, or times."""
        return content_hash(
            {
                "kind": kind.value,
                "title": self.title,
                "summary": self.summary,
                "html": self.html,
                "source_name": self.source_name,
                "source_url": self.source_url,
                "author": self.author,
                "language": self.language,
                "made_on": self.made_on,
                "publicity": self.publicity.value,
                "keywords": list(self.keywords),
                "details": {name: value for name, value in self.details.items() if name not in DERIVED_DETAILS},
                "links": [[one.type.value, one.key] for one in self.links],
            }
        )

    def media(self) -> list[str]:
        """Ids of items the body shows or refers to."""
        return references(self.html)


INPUT_FIELDS = frozenset(one.name for one in fields(EditionContent)) - {"html", "text"} | {"body", "body_format"}
_LINES = {
    "title": MAX_TITLE,
    "summary": MAX_SUMMARY,
    "source_name": 2_000,
    "source_url": 2_000,
    "author": 2_000,
    "language": 20,
}


def clean(kind: Kind, values: Mapping[str, Any], base: EditionContent | None = None) -> EditionContent:
    """Lays the given values over `base` (or over nothing) and returns the canonical content.

    Unknown names are refused. Raises `InvalidInput` with the field in the API's camel case.
    """
    unknown = sorted(set(values) - INPUT_FIELDS)
    if unknown:
        raise InvalidInput(f"Unknown field “{unknown[0]}”.", field=unknown[0])
    made: dict[str, Any] = {name: _line(name, values[name]) for name in _LINES if name in values}
    if not made.get("language", ""):
        made.pop("language", None)  # content always has one
    if "body" in values:
        body = _body(values)
        made |= {"html": body.html, "text": body.text}
    made |= _dates(values)
    made |= _lists(values)
    if "publicity" in values:
        made["publicity"] = _publicity(values["publicity"])
    if "details" in values:
        made["details"] = _details(kind, values["details"] or {}, base)
    content = replace(base, **made) if base else EditionContent(**{"title": "", **made})
    _whole(content)
    return content


def _line(name: str, value: Any) -> str:
    text = plain(str(value or ""))
    if len(text) > _LINES[name]:
        raise InvalidInput(f"The {name} has {len(text)} characters; {_LINES[name]} are allowed.", field=camel(name))
    return text


def _body(values: Mapping[str, Any]) -> Body:
    source = str(values["body"] or "")
    if len(source) > MAX_BODY:
        raise InvalidInput(f"The body has {len(source)} characters; {MAX_BODY} are allowed.", field="body")
    try:
        body_format = BodyFormat(values.get("body_format") or BodyFormat.HTML)
    except ValueError as error:
        raise InvalidInput("The body format is html, markdown or text.", field="bodyFormat") from error
    return render(source, body_format)


def _details(kind: Kind, given: Mapping[str, Any], base: EditionContent | None) -> dict[str, DetailValue]:
    """The given fields over those of `base`; null clears one. What only the hub writes is kept."""
    before = dict(base.details) if base else {}
    kept = {name: value for name, value in before.items() if name not in DETAIL_FIELDS[kind]}
    stated = {name: value for name, value in before.items() if name in DETAIL_FIELDS[kind]}
    made = clean_details(kind, {**stated, **given})
    kept.pop("doc_no_key", None)
    if doc_no := made.get("doc_no"):
        kept["doc_no_key"] = doc_no_key(str(doc_no))
    return {**made, **kept}


def _dates(values: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        name: values[name] for name in ("published_at", "embargo_at", "expires_at") if name in values
    }
    if "made_on" in values:
        made["made_on"] = _day(values["made_on"])
    return made


def _day(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return value.isoformat()
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise InvalidInput(f"“{value}” is not a date of the form YYYY-MM-DD.", field="madeOn") from error


def _lists(values: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if "keywords" in values:
        made["keywords"] = tuple(dict.fromkeys(_labels("keywords", values["keywords"])))
    if "audience" in values:
        made["audience"] = tuple(sorted(set(_labels("audience", values["audience"])))) or ("public",)
    if "sections" in values:
        made["sections"] = _bounded("sections", tuple(dict.fromkeys(values["sections"] or ())), MAX_SECTIONS)
    if "links" in values:
        made["links"] = _bounded("links", _links(values["links"] or ()), MAX_LINKS)
    return made


def _labels(name: str, values: Iterable[Any] | None) -> tuple[str, ...]:
    labels = tuple(text for text in (plain(str(value)) for value in values or ()) if text)
    if any(len(label) > 100 for label in labels):
        raise InvalidInput("A label has at most 100 characters.", field=name)
    return _bounded(name, labels, MAX_LABELS)


def _bounded(name: str, values: tuple[T, ...], limit: int) -> tuple[T, ...]:
    if len(values) > limit:
        raise InvalidInput(f"{len(values)} {name} are given; {limit} are allowed.", field=name)
    return values


def _links(values: Iterable[LinkTo]) -> tuple[LinkTo, ...]:
    links = tuple(dict.fromkeys(values))
    for link in links:
        if link.target_id is not None and not is_id(link.target_id):
            raise InvalidInput(f"“{link.target_id}” is not an id.", field="links")
        if link.target_id is not None and (link.target_source or link.target_source_id):
            raise InvalidInput("A link names its target by id or by source and sourceId, not by both.", field="links")
        if link.target_id is None and not (link.target_source and link.target_source_id):
            raise InvalidInput("A link names its target by id, or by source and sourceId.", field="links")
    return links


def _publicity(value: Any) -> Publicity:
    try:
        return Publicity(value)
    except ValueError as error:
        raise InvalidInput(f"“{value}” is not a publicity.", field="publicity") from error


def _whole(content: EditionContent) -> None:
    if content.source_url and not content.source_url.startswith(("http://", "https://")):
        raise InvalidInput("An address begins with http:// or https://.", field="sourceUrl")
    if not content.title:
        raise InvalidInput("A title is required.", field="title")
    if content.embargo_at and content.expires_at and content.expires_at <= content.embargo_at:
        raise InvalidInput("The expiry is not after the embargo.", field="expiresAt")


def shown_day(content: EditionContent) -> date | None:
    """The local day of publication as shown."""
    return None if content.published_at is None else local_day(content.published_at)

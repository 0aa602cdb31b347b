"""The results page: hits through the planner, marks over titles and texts, facet values as people read them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from hub import planner
from hub.content.filters import ContentFilter
from hub.planner import FoundPage
from hub.search import FACETS, FacetValue, SearchEngine
from hub.vocabulary.details import DETAIL_FIELDS, FieldType
from hub.vocabulary.enums import GENRE_LABELS, KIND_LABELS, VALIDITY_LABELS, Kind
from hub.vocabulary.expression import EVERYTHING, overlaps
from hub.vocabulary.ids import is_id
from hub.web.labels import FACET_LABELS
from hub.web.live_passages import passages
from hub.web.live_rows import Background, Details, by_ids, details_by_edition
from hub.web.reading import Facet, FacetChoice, FoundItem, Marked, SearchPage, SearchQuery
from storage.database import Reader
from storage.stores import items

OFFERED = tuple(name for name in FACET_LABELS if name in FACETS)
FILTERED = tuple(name for name in OFFERED if name not in ("kind", "year"))
MARKED_TEXT = 20_000
"""Characters of a body in which passages are looked for."""
LONG = frozenset((FieldType.TEXT, FieldType.LINES))
"""Fields of a service that hold sentences."""
ENUMERATED: Mapping[str, Mapping[str, str]] = {
    "kind": {kind.value: label for kind, label in KIND_LABELS.items()},
    "validity": {validity.value: label for validity, label in VALIDITY_LABELS.items()},
    "genre": {genre.value: label for genre, label in GENRE_LABELS.items()},
}
KINDS = frozenset(kind.value for kind in Kind)


async def search_page(reader: Reader, engine: SearchEngine, query: SearchQuery) -> SearchPage:
    """At most nine statements. Raises `SearchUnavailable`, and `InvalidInput` for more than a filter takes."""
    kinds = tuple(Kind(value) for value in query.chosen.get("kind", ()) if value in KINDS)
    if query.chosen.get("kind") and not kinds:
        return SearchPage((), 0)
    chosen: dict[str, Any] = {name: query.chosen[name] for name in FILTERED if name in query.chosen}
    page = await planner.search(
        reader,
        engine,
        query.text,
        ContentFilter(kinds=kinds, **chosen),
        facets=OFFERED,
        sort=query.sort,
        first=query.size,
        skip=query.offset,
        also=overlaps("year", years) if (years := query.chosen.get("year")) else EVERYTHING,
    )
    found = await _found(reader, engine, page)
    return SearchPage(found, page.total, page.is_exact, await _facets(reader, page, query), page.corrected_text)


async def _found(reader: Reader, engine: SearchEngine, page: FoundPage) -> tuple[FoundItem, ...]:
    rows = [hit.row for hit in page.hits]
    background = await Background.of(reader, rows)
    if not rows or not page.text.strip():
        return tuple(FoundItem(background.item(row), Marked(row.title)) for row in rows)
    titles, bodies = [row.title for row in rows], await _texts(reader, rows)
    # folding and matching a page of bodies takes tens of milliseconds, in which others are served
    marks = await asyncio.to_thread(engine.marks, page.text, [*titles, *bodies])
    in_titles, in_bodies = marks[: len(rows)], marks[len(rows) :]
    return tuple(
        FoundItem(background.item(row), Marked(row.title, tuple(in_title)), passages(body, in_body))
        for row, in_title, body, in_body in zip(rows, in_titles, bodies, in_bodies, strict=True)
    )


async def _texts(reader: Reader, rows: Sequence[Any]) -> list[str]:
    """What passages are taken from: the body, else the summary, and after it what the elements of a service say."""
    bodies = {row.edition_id: row.text for row in await items.bodies(reader, (row.edition_id for row in rows))}
    elements = await details_by_edition(reader, Kind.SERVICE_ITEM, rows)
    told = ([bodies.get(row.edition_id) or row.summary, *_sentences(elements.get(row.edition_id, {}))] for row in rows)
    return ["\n".join(lines).strip()[:MARKED_TEXT] for lines in told]


def _sentences(details: Details) -> list[str]:
    values = [details.get(name, "") for name, field in DETAIL_FIELDS[Kind.SERVICE_ITEM].items() if field.type in LONG]
    return [line for value in values for line in (value if isinstance(value, list) else [str(value)]) if line]


async def _facets(reader: Reader, page: FoundPage, query: SearchQuery) -> tuple[Facet, ...]:
    """Facets in the order shown. A chosen value that no hit has stays, counted 0, so that it has a name."""
    counted = {name: _with_chosen(page.facets.get(name, ()), query.chosen.get(name, ())) for name in OFFERED}
    labels = await _labels(reader, counted)
    facets = []
    for name, values in counted.items():
        ordered = sorted(values, key=lambda one: one.value, reverse=True) if name == "year" else values
        named = (FacetChoice(one.value, labels[name].get(one.value, ""), one.count) for one in ordered)
        choices = tuple(choice for choice in named if choice.label)
        if choices:
            facets.append(Facet(name, choices))
    return tuple(facets)


def _with_chosen(values: Sequence[FacetValue], chosen: Sequence[str]) -> list[FacetValue]:
    known = {one.value for one in values}
    return [*values, *(FacetValue(value, 0) for value in chosen if value not in known)]


async def _labels(reader: Reader, counted: Mapping[str, Sequence[FacetValue]]) -> dict[str, Mapping[str, str]]:
    """Labels by facet and value: three statements for the names of sections, sites and units."""
    ids = {name: {one.value for one in counted[name] if is_id(one.value)} for name in ("site", "section", "unit")}
    sections = await by_ids(reader, "section", ids["section"])
    sites = await by_ids(reader, "site", ids["site"] | {row.site_id for row in sections.values()})
    units = await by_ids(reader, "unit", ids["unit"])
    labels: dict[str, Mapping[str, str]] = {
        "site": _names(sites),
        "section": _section_names(sections, sites),
        "unit": _names(units),
        **ENUMERATED,
    }
    plain = {name: {one.value: one.value for one in values} for name, values in counted.items() if name not in labels}
    return labels | plain


def _names(rows: Mapping[str, Any]) -> dict[str, str]:
    return {key: row.name for key, row in rows.items()}


def _section_names(sections: Mapping[str, Any], sites: Mapping[str, Any]) -> dict[str, str]:
    """A name that several sections have is told apart by the site."""
    all_names = [row.name for row in sections.values()]
    return {
        key: row.name if all_names.count(row.name) == 1 else f"{row.name}（{sites[row.site_id].name}）"
        for key, row in sections.items()
    }

"""Cards of a content page, from the details of its kind (`hub.vocabulary.details.DETAIL_FIELDS`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from hub.vocabulary.details import DETAIL_FIELDS, DetailValue, FieldType
from hub.vocabulary.enums import GENRE_LABELS, Genre, Kind, Publicity, Validity
from hub.web.labels import CODE_LABELS
from hub.web.reading import Fact, FactCard, ListedItem, PolicyCard

LONG = frozenset({FieldType.TEXT})
LONG_LISTS = frozenset({"materials", "key_words"})
"""Lists whose entries are sentences; the others fit on a line."""
UNITS_OF = {"statutory_limit": "statutory_limit_unit", "promised_limit": "promised_limit_unit"}
LEFT_OUT = frozenset({*UNITS_OF.values(), "url", "sha256", "width", "height", "size", "alt_text"})
"""Shown together with another field, or for programs only."""

Details = Mapping[str, DetailValue]


def policy_card(
    details: Details, *, made_on: date | None, publicity: Publicity, repealed_by: ListedItem | None = None
) -> PolicyCard:
    return PolicyCard(
        doc_no=_line(details, "doc_no"),
        index_no=_line(details, "index_no"),
        issuer="、".join(filter(None, [_line(details, "issuer"), *_lines(details, "joint_issuers")])),
        genre=GENRE_LABELS[Genre(_line(details, "genre"))] if "genre" in details else "",
        topics=tuple(filter(None, [_line(details, "topic")])),
        made_on=made_on,
        effective_on=date.fromisoformat(_line(details, "effective_on")) if "effective_on" in details else None,
        validity=Validity(_line(details, "validity")) if "validity" in details else None,
        publicity=publicity,
        repealed_by=repealed_by,
    )


def fact_card(kind: Kind, details: Details) -> FactCard | None:
    """Facts in the order of the table, or null when there are none."""
    facts: list[Fact] = []
    parts: list[Fact] = []
    for name, field in DETAIL_FIELDS[kind].items():
        if name not in details or name in LEFT_OUT:
            continue
        is_long = field.type in LONG or name in LONG_LISTS
        (parts if is_long else facts).append(Fact(field.label, _shown(name, details, is_long=is_long)))
    return FactCard(tuple(facts), tuple(parts)) if facts or parts else None


def _shown(name: str, details: Details, *, is_long: bool) -> str:
    value = details[name]
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return ("\n" if is_long else "、").join(value)
    if name in UNITS_OF:
        return f"{value} {CODE_LABELS.get(_line(details, UNITS_OF[name]), '')}".strip()
    return CODE_LABELS.get(str(value), str(value)) if name.endswith(("_type", "form")) else str(value)


def _line(details: Details, name: str) -> str:
    return str(details.get(name, ""))


def _lines(details: Details, name: str) -> list[str]:
    value = details.get(name)
    return value if isinstance(value, list) else []

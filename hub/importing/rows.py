"""Native rows (design §7): one JSON object a line becomes one checked, typed row, or a refusal that names the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hub.importing.fields import MAX_CODE, Fields, RowRefused, Where, key_of_raw
from hub.vocabulary.clock import Instant
from hub.vocabulary.details import DETAIL_FIELDS, DetailValue, camel, clean_details
from hub.vocabulary.enums import (
    Archived,
    BodyFormat,
    ChangeScale,
    Genre,
    Kind,
    LinkType,
    Publicity,
    SectionKind,
    SiteType,
    State,
    UnitType,
    Validity,
)
from hub.vocabulary.errors import InvalidInput

MAX_TITLE = 500
MAX_SUMMARY = 10_000
MAX_BODY = 10_000_000
MAX_LINKS = 10_000
DEFAULT_LANGUAGE = "zh-Hans"

JsonObject = dict[str, object]
View = dict[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class UnitRow:
    code: str
    name: str
    short_name: str = ""
    unit_type: UnitType = UnitType.EXTERNAL
    parent: str = ""
    """Code of the superior unit, or empty."""
    region: str = ""
    region_code: str = ""
    unified_code: str = ""
    address: str = ""
    phone: str = ""
    where: Where = field(default=Where(), compare=False)


@dataclass(frozen=True, slots=True)
class SiteRow:
    code: str
    name: str
    site_type: SiteType = SiteType.PORTAL
    unit: str = ""
    parent: str = ""
    domain: str = ""
    site_id_code: str = ""
    language: str = DEFAULT_LANGUAGE
    description: str = ""
    where: Where = field(default=Where(), compare=False)


@dataclass(frozen=True, slots=True)
class SectionRow:
    site: str
    code: str
    name: str
    parent: str = ""
    """Path of the section above, codes joined by `/`; empty for one at the top."""
    section_kind: SectionKind = SectionKind.OTHER
    description: str = ""
    keywords: tuple[str, ...] = ()
    column_type: str = ""
    update_cycle_days: int | None = None
    order: int = 0
    view: View | None = None
    """A stored filter; present only for a section that is a view."""
    where: Where = field(default=Where(), compare=False)

    @property
    def path(self) -> str:
        return f"{self.parent}/{self.code}" if self.parent else self.code


@dataclass(frozen=True, slots=True)
class LinkRow:
    """Names its target by (source, source_id); it resolves when the target arrives."""

    type: LinkType
    source: str
    source_id: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    kind: Kind
    source: str
    source_id: str
    title: str
    state: State = State.LIVE
    """Live or draft: the exchange profile knows no other."""
    site: str = ""
    unit: str = ""
    sections: tuple[str, ...] = ()
    """Paths on `site`, or `othersite:path`."""
    summary: str = ""
    body: str = ""
    body_format: BodyFormat = BodyFormat.TEXT
    author: str = ""
    origin: str = ""
    """The source shown to readers (来源)."""
    url: str = ""
    """Where the text was first published."""
    language: str = DEFAULT_LANGUAGE
    made_on: str = ""
    """YYYY-MM-DD or empty."""
    published_at: Instant | None = None
    embargo_at: Instant | None = None
    expires_at: Instant | None = None
    audience: tuple[str, ...] = ()
    publicity: Publicity = Publicity.PROACTIVE
    keywords: tuple[str, ...] = ()
    details: dict[str, DetailValue] = field(default_factory=dict)
    links: tuple[LinkRow, ...] = ()
    file: str = ""
    """Path of a media asset's file, relative to the imported file's folder."""
    change_note: str = ""
    change_scale: ChangeScale = ChangeScale.MINOR
    where: Where = field(default=Where(), compare=False)

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.source_id


Row = UnitRow | SiteRow | SectionRow | ItemRow


def key_of(row: Row) -> dict[str, str]:
    """What identifies a row in its file, for reject files and messages."""
    match row:
        case ItemRow():
            return {"source": row.source, "source_id": row.source_id}
        case SectionRow():
            return {"site": row.site, "section": row.path}
        case UnitRow():
            return {"unit": row.code}
        case SiteRow():
            return {"site": row.code}


def read_row(raw: Mapping[str, object], where: Where) -> Row:
    """The checked row of one parsed object. Raises RowRefused: unknown key, missing key, wrong type or value."""
    kind = raw.get("kind")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise RowRefused(where, "kind", f"must be one of: {', '.join(_READERS)}.", key_of_raw(raw))
    return reader(Fields(raw, where))


def _read_unit(fields: Fields) -> UnitRow:
    row = UnitRow(
        code=fields.code("code", required=True),
        name=fields.line("name", required=True, limit=MAX_TITLE),
        short_name=fields.line("short_name", limit=MAX_TITLE),
        unit_type=fields.one_of("unit_type", UnitType, UnitType.EXTERNAL),
        parent=fields.code("parent"),
        region=fields.line("region"),
        region_code=fields.line("region_code", limit=MAX_CODE),
        unified_code=fields.line("unified_code", limit=MAX_CODE),
        address=fields.line("address"),
        phone=fields.line("phone"),
        where=fields.where,
    )
    fields.refuse_unknown()
    return row


def _read_site(fields: Fields) -> SiteRow:
    row = SiteRow(
        code=fields.code("code", required=True),
        name=fields.line("name", required=True, limit=MAX_TITLE),
        site_type=fields.one_of("site_type", SiteType, SiteType.PORTAL),
        unit=fields.code("unit"),
        parent=fields.code("parent"),
        domain=fields.line("domain"),
        site_id_code=fields.line("site_id_code", limit=MAX_CODE),
        language=fields.language("language", DEFAULT_LANGUAGE),
        description=fields.text("description", limit=MAX_SUMMARY),
        where=fields.where,
    )
    fields.refuse_unknown()
    return row


def _read_section(fields: Fields) -> SectionRow:
    row = SectionRow(
        site=fields.code("site", required=True),
        code=fields.code("code", required=True),
        name=fields.line("name", required=True, limit=MAX_TITLE),
        parent=fields.path("parent"),
        section_kind=fields.one_of("section_kind", SectionKind, SectionKind.OTHER),
        description=fields.text("description", limit=MAX_SUMMARY),
        keywords=fields.lines("keywords"),
        column_type=fields.line("column_type"),
        update_cycle_days=fields.whole_number("update_cycle_days"),
        order=fields.whole_number("order") or 0,
        view=_read_view(fields),
        where=fields.where,
    )
    fields.refuse_unknown()
    return row


def _read_view(fields: Fields) -> View | None:
    """A view's filter in a fixed key order; a condition has one value or a list. `section` is a path on `site`,
    or `othersite:path`. All conditions hold together."""
    inner = fields.inside("view")
    if inner is None:
        return None
    kinds = [inner.member("kinds", Kind, value).value for value in inner.lines("kinds")]
    conditions: View = {
        "kinds": kinds,
        "site": _single(inner.codes("site")),
        "section": _single(inner.paths("section")),
        "unit": _single(inner.codes("unit")),
        "genre": _single(tuple(inner.member("genre", Genre, value).value for value in inner.values("genre"))),
        "validity": _single(tuple(inner.member("validity", Validity, one).value for one in inner.values("validity"))),
        **{name: _single(inner.values(name)) for name in ("topic", "keyword", "region", "theme", "object", "language")},
        "archived": inner.one_of("archived", Archived, ""),
    }
    inner.refuse_unknown()
    return {name: value for name, value in conditions.items() if value}


def _single(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _read_item(fields: Fields) -> ItemRow:
    kind = fields.one_of("kind", Kind, Kind.ARTICLE)
    row = ItemRow(
        kind=kind,
        source=fields.line("source", required=True, limit=MAX_CODE),
        source_id=fields.line("source_id", required=True, limit=MAX_CODE),
        title=fields.line("title", required=True, limit=MAX_TITLE),
        state=fields.one_of("state", State, State.LIVE),
        site=fields.code("site"),
        unit=fields.code("unit"),
        sections=fields.paths("sections"),
        summary=fields.text("summary", limit=MAX_SUMMARY),
        body=fields.verbatim("body", limit=MAX_BODY),
        body_format=fields.one_of("body_format", BodyFormat, BodyFormat.TEXT),
        author=fields.line("author"),
        origin=fields.line("origin"),
        url=fields.web_address("url"),
        language=fields.language("language", DEFAULT_LANGUAGE),
        made_on=fields.day("made_on"),
        published_at=fields.instant("published_at"),
        embargo_at=fields.instant("embargo_at"),
        expires_at=fields.instant("expires_at"),
        audience=fields.lines("audience"),
        publicity=fields.one_of("publicity", Publicity, Publicity.PROACTIVE),
        keywords=fields.lines("keywords"),
        details=_read_details(fields, kind),
        links=_read_links(fields),
        file=fields.relative_file("file"),
        change_note=fields.text("change_note", limit=MAX_SUMMARY),
        change_scale=fields.one_of("change_scale", ChangeScale, ChangeScale.MINOR),
        where=fields.where,
    )
    fields.refuse_unknown()
    _check_item(fields, row)
    return row


def _check_item(fields: Fields, row: ItemRow) -> None:
    if row.state not in (State.LIVE, State.DRAFT):
        raise fields.refusal("state", "must be live or draft; other states travel in a full export only.")
    if row.sections and not row.site and not all(":" in section for section in row.sections):
        raise fields.refusal("sections", "name paths, but the row names no site.")
    if row.embargo_at is not None and row.expires_at is not None and row.expires_at <= row.embargo_at:
        raise fields.refusal("expires_at", "must be later than embargo_at.")


def _read_details(fields: Fields, kind: Kind) -> dict[str, DetailValue]:
    details = fields.mapping("details")
    for name in details:
        if name not in DETAIL_FIELDS[kind]:
            raise fields.refusal(f"details.{name}", f"is not a field of {kind}.")
    try:
        return clean_details(kind, details)
    except InvalidInput as refusal:
        names = {camel(name): name for name in DETAIL_FIELDS[kind]}
        reason = refusal.message.removeprefix(f"{refusal.field} ")
        raise fields.refusal(f"details.{names[refusal.field]}", reason) from None


def _read_links(fields: Fields) -> tuple[LinkRow, ...]:
    links = [_read_link(inner) for inner in fields.objects("links", MAX_LINKS)]
    return tuple(dict.fromkeys(links))


def _read_link(fields: Fields) -> LinkRow:
    row = LinkRow(
        type=fields.one_of("type", LinkType, LinkType.RELATES_TO, required=True),
        source=fields.line("source", required=True, limit=MAX_CODE),
        source_id=fields.line("source_id", required=True, limit=MAX_CODE),
    )
    fields.refuse_unknown()
    return row


_READERS: dict[str, Callable[[Fields], Row]] = {
    "unit": _read_unit,
    "site": _read_site,
    "section": _read_section,
    **{kind.value: _read_item for kind in Kind},
}

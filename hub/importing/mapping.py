"""Mapping files (TOML): foreign rows become native ones. What a mapping may say:

    name, ignore = [keys it leaves out on purpose]   a key neither used nor ignored is refused by name
    [detect] keys = […], [detect.values] key = […]   how the first row of such a file is recognised
    [read] encoding = "gb18030"                      for CSV
    [tables.NAME]                                    value tables of its rules
    [fields], [details]                              rule of each native field; a list of rules is joined
    [[units]], [site]                                created before the first item
    [unit]                                           rules of the unit a row belongs to, created when first met
    [[place]] (when = key)                           one section deeper each; the row goes into the last
    [[links]] file, from, to, type, to_source        a side file beside the imported one

Rules: `hub.importing.rules`. Constants of [[units]] and [site] are plain values.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from hub.importing.fields import RowRefused, Where, key_of_raw
from hub.importing.reading import RawRow
from hub.importing.rows import Row, read_row
from hub.importing.rules import Rule, RuleFailed, Tables, compile_rule, is_absent, keys_of_rule
from hub.importing.side_links import LinkTable, load_links
from hub.vocabulary.details import DETAIL_FIELDS, FieldType
from hub.vocabulary.errors import ImportRefused

SHIPPED = Path(__file__).parent / "mappings"
NATIVE = "native"

_PARTS = frozenset(
    ["name", "ignore", "detect", "read", "tables", "fields", "details", "units", "site", "unit", "place", "links"]
)
_LISTS = frozenset(["keywords", "audience"]) | {
    name for fields in DETAIL_FIELDS.values() for name, detail in fields.items() if detail.type is FieldType.LINES
}
Rules = dict[str, list[Rule]]


@dataclass(frozen=True, slots=True)
class Place:
    when: str
    rules: Rules


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A mapping file, checked and compiled."""

    name: str
    encoding: str
    detect_keys: frozenset[str]
    detect_values: dict[str, frozenset[str]]
    known: frozenset[str]
    fields: Rules
    details: Rules
    units: tuple[dict[str, object], ...]
    site: dict[str, object]
    creates_site: bool
    unit: Rules
    places: tuple[Place, ...]
    links: tuple[dict[str, object], ...] = ()
    tables: Tables = field(default_factory=dict)


def load_mapping(path: Path) -> MappingFile:
    """Raises ImportRefused with what is wrong in the file."""
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ImportRefused(f"The mapping {path.name} cannot be read: {error}", hint="Correct the mapping.") from error
    if unknown := set(written) - _PARTS:
        raise ImportRefused(f"The mapping {path.name} has an unknown part: {min(unknown)!r}.", hint="Correct it.")
    return _compiled(path.name.removesuffix(".toml"), written)


def shipped_mappings() -> dict[str, Path]:
    """The mappings that come with the hub, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}


def find_mapping(name: str) -> MappingFile:
    """A shipped mapping by its name, or a mapping file by its path."""
    shipped = shipped_mappings()
    return load_mapping(shipped[name] if name in shipped else Path(name))


def detect(first_row: Mapping[str, object]) -> str | None:
    """What a file holds, from its first object: `native`, the name of a shipped mapping, or None."""
    if _is_native(first_row):
        return NATIVE
    return next((name for name, path in shipped_mappings().items() if _fits(load_mapping(path), first_row)), None)


def on_site(mapping: MappingFile, code: str) -> MappingFile:
    """The mapping with its items placed on an existing site instead of its own."""
    return replace(mapping, site={"code": code}, creates_site=False)


def read_links(mapping: MappingFile, folder: Path) -> LinkTable:
    table = LinkTable()
    for written in mapping.links:
        load_links(written, folder, mapping.tables, table)
    return table


def native_rows(raw_rows: Iterable[RawRow]) -> Iterator[Row | RowRefused]:
    """Rows of a native file, each line that is none as a refusal."""
    for raw in raw_rows:
        yield _refused(raw) if raw.value is None else _taken(raw.value, raw.where)


def mapped_rows(raw_rows: Iterable[RawRow], mapping: MappingFile, links: LinkTable) -> Iterator[Row | RowRefused]:
    """Native rows of a foreign file; units, the site and sections come just before the first item that needs them."""
    yield from links.refused
    mapper = _Mapper(mapping, links)
    for raw in raw_rows:
        if raw.value is None:
            yield _refused(raw)
            continue
        try:
            yield from mapper.rows(raw.value, raw.where)
        except RowRefused as refusal:
            yield refusal


class _Mapper:
    """Remembers which units and sections it has already given out: their number, not the file's, bounds it."""

    def __init__(self, mapping: MappingFile, links: LinkTable) -> None:
        self._mapping = mapping
        self._links = links
        self._given: set[tuple[str, str]] = set()

    def rows(self, raw: Mapping[str, object], where: Where) -> list[Row]:
        """The item's row after the rows it needs first. Raises RowRefused."""
        self._refuse_unknown(raw, where)
        unit = _object(self._mapping.unit, raw, where)
        sections = self._sections(raw, where)
        item = read_row(self._item(raw, where, unit, sections), where)
        needed = [*self._standing(), *([unit | {"kind": "unit"}] if unit else []), *sections]
        fresh = [row for row in needed if self._is_fresh(row)]
        return [*(read_row(row, where) for row in fresh), item]

    def _refuse_unknown(self, raw: Mapping[str, object], where: Where) -> None:
        if not raw.keys() <= self._mapping.known:
            name = next(name for name in raw if name not in self._mapping.known)
            raise RowRefused(where, name, f"is not a key the mapping {self._mapping.name} knows.", key_of_raw(raw))

    def _item(
        self, raw: Mapping[str, object], where: Where, unit: Mapping[str, object], sections: list[dict[str, object]]
    ) -> dict[str, object]:
        item = _object(self._mapping.fields, raw, where)
        item["details"] = _object(self._mapping.details, raw, where)
        item["links"] = self._links.links_of(str(item.get("source_id", "")))
        if unit:
            item["unit"] = unit.get("code")
        if sections:
            item["site"] = self._mapping.site["code"]
            item["sections"] = [_path(sections[-1])]
        return item

    def _sections(self, raw: Mapping[str, object], where: Where) -> list[dict[str, object]]:
        """From the top down; the last is the row's own."""
        sections: list[dict[str, object]] = []
        for place in self._mapping.places:
            if place.when and is_absent(raw.get(place.when)):
                continue
            section = _object(place.rules, raw, where)
            parent = _path(sections[-1]) if sections else ""
            sections.append({"kind": "section", "site": self._mapping.site["code"], "parent": parent} | section)
        return sections

    def _standing(self) -> Iterator[dict[str, object]]:
        for unit in self._mapping.units:
            yield {"kind": "unit"} | unit
        if self._mapping.creates_site:
            yield {"kind": "site"} | self._mapping.site

    def _is_fresh(self, row: Mapping[str, object]) -> bool:
        key = (str(row["kind"]), _path(row))
        if key in self._given:
            return False
        self._given.add(key)
        return True


def _path(row: Mapping[str, object]) -> str:
    return f"{row['parent']}/{row.get('code')}" if row.get("parent") else str(row.get("code"))


def _object(rules: Rules, raw: Mapping[str, object], where: Where) -> dict[str, object]:
    """The values the rules find in a row; absent ones are left out."""
    found: dict[str, object] = {}
    for name, alternatives in rules.items():
        try:
            value = _joined(name, [rule(raw) for rule in alternatives])
        except RuleFailed as failure:
            raise RowRefused(where, name, str(failure), key_of_raw(raw)) from None
        if not is_absent(value):
            found[name] = value
    return found


def _joined(name: str, values: list[object]) -> object:
    """One value of a field's rules: lists are put together, texts become lines of one text."""
    if name in _LISTS:
        listed = (value if isinstance(value, list) else [value] for value in values if not is_absent(value))
        return [entry for value in listed for entry in value]
    if len(values) == 1:
        return values[0]
    return "\n".join(str(value) for value in values if not is_absent(value))


def _taken(raw: Mapping[str, object], where: Where) -> Row | RowRefused:
    try:
        return read_row(raw, where)
    except RowRefused as refusal:
        return refusal


def _refused(raw: RawRow) -> RowRefused:
    return RowRefused(raw.where, "line", raw.flaw)


def _is_native(row: Mapping[str, object]) -> bool:
    wanted = {"code", "name"} if row.get("kind") in ("unit", "site", "section") else {"source", "source_id", "title"}
    return "kind" in row and wanted <= row.keys()


def _fits(mapping: MappingFile, row: Mapping[str, object]) -> bool:
    values_fit = all(row.get(name) in values for name, values in mapping.detect_values.items())
    return bool(mapping.detect_keys) and mapping.detect_keys <= row.keys() and values_fit


def _compiled(name: str, written: dict[str, object]) -> MappingFile:
    tables = {table: _table(value) for table, value in _table(written.get("tables")).items()}
    detection, place = _table(written.get("detect")), _list(written.get("place"))
    rules = [*_rules_written(written), *(rule for entry in place for rule in _place_rules(entry).values())]
    site = _table(written.get("site"))
    if place and "code" not in site:
        raise ImportRefused(f"The mapping {name} places rows but names no [site] code.", hint="Correct it.")
    return MappingFile(
        name=str(written.get("name", name)),
        encoding=str(_table(written.get("read")).get("encoding", "utf-8")),
        detect_keys=frozenset(_names(detection.get("keys"))),
        detect_values={key: frozenset(_names(value)) for key, value in _table(detection.get("values")).items()},
        known=_known(written, place, rules),
        fields=_compile(_table(written.get("fields")), tables),
        details=_compile(_table(written.get("details")), tables),
        units=tuple(_list(written.get("units"))),
        site=site,
        creates_site=bool(site),
        unit=_compile(_table(written.get("unit")), tables),
        places=tuple(Place(str(entry.get("when", "")), _compile(_place_rules(entry), tables)) for entry in place),
        links=tuple(_list(written.get("links"))),
        tables=tables,
    )


def _known(written: Mapping[str, object], place: list[dict[str, object]], rules: list[object]) -> frozenset[str]:
    conditions = {str(entry["when"]) for entry in place if "when" in entry}
    conditions |= _table(_table(written.get("detect")).get("values")).keys()
    used = {key for rule in rules for key in keys_of_rule(rule)}
    return frozenset(_names(written.get("ignore"))) | conditions | used


def _rules_written(written: Mapping[str, object]) -> list[object]:
    return [rule for part in ("fields", "details", "unit") for rule in _table(written.get(part)).values()]


def _place_rules(entry: Mapping[str, object]) -> dict[str, object]:
    return {name: rule for name, rule in entry.items() if name != "when"}


def _compile(written: Mapping[str, object], tables: Tables) -> Rules:
    return {
        name: [compile_rule(part, tables) for part in (rule if isinstance(rule, list) else [rule])]
        for name, rule in written.items()
    }


def _table(value: object) -> dict[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ImportRefused(f"The mapping holds {value!r} where a table belongs.", hint="Correct the mapping.")
    return value


def _list(value: object) -> list[dict[str, object]]:
    return [_table(entry) for entry in value] if isinstance(value, list) else []


def _names(value: object) -> list[str]:
    return [str(entry) for entry in value] if isinstance(value, list) else [] if value is None else [str(value)]

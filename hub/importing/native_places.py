"""Units, sites and sections of a hub as native rows: parents first, a view after the section it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.importing.rows import Row, SectionRow, SiteRow, UnitRow, View
from hub.vocabulary.enums import SectionKind, SiteType, UnitType
from storage.database import System
from storage.stores import exporting

_VIEW_KEYS = ("kinds", "site", "section", "unit", "genre", "validity", "topic", "keyword", "region")
"""The order in which a native row reads them."""
Records = dict[str, dict[str, Any]]


@dataclass(slots=True)
class Places:
    """All of them by id: some thousands, however much content there is."""

    units: Records
    sites: Records
    sections: Records

    @classmethod
    async def load(cls, system: System) -> Places:
        trees = [await exporting.tree(system, name) for name in exporting.TREES]
        return cls(*({row["id"]: row for row in rows} for rows in trees))

    def unit_code(self, key: str | None) -> str:
        return str(self.units[key]["code"]) if key else ""

    def site_code(self, key: str | None) -> str:
        return str(self.sites[key]["code"]) if key else ""

    def place(self, section_id: str, site: str) -> str:
        """The section as a row of that site names it."""
        row = self.sections[section_id]
        own = self.site_code(row["site_id"])
        return str(row["path"]) if own == site else f"{own}:{row['path']}"

    def rows(self) -> Iterator[Row]:
        for unit in _parents_first(self.units):
            yield self._unit(unit)
        for site in _parents_first(self.sites):
            yield self._site(site)
        for section in self._sections():
            yield self._section(section)

    def _sections(self) -> Iterator[dict[str, Any]]:
        """By site and path; what a view shows goes before it. Views that show what stands below them come twice."""
        late: list[dict[str, Any]] = []
        done: set[str] = set()
        for row in sorted(self.sections.values(), key=lambda row: (self.site_code(row["site_id"]), row["path"])):
            for needed in self._with_needed(row, done):
                shows_later = set(self._shown(needed)) - done
                if shows_later:
                    late.append(needed)
                yield {**needed, "view": None} if shows_later else needed
                done.add(needed["id"])
        yield from late

    def _with_needed(self, row: dict[str, Any], done: set[str]) -> list[dict[str, Any]]:
        """The section and those not yet written that must stand before it, in order."""
        ordered: list[dict[str, Any]] = []
        opened: set[str] = set()

        def visit(key: str | None) -> None:
            if key is None or key in done or key in opened:
                return
            opened.add(key)
            visit(self.sections[key]["parent_id"])
            for shown in self._shown(self.sections[key]):
                # what stands below a section in progress cannot go before it
                if not opened & self._line(shown) - {one["id"] for one in ordered}:
                    visit(shown)
            ordered.append(self.sections[key])

        visit(row["id"])
        return ordered

    def _shown(self, row: Mapping[str, Any]) -> list[str]:
        """Sections a view names; none for another section."""
        return [key for key in _many((row["view"] or {}).get("section")) if key in self.sections]

    def _line(self, key: str | None) -> set[str]:
        """The section and all above it."""
        line: set[str] = set()
        while key is not None:
            line.add(key)
            key = self.sections[key]["parent_id"]
        return line

    def _unit(self, row: Mapping[str, Any]) -> UnitRow:
        texts: dict[str, Any] = {
            name: row[name] or ""
            for name in ("name", "short_name", "region", "region_code", "unified_code", "address", "phone")
        }
        return UnitRow(
            code=row["code"],
            unit_type=UnitType(row["unit_type"]),
            parent=self.unit_code(row["parent_id"]),
            **texts,
        )

    def _site(self, row: Mapping[str, Any]) -> SiteRow:
        texts: dict[str, Any] = {
            name: row[name] or "" for name in ("name", "domain", "site_id_code", "language", "description")
        }
        return SiteRow(
            code=row["code"],
            site_type=SiteType(row["site_type"]),
            unit=self.unit_code(row["unit_id"]),
            parent=self.site_code(row["parent_id"]),
            **texts,
        )

    def _section(self, row: Mapping[str, Any]) -> SectionRow:
        parent = self.sections.get(row["parent_id"])
        return SectionRow(
            site=self.site_code(row["site_id"]),
            code=row["code"],
            name=row["name"],
            parent=parent["path"] if parent else "",
            section_kind=SectionKind(row["section_kind"]),
            description=row["description"] or "",
            keywords=tuple(row["keywords"]),
            column_type=row["column_type"] or "",
            update_cycle_days=row["update_cycle_days"],
            order=row["order_no"],
            view=self._view(row),
        )

    def _view(self, row: Mapping[str, Any]) -> View | None:
        """Ids become codes and paths; sections of several sites are written `site:path`."""
        if row["view"] is None:
            return None
        stored = {name: _many(value) for name, value in row["view"].items() if name != "archived"}
        named = dict(stored)
        if "site" in stored:
            named["site"] = [self.site_code(key) for key in stored["site"]]
        if "section" in stored:
            shown = [self.sections[key] for key in self._shown(row)]
            sites = list(dict.fromkeys(self.site_code(one["site_id"]) for one in shown))
            if len(sites) > 1:
                named["section"] = [f"{self.site_code(one['site_id'])}:{one['path']}" for one in shown]
            else:
                named["section"] = [one["path"] for one in shown]
                if sites != [self.site_code(row["site_id"])]:
                    named["site"] = sites
        if "unit" in stored:
            named["unit"] = [self.unit_code(key) for key in stored["unit"]]
        order = [*_VIEW_KEYS, *sorted(set(named) - set(_VIEW_KEYS))]
        view: View = {name: _single(name, named[name]) for name in order if named.get(name)}
        if row["view"].get("archived"):
            view["archived"] = str(row["view"]["archived"])
        return view


def _parents_first(rows: Records) -> list[dict[str, Any]]:
    """By code within one height, parents before children."""

    def height(row: dict[str, Any]) -> int:
        parent = rows.get(row["parent_id"])
        return 0 if parent is None else height(parent) + 1

    return sorted(rows.values(), key=lambda row: (height(row), row["code"]))


def _many(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def _single(name: str, values: list[str]) -> str | list[str]:
    return values if name == "kinds" or len(values) > 1 else values[0]

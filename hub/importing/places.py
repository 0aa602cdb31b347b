"""Units, sites and sections of an import: made when new, changed when they differ, looked up once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hub.access import Actor
from hub.content import structure as actions
from hub.content.body import plain
from hub.importing.rows import ItemRow, SectionRow, SiteRow, UnitRow
from hub.vocabulary.errors import InvalidInput
from hub.vocabulary.ids import new_id
from storage.database import Transaction
from storage.stores import structure


class Places:
    """Ids by code and path. `forget` after a transaction that did not commit."""

    def __init__(self) -> None:
        self._units: dict[str, str] = {}
        self._sites: dict[str, tuple[str, str]] = {}
        self._sections: dict[tuple[str, str], str] = {}
        self._views: set[tuple[str, str]] = set()

    def forget(self) -> None:
        self.__init__()  # type: ignore[misc]

    async def put(self, tx: Transaction, actor: Actor, row: UnitRow | SiteRow | SectionRow, *, is_dry: bool) -> None:
        match row:
            case UnitRow():
                self._units[row.code] = await self._put_unit(tx, actor, row, is_dry)
            case SiteRow():
                self._sites[row.code] = await self._put_site(tx, actor, row, is_dry)
            case SectionRow():
                self._sections[row.site, row.path] = await self._put_section(tx, actor, row, is_dry)
                if row.view is not None:
                    self._views.add((row.site, row.path))

    async def load(self, tx: Transaction, rows: Iterable[ItemRow]) -> None:
        """Looks up what the rows name and is not known yet: three statements at the most."""
        rows = list(rows)
        await self._load_units(tx, (row.unit for row in rows))
        places = {place for row in rows for place in _places(row)}
        await self._load_sites(tx, {row.site for row in rows} | {site for site, _ in places})
        missing = {place for place in places if place not in self._sections and place[0] in self._sites}
        if missing:
            codes = {site_id: code for code, (site_id, _) in self._sites.items()}
            for found in await structure.sections_at(tx, ((self._sites[site][0], path) for site, path in missing)):
                place = (codes[found.site_id], found.path)
                self._sections[place] = found.id
                if found.view is not None:
                    self._views.add(place)

    def of(self, row: ItemRow) -> tuple[str, str | None, tuple[str, ...]]:
        """Unit, site and sections of a row. Raises `Refused` naming what is missing."""
        from hub.importing.target import Refused

        site = self._sites.get(row.site) if row.site else None
        if row.site and site is None:
            raise Refused("site", f"there is no site {row.site}.")
        if row.unit and row.unit not in self._units:
            raise Refused("unit", f"there is no unit {row.unit}.")
        unit_id = self._units[row.unit] if row.unit else (site[1] if site else "")
        if not unit_id:
            raise Refused("unit", "name a unit, or a site whose owner is to be it.")
        for place in _places(row):
            if place not in self._sections:
                raise Refused("sections", f"there is no section {place[1]} on the site {place[0]}.")
            if place in self._views:
                raise Refused("sections", f"{place[1]} on the site {place[0]} is a view.")
        return unit_id, site[0] if site else None, tuple(dict.fromkeys(self._sections[place] for place in _places(row)))

    async def _load_units(self, tx: Transaction, codes: Iterable[str]) -> None:
        missing = {code for code in codes if code and code not in self._units}
        if missing:
            self._units |= {row.code: row.id for row in await structure.by_codes(tx, "unit", missing)}

    async def _load_sites(self, tx: Transaction, codes: Iterable[str]) -> None:
        missing = {code for code in codes if code and code not in self._sites}
        if missing:
            self._sites |= {row.code: (row.id, row.unit_id) for row in await structure.by_codes(tx, "site", missing)}

    async def _unit(self, tx: Transaction, code: str, field: str) -> str:
        await self._load_units(tx, [code])
        if code not in self._units:
            raise InvalidInput(f"there is no unit {code}.", field=field)
        return self._units[code]

    async def _site(self, tx: Transaction, code: str, field: str) -> tuple[str, str]:
        await self._load_sites(tx, [code])
        if code not in self._sites:
            raise InvalidInput(f"there is no site {code}.", field=field)
        return self._sites[code]

    async def _section(self, tx: Transaction, site: str, path: str, field: str) -> str:
        if (site, path) not in self._sections:
            site_id, _ = await self._site(tx, site, field)
            found = await structure.section_at(tx, site_id, path)
            if found is None:
                raise InvalidInput(f"there is no section {path} on the site {site}.", field=field)
            self._sections[site, path] = found.id
        return self._sections[site, path]

    async def _put_unit(self, tx: Transaction, actor: Actor, row: UnitRow, is_dry: bool) -> str:
        values = {
            "name": row.name,
            "short_name": row.short_name or None,
            "unit_type": row.unit_type,
            "region": row.region or None,
            "region_code": row.region_code or None,
            "unified_code": row.unified_code or None,
            "address": row.address or None,
            "phone": row.phone or None,
        }
        found = next(iter(await structure.by_codes(tx, "unit", [row.code])), None)
        if found is not None:
            if not is_dry and _differs(found, values):
                await actions.update_unit(tx, actor, found.id, found.lock_version, _given(values))
            await self._move_unit(tx, actor, row, found.id, is_dry)
            return str(found.id)
        parent_id = await self._unit(tx, row.parent, "parent") if row.parent else None
        if is_dry:
            return self._units.get(row.code) or new_id()
        return await actions.create_unit(tx, actor, {**values, "code": row.code, "parent_id": parent_id})

    async def _move_unit(self, tx: Transaction, actor: Actor, row: UnitRow, key: str, is_dry: bool) -> None:
        """Below another superior, where the row names one; a row without stays where it is."""
        if not row.parent:
            return
        parent_id = await self._unit(tx, row.parent, "parent")
        stored = await structure.by_id(tx, "unit", key)
        if not is_dry and stored is not None and stored.parent_id != parent_id:
            await actions.move_unit(tx, actor, key, stored.lock_version, parent_id)

    async def _put_site(self, tx: Transaction, actor: Actor, row: SiteRow, is_dry: bool) -> tuple[str, str]:
        values = {
            "name": row.name,
            "site_type": row.site_type,
            "domain": row.domain or None,
            "site_id_code": row.site_id_code or None,
            "language": row.language,
            "description": row.description or None,
        }
        found = next(iter(await structure.by_codes(tx, "site", [row.code])), None)
        if found is not None:
            if not is_dry and _differs(found, values):
                await actions.update_site(tx, actor, found.id, found.lock_version, _given(values))
            return found.id, found.unit_id
        if not row.unit:
            raise InvalidInput("a new site names the unit that owns it.", field="unit")
        unit_id = await self._unit(tx, row.unit, "unit")
        parent_id = (await self._site(tx, row.parent, "parent"))[0] if row.parent else None
        if is_dry:
            return new_id(), unit_id
        made = {**values, "code": row.code, "unit_id": unit_id, "parent_id": parent_id}
        return await actions.create_site(tx, actor, made), unit_id

    async def _put_section(self, tx: Transaction, actor: Actor, row: SectionRow, is_dry: bool) -> str:
        site_id, _ = await self._site(tx, row.site, "site")
        values = {
            "name": row.name,
            "section_kind": row.section_kind,
            "description": row.description or None,
            "keywords": list(row.keywords),
            "column_type": row.column_type or None,
            "update_cycle_days": row.update_cycle_days,
            "order_no": row.order,
            "view": await self._view(tx, row),
        }
        known = self._sections.get((row.site, row.path))
        found = await structure.section_at(tx, site_id, row.path)
        if found is not None:
            if not is_dry and _differs(found, values):
                await actions.update_section(tx, actor, found.id, found.lock_version, _given(values))
            return str(found.id)
        parent_id = await self._section(tx, row.site, row.parent, "parent") if row.parent else None
        if is_dry:
            return known or new_id()
        return await actions.create_section(
            tx, actor, {**values, "site_id": site_id, "parent_id": parent_id, "code": row.code}
        )

    async def _view(self, tx: Transaction, row: SectionRow) -> dict[str, Any] | None:
        """The stored filter of a view: codes and paths become ids."""
        if row.view is None:
            return None
        view: dict[str, Any] = {name: _many(value) for name, value in row.view.items() if name != "archived"}
        if "section" in view:
            home = view.pop("site", [row.site])[0]  # the sections say it
            named = (path.rpartition(":") for path in view["section"])
            view["section"] = [await self._section(tx, site or home, path, "view.section") for site, _, path in named]
        elif "site" in view:
            view["site"] = [(await self._site(tx, site, "view.site"))[0] for site in view["site"]]
        if "unit" in view:
            view["unit"] = [await self._unit(tx, code, "view.unit") for code in view["unit"]]
        if row.view.get("archived"):
            view["archived"] = row.view["archived"]
        return view


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _places(row: ItemRow) -> list[tuple[str, str]]:
    """(site code, path) of each section the row names."""
    found = []
    for section in row.sections:
        site, colon, path = section.rpartition(":")
        found.append((site, path) if colon else (row.site, section))
    return found


def _differs(found: Any, values: Mapping[str, Any]) -> bool:
    return any(getattr(found, name) != _stored(value) for name, value in _given(values).items())


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the row says; what it does not name stays as it is."""
    return {name: value for name, value in values.items() if value is not None}


def _stored(value: Any) -> Any:
    """As the hub keeps it: white space collapsed, or else the row would say something new each time."""
    if isinstance(value, list):
        return [plain(str(word)) for word in value]
    return plain(str(value)) if isinstance(value, str) else value

"""Units, sites and sections: creating, changing, moving. Their owner decides: a right in the unit that owns them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from hub import access
from hub.access import Actor, Permission
from hub.content import views
from hub.content.body import plain
from hub.content.release import Release, go_live
from hub.content.stored import content_of
from hub.vocabulary.clock import SECOND
from hub.vocabulary.details import camel
from hub.vocabulary.enums import Kind, SectionKind, SiteType, State, UnitType, Verb
from hub.vocabulary.errors import AddressTaken, Conflict, InvalidInput, NotFound
from hub.vocabulary.ids import is_id, new_id
from storage.change_log import NewAudit
from storage.database import Database, Transaction
from storage.expression_sql import scope_key
from storage.stores import due, items, listings, routes, structure

_CODE = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
"""A slug, as the exchange format has it."""
_UNIT_TEXTS = ("name", "short_name", "region", "region_code", "unified_code", "address", "phone")
SECTION_MOVED = "section_moved"
"""The due task that carries the items of a moved section along."""
MOVE_LEASE = 60 * SECOND
"""How long the request that moved a section has for it before the worker takes over."""
MOVE_BATCH = 100
"""Items whose rows are rewritten in one transaction when a section moves."""

Values = Mapping[str, Any]


async def create_unit(tx: Transaction, actor: Actor, values: Values) -> str:
    """A unit below one of the actor's; only an operator makes one at the top."""
    parent = await _parent(tx, "unit", values.get("parent_id"))
    _require_over(actor, parent.id if parent else None)
    row = {
        **dict.fromkeys(_UNIT_TEXTS),
        **_unit_columns(values),
        "code": await _free_code(tx, "unit", values.get("code")),
        "parent_id": values.get("parent_id"),
    }
    _require_given(row, "name", "unit_type")
    key = await _insert(tx, "unit", row)
    _audit(tx, actor, key, "create_unit", key)
    return key


async def update_unit(tx: Transaction, actor: Actor, key: str, expected: int, values: Values) -> str:
    await _existing(tx, "unit", key)
    access.require(actor, Permission.STRUCTURE_EDIT, key)
    await _update(tx, "unit", key, expected, _unit_columns(values))
    _audit(tx, actor, key, "update_unit", key)
    return key


async def move_unit(tx: Transaction, actor: Actor, key: str, expected: int, parent_id: str | None) -> str:
    await _existing(tx, "unit", key)
    access.require(actor, Permission.STRUCTURE_EDIT, key)
    parent = await _parent(tx, "unit", parent_id)
    _require_over(actor, parent.id if parent else None)
    if parent_id in await structure.subtree(tx, "unit", key):
        raise InvalidInput("A unit cannot be moved below itself.", field="parentId")
    await _update(tx, "unit", key, expected, {"parent_id": parent_id})
    _audit(tx, actor, key, "move_unit", key)
    return key


async def create_site(tx: Transaction, actor: Actor, values: Values) -> str:
    unit = await _existing(tx, "unit", values.get("unit_id") or "", "unitId")
    access.require(actor, Permission.STRUCTURE_EDIT, unit.id)
    await _parent(tx, "site", values.get("parent_id"))
    row = {
        "domain": None,
        "site_id_code": None,
        "description": None,
        "language": "zh-Hans",
        **_site_columns(values),
        "unit_id": unit.id,
        "parent_id": values.get("parent_id"),
        "code": await _free_code(tx, "site", values.get("code")),
    }
    _require_given(row, "name", "site_type")
    key = await _insert(tx, "site", row)
    _audit(tx, actor, unit.id, "create_site", key)
    return key


async def update_site(tx: Transaction, actor: Actor, key: str, expected: int, values: Values) -> str:
    site = await _existing(tx, "site", key)
    access.require(actor, Permission.STRUCTURE_EDIT, site.unit_id)
    await _update(tx, "site", key, expected, _site_columns(values))
    _audit(tx, actor, site.unit_id, "update_site", key)
    return key


async def create_section(tx: Transaction, actor: Actor, values: Values) -> str:
    site = await _existing(tx, "site", values.get("site_id") or "", "siteId")
    access.require(actor, Permission.STRUCTURE_EDIT, site.unit_id)
    parent = await _parent(tx, "section", values.get("parent_id"))
    if parent is not None and parent.site_id != site.id:
        raise InvalidInput("The parent section is on another site.", field="parentId")
    code = _code(values.get("code"))
    path = f"{parent.path}/{code}" if parent is not None else code
    if await structure.section_at(tx, site.id, path) is not None:
        raise AddressTaken(f"The path “{path}” is taken on this site.", field="code")
    row = {
        "description": None,
        "keywords": [],
        "column_type": None,
        "update_cycle_days": None,
        "order_no": 0,
        "view": None,
        **await _section_columns(tx, values),
        "site_id": site.id,
        "parent_id": values.get("parent_id"),
        "code": code,
        "path": path,
    }
    _require_given(row, "name", "section_kind")
    key = await _insert(tx, "section", row)
    _audit(tx, actor, site.unit_id, "create_section", key)
    return key


async def update_section(tx: Transaction, actor: Actor, key: str, expected: int, values: Values) -> str:
    section = await _existing(tx, "section", key)
    owner = await _owner(tx, section)
    access.require(actor, Permission.STRUCTURE_EDIT, owner)
    columns = await _section_columns(tx, values)
    if columns.get("view") is not None:
        await views.require_may_become(tx, key, columns["view"])
    await _update(tx, "section", key, expected, columns)
    _audit(tx, actor, owner, "update_section", key)
    return key


async def move_section(tx: Transaction, actor: Actor, key: str, expected: int, parent_id: str | None) -> str:
    """Moves the section with all below it; `rewrite_moved` then carries its items along."""
    section = await _existing(tx, "section", key)
    owner = await _owner(tx, section)
    access.require(actor, Permission.STRUCTURE_EDIT, owner)
    parent = await _parent(tx, "section", parent_id)
    if parent is not None and parent.site_id != section.site_id:
        raise InvalidInput("A section cannot be moved to another site.", field="parentId")
    if parent_id in await structure.subtree(tx, "section", key):
        raise InvalidInput("A section cannot be moved below itself.", field="parentId")
    path = f"{parent.path}/{section.code}" if parent is not None else section.code
    if path != section.path and await structure.section_at(tx, section.site_id, path) is not None:
        raise AddressTaken(f"The path “{path}” is taken on this site.", field="parentId")
    await _lead_on(tx, section, path)
    await _update(tx, "section", key, expected, {"parent_id": parent_id, "path": path})
    await structure.move_paths(tx, section.site_id, section.path, path)
    # the items follow outside this transaction; should the process die before, the worker carries them along
    later = {"id": new_id(), "due_at": tx.now, "task": SECTION_MOVED, "item_id": key, "edition_id": None}
    held = {"leased_until": tx.now + MOVE_LEASE, "leased_by": actor.id}
    await due.replace(tx, [key], [{**later, **held}], clear=True)
    _audit(tx, actor, owner, "move_section", key)
    return key


async def _lead_on(tx: Transaction, section: Any, path: str) -> None:
    """The old addresses of a moved section and of those below it lead to the new ones for ever."""
    below = await structure.by_ids(tx, "section", await structure.subtree(tx, "section", section.id))
    moved = [(row.id, row.path, path + row.path[len(section.path) :]) for row in below]
    rows = [
        {"site_id": section.site_id, "path": old, "section_id": key, "redirect_to": new, "created_at": tx.now}
        for key, old, new in moved
        if old != new
    ]
    await routes.lead_on(tx, rows)


async def rewrite_moved(database: Database, now: Any, actor: Actor, section_id: str) -> int:
    """Rewrites listings and addresses of a moved section's items and appends their `moved` rows, 100 a transaction.

    The items are those still listed under the section itself, which never changes by the move.
    """
    after, count = "", 0
    while True:
        async with database.transaction(now) as tx:
            ids = await listings.items_in(tx, scope_key("section", section_id), after, MOVE_BATCH)
            if not ids:
                await due.finish_all(tx, section_id, SECTION_MOVED)
                return count
            heads = await items.lock(tx, ids)
            releases = [await _as_moved(tx, head) for head in heads.values() if head.state in items.LIVE_STATES]
            await go_live(tx, actor.id, releases, same_edition=True)
        after, count = ids[-1], count + len(releases)


async def _as_moved(tx: Transaction, head: Any) -> Release:
    kind = Kind(head.kind)
    content = await content_of(tx, head.live_edition_id, kind)
    return Release(
        head.id,
        kind,
        head.unit_id,
        content,
        Verb.MOVED,
        "move_section",
        edition_id=head.live_edition_id,
        is_stored=True,
        head=head,
        state=State(head.state),
    )


def _unit_columns(values: Values) -> dict[str, Any]:
    columns = {name: _text(name, values[name]) for name in _UNIT_TEXTS if name in values}
    if values.get("unit_type") is not None:
        columns["unit_type"] = _member(UnitType, "unitType", values["unit_type"])
    return columns


def _site_columns(values: Values) -> dict[str, Any]:
    names = ("name", "domain", "site_id_code", "language", "description")
    columns = {name: _text(name, values[name]) for name in names if name in values}
    code = columns.get("site_id_code")
    if code and not re.fullmatch(r"\d{10}|bm\d{8}", code):
        raise InvalidInput("A site id code is 10 digits, or bm and 8 digits.", field="siteIdCode")
    if values.get("site_type") is not None:
        columns["site_type"] = _member(SiteType, "siteType", values["site_type"])
    return columns


async def _section_columns(tx: Transaction, values: Values) -> dict[str, Any]:
    columns: dict[str, Any] = {
        name: _text(name, values[name]) for name in ("name", "description", "column_type") if name in values
    }
    if values.get("section_kind") is not None:
        columns["section_kind"] = _member(SectionKind, "sectionKind", values["section_kind"])
    if "keywords" in values:
        columns["keywords"] = [plain(str(word)) for word in values["keywords"] or ()]
    for name in ("update_cycle_days", "order_no"):
        if values.get(name) is not None:
            columns[name] = int(values[name])
    if "view" in values:
        columns["view"] = await views.stored(tx, values["view"])
    return columns


def _member(enum: type[StrEnum], field: str, value: Any) -> str:
    try:
        return enum(value).value
    except ValueError as error:
        raise InvalidInput(f"{field} is one of: {', '.join(enum)}.", field=field) from error


def _require_given(row: Values, *names: str) -> None:
    for name in names:
        if not row.get(name):
            raise InvalidInput(f"A {name.replace('_', ' ')} is required.", field=camel(name))


def _text(name: str, value: Any) -> str | None:
    if value is None:
        return None
    text = plain(str(value))
    if len(text) > 2_000:
        raise InvalidInput(f"{camel(name)} has at most 2000 characters.", field=camel(name))
    return text or None


def _code(value: Any) -> str:
    code = str(value or "")
    if not _CODE.fullmatch(code):
        raise InvalidInput("A code is a slug: a-z, 0-9, and - . _ inside, at most 64 characters.", field="code")
    return code


async def _free_code(tx: Transaction, table: str, value: Any) -> str:
    code = _code(value)
    if await structure.by_codes(tx, table, [code]):
        raise AddressTaken(f"The code “{code}” is taken.", field="code")
    return code


async def _existing(tx: Transaction, table: str, key: str, field: str = "id") -> Any:
    row = await structure.by_id(tx, table, key) if is_id(key) else None
    if row is None:
        raise NotFound(f"There is no such {table}.", field=field)
    return row


async def _parent(tx: Transaction, table: str, key: str | None) -> Any | None:
    return None if key is None else await _existing(tx, table, key, "parentId")


async def _owner(tx: Transaction, section: Any) -> str:
    return str((await _existing(tx, "site", section.site_id)).unit_id)


def _require_over(actor: Actor, parent_id: str | None) -> None:
    if parent_id is not None:
        access.require(actor, Permission.STRUCTURE_EDIT, parent_id)
    elif not actor.is_operator:
        access.require(actor, Permission.STRUCTURE_EDIT, "")


async def _insert(tx: Transaction, table: str, values: dict[str, Any]) -> str:
    key = new_id()
    await structure.insert(tx, table, [{**values, "id": key, "lock_version": 1, "created_at": tx.now}])
    return key


async def _update(tx: Transaction, table: str, key: str, expected: int, columns: dict[str, Any]) -> None:
    if "name" in columns and not columns["name"]:
        raise InvalidInput("A name is required.", field="name")
    if not await structure.update(tx, table, key, expected, columns):
        row = await structure.by_id(tx, table, key)
        seen = row.lock_version if row is not None else None
        raise Conflict(f"The {table} has lock version {seen}; you sent {expected}.", field="expectedLockVersion")


def _audit(tx: Transaction, actor: Actor, unit_id: str, verb: str, subject: str) -> None:
    tx.audits.append(NewAudit(unit_id, actor.id, verb, subject, None, "", tx.now))

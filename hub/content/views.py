"""Section views: a stored filter that a section shows instead of content of its own, never over another view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.content.filters import VIEW_FIELDS, view_filter
from hub.vocabulary.errors import InvalidInput
from hub.vocabulary.ids import is_id
from storage.database import Transaction
from storage.expression_sql import scope_key
from storage.stores import listings, structure


async def stored(tx: Transaction, view: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A stored filter, never over another view. Raises `InvalidInput`."""
    if view is None:
        return None
    unknown = sorted(set(view) - VIEW_FIELDS)
    if unknown:
        raise InvalidInput(f"A view has no filter “{unknown[0]}”.", field="view")
    try:
        view_filter(view)
    except ValueError as error:
        raise InvalidInput(str(error), field="view") from error
    for table in ("section", "site", "unit"):
        named = view.get(table) or ()
        await _require_shown(tx, table, {named} if isinstance(named, str) else set(named))
    return {name: value for name, value in view.items() if value}


async def _require_shown(tx: Transaction, table: str, named: set[str]) -> None:
    found = await structure.by_ids(tx, table, filter(is_id, named))
    if len(found) != len(named):
        raise InvalidInput(f"A view names a {table} that does not exist.", field="view")
    if table == "section" and any(row.view is not None for row in found):
        raise InvalidInput("A view cannot stand over another view.", field="view")


async def require_may_become(tx: Transaction, key: str, view: Mapping[str, Any]) -> None:
    holds = await structure.is_named_by_editions(tx, key) or await listings.items_in(
        tx, scope_key("section", key), "", 1
    )
    if holds:
        raise InvalidInput("A section that holds content cannot become a view.", field="view")
    others = [row.view for row in await structure.views(tx) if row.id != key]
    if any(key in (one.get("section") or ()) for one in (view, *others)):
        raise InvalidInput("A view cannot stand over another view.", field="view")

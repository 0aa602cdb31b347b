"""Lists by keyset over closure rows: every list reads the rows it shows and one more (ADR 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from hub.vocabulary.enums import Archived, Kind
from hub.vocabulary.expression import EVERYTHING, Expression
from storage.database import Reader, Statements, Transaction, in_parts
from storage.expression_sql import KIND_CODES, scope_key, to_sql
from storage.stores.items import EDITION, HEAD
from storage.tables import audience_label, edition, item, listing, scope

Rows = Sequence[sa.Row[Any]]
ALL = "all:"
"""The scope every listed item is in."""
KIND_OF_CODE = {code: kind for kind, code in KIND_CODES.items()}
COUNT_TO = 10_000
"""Totals are exact to this many."""
_PROBE = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: the sort key and id of the row before it."""

    key: int
    item_id: str


@dataclass(frozen=True, slots=True)
class ListRequest:
    """`scopes`: every group must hold, any key of a group will do. `since` and `until` bound the sort instant."""

    kinds: tuple[Kind, ...] = tuple(Kind)
    scopes: tuple[tuple[str, ...], ...] = ()
    archived: Archived = Archived.EXCLUDE
    by_update: bool = False
    descending: bool = True
    since: int | None = None
    until: int | None = None
    where: Expression = EVERYTHING
    """Further conditions on each row."""


def scopes_of(sets: Mapping[str, Iterable[str]], fields: Iterable[str]) -> list[str]:
    """The scope keys of an item with these set fields."""
    return [ALL, *(scope_key(field, value) for field in fields for value in sorted(sets.get(field, ())))]


async def page(reader: Reader, request: ListRequest, size: int, start: Place | None, *, backward: bool = False) -> Rows:
    """Up to `size` rows beyond `start`, in reading order of the walk (reversed for backward); one statement,
    and one more to choose the rarest of several scope groups."""
    request = await _rarest_first(reader, request)
    descending = request.descending != backward
    lanes = [_lane(reader, request, lane, start, descending).limit(size) for lane in _lanes(request)]
    keys = sa.union(*[sa.select(lane.subquery()) for lane in lanes]).subquery()
    order = (keys.c.sort_key.desc(), keys.c.id.desc()) if descending else (keys.c.sort_key, keys.c.id)
    query = (
        sa.select(keys.c.sort_key, *HEAD, *EDITION)
        .select_from(keys)
        .join(item, item.c.id == keys.c.id)
        .join(edition, edition.c.id == item.c.live_edition_id)
        .order_by(*order)
        .limit(size)
    )
    return await reader.rows(query)


async def total(reader: Reader, request: ListRequest) -> tuple[int, bool]:
    """How many there are, and whether that is exact (to `COUNT_TO`)."""
    request = await _rarest_first(reader, request)
    bound = COUNT_TO + 1
    lanes = [
        sa.select(_lane(reader, request, lane, None, None).limit(bound).subquery().c.id) for lane in _lanes(request)
    ]
    together = sa.union(*lanes) if _may_repeat(request) else sa.union_all(*lanes)
    counted = await reader.scalar(sa.select(sa.func.count()).select_from(together.limit(bound).subquery()))
    return min(counted, COUNT_TO), counted <= COUNT_TO


@dataclass(frozen=True, slots=True)
class _Lane:
    scope: str
    kind: int
    archived: int


def _lanes(request: ListRequest) -> list[_Lane]:
    archived = {Archived.EXCLUDE: (0,), Archived.ONLY: (1,), Archived.INCLUDE: (0, 1)}[request.archived]
    keys = request.scopes[0] if request.scopes else (ALL,)
    return [_Lane(key, KIND_CODES[kind], flag) for key in keys for kind in request.kinds for flag in archived]


def _may_repeat(request: ListRequest) -> bool:
    return bool(request.scopes) and len(request.scopes[0]) > 1


def _lane(
    reader: Reader, request: ListRequest, lane: _Lane, start: Place | None, descending: bool | None
) -> sa.Select[Any]:
    """One walk of the key: same scope, kind and archive flag, so that order and limit need no sort."""
    key = listing.c.updated_at if request.by_update else listing.c.sort_at
    scope_id = sa.select(scope.c.id).where(scope.c.key == lane.scope).scalar_subquery()
    query = (
        sa.select(key.label("sort_key"), listing.c.item_id.label("id"))
        .join(item, item.c.id == listing.c.item_id)
        .where(listing.c.scope_id == scope_id, listing.c.kind == lane.kind, listing.c.archived == lane.archived)
        .where(to_sql(reader.sight.listed), to_sql(request.where))
    )
    for group in request.scopes[1:]:
        query = query.where(_also_in(group))
    if request.since is not None:
        query = query.where(listing.c.sort_at >= request.since)
    if request.until is not None:
        query = query.where(listing.c.sort_at < request.until)
    if descending is None:
        return query
    if start is not None:
        here = sa.tuple_(key, listing.c.item_id)
        there = sa.tuple_(
            sa.bindparam(None, start.key, sa.BigInteger), sa.bindparam(None, start.item_id, listing.c.item_id.type)
        )
        query = query.where(here < there if descending else here > there)
    return query.order_by(
        key.desc() if descending else key, listing.c.item_id.desc() if descending else listing.c.item_id
    )


def _also_in(group: tuple[str, ...]) -> sa.ColumnElement[bool]:
    other = listing.alias()
    ids = sa.select(scope.c.id).where(scope.c.key.in_(group))
    return sa.exists().where(
        other.c.scope_id.in_(ids),
        other.c.kind == listing.c.kind,
        other.c.archived == listing.c.archived,
        other.c.sort_at == listing.c.sort_at,
        other.c.item_id == listing.c.item_id,
    )


async def _rarest_first(reader: Reader, request: ListRequest) -> ListRequest:
    """Puts the group with the fewest rows first: it drives the walk, the others are looked up by key."""
    if len(request.scopes) < 2:
        return request
    counts = [_probe(group, request).label(f"n{place}") for place, group in enumerate(request.scopes)]
    row = (await reader.rows(sa.select(*counts)))[0]
    order = sorted(range(len(counts)), key=lambda place: row[place])
    return replace(request, scopes=tuple(request.scopes[place] for place in order))


def _probe(group: tuple[str, ...], request: ListRequest) -> sa.ScalarSelect[Any]:
    ids = sa.select(scope.c.id).where(scope.c.key.in_(group))
    kinds = [KIND_CODES[kind] for kind in request.kinds]
    some = sa.select(sa.literal(1)).where(listing.c.scope_id.in_(ids), listing.c.kind.in_(kinds)).limit(_PROBE)
    return sa.select(sa.func.count()).select_from(some.subquery()).scalar_subquery()


async def facet_sets(source: Statements | Transaction, ids: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """The (field, value) pairs each item is listed under."""
    query = sa.select(listing.c.item_id, scope.c.key).join(scope, scope.c.id == listing.c.scope_id)
    found: dict[str, list[tuple[str, str]]] = {}
    for row in await source.rows(query.where(listing.c.item_id.in_(sorted(set(ids))))):
        field, _, value = row.key.partition(":")
        found.setdefault(row.item_id, []).append((field, value))
    return found


async def ensure_scopes(tx: Transaction, keys: Iterable[str]) -> dict[str, int]:
    """The numbers of these scope keys; new ones are given a number."""
    wanted = sorted(set(keys))
    known = await _numbers(tx, wanted)
    missing = [key for key in wanted if key not in known]
    if missing:
        await tx.run(_insert_or_ignore(tx, scope), [{"key": key} for key in missing])
        known |= await _numbers(tx, missing)
    return known


async def _numbers(tx: Transaction, keys: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in in_parts(keys):
        query = sa.select(scope.c.key, scope.c.id).where(scope.c.key.in_(part))
        found |= {row.key: row.id for row in await tx.rows(query)}
    return found


async def replace_rows(
    tx: Transaction, items: Sequence[str], rows: Sequence[Mapping[str, Any]], *, clear: bool
) -> None:
    """Rewrites the closure rows of these items; `clear` is False when all of them are new."""
    if clear and items:
        await tx.run(sa.delete(listing).where(listing.c.item_id.in_(sorted(items))))
    if rows:
        await tx.run(sa.insert(listing), list(rows))


async def ensure_audiences(tx: Transaction, audiences: Mapping[str, Iterable[str]]) -> None:
    """Registers sets of audience labels under their key."""
    rows = [{"audience_key": key, "label": label} for key, labels in audiences.items() for label in labels]
    if rows:
        await tx.run(_insert_or_ignore(tx, audience_label), rows)


async def items_in(source: Statements | Transaction, key: str, after: str, limit: int) -> list[str]:
    """Ids of items listed in a scope, in id order, whatever their visibility: for jobs that rewrite them."""
    query = sa.select(listing.c.item_id).join(scope, scope.c.id == listing.c.scope_id).where(scope.c.key == key)
    if after:
        query = query.where(listing.c.item_id > after)
    return [row.item_id for row in await source.rows(query.distinct().order_by(listing.c.item_id).limit(limit))]


def _insert_or_ignore(tx: Transaction, table: sa.Table) -> Any:
    if tx.dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as pg_insert

        return pg_insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert(table).on_conflict_do_nothing()

"""What `hub check` asks of the rows: statements that find nothing in a sound hub, and pages to recompute from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hub.vocabulary.enums import EditionState, Kind, State
from storage.database import System, Transaction
from storage.stores.exporting import last_given
from storage.stores.items import LIVE_STATES, WORKING_STATES
from storage.tables import (
    change,
    details,
    due,
    edition,
    edition_body,
    follower,
    follower_failure,
    item,
    link,
    listing,
    log_state,
    media_object,
    scope,
    unpublishing,
)

Rows = Sequence[sa.Row[Any]]
SHOWN = 20
"""Ids named of each fault."""
_UNPUBLISHED = (State.WITHDRAWN.value, State.REDIRECTED.value, State.GONE.value)


@dataclass(frozen=True, slots=True)
class Fault:
    what: str
    count: int
    ids: Sequence[str]
    """The first of them."""


async def _faults(source: System, queries: Mapping[str, sa.Select[Any]]) -> list[Fault]:
    """Each query gives one column of names, one row a fault."""
    found = []
    for what, query in queries.items():
        rows = await source.rows(query.limit(SHOWN + 1))
        if rows:
            count = len(rows)
            if count > SHOWN:
                count = int(await source.scalar(sa.select(sa.func.count()).select_from(query.subquery())))
            found.append(Fault(what, count, [str(row[0]) for row in rows[:SHOWN]]))
    return found


async def pointer_faults(source: System) -> list[Fault]:
    """Items and the editions they point at."""
    live, working = edition.alias(), edition.alias()
    heads = (
        sa.select(item.c.id)
        .outerjoin(live, live.c.id == item.c.live_edition_id)
        .outerjoin(working, working.c.id == item.c.working_edition_id)
        .order_by(item.c.id)
    )
    own = sa.select(item.c.id).join(edition, edition.c.item_id == item.c.id).order_by(item.c.id)
    explained = sa.exists().where(unpublishing.c.item_id == item.c.id)
    return await _faults(source, {
        "items whose live edition is missing, not live or another item's": heads.where(
            item.c.live_edition_id.is_not(None), _is_wrong(live, (EditionState.LIVE.value,))
        ),
        "items whose working edition is missing, no longer worked on or another item's": heads.where(
            item.c.working_edition_id.is_not(None), _is_wrong(working, WORKING_STATES)
        ),
        "items that do not point at their live edition": own.where(
            edition.c.state == EditionState.LIVE.value, item.c.live_edition_id.is_distinct_from(edition.c.id)
        ),
        "items that do not point at their working edition": own.where(
            edition.c.state.in_(WORKING_STATES), item.c.working_edition_id.is_distinct_from(edition.c.id)
        ),
        "items without the live edition their state needs": heads.where(
            item.c.state.in_((*LIVE_STATES, *_UNPUBLISHED)), item.c.live_edition_id.is_(None)
        ),
        "drafts with a live edition": heads.where(
            item.c.state == State.DRAFT.value, item.c.live_edition_id.is_not(None)
        ),
        "unpublished items without an explanation": heads.where(item.c.state.in_(_UNPUBLISHED), ~explained),
    })  # fmt: skip


def _is_wrong(one: Any, states: Iterable[str]) -> sa.ColumnElement[bool]:
    return sa.or_(one.c.id.is_(None), one.c.item_id != item.c.id, one.c.state.not_in(list(states)))


async def version_faults(source: System) -> list[Fault]:
    """`item.version` against the log; a last change below the floor is no longer there to compare."""
    newest = sa.select(sa.func.max(change.c.position))
    newest = newest.where(change.c.item_id == item.c.id, change.c.scope == "public").correlate(item)
    position, floor = newest.scalar_subquery(), sa.select(sa.func.min(log_state.c.floor)).scalar_subquery()
    below = sa.and_(position.is_(None), item.c.version <= sa.func.coalesce(floor, 0))
    unknown = sa.select(change.c.item_id).distinct()
    return await _faults(source, {
        "items whose version is not their last position": sa.select(item.c.id)
        .where(item.c.version != sa.func.coalesce(position, 0), ~below)
        .order_by(item.c.id),
        "items the log names and nobody has": unknown.where(
            ~sa.exists().where(item.c.id == change.c.item_id)
        ).order_by(change.c.item_id),
    })  # fmt: skip


async def log_faults(source: System) -> list[Fault]:
    """Positions. On SQLite one writer owns every number, so that a gap is a row that was taken out."""
    states = await source.rows(sa.select(log_state))
    if len(states) != 1 or not states[0].epoch:
        return [Fault("the log has no single epoch and floor", 1, [str(len(states))])]
    floor, given = states[0].floor, await last_given(source)
    queries = {
        "positions at or below the floor": sa.select(change.c.position).where(change.c.position <= floor),
        "positions above the last one given": sa.select(change.c.position).where(change.c.position > given),
    }
    if source.dialect == "sqlite":
        before = change.alias()
        has_before = sa.exists().where(before.c.position == change.c.position - 1)
        queries["positions missing before"] = sa.select(change.c.position).where(
            change.c.position > floor + 1, ~has_before
        )
    found = await _faults(source, {what: query.order_by(change.c.position) for what, query in queries.items()})
    last = int(await source.scalar(sa.select(sa.func.max(change.c.position))) or 0)
    if source.dialect == "sqlite" and max(last, floor) < given:
        found.append(Fault("positions missing at the end, after", 1, [str(last)]))
    return found


async def link_faults(source: System) -> list[Fault]:
    target = item.alias()
    ends = sa.select(link.c.item_id).distinct().order_by(link.c.item_id)
    return await _faults(source, {
        "items with links that wait for what has arrived": ends.where(link.c.target_id.is_(None)).join(
            target, sa.and_(target.c.source == link.c.target_source, target.c.source_id == link.c.target_source_id)
        ),
        "items with links to what does not exist": ends.where(
            link.c.target_id.is_not(None), ~sa.exists().where(target.c.id == link.c.target_id)
        ),
        "items with links of another item's edition": ends.join(edition, edition.c.id == link.c.edition_id).where(
            edition.c.item_id != link.c.item_id
        ),
    })  # fmt: skip


async def arrived(source: Transaction, limit: int) -> list[tuple[str, str, str]]:
    """(id, source, source_id) of items that links still wait for."""
    query = (
        sa.select(item.c.id, item.c.source, item.c.source_id)
        .distinct()
        .join(link, sa.and_(link.c.target_source == item.c.source, link.c.target_source_id == item.c.source_id))
        .where(link.c.target_id.is_(None))
        .limit(limit)
    )
    return [(row.id, row.source, row.source_id) for row in await source.rows(query)]


async def media_faults(source: System) -> list[Fault]:
    """Assets whose object has no row."""
    table = details[Kind.MEDIA_ASSET]
    query = sa.select(edition.c.item_id).distinct().join(table, table.c.edition_id == edition.c.id)
    known = sa.exists().where(media_object.c.object_key == table.c.object_key)
    lost = query.where(table.c.object_key.is_not(None), ~known).order_by(edition.c.item_id)
    return await _faults(source, {"assets whose object is unknown": lost})


async def known_objects(source: System, keys: Sequence[str]) -> set[str]:
    query = sa.select(media_object.c.object_key).where(media_object.c.object_key.in_(keys))
    return {row.object_key for row in await source.rows(query)}


async def item_count(source: System) -> int:
    return int(await source.scalar(sa.select(sa.func.count()).select_from(item)))


async def edition_count(source: System) -> int:
    return int(await source.scalar(sa.select(sa.func.count()).select_from(edition)))


async def editions(source: System, after: str, limit: int) -> Rows:
    """Editions by id with their body, and what their item says, each column of it as `item_…`."""
    query = _with_head().order_by(edition.c.id).limit(limit)
    return await source.rows(query.where(edition.c.id > after) if after else query)


async def shown_editions(tx: Transaction, ids: Iterable[str]) -> Rows:
    """As `editions`: those that the public sees, or will see, of these items."""
    query = _with_head().where(item.c.id.in_(sorted(set(ids))), edition.c.id == item.c.live_edition_id)
    return await tx.rows(query.where(item.c.state.in_(LIVE_STATES)).order_by(item.c.id))


def _with_head() -> sa.Select[Any]:
    head = (one.label(f"item_{one.name}") for one in _HEAD)
    query = sa.select(edition, edition_body.c.html, edition_body.c.text, *head)
    query = query.join(item, item.c.id == edition.c.item_id)
    return query.outerjoin(edition_body, edition_body.c.edition_id == edition.c.id)


_HEAD = (
    item.c.kind, item.c.state, item.c.unit_id, item.c.live_edition_id, item.c.publicity, item.c.audience_key,
    item.c.visible_from, item.c.visible_until, item.c.sort_at, item.c.updated_at,
)  # fmt: skip


async def links_of(source: System | Transaction, ids: Sequence[str]) -> Rows:
    query = sa.select(link).where(link.c.edition_id.in_(ids))
    return await source.rows(query.order_by(link.c.edition_id, link.c.order_no))


async def listed(source: System | Transaction, ids: Sequence[str]) -> Rows:
    """Listing rows of these items with the key of their scope."""
    columns = (listing.c.item_id, listing.c.kind, listing.c.archived, listing.c.sort_at, listing.c.updated_at)
    query = sa.select(*columns, scope.c.key).outerjoin(scope, scope.c.id == listing.c.scope_id)
    return await source.rows(query.where(listing.c.item_id.in_(ids)))


async def wrongly_listed(source: System | Transaction, limit: int) -> list[str]:
    """Items in lists that are neither live nor archived, or do not exist."""
    query = sa.select(listing.c.item_id).distinct().outerjoin(item, item.c.id == listing.c.item_id)
    query = query.where(sa.or_(item.c.id.is_(None), item.c.state.not_in(LIVE_STATES)))
    return [row.item_id for row in await source.rows(query.order_by(listing.c.item_id).limit(limit))]


async def open_due(source: System | Transaction, ids: Sequence[str]) -> Rows:
    """What is still to happen to these items."""
    query = sa.select(due.c.item_id, due.c.edition_id, due.c.task, due.c.due_at)
    return await source.rows(query.where(due.c.item_id.in_(ids), due.c.done_at.is_(None)))


async def followers(source: System | Transaction) -> Rows:
    """Followers by name with the number of their failures."""
    failed = sa.select(sa.func.count()).where(follower_failure.c.name == follower.c.name).scalar_subquery()
    return await source.rows(sa.select(follower, failed.label("failures")).order_by(follower.c.name))


async def forget_failures_after(tx: Transaction, name: str, position: int) -> None:
    """What is replayed fails anew, if it still does."""
    mine = (follower_failure.c.name == name, follower_failure.c.position > position)
    await tx.run(sa.delete(follower_failure).where(*mine))

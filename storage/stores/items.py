"""Items and editions: locking, inserting in batches, reading heads. Statements are constant a batch, not a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from hub.vocabulary.enums import EditionState, Kind, State
from storage.database import Editorial, Reader, Statements, System, Transaction, in_parts
from storage.expression_sql import to_sql
from storage.tables import details, edition, edition_body, finding, item, link, placement, section, unpublishing

Rows = Sequence[sa.Row[Any]]

HEAD = (
    item.c.id, item.c.kind, item.c.unit_id, item.c.site_id, item.c.state, item.c.lock_version, item.c.version,
    item.c.live_edition_id, item.c.working_edition_id, item.c.sort_at, item.c.visible_from, item.c.visible_until,
    item.c.first_published_at, item.c.updated_at, item.c.source, item.c.source_id,
)  # fmt: skip
"""What every read of an item brings along."""
EDITION = (
    edition.c.id.label("edition_id"),
    edition.c.number,
    edition.c.state.label("edition_state"),
    edition.c.title,
    edition.c.summary,
    edition.c.source_name,
    edition.c.source_url,
    edition.c.author,
    edition.c.language,
    edition.c.made_on,
    edition.c.published_at,
    edition.c.went_live_at,
    edition.c.embargo_at,
    edition.c.expires_at,
    edition.c.audience,
    edition.c.publicity,
    edition.c.keywords,
    edition.c.change_note,
    edition.c.change_scale,
    edition.c.content_hash,
)
WORKING_STATES = (EditionState.DRAFT, EditionState.IN_REVIEW, EditionState.APPROVED, EditionState.SCHEDULED)


def live_rows() -> sa.Select[Any]:
    """Items with their live edition; the caller adds a `Reader`'s condition."""
    return sa.select(*HEAD, *EDITION).join(edition, edition.c.id == item.c.live_edition_id)


async def visible(reader: Reader, ids: Iterable[str], *, addressable: bool = False) -> Rows:
    """The items of these ids that the reader may see, with their live edition; in no order."""
    seen = reader.sight.addressable if addressable else reader.sight.listed
    return await reader.rows(live_rows().where(item.c.id.in_(sorted(set(ids))), to_sql(seen)))


async def visible_where(reader: Reader, ids: Iterable[str], condition: Any) -> Rows:
    """As `visible`, and also answering a further expression."""
    return await reader.rows(
        live_rows().where(item.c.id.in_(sorted(set(ids))), to_sql(reader.sight.listed), to_sql(condition))
    )


async def unpublishings(reader: Reader, ids: Iterable[str]) -> Rows:
    """Explanations of items the reader may address."""
    query = sa.select(unpublishing).join(item, item.c.id == unpublishing.c.item_id)
    return await reader.rows(query.where(item.c.id.in_(sorted(set(ids))), to_sql(reader.sight.addressable)))


async def editorial_item(reader: Editorial, item_id: str) -> sa.Row[Any] | None:
    query = sa.select(*HEAD, item.c.created_at).where(item.c.id == item_id)
    if reader.units is not None:
        query = query.where(item.c.unit_id.in_(sorted(reader.units)))
    return await reader.first(query)


async def editorial_editions(reader: Editorial, item_id: str, limit: int = 100) -> Rows:
    """Editions of an item the reader may edit, newest first."""
    query = sa.select(*HEAD, *EDITION).join(edition, edition.c.item_id == item.c.id).where(item.c.id == item_id)
    if reader.units is not None:
        query = query.where(item.c.unit_id.in_(sorted(reader.units)))
    return await reader.rows(query.order_by(edition.c.number.desc()).limit(limit))


async def heads(source: System | Transaction, ids: Iterable[str]) -> dict[str, sa.Row[Any]]:
    """Items by id with their live edition if they have one, whatever their state."""
    query = sa.select(item, *EDITION[:1], *EDITION[3:]).outerjoin(edition, edition.c.id == item.c.live_edition_id)
    return {row.id: row for row in await source.rows(query.where(item.c.id.in_(sorted(set(ids)))))}


async def lock(tx: Transaction, ids: Iterable[str]) -> dict[str, sa.Row[Any]]:
    """Locks the items in id order, so that two batches never wait for each other in a ring."""
    query = sa.select(item).where(item.c.id.in_(sorted(set(ids)))).order_by(item.c.id).with_for_update()
    return {row.id: row for row in await tx.rows(query)}


async def by_sources(
    source: Statements | Transaction, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], sa.Row[Any]]:
    """Id, row hash, state and owner of the items that came under these (source, source_id)."""
    wanted: dict[str, list[str]] = {}
    for name, key in keys:
        wanted.setdefault(name, []).append(key)
    found: dict[tuple[str, str], sa.Row[Any]] = {}
    columns = (item.c.id, item.c.source, item.c.source_id, item.c.row_hash, item.c.state, item.c.kind)
    for name, ids in wanted.items():
        for part in in_parts(sorted(set(ids))):
            query = sa.select(*columns).where(item.c.source == name, item.c.source_id.in_(part))
            found.update({(row.source, row.source_id): row for row in await source.rows(query)})
    return found


async def insert_items(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await tx.run(sa.insert(item), list(rows))


async def update_items(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows carry `id` and the columns to set, the same ones in each; the lock version grows by one."""
    if not rows:
        return
    columns = [name for name in rows[0] if name != "id"]
    change = sa.update(item).where(item.c.id == sa.bindparam("b_id"))
    change = change.values(
        lock_version=item.c.lock_version + 1, **{name: sa.bindparam(f"b_{name}") for name in columns}
    )
    await tx.run(change, [{f"b_{name}": value for name, value in row.items()} for row in rows])


async def next_numbers(tx: Transaction, ids: Iterable[str]) -> dict[str, int]:
    """The number of the next edition of each item that has any."""
    query = sa.select(edition.c.item_id, sa.func.max(edition.c.number).label("top"))
    query = query.where(edition.c.item_id.in_(sorted(set(ids)))).group_by(edition.c.item_id)
    return {row.item_id: row.top + 1 for row in await tx.rows(query)}


async def edition_numbers(tx: Transaction, ids: Iterable[str]) -> dict[str, int]:
    query = sa.select(edition.c.id, edition.c.number).where(edition.c.id.in_(sorted(set(ids))))
    return {row.id: row.number for row in await tx.rows(query)}


async def set_edition_state(tx: Transaction, ids: Sequence[str], state: EditionState) -> None:
    if ids:
        await tx.run(sa.update(edition).where(edition.c.id.in_(sorted(ids))).values(state=state.value))


async def mark_live(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows: id, published_at, went_live_at, approval_basis, change_note, change_scale."""
    if not rows:
        return
    columns = [name for name in rows[0] if name != "id"]
    change = sa.update(edition).where(edition.c.id == sa.bindparam("b_id"))
    change = change.values(state=EditionState.LIVE.value, **{name: sa.bindparam(f"b_{name}") for name in columns})
    await tx.run(change, [{f"b_{name}": value for name, value in row.items()} for row in rows])


async def insert_editions(
    tx: Transaction,
    editions: Sequence[Mapping[str, Any]],
    bodies: Sequence[Mapping[str, Any]],
    detail_rows: Mapping[Kind, Sequence[Mapping[str, Any]]],
    links: Sequence[Mapping[str, Any]],
    placements: Sequence[Mapping[str, Any]],
    findings: Sequence[Mapping[str, Any]],
) -> None:
    """Everything an edition consists of, one statement a table."""
    if not editions:
        return
    await tx.run(sa.insert(edition), list(editions))
    await tx.run(sa.insert(edition_body), list(bodies))
    for kind, rows in detail_rows.items():
        await tx.run(sa.insert(details[kind]), list(rows))
    for table, rows_ in ((link, links), (placement, placements), (finding, findings)):
        if rows_:
            await tx.run(sa.insert(table), list(rows_))


async def delete_working(tx: Transaction, edition_id: str, kind: Kind) -> None:
    """Removes a working edition that is about to be written anew. One that was ever live is refused by its state."""
    deletable = sa.select(edition.c.id).where(edition.c.id == edition_id, edition.c.state.in_(WORKING_STATES))
    for table in (edition_body, details[kind], link, placement, finding):
        await tx.run(sa.delete(table).where(table.c.edition_id.in_(deletable)))
    await tx.run(sa.delete(edition).where(edition.c.id.in_(deletable)))


async def write_unpublishing(tx: Transaction, row: Mapping[str, Any]) -> None:
    await tx.run(sa.delete(unpublishing).where(unpublishing.c.item_id == row["item_id"]))
    await tx.run(sa.insert(unpublishing), [dict(row)])


async def clear_unpublishing(tx: Transaction, item_id: str) -> None:
    await tx.run(sa.delete(unpublishing).where(unpublishing.c.item_id == item_id))


async def edition_parts(source: Statements | Transaction, edition_id: str, kind: Kind) -> dict[str, Any]:
    """All that one edition consists of: five statements."""
    row = await source.first(sa.select(edition, edition_body.c.html, edition_body.c.text)
                             .join(edition_body, edition_body.c.edition_id == edition.c.id)
                             .where(edition.c.id == edition_id))  # fmt: skip
    table = details[kind]
    detail = await source.first(sa.select(table).where(table.c.edition_id == edition_id))
    links = await source.rows(sa.select(link).where(link.c.edition_id == edition_id).order_by(link.c.order_no))
    placed = sa.select(placement).where(placement.c.edition_id == edition_id).order_by(placement.c.order_no)
    return {"edition": row, "details": detail, "links": links, "placements": await source.rows(placed)}


async def bodies(source: Statements, editions: Iterable[str]) -> Rows:
    return await source.rows(sa.select(edition_body).where(edition_body.c.edition_id.in_(sorted(set(editions)))))


async def details_of(source: Statements, kind: Kind, editions: Iterable[str]) -> Rows:
    table = details[kind]
    return await source.rows(sa.select(table).where(table.c.edition_id.in_(sorted(set(editions)))))


async def placements_of(source: Statements, editions: Iterable[str]) -> Rows:
    """Placements with their section's row, in order."""
    query = sa.select(placement.c.edition_id, section).join(section, section.c.id == placement.c.section_id)
    query = query.where(placement.c.edition_id.in_(sorted(set(editions))))
    return await source.rows(query.order_by(placement.c.edition_id, placement.c.order_no))


async def findings_of(source: Editorial, editions: Iterable[str]) -> Rows:
    query = sa.select(finding).where(finding.c.edition_id.in_(sorted(set(editions))))
    return await source.rows(query.order_by(finding.c.edition_id, finding.c.order_no))


async def counts_by_kind(reader: Reader, limit: int) -> dict[str, int]:
    """Visible items of each kind, counted to `limit` at the most."""
    seen = to_sql(reader.sight.listed)
    parts = [
        sa.select(sa.literal(kind.value).label("kind"), sa.func.count().label("number")).select_from(
            sa.select(sa.literal(1)).select_from(item).where(item.c.kind == kind.value, seen).limit(limit).subquery()
        )
        for kind in Kind
    ]
    return {row.kind: row.number for row in await reader.rows(sa.union_all(*parts))}


LIVE_STATES = (State.LIVE.value, State.ARCHIVED.value)


def detail_columns(kind: Kind) -> list[str]:
    return [column.name for column in details[kind].columns if column.name != "edition_id"]

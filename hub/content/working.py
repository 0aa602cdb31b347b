"""Writing a draft that comes from an import: a new item, or a new working edition of a known one."""

from __future__ import annotations

from hub.access import Actor
from hub.content.release import EditionRows, Release, resolve_targets
from hub.vocabulary.enums import EditionState, State
from storage.change_log import NewAudit
from storage.database import Transaction
from storage.stores import items, links


async def write_draft(tx: Transaction, actor: Actor, one: Release) -> None:
    number = 1
    if one.head is None:
        await items.insert_items(tx, [draft_head(tx, one)])
        await links.resolve_waiting(tx, [(one.item_id, one.source, one.source_id)])
    else:
        if one.head.working_edition_id:
            await items.delete_working(tx, one.head.working_edition_id, one.kind)
        number = (await items.next_numbers(tx, [one.item_id])).get(one.item_id, 1)
        changed = {"id": one.item_id, "working_edition_id": one.edition_id, "row_hash": one.row_hash}
        await items.update_items(tx, [changed])
    await write_working(tx, actor, one, number)
    tx.audits.append(NewAudit(one.unit_id, actor.id, one.audit_verb, one.item_id, one.edition_id, one.digest, tx.now))


async def write_working(tx: Transaction, actor: Actor, one: Release, number: int) -> None:
    # a link to what has arrived before resolves now: `resolve_waiting` only knows what arrives later
    rows = EditionRows()
    rows.add(tx, one, actor.id, number, EditionState.DRAFT, await resolve_targets(tx, [one]))
    await rows.insert(tx)


def draft_head(tx: Transaction, one: Release) -> dict[str, object]:
    """The row of an item that has never been public."""
    return {
        "id": one.item_id,
        "kind": one.kind.value,
        "unit_id": one.unit_id,
        "site_id": one.site_id,
        "state": State.DRAFT.value,
        "lock_version": 1,
        "version": 0,
        "live_edition_id": None,
        "working_edition_id": one.edition_id,
        "publicity": one.content.publicity.value,
        "audience_key": "",
        "visible_from": 0,
        "visible_until": 0,
        "sort_at": 0,
        "first_published_at": None,
        "updated_at": tx.now,
        "created_at": tx.now,
        "source": one.source,
        "source_id": one.source_id or one.item_id,
        "row_hash": one.row_hash,
    }

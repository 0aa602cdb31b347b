"""Things that fall due: an embargo ends, an expiry comes, a validity turns. Time in the visibility expression already
shows or hides content to the second; these jobs write the change rows that tell consumers (design §4)."""

from __future__ import annotations

from typing import Any

from hub import changes
from hub.content.facets import sets_of
from hub.content.release import Release, is_visible, visible_tuples, write_listings
from hub.content.stored import content_of
from hub.vocabulary.clock import SECOND, Instant
from hub.vocabulary.enums import Kind, State, Verb
from storage.change_log import FacetTuple, NewAudit, NewChange
from storage.database import Database, Transaction
from storage.stores import due, items, structure

LEASE = 60 * SECOND
BATCH = 100
ACTOR = "hub:due"
VERBS = {"visible": Verb.BECAME_VISIBLE, "expired": Verb.EXPIRED, "validity": Verb.MOVED}


async def run_due(database: Database, now: Instant, worker: str) -> int:
    """Claims what is due and settles each in the transaction that finishes it. Returns how many there were."""
    async with database.transaction(now) as tx:
        rows = await due.claim(tx, now, worker, Instant(now + LEASE), BATCH)
    for row in rows:
        async with database.transaction(now) as tx:
            await _settle(tx, row)
            await due.finish(tx, [row.id])
    return len(rows)


async def _settle(tx: Transaction, row: Any) -> None:
    head = (await items.lock(tx, [row.item_id])).get(row.item_id)
    if head is None or head.live_edition_id != row.edition_id or head.state not in items.LIVE_STATES:
        return  # another edition or state has taken over, and wrote its own change
    kind = Kind(head.kind)
    content = await content_of(tx, head.live_edition_id, kind)
    one = Release(
        head.id, kind, head.unit_id, content, VERBS[row.task], row.task, edition_id=head.live_edition_id, head=head,
        state=State(head.state),
    )  # fmt: skip
    ancestry = await structure.ancestry(tx, content.sections)
    sets = sets_of(kind, head.unit_id, content, ancestry, tx.now)
    after = changes.facet_tuple(kind.value, sets)
    shown = is_visible(head.state, head.publicity, head.visible_from, head.visible_until, tx.now)
    before = await _before(tx, one, row.task, after)
    if row.task == "validity":
        await write_listings(tx, [one], {head.id: sets})
    linked = sorted({link.target_id for link in content.links if link.target_id})
    tx.changes.append(
        NewChange(head.id, kind.value, one.verb, head.live_edition_id, before, after if shown else None, linked)
    )
    audit = NewAudit(head.unit_id, ACTOR, row.task, head.id, head.live_edition_id, one.digest, tx.now)
    tx.audits.append(audit)


async def _before(tx: Transaction, one: Release, task: str, after: FacetTuple) -> list[FacetTuple]:
    if task == "visible":
        return []
    if task == "expired":
        return [after]
    return (await visible_tuples(tx, [one])).get(one.item_id, [])

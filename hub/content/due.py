"""Things that fall due: an embargo ends, an expiry comes, a validity turns. Time in the visibility expression already
shows or hides content to the second; these jobs write the change rows that tell consumers (design §4)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from hub import changes
from hub.access import operator
from hub.content.facets import sets_of
from hub.content.release import Release, is_visible, visible_tuples, write_listings
from hub.content.stored import content_of
from hub.content.structure import SECTION_MOVED, rewrite_moved
from hub.vocabulary.clock import DAY, SECOND, Instant
from hub.vocabulary.enums import Kind, State, Verb
from storage.change_log import NewAudit, NewChange
from storage.database import Database, Transaction
from storage.stores import due, items, keys, links, structure

LEASE = 60 * SECOND
BATCH = 100
ACTOR = "hub:due"
log = logging.getLogger("hub.due")
VERBS = {"visible": Verb.BECAME_VISIBLE, "expired": Verb.EXPIRED, "validity": Verb.MOVED}


async def run_due(database: Database, now: Instant, worker: str) -> int:
    """Claims what is due and settles it. Returns how many there were; what fails is tried again after its lease."""
    async with database.transaction(now) as tx:
        rows = await due.claim(tx, now, worker, Instant(now + LEASE), BATCH)
    await settle_claimed(database, now, worker, rows)
    return len(rows)


async def settle_claimed(database: Database, now: Instant, worker: str, rows: Sequence[Any]) -> None:
    """Settles each row in the transaction that finishes it, so that a crash neither loses nor repeats one.

    A row is left alone when its lease went to somebody else, or a later change of the item replaced it. One that
    fails does not hold up the others.
    """
    for row in rows:
        try:
            if row.task == SECTION_MOVED:
                await rewrite_moved(database, now, operator(ACTOR), row.item_id)
                continue
            async with database.transaction(now) as tx:
                if await due.finish(tx, row.id, worker):
                    await _settle(tx, row)
        except Exception:
            log.exception("settling what is due failed", extra={"item_id": row.item_id, "task": row.task})


async def tidy(database: Database, now: Instant) -> None:
    """Forgets what has served: settled rows after a week, answers kept for idempotent requests after a month."""
    async with database.transaction(now) as tx:
        await due.forget_done(tx, Instant(now - 7 * DAY))
        await keys.forget_before(tx, Instant(now - 30 * DAY))


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
    before = [] if row.task == "visible" else (await visible_tuples(tx, [one])).get(head.id, [])
    if row.task == "validity":
        await write_listings(tx, [one], {head.id: sets}, updated_at=head.updated_at)
    linked = sorted({row.target_id for row in await links.targets_of(tx, [head.live_edition_id])})
    tx.changes.append(
        NewChange(head.id, kind.value, one.verb, head.live_edition_id, before, after if shown else None, linked)
    )
    audit = NewAudit(head.unit_id, ACTOR, row.task, head.id, head.live_edition_id, one.digest, tx.now)
    tx.audits.append(audit)

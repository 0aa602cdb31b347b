"""The edge of a mutation: one request is one transaction; a refusal is audited in one of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from hub.access import Actor
from hub.vocabulary.clock import Instant
from hub.vocabulary.errors import IdempotencyMismatch, InvalidInput, Refusal, Unauthenticated
from hub.vocabulary.ids import is_id
from storage.change_log import NewAudit
from storage.database import Database, Transaction
from storage.stores import items, keys

NO_UNIT = "00000000-0000-0000-0000-000000000000"
"""The audit chain of refusals that concern no unit: somebody without a key asked for something that does not exist."""
MAX_KEY = 200

Act = Callable[[Transaction], Awaitable[str]]
"""Does the work and returns the id of what it wrote."""


async def perform(
    database: Database,
    actor: Actor,
    now: Instant,
    act: Act,
    *,
    verb: str,
    request: Any,
    subject_id: str | None = None,
    idempotency_key: str | None = None,
) -> str:
    """Commits what `act` wrote and returns its id; the same key and request again return the same id and write nothing.

    Raises the `Refusal` of the action after it was audited; `IdempotencyMismatch` for a key used for another request.
    """
    try:
        async with database.transaction(now) as tx:
            return await _once(tx, actor, act, verb, request, idempotency_key)
    except Unauthenticated:
        raise  # somebody without a key must not be able to make the audit grow
    except Refusal as refusal:
        await _audit_refusal(database, actor, now, verb, subject_id, refusal)
        raise


async def _once(tx: Transaction, actor: Actor, act: Act, verb: str, request: Any, key: str | None) -> str:
    if key is None:
        return await act(tx)
    if not 0 < len(key) <= MAX_KEY:
        raise InvalidInput(f"An idempotency key has 1 to {MAX_KEY} characters.", field="idempotencyKey")
    said = hashlib.sha256(orjson.dumps([verb, request], option=orjson.OPT_SORT_KEYS)).hexdigest()
    known = await keys.remembered(tx, actor.id, key)
    if known is not None:
        if known.request_hash != said:
            raise IdempotencyMismatch("This idempotency key was used for another request.", field="idempotencyKey")
        return str(known.answer)
    written = await act(tx)
    await keys.remember(tx, actor.id, key, said, written)
    return written


async def _audit_refusal(
    database: Database, actor: Actor, now: Instant, verb: str, subject_id: str | None, refusal: Refusal
) -> None:
    async with database.transaction(now) as tx:
        subject = subject_id if subject_id and is_id(subject_id) else None
        unit_id = actor.unit_id or NO_UNIT
        if subject is not None:
            head = (await items.heads(tx, [subject])).get(subject)
            unit_id = head.unit_id if head is not None else unit_id
        detail = {"code": refusal.code, "field": refusal.field}
        tx.audits.append(NewAudit(unit_id, actor.id, f"refused:{verb}"[:40], subject, None, "", now, detail))

"""Program keys: made once, shown once, hashed at rest; signing in is one statement."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from typing import Any

from hub.access import ANONYMOUS, PUBLIC, Actor, permissions_from
from hub.vocabulary.clock import Instant
from hub.vocabulary.errors import InvalidInput, NotFound, Unauthenticated
from hub.vocabulary.ids import new_id
from storage.change_log import NewAudit
from storage.database import Statements, Transaction
from storage.stores import keys, structure

PREFIX = "hub_"


def key_hash(secret: str) -> str:
    """SHA-256: the secret has 256 random bits, so that a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def create_key(
    tx: Transaction,
    operator: Actor,
    *,
    name: str,
    unit_code: str,
    verbs: Iterable[str],
    audience: Iterable[str] = (),
    site_codes: Iterable[str] = (),
    expires_at: Instant | None = None,
) -> str:
    """Returns the secret, which is not stored. Raises `NotFound` for a unit or site, `InvalidInput` for a verb."""
    unit = next(iter(await structure.by_codes(tx, "unit", [unit_code])), None)
    if unit is None:
        raise NotFound(f"There is no unit with code “{unit_code}”.", hint="List them: hub units")
    wanted = sorted(set(site_codes))
    sites = await structure.by_codes(tx, "site", wanted)
    if len(sites) != len(wanted):
        raise NotFound(f"There is no site with code “{sorted(set(wanted) - {row.code for row in sites})[0]}”.")
    verbs = sorted(set(verbs))
    _known(verbs)
    secret = PREFIX + secrets.token_urlsafe(32)
    row: dict[str, Any] = {
        "id": new_id(),
        "prefix": secret[:12],
        "key_hash": key_hash(secret),
        "name": name,
        "unit_id": unit.id,
        "verbs": verbs,
        "sites": [site.id for site in sites],
        "audience": sorted(set(audience)),
        "expires_at": expires_at,
        "revoked_at": None,
        "created_at": tx.now,
    }
    await keys.insert(tx, row)
    detail = {"prefix": row["prefix"], "name": name, "verbs": verbs}
    tx.audits.append(NewAudit(unit.id, operator.id, "create_key", None, None, "", tx.now, detail))
    return secret


async def revoke_key(tx: Transaction, operator: Actor, prefix: str) -> None:
    found = await keys.revoke(tx, prefix, tx.now)
    if found is None:
        raise NotFound(f"There is no key that begins with “{prefix}”.", hint="List them: hub keys list")
    tx.audits.append(NewAudit(found.unit_id, operator.id, "revoke_key", None, None, "", tx.now, {"prefix": prefix}))


async def sign_in(source: Statements, authorization: str | None, now: Instant) -> Actor:
    """The actor of an Authorization header; no header is anonymous. Raises `Unauthenticated`."""
    if not authorization:
        return ANONYMOUS
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer" or not secret.startswith(PREFIX):
        raise Unauthenticated("The Authorization header does not carry a key of this hub.")
    row = await keys.sign_in(source, key_hash(secret.strip()), now)
    if row is None:
        raise Unauthenticated("The key is unknown, revoked or expired.")
    return Actor(
        id=f"key:{row.prefix}",
        name=row.name,
        labels=frozenset((PUBLIC, *row.audience)),
        unit_id=row.unit_id,
        units=row.units,
        permissions=permissions_from(row.verbs),
        sites=row.own_sites | frozenset(row.sites),
    )


def _known(verbs: list[str]) -> None:
    try:
        permissions_from(verbs)
    except KeyError as error:
        hint = "For example content.*, content.publish, structure.edit"
        raise InvalidInput(f"“{error.args[0]}” is not a right.", field="verbs", hint=hint) from error

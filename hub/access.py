"""Who may see and who may do what. Builds the one visibility expression; nothing else decides it (design §2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from hub.vocabulary.clock import Instant
from hub.vocabulary.enums import Publicity, State
from hub.vocabulary.errors import Forbidden, Unauthenticated
from hub.vocabulary.expression import After, And, Before, Equals, Expression, overlaps
from storage.database import Sight

PUBLIC = "public"
"""The audience label everybody carries."""


class Permission(StrEnum):
    """Declared at the action; a key names those it carries, or a family such as `content.*`."""

    CONTENT_READ_DRAFT = "content.read_draft"
    CONTENT_CREATE = "content.create"
    CONTENT_UPDATE = "content.update"
    CONTENT_PUBLISH = "content.publish"
    CONTENT_CORRECT = "content.correct"
    CONTENT_WITHDRAW = "content.withdraw"
    CONTENT_RESTORE = "content.restore"
    CONTENT_REDIRECT = "content.redirect"
    CONTENT_REMOVE = "content.remove"
    CONTENT_ARCHIVE = "content.archive"
    CONTENT_PLACE = "content.place"
    CONTENT_REPEAL = "content.repeal"
    STRUCTURE_EDIT = "structure.edit"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks: anonymous, a program with a key, or the operator at the command line."""

    id: str
    name: str
    labels: frozenset[str] = frozenset((PUBLIC,))
    """Audience labels carried; content is visible when one of its labels is among them."""
    unit_id: str | None = None
    units: frozenset[str] = frozenset()
    """The unit and all below it."""
    permissions: frozenset[Permission] = frozenset()
    sites: frozenset[str] = frozenset()
    """Sites where it may place; those of its units."""
    is_operator: bool = False

    @property
    def is_anonymous(self) -> bool:
        return self.unit_id is None and not self.is_operator


ANONYMOUS = Actor("anonymous", "anonymous")


def operator(name: str) -> Actor:
    """The person at the command line: named, and not limited."""
    return Actor(f"operator:{name}"[:60], name, permissions=frozenset(Permission), is_operator=True)


def permissions_from(names: Iterable[str]) -> frozenset[Permission]:
    """Resolves names and families (`content.*`, `*`). Raises KeyError with the unknown name."""
    found: set[Permission] = set()
    for name in names:
        family = {one for one in Permission if name == "*" or (name.endswith(".*") and one.startswith(name[:-1]))}
        if not family and name not in set(Permission):
            raise KeyError(name)
        found |= family or {Permission(name)}
    return frozenset(found)


LISTED_STATES = frozenset((State.LIVE, State.ARCHIVED))
ADDRESSABLE_STATES = LISTED_STATES | {State.WITHDRAWN, State.REDIRECTED, State.GONE}


def sight(actor: Actor, now: Instant) -> Sight:
    """What the actor may see at that instant. Time is in it: an embargo holds though no job runs."""
    inside = (
        Equals("publicity", Publicity.PROACTIVE),
        overlaps("audience", actor.labels),
        Before("visible_from", now),
        After("visible_until", now),
    )
    return Sight(
        listed=And((overlaps("state", LISTED_STATES), *inside)),
        addressable=And((overlaps("state", ADDRESSABLE_STATES), *inside)),
    )


def and_also(seen: Expression, *conditions: Expression) -> Expression:
    return And((seen, *conditions))


@dataclass(frozen=True, slots=True)
class Refused:
    """What was refused, for the audit."""

    permission: Permission
    unit_id: str | None
    detail: dict[str, str] = field(default_factory=dict)


def may(actor: Actor, permission: Permission, unit_id: str) -> bool:
    return actor.is_operator or (permission in actor.permissions and unit_id in actor.units)


def require(actor: Actor, permission: Permission, unit_id: str) -> None:
    """Raises `Unauthenticated` for nobody, `Forbidden` for somebody who may not."""
    if actor.is_operator:
        return
    if actor.is_anonymous:
        raise Unauthenticated("This needs a key.")
    if permission not in actor.permissions:
        raise Forbidden(f"The key “{actor.name}” does not carry the right {permission.value}.")
    if unit_id not in actor.units:
        raise Forbidden(f"The key “{actor.name}” is bound to another unit than this content's.")


def require_sites(actor: Actor, sites: Iterable[str]) -> None:
    """Placing into a section of a site that is not the actor's is forbidden."""
    if not actor.is_operator and not set(sites) <= actor.sites:
        raise Forbidden(f"The key “{actor.name}” may not place content on that site.", field="sections")


def draft_units(actor: Actor) -> frozenset[str] | None:
    """Units whose drafts the actor may read; None is all. Raises as `require` does."""
    if actor.is_operator:
        return None
    if actor.is_anonymous:
        raise Unauthenticated("Drafts are for staff.")
    if Permission.CONTENT_READ_DRAFT not in actor.permissions:
        raise Forbidden(f"The key “{actor.name}” does not carry the right {Permission.CONTENT_READ_DRAFT.value}.")
    return actor.units

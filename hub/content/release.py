"""Going live, in batches: the one place where an edition becomes what the public sees.

Used by publish, correct, restore, place, repeal and import alike, with a number of statements that depends on the
tables touched and not on the number of items.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub import changes
from hub.content.checks import findings
from hub.content.drafting import EditionContent
from hub.content.facets import Ancestry, sets_of, sort_instant, validity_turns
from hub.vocabulary.clock import ALWAYS, NEVER, Instant, instant_of_day, local_day
from hub.vocabulary.enums import EditionState, Kind, Publicity, State, Verb
from hub.vocabulary.ids import new_id
from storage.change_log import FacetTuple, NewAudit, NewChange
from storage.database import Transaction
from storage.expression_sql import KIND_CODES, LISTED_FIELDS
from storage.stores import due, items, links, listings, routes, structure

Targets = Mapping[tuple[str, str], str]
"""(source, source_id) → id, for links that name their target so."""


@dataclass(slots=True)
class Release:
    """One item about to show `content` to the public.

    `head` is the item's stored row, or None for a new item, which then needs `source` and `source_id`.
    `edition_id` is a stored working edition when `is_stored`, else it is written here.
    """

    item_id: str
    kind: Kind
    unit_id: str
    content: EditionContent
    verb: Verb
    audit_verb: str
    edition_id: str = field(default_factory=new_id)
    is_stored: bool = False
    head: Any = None
    state: State = State.LIVE
    site_id: str | None = None
    source: str = "hub"
    source_id: str = ""
    row_hash: str | None = None
    change_note: str = ""
    change_scale: str = "minor"
    approval_basis: Mapping[str, Any] | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""
    """Content hash; computed once, when the batch begins."""

    def __post_init__(self) -> None:
        self.digest = self.digest or self.content.hash(self.kind)
        if self.site_id is None and self.head is not None:
            self.site_id = self.head.site_id


async def go_live(tx: Transaction, actor_id: str, releases: Sequence[Release], *, same_edition: bool = False) -> None:
    """Writes editions, heads, listings, addresses, due rows, audit and change rows of the batch.

    `same_edition`: only the item's public state changes; its editions stay as they are.
    """
    known = [one for one in releases if one.head is not None]
    ancestry = await structure.ancestry(tx, (section for one in releases for section in one.content.sections))
    before = await visible_tuples(tx, known)
    touched = await _linked(tx, known)
    await _write_heads(tx, releases)
    targets = await resolve_targets(tx, releases)
    if not same_edition:
        await _write_editions(tx, actor_id, releases, targets)
    sets = {one.item_id: sets_of(one.kind, one.unit_id, one.content, ancestry, tx.now) for one in releases}
    await write_listings(tx, releases, sets)
    await _write_routes(tx, releases, ancestry)
    await due.replace(tx, [one.item_id for one in known], _due_rows(tx, releases), clear=bool(known))
    await links.resolve_waiting(tx, [(one.item_id, one.source, one.source_id) for one in releases if one.head is None])
    for one in releases:
        linked = touched.get(one.item_id, set()) | targets_of(one.content, targets)
        _record(tx, actor_id, one, before.get(one.item_id, []), sets[one.item_id], linked)


def is_visible(state: str, publicity: str, visible_from: int, visible_until: int, now: Instant) -> bool:
    """Whether anybody outside could see it now, whoever they are."""
    in_window = visible_from <= now < visible_until
    return state in items.LIVE_STATES and publicity == Publicity.PROACTIVE and in_window


async def visible_tuples(tx: Transaction, known: Iterable[Release]) -> dict[str, list[FacetTuple]]:
    """What consumers may hold of these items: the `before` of their change rows."""
    seen = [one for one in known if _may_be_held(one.head, tx.now)]
    facets = await listings.facet_sets(tx, [one.item_id for one in seen]) if seen else {}
    found: dict[str, list[FacetTuple]] = {}
    for one in seen:
        sets: dict[str, set[str]] = {"audience": set(one.head.audience_key.split("\n"))}
        for name, value in facets.get(one.item_id, ()):
            sets.setdefault(name, set()).add(value)
        found[one.item_id] = [changes.facet_tuple(one.kind.value, sets)]
    return found


def _may_be_held(head: Any, now: Instant) -> bool:
    """Whether consumers may hold it. An expiry that has come counts as held: until its job has run, the log has not
    said so, and a change that runs before the job would else leave the item with them for ever."""
    return is_visible(head.state, head.publicity, head.visible_from, NEVER, now)


async def _linked(tx: Transaction, known: Sequence[Release]) -> dict[str, set[str]]:
    """Targets of the links that go out of the editions live until now."""
    editions = [one.head.live_edition_id for one in known if one.head.live_edition_id]
    found: dict[str, set[str]] = {}
    if editions:
        for row in await links.targets_of(tx, editions):
            found.setdefault(row.item_id, set()).add(row.target_id)
    return found


def window_of(content: EditionContent) -> tuple[int, int]:
    return content.embargo_at or ALWAYS, content.expires_at or NEVER


def audience_key(content: EditionContent) -> str:
    return "\n".join(content.audience)


async def _write_heads(tx: Transaction, releases: Sequence[Release]) -> None:
    await listings.ensure_audiences(tx, {audience_key(one.content): one.content.audience for one in releases})
    await items.insert_items(tx, [_new_item(tx, one) for one in releases if one.head is None])
    await items.update_items(tx, [_live_columns(tx, one) for one in releases if one.head is not None])
    # one live edition an item: the old one steps down before the new one is written
    old = [one.head.live_edition_id for one in releases if one.head is not None and one.head.live_edition_id]
    current = {one.edition_id for one in releases}
    await items.set_edition_state(tx, [key for key in old if key not in current], EditionState.SUPERSEDED)


def _live_columns(tx: Transaction, one: Release) -> dict[str, Any]:
    visible_from, visible_until = window_of(one.content)
    first = one.head.first_published_at if one.head is not None else None
    working = one.head.working_edition_id if one.head is not None else None
    working = None if working == one.edition_id else working
    return {
        "id": one.item_id,
        "unit_id": one.unit_id,
        "site_id": one.site_id,
        "state": one.state.value,
        "live_edition_id": one.edition_id,
        "working_edition_id": working,
        "publicity": one.content.publicity.value,
        "audience_key": audience_key(one.content),
        "visible_from": visible_from,
        "visible_until": visible_until,
        "sort_at": sort_instant(one.content),
        "first_published_at": first or max(tx.now, visible_from),
        "updated_at": tx.now,
        "row_hash": one.row_hash or (one.head.row_hash if one.head is not None else None),
    }


def _new_item(tx: Transaction, one: Release) -> dict[str, Any]:
    return {
        **_live_columns(tx, one),
        "kind": one.kind.value,
        "lock_version": 1,
        "version": 0,
        "created_at": tx.now,
        "source": one.source,
        "source_id": one.source_id or one.item_id,
    }


async def _write_editions(tx: Transaction, actor_id: str, releases: Sequence[Release], targets: Targets) -> None:
    fresh = [one for one in releases if not one.is_stored]
    numbers = await items.next_numbers(tx, [one.item_id for one in fresh if one.head is not None])
    parts = EditionRows()
    for one in fresh:
        number = numbers.get(one.item_id, 1)
        parts.add(tx, one, actor_id, number, EditionState.LIVE, targets)
    await parts.insert(tx)
    await items.mark_live(tx, [_going_live(tx, one) for one in releases if one.is_stored])


def _going_live(tx: Transaction, one: Release) -> dict[str, Any]:
    return {
        "id": one.edition_id,
        "published_at": one.content.published_at,
        "went_live_at": tx.now,
        "approval_basis": dict(one.approval_basis or {}),
        "change_note": one.change_note,
        "change_scale": one.change_scale,
    }


async def resolve_targets(tx: Transaction, releases: Sequence[Release]) -> Targets:
    """Ids of link targets named by (source, source_id): stored ones and those of this same batch."""
    named = {
        (link.target_source, link.target_source_id)
        for one in releases
        for link in one.content.links
        if link.target_id is None and link.target_source and link.target_source_id
    }
    if not named:
        return {}
    found = {key: row.id for key, row in (await items.by_sources(tx, named)).items()}
    return found | {(one.source, one.source_id): one.item_id for one in releases if one.source_id}


class EditionRows:
    """The rows of several editions, gathered to be inserted a table at a time."""

    def __init__(self) -> None:
        self.editions: list[dict[str, Any]] = []
        self.bodies: list[dict[str, Any]] = []
        self.details: dict[Kind, list[dict[str, Any]]] = {}
        self.links: list[dict[str, Any]] = []
        self.placements: list[dict[str, Any]] = []
        self.findings: list[dict[str, Any]] = []

    def add(
        self,
        tx: Transaction,
        one: Release,
        actor_id: str,
        number: int,
        state: EditionState,
        targets: Targets,
    ) -> None:
        is_live = state is EditionState.LIVE
        self.editions.append(
            {
                **edition_columns(one.content),
                "id": one.edition_id,
                "item_id": one.item_id,
                "number": number,
                "state": state.value,
                "went_live_at": tx.now if is_live else None,
                "change_note": one.change_note,
                "change_scale": one.change_scale,
                "content_hash": one.digest,
                "approval_basis": dict(one.approval_basis) if one.approval_basis else None,
                "created_at": tx.now,
                "created_by": actor_id,
            }
        )
        self.bodies.append({"edition_id": one.edition_id, "html": one.content.html, "text": one.content.text})
        self.details.setdefault(one.kind, []).append(detail_row(one.kind, one.edition_id, one.content))
        self._add_links(one, targets)
        for order, section in enumerate(one.content.sections):
            self.placements.append({"edition_id": one.edition_id, "section_id": section, "order_no": order})
        for order, found in enumerate(findings(one.kind, one.content)):
            self.findings.append(
                {
                    "edition_id": one.edition_id,
                    "order_no": order,
                    "rule": found.rule,
                    "severity": found.severity,
                    "field": found.field,
                    "message": found.message,
                }
            )

    def _add_links(self, one: Release, targets: Targets) -> None:
        for order, link in enumerate(one.content.links):
            named = (link.target_source or "", link.target_source_id or "")
            self.links.append(
                {
                    "edition_id": one.edition_id,
                    "order_no": order,
                    "item_id": one.item_id,
                    "link_type": link.type.value,
                    "target_id": link.target_id or targets.get(named),
                    "target_source": link.target_source,
                    "target_source_id": link.target_source_id,
                }
            )

    async def insert(self, tx: Transaction) -> None:
        await items.insert_editions(
            tx, self.editions, self.bodies, self.details, self.links, self.placements, self.findings
        )


def edition_columns(content: EditionContent) -> dict[str, Any]:
    return {
        "title": content.title,
        "summary": content.summary,
        "source_name": content.source_name,
        "source_url": content.source_url,
        "author": content.author,
        "language": content.language,
        "made_on": content.made_on,
        "published_at": content.published_at,
        "embargo_at": content.embargo_at,
        "expires_at": content.expires_at,
        "audience": list(content.audience),
        "publicity": content.publicity.value,
        "keywords": list(content.keywords),
    }


def detail_row(kind: Kind, edition_id: str, content: EditionContent) -> dict[str, Any]:
    """All columns of the kind's table, so that rows of a batch are alike."""
    return {"edition_id": edition_id, **{name: content.details.get(name) for name in items.detail_columns(kind)}}


async def write_listings(
    tx: Transaction,
    releases: Sequence[Release],
    sets: Mapping[str, Mapping[str, frozenset[str]]],
    *,
    updated_at: int | None = None,
) -> None:
    """Closure rows of what the items say now; `updated_at` where the items' own stays as it was."""
    keys = {one.item_id: listings.scopes_of(sets[one.item_id], LISTED_FIELDS) for one in releases}
    numbers = await listings.ensure_scopes(tx, {key for scopes in keys.values() for key in scopes})
    rows = [
        {
            "scope_id": numbers[key],
            "kind": KIND_CODES[one.kind],
            "archived": int(one.state is State.ARCHIVED),
            "sort_at": sort_instant(one.content),
            "item_id": one.item_id,
            "updated_at": tx.now if updated_at is None else updated_at,
        }
        for one in releases
        for key in keys[one.item_id]
    ]
    known = [one.item_id for one in releases if one.head is not None]
    await listings.replace_rows(tx, known, rows, clear=bool(known))


async def _write_routes(tx: Transaction, releases: Sequence[Release], ancestry: Ancestry) -> None:
    """The first placement on each site gives the address there: the section's path and the item's id."""
    wanted: dict[tuple[str, str], str] = {}
    for one in releases:
        for section in one.content.sections:
            if section in ancestry:
                wanted.setdefault((one.item_id, ancestry[section][0]), section)
    await routes.leave(tx, [place for place in await _stood(tx, releases) if place not in wanted])
    if not wanted:
        return
    paths = {row.id: row.path for row in await structure.by_ids(tx, "section", wanted.values())}
    rows = [
        {
            "site_id": site_id,
            "path": f"{paths[section]}/{item_id}",
            "item_id": item_id,
            "section_id": None,
            "created_at": tx.now,
        }
        for (item_id, site_id), section in wanted.items()
    ]
    await routes.lay(tx, rows, some_exist=any(one.head is not None for one in releases))


async def _stood(tx: Transaction, releases: Sequence[Release]) -> list[tuple[str, str]]:
    """(item, site) of the addresses these items had until now."""
    known = [one.item_id for one in releases if one.head is not None]
    return [(row.item_id, row.site_id) for row in await routes.current(tx, known)] if known else []


def _due_rows(tx: Transaction, releases: Sequence[Release]) -> list[dict[str, Any]]:
    rows = []
    for one in releases:
        visible_from, visible_until = window_of(one.content)
        moments = [("visible", visible_from)] if visible_from > tx.now else []
        if tx.now < visible_until < NEVER:
            moments.append(("expired", visible_until))
        if one.kind is Kind.POLICY_DOCUMENT:
            turns = validity_turns(one.content.details, local_day(tx.now))
            moments += [("validity", instant_of_day(day)) for day in turns]
        rows += [
            {"id": new_id(), "due_at": at, "task": task, "item_id": one.item_id, "edition_id": one.edition_id}
            for task, at in moments
        ]
    return rows


def _record(
    tx: Transaction,
    actor_id: str,
    one: Release,
    before: list[FacetTuple],
    sets: Mapping[str, frozenset[str]],
    linked: set[str],
) -> None:
    visible_from, visible_until = window_of(one.content)
    shown = is_visible(one.state.value, one.content.publicity.value, visible_from, visible_until, tx.now)
    after = changes.facet_tuple(one.kind.value, sets) if shown else None
    tx.changes.append(NewChange(one.item_id, one.kind.value, one.verb, one.edition_id, before, after, sorted(linked)))
    tx.audits.append(
        NewAudit(
            one.unit_id, actor_id, one.audit_verb, one.item_id, one.edition_id, one.digest, tx.now, dict(one.detail)
        )
    )


def targets_of(content: EditionContent, targets: Targets) -> set[str]:
    named = ((link.target_source or "", link.target_source_id or "") for link in content.links)
    found = {targets[key] for key in named if key in targets}
    return found | {link.target_id for link in content.links if link.target_id}

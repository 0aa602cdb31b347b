"""Recomputing from editions what other rows repeat of them: heads, content hashes, lists, addresses, due rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.app.check_result import Check, Progress
from hub.content.drafting import EditionContent
from hub.content.facets import Ancestry, sets_of, sort_instant, validity_turns
from hub.content.release import audience_key, window_of
from hub.content.stored import content_from
from hub.vocabulary.clock import ALWAYS, NEVER, Instant, instant_of_day, local_day
from hub.vocabulary.enums import Kind, State
from storage.database import System, Transaction
from storage.expression_sql import KIND_CODES, LISTED_FIELDS
from storage.stores import checking, documents, exporting, items, listings, routes, structure

PAGE = 100
_VALIDITY = "validity:"
Source = System | Transaction


@dataclass(frozen=True, slots=True)
class Found:
    """A stored edition with its content as it is read."""

    row: Any
    kind: Kind
    content: EditionContent

    @property
    def item_id(self) -> str:
        return str(self.row.item_id)

    @property
    def is_shown(self) -> bool:
        """Whether this is what the public sees, or will see."""
        return self.row.id == self.row.item_live_edition_id and self.row.item_state in items.LIVE_STATES


@dataclass(slots=True)
class EditionChecks:
    heads: Check = field(default_factory=lambda: Check("heads repeat their live edition"))
    hashes: Check = field(default_factory=lambda: Check("content hashes are those of the content", of="editions"))
    lists: Check = field(default_factory=lambda: Check("lists hold what the editions say"))
    addresses: Check = field(default_factory=lambda: Check("placed items have their addresses"))
    dues: Check = field(default_factory=lambda: Check("what is to come has its due row"))

    def all(self) -> tuple[Check, ...]:
        return self.heads, self.hashes, self.lists, self.addresses, self.dues


async def check_editions(system: System, progress: Progress | None = None) -> EditionChecks:
    """Walks all editions by id, some hundred at a time."""
    checks, after, done = EditionChecks(), "", 0
    total = await checking.edition_count(system)
    while rows := await checking.editions(system, after, PAGE):
        checks.hashes.add("editions without a body", (row.id for row in rows if row.html is None))
        found = await contents(system, [row for row in rows if row.html is not None])
        _check_hashes(checks.hashes, found)
        _check_heads(checks.heads, found)
        shown = [one for one in found if one.is_shown]
        await _check_shown(system, checks, shown)
        after, done = rows[-1].id, done + len(rows)
        if progress is not None:
            progress("editions", done, total)
    checks.lists.add("in lists without being live", await checking.wrongly_listed(system, 100_000))
    return checks


async def contents(system: System, rows: Sequence[Any]) -> list[Found]:
    ids = [row.id for row in rows]
    by_kind: dict[Kind, list[str]] = {}
    for row in rows:
        by_kind.setdefault(Kind(row.item_kind), []).append(row.id)
    details = await documents.detail_rows(system, by_kind)
    links = _by_edition(await checking.links_of(system, ids))
    placed = _by_edition(await exporting.placed(system, ids))
    return [
        Found(row, kind, content_from(kind, row, details.get(row.id), links[row.id], placed[row.id]))
        for row in rows
        for kind in [Kind(row.item_kind)]
    ]


def _by_edition(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.edition_id].append(row)
    return found


def _check_hashes(check: Check, found: Sequence[Found]) -> None:
    check.seen += len(found)
    wrong = (one for one in found if one.content.hash(one.kind) != one.row.content_hash)
    check.add("editions whose content is not what was hashed", (f"{one.row.id} of {one.item_id}" for one in wrong))


def _check_heads(check: Check, found: Sequence[Found]) -> None:
    for one in found:
        row, content = one.row, one.content
        if row.id != row.item_live_edition_id:
            continue
        check.seen += 1
        visible_from, visible_until = window_of(content)
        repeated = {
            "publicity": (row.item_publicity, content.publicity.value),
            "audience": (row.item_audience_key, audience_key(content)),
            "window": (_window(row), (visible_from, visible_until)),
            "sort_at": (row.item_sort_at, sort_instant(content)),
        }
        for name, (stored, computed) in repeated.items():
            if stored != computed:
                check.add(f"another {name} than the live edition's", [one.item_id])


def _window(row: Any) -> tuple[int, int]:
    """As stored; what was taken back under embargo is closed for good, and counts as it was."""
    is_closed = row.item_visible_from == NEVER and row.item_state not in items.LIVE_STATES
    return (row.embargo_at or ALWAYS if is_closed else row.item_visible_from), row.item_visible_until


async def _check_shown(system: System, checks: EditionChecks, shown: Sequence[Found]) -> None:
    if not shown:
        return
    ids = [one.item_id for one in shown]
    ancestry = await structure.ancestry(system, (section for one in shown for section in one.content.sections))
    open_due: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for row in await checking.open_due(system, ids):
        open_due[row.item_id].add((row.task, row.due_at))
    await _check_lists(system, checks.lists, shown, ancestry, open_due)
    checks.addresses.add("no current address", await wrong_addresses(system, shown, ancestry))
    missing = (one.item_id for one in shown if missing_due(one, open_due[one.item_id], system.now))
    checks.dues.add("no due row for what is to come", missing)
    for check in (checks.lists, checks.addresses, checks.dues):
        check.seen += len(shown)


async def _check_lists(
    system: System,
    check: Check,
    shown: Sequence[Found],
    ancestry: Ancestry,
    open_due: Mapping[str, set[tuple[str, int]]],
) -> None:
    stored: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    for row in await checking.listed(system, [one.item_id for one in shown]):
        stored[row.item_id].add((row.key, row.kind, row.archived, row.sort_at))
    for one in shown:
        held, computed = stored[one.item_id], listing_keys(one, ancestry, system.now)
        # a day has turned and the job has not run yet: the row that says so is there
        if any(task == "validity" and at <= system.now for task, at in open_due[one.item_id]):
            held, computed = ({key for key in keys if not _is_validity(key)} for keys in (held, computed))
        if held != computed:
            check.add("in other lists than their edition says", [one.item_id])


def listing_keys(one: Found, ancestry: Ancestry, now: Instant) -> set[tuple[Any, ...]]:
    """(scope key, kind, archived, sort instant) of each row the item should be listed by."""
    sets = sets_of(one.kind, one.row.item_unit_id, one.content, ancestry, now)
    archived = int(one.row.item_state == State.ARCHIVED)
    shared = (KIND_CODES[one.kind], archived, sort_instant(one.content))
    return {(key, *shared) for key in listings.scopes_of(sets, LISTED_FIELDS)}


def _is_validity(key: tuple[Any, ...]) -> bool:
    return str(key[0]).startswith(_VALIDITY)


async def expected_addresses(source: Source, shown: Sequence[Found], ancestry: Ancestry) -> dict[tuple[str, str], str]:
    """(item, site) → path: the first placement on each site gives the address there."""
    first: dict[tuple[str, str], str] = {}
    for one in shown:
        for section in one.content.sections:
            if section in ancestry:
                first.setdefault((one.item_id, ancestry[section][0]), section)
    paths = {row.id: row.path for row in await structure.by_ids(source, "section", first.values())} if first else {}
    return {key: f"{paths[section]}/{key[0]}" for key, section in first.items()}


async def wrong_addresses(system: System, shown: Sequence[Found], ancestry: Ancestry) -> list[str]:
    expected = await expected_addresses(system, shown, ancestry)
    if not expected:
        return []
    current = {
        (row.item_id, row.site_id, row.path) for row in await routes.current(system, {key[0] for key in expected})
    }
    return list(dict.fromkeys(key[0] for key, path in expected.items() if (*key, path) not in current))


def missing_due(one: Found, held: Iterable[tuple[str, int]], now: Instant) -> list[tuple[str, int]]:
    """(task, instant) of what is to come and has no open row."""
    visible_from, visible_until = window_of(one.content)
    moments: list[tuple[str, int]] = [("visible", visible_from)] if visible_from > now else []
    if now < visible_until < NEVER:
        moments.append(("expired", visible_until))
    if one.kind is Kind.POLICY_DOCUMENT:
        turns = validity_turns(one.content.details, local_day(now))
        moments += [("validity", at) for day in turns if (at := instant_of_day(day)) > now]
    return [moment for moment in moments if moment not in set(held)]

"""Reads of content: lists by keyset, single items, addresses, the change feed. All through a `Reader`."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from hub.access import Actor
from hub.changes import concerns
from hub.content.filters import ContentFilter, change_expression, to_request, view_filter
from hub.vocabulary.enums import Kind
from hub.vocabulary.errors import CursorExpired, InvalidCursor, InvalidInput
from hub.vocabulary.expression import And, overlaps
from hub.vocabulary.ids import is_id
from storage.database import Reader
from storage.stores import changes as change_rows
from storage.stores import items, listings, routes
from storage.stores.listings import ListRequest, Place

MAX_PAGE = 100
DEFAULT_PAGE = 20


@dataclass(frozen=True, slots=True)
class PageArgs:
    """Relay paging: forward with first/after, backward with last/before; never both."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    @property
    def backward(self) -> bool:
        return self.last is not None

    @property
    def size(self) -> int:
        return self.last if self.last is not None else (self.first if self.first is not None else DEFAULT_PAGE)

    def check(self) -> None:
        if self.last is not None and (self.first is not None or self.after is not None):
            raise InvalidInput("Page forward with first and after, or backward with last and before.", field="last")
        if self.before is not None and self.last is None:
            raise InvalidInput("The cursor “before” goes with “last”.", field="before")
        if not 0 <= self.size <= MAX_PAGE:
            raise InvalidInput(f"A page has 0 to {MAX_PAGE} entries; you asked for {self.size}.", field="first")


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in list order, each with its cursor."""

    rows: Sequence[Any]
    has_next: bool
    has_previous: bool
    request: ListRequest


async def list_page(reader: Reader, request: ListRequest, args: PageArgs) -> Page:
    """One statement (two when several filters must be weighed against each other), whatever the size."""
    args.check()
    start = decode_cursor(args.before if args.backward else args.after, request)
    rows = list(await listings.page(reader, request, args.size + 1, start, backward=args.backward))
    more = len(rows) > args.size
    rows = rows[: args.size]
    if args.backward:
        rows.reverse()
        return Page(rows, has_next=start is not None, has_previous=more, request=request)
    return Page(rows, has_next=more, has_previous=start is not None, request=request)


async def total(reader: Reader, request: ListRequest) -> tuple[int, bool]:
    return await listings.total(reader, request)


def encode_cursor(row: Any, request: ListRequest) -> str:
    """Opaque: sort key, id, and what list it is of."""
    return _pack([row.sort_key, row.id, _list_identity(request)])


def decode_cursor(cursor: str | None, request: ListRequest) -> Place | None:
    """Raises `InvalidCursor`, and `CursorExpired` when the list is another one: say, a view's filter was edited."""
    if cursor is None:
        return None
    key, item_id, identity = _unpack(cursor, 3)
    if not isinstance(key, int) or abs(key) >= 2**63 or not isinstance(item_id, str) or not is_id(item_id):
        raise InvalidCursor("This is not a cursor of a list.", field="after")
    if identity != _list_identity(request):
        raise CursorExpired("The cursor is of another list, or the filter of this one has changed.", field="after")
    return Place(key, item_id)


def _list_identity(request: ListRequest) -> str:
    """A hash of what the list shows and how it sorts. Dates are left out: they may follow the clock."""
    said = [request.kinds, request.scopes, request.archived, request.by_update, request.descending]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()[:12]


def _pack(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def _unpack(cursor: str, length: int) -> list[Any]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, UnicodeError) as error:
        raise InvalidCursor("This is not a cursor.", field="after") from error
    if not isinstance(values, list) or len(values) != length:
        raise InvalidCursor("This is not a cursor of this list.", field="after")
    return values


def section_request(section: Any, *, by_update: bool = False, descending: bool = True) -> ListRequest:
    """What a section shows: its subtree, or what its view's filter finds."""
    filter_ = view_filter(section.view) if section.view is not None else ContentFilter(section=(section.id,))
    return to_request(filter_, by_update=by_update, descending=descending)


async def single(reader: Reader, item_id: str) -> Any | None:
    """The item if it may be addressed: its state then says whether it has content to show."""
    if not is_id(item_id):
        return None
    rows = await items.visible(reader, [item_id], addressable=True)
    return rows[0] if rows else None


async def many(reader: Reader, ids: Sequence[str]) -> dict[str, Any]:
    """Visible items by id: hidden ones are simply absent."""
    return {row.id: row for row in await items.visible(reader, ids)} if ids else {}


async def routed(reader: Reader, site_code: str, path: str) -> Any | None:
    """The route's row; what it leads to is still asked of the reader."""
    return await routes.at(reader, site_code, path.strip("/"))


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """An item to take over as it is now (`row`), or, without a row, to drop up to this version."""

    position: int
    item_id: str
    kind: str
    verb: str | None
    """Null when only links that lead here have changed."""
    at: int
    version: int
    row: Any | None


@dataclass(frozen=True, slots=True)
class ChangePage:
    entries: list[ChangeEntry]
    cursor: str
    has_more: bool


async def change_page(
    reader: Reader, actor: Actor, filter_: ContentFilter, after: str | None, first: int
) -> ChangePage:
    """The rows above the cursor that concern the filter, each item once, as it is now (changelog.md)."""
    if not 1 <= first <= MAX_PAGE:
        raise InvalidInput(f"A page has 1 to {MAX_PAGE} entries; you asked for {first}.", field="first")
    if filter_.published_since is not None or filter_.published_until is not None:
        raise InvalidInput("The change feed cannot be restricted by date.", field="filter")
    epoch, floor = await change_rows.state(reader)
    identity = _feed_identity(actor, filter_)
    position = _position(after, epoch, floor, identity)
    scanned = await change_rows.after(reader, position, first + 1)
    has_more, scanned = len(scanned) > first, scanned[:first]
    wanted = And((change_expression(filter_), overlaps("audience", actor.labels)))
    latest = {row.item_id: row for row in scanned if concerns(row.before, row.after, row.item_id, wanted)}
    current = {row.id: row for row in await items.visible_where(reader, latest, wanted)} if latest else {}
    reached = scanned[-1].position if scanned else position
    entries = [_entry(row, current.get(row.item_id)) for row in latest.values()]
    shown = [row for row in scanned if concerns(row.before, row.after, row.item_id, overlaps("audience", actor.labels))]
    entries += await _relinked(reader, shown, latest, wanted)
    entries.sort(key=lambda one: one.position)
    return ChangePage(entries, _pack([epoch, reached, identity]), has_more)


async def _relinked(reader: Reader, scanned: Sequence[Any], latest: dict[str, Any], wanted: Any) -> list[ChangeEntry]:
    """Items whose reverse links changed: a mirror shows a policy with its new interpretation. Their version stays.

    `scanned` are rows of content that was or is visible to the actor: hidden content links to nothing.
    """
    touched = {key: row for row in scanned for key in row.touched if key not in latest}
    rows = await items.visible_where(reader, touched, wanted) if touched else []
    found = ((touched[row.id], row) for row in rows)
    return [ChangeEntry(why.position, row.id, row.kind, None, why.at, row.version, row) for why, row in found]


def _entry(change: Any, row: Any | None) -> ChangeEntry:
    version = row.version if row is not None else change.position
    return ChangeEntry(change.position, change.item_id, change.kind, change.verb, change.at, version, row)


def _position(cursor: str | None, epoch: str, floor: int, identity: str) -> int:
    if cursor is None:
        if floor > 0:
            raise CursorExpired("The beginning of the log has been truncated; take a snapshot first.", field="after")
        return 0
    stored_epoch, position, stored_identity = _unpack(cursor, 3)
    if not isinstance(position, int) or not 0 <= position < 2**63:
        raise InvalidCursor("This is not a cursor of the change feed.", field="after")
    if (stored_epoch, stored_identity) != (epoch, identity) or position < floor:
        raise CursorExpired("The cursor is of another log, filter or entitlement, or too old.", field="after")
    return position


def _feed_identity(actor: Actor, filter_: ContentFilter) -> str:
    """A hash of filter and entitlements: a cursor of one feed does not fit another."""
    said = [repr(filter_), sorted(actor.labels)]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()[:16]


async def snapshot_cursor(reader: Reader, actor: Actor, filter_: ContentFilter) -> str:
    """Where deltas begin: read before the first page of a snapshot."""
    epoch, _ = await change_rows.state(reader)
    return _pack([epoch, await change_rows.last(reader), _feed_identity(actor, filter_)])


async def counts_by_kind(reader: Reader) -> dict[Kind, int]:
    """Visible items of each kind, exact to 10,000."""
    found = await items.counts_by_kind(reader, listings.COUNT_TO)
    return {Kind(kind): number for kind, number in found.items()}

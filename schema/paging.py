"""Relay connections: pages both ways by keyset, totals only when asked for."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

import strawberry

from hub.content import queries
from hub.content.queries import DEFAULT_PAGE, MAX_PAGE, PageArgs
from hub.vocabulary.errors import InvalidCursor, InvalidInput
from schema.context import Info
from schema.fields import resolved
from storage.stores import structure
from storage.stores.listings import ListRequest

T = TypeVar("T")

First = Annotated[
    int | None, strawberry.argument(description=f"Entries from the start or after `after`: 0 to {MAX_PAGE}.")
]
After = Annotated[str | None, strawberry.argument(description="Begin behind this cursor.")]
Last = Annotated[int | None, strawberry.argument(description=f"Entries before `before` or the end: 0 to {MAX_PAGE}.")]
Before = Annotated[str | None, strawberry.argument(description="End in front of this cursor; with `last`.")]


@strawberry.type(description="Where a page stands in its list (分页).")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether entries follow this page.")
    has_previous_page: bool = strawberry.field(description="Whether entries precede this page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first entry; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last entry; null on an empty page.")


@strawberry.type(description="An entry of a list, with its cursor.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="For `after` and `before`; opaque.")
    node: T = strawberry.field(description="The entry.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    nodes: list[T] = strawberry.field(description="The entries.")
    edges: list[Edge[T]] = strawberry.field(description="The entries with their cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")
    counted: strawberry.Private[ListRequest | str]

    @resolved("How many entries the list has, counted to 10,000 at the most.")
    async def total_count(self, info: Info) -> int:
        return (await _count(info, self.counted))[0]

    @resolved("Whether `totalCount` is the exact number.")
    async def is_exact(self, info: Info) -> bool:
        return (await _count(info, self.counted))[1]


async def _count(info: Info, counted: ListRequest | str) -> tuple[int, bool]:
    load = info.context.load
    return await (load.table_totals.load(counted) if isinstance(counted, str) else load.totals.load(counted))


async def content_page(info: Info, request: ListRequest, args: PageArgs, make: Callable[[Any], Any]) -> Connection[Any]:
    """One page of visible content."""
    args.check()
    start = queries.decode_cursor(args.before if args.backward else args.after, request)
    rows = list(await info.context.load.pages.load((request, args.size + 1, start, args.backward)))
    page = cut(rows, args, has_start=start is not None)
    return connection(page, lambda row: queries.encode_cursor(row, request), make, request)


async def table_page(
    info: Info, table: str, first: int, after: str | None, make: Callable[[Any], Any]
) -> Connection[Any]:
    """One page of all sites or units, in order of their codes."""
    args = PageArgs(first=first, after=after)
    args.check()
    start = decode_code(after)
    rows = list(await structure.all_of(info.context.reader, table, args.size + 1, start or ""))
    return connection(cut(rows, args, has_start=start is not None), lambda row: encode_code(row.code), make, table)


def cut(rows: list[Any], args: PageArgs, *, has_start: bool) -> tuple[list[Any], bool, bool]:
    """(rows in list order, has next, has previous) from up to one row more than the page shows."""
    more = len(rows) > args.size
    rows = rows[: args.size]
    return (rows[::-1], has_start, more) if args.backward else (rows, more, has_start)


def connection(
    page: tuple[list[Any], bool, bool],
    cursor_of: Callable[[Any], str],
    make: Callable[[Any], Any],
    counted: ListRequest | str,
) -> Connection[Any]:
    rows, has_next, has_previous = page
    nodes = [make(row) for row in rows]
    cursors = [cursor_of(row) for row in rows]
    return Connection(
        nodes=nodes,
        edges=[Edge(cursor=cursor, node=node) for cursor, node in zip(cursors, nodes, strict=True)],
        page_info=page_info(cursors, has_next, has_previous),
        counted=counted,
    )


def page_info(cursors: Sequence[str], has_next: bool, has_previous: bool) -> PageInfo:
    return PageInfo(
        has_next_page=has_next,
        has_previous_page=has_previous,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )


def encode_code(code: str) -> str:
    return base64.urlsafe_b64encode(code.encode()).decode().rstrip("=")


def decode_code(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        code = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (ValueError, UnicodeError) as error:
        raise InvalidCursor("This is not a cursor.", field="after") from error
    if not 0 < len(code) <= 80 or not code.isascii():
        raise InvalidCursor("This is not a cursor of this list.", field="after")
    return code


def bounded(first: int, field: str = "first") -> int:
    """The number of entries asked of a plain list. Raises `InvalidInput`."""
    if not 0 <= first <= MAX_PAGE:
        raise InvalidInput(f"A list has 0 to {MAX_PAGE} entries; you asked for {first}.", field=field)
    return first


__all__ = ["DEFAULT_PAGE", "After", "Before", "Connection", "Edge", "First", "Last", "PageArgs", "PageInfo"]

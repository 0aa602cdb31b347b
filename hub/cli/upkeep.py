"""check, reindex, followers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hub.app.check_result import Check
from hub.app.opening import Hub
from hub.cli.opened import with_hub

OK, WRONG = "ok", "WRONG"
Advance = Callable[[str, int, int], None]


def check(*, repair: bool) -> None:
    """Prints a line for each check as it ends; exit code 1 when something does not hold."""
    from hub.app import checking

    async def act(hub: Hub) -> bool:
        with showing_rows() as advance:
            return await checking.check(hub, repair=repair, tell=tell, progress=advance)

    is_ok = with_hub(act)
    if not is_ok and not repair:
        print("Mend what only repeats rows: hub check --repair", file=sys.stderr)
    raise SystemExit(0 if is_ok else 1)


def tell(done: Check) -> None:
    mended = f", {done.mended} mended" if done.mended else ""
    print(f"{OK if done.is_ok else WRONG:6} {done.name} ({done.seen} {done.of}{mended})", flush=True)
    for fault in done.named():
        more = f" and {fault.count - len(fault.ids)} more" if fault.count > len(fault.ids) else ""
        print(f"       {fault.count} × {fault.what}: {', '.join(fault.ids)}{more}")
    for note in done.notes:
        print(f"       note: {note}")


def reindex() -> None:
    """Here when nobody else keeps the index, else by the process that does."""
    from hub.app.reindexing import rebuild_here, rebuilt_elsewhere
    from storage.stores import documents

    async def act(hub: Hub) -> int:
        async with hub.database.system(hub.clock()) as system:
            total = await documents.live_count(system)
        with showing_rows() as advance:
            done = 0

            def count(rows: int) -> None:
                nonlocal done
                done += rows
                advance("items", done, total)

            name = await rebuild_here(hub, count)
        if name is not None:
            print(f"The new generation holds {total} items and is in use.")
            return 0
        print("Another process keeps the index; it builds the new generation.", file=sys.stderr, flush=True)
        if await rebuilt_elsewhere(hub):
            print("The new generation is in use.")
            return 0
        # it has ended before it answered: nobody is left but us
        if await rebuild_here(hub) is not None:
            print("The new generation is in use.")
            return 0
        print("It has not answered yet. The request stays and is taken up by the next one.", file=sys.stderr)
        return 1

    raise SystemExit(with_hub(act))


def followers() -> None:
    from hub.vocabulary.clock import iso
    from storage.stores import changes, checking

    async def act(hub: Hub) -> None:
        async with hub.database.system(hub.clock()) as system:
            last = await changes.last(system)
            rows = await checking.followers(system)
            failures = await changes.failures(system)
        print(f"The log ends at {last}.")
        for row in rows:
            print(
                f"{row.name:20} cursor {row.cursor}  express {row.express}  backlog {max(0, last - row.cursor)}  "
                f"failures {row.failures}  since {iso(row.updated_at)}"
            )
        for row in failures:
            print(f"  {row.name} failed at {row.position} ({row.item_id}), {row.attempts} ×: {row.error}")

    with_hub(act)


def replay(name: str, position: int) -> None:
    """Sets a follower's cursor back. The process that runs it notices within a second."""
    from hub.vocabulary.errors import InvalidInput, NotFound
    from indexers.follower import NAME
    from storage.stores import changes, checking

    async def act(hub: Hub) -> int:
        async with hub.database.transaction(hub.clock()) as tx:
            known = sorted({NAME, *(row.name for row in await checking.followers(tx))})
            if name not in known:
                raise NotFound(f"There is no follower “{name}”.", hint=f"There are: {', '.join(known)}")
            last = await changes.last(tx)
            if position > last:
                raise InvalidInput(f"The log ends at {last}; a follower can only be set back.", field="position")
            await checking.forget_failures_after(tx, name, position)
            await changes.save_cursor(tx, name, position, position, tx.now)
        return last - position

    print(f"{name} takes everything after {position} again, up to {with_hub(act)} changes.")


@contextmanager
def showing_rows() -> Iterator[Advance]:
    """On a terminal a bar with time left; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)

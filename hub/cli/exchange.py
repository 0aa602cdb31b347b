"""import and export."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from hub.access import Actor
from hub.app.opening import Hub
from hub.app.reindexing import REBUILD_SECONDS, is_rebuild_requested, request_rebuild, until
from hub.app.worker import Worker
from hub.cli.opened import opened, who, with_hub
from hub.importing.full import import_full, is_full, refuse_incomplete
from hub.importing.importer import ImportOptions, Progress, Stop, Summary, run, stop_on_signals
from hub.importing.opening import open_rows
from hub.importing.progress import showing_progress
from hub.importing.reading import SourceFile
from hub.importing.rejects import RejectFile
from hub.importing.target import DatabaseTarget
from hub.vocabulary.errors import ImportRefused


def import_files(
    files: Sequence[Path],
    mapping: str | None,
    site: str | None,
    rejects: Path | None,
    *,
    dry_run: bool,
    with_links: bool,
) -> None:
    async def act() -> Summary:
        stop = Stop()
        async with opened() as hub:
            with stop_on_signals(stop):
                return await import_into(
                    hub,
                    files,
                    actor=who(),
                    mapping=mapping,
                    site=site,
                    rejects=rejects,
                    dry_run=dry_run,
                    with_links=with_links,
                    stop=stop,
                )

    summary = asyncio.run(act())
    _report(summary, dry_run=dry_run)
    raise SystemExit(int(summary.exit_code))


async def import_into(
    hub: Hub,
    files: Sequence[Path],
    *,
    actor: Actor,
    mapping: str | None = None,
    site: str | None = None,
    rejects: Path | None = None,
    dry_run: bool = False,
    with_links: bool = True,
    stop: Stop | None = None,
) -> Summary:
    """Imports the files one after the other and returns when the index holds them.

    The index is kept by this process when no running hub does; else that one keeps it.
    """
    stop = stop or Stop()
    whole = Summary()
    worker = Worker(hub)
    working = None if dry_run else asyncio.create_task(worker.run())
    try:
        for path in files:
            whole_of(whole, await _one(hub, path, actor, mapping, site, rejects, dry_run, with_links, stop))
            if whole.interrupted:
                break
        if working is not None and not whole.interrupted:
            await _indexed(worker)
    finally:
        if working is not None:
            worker.stop()
            await working
    return whole


async def _one(
    hub: Hub,
    path: Path,
    actor: Actor,
    mapping: str | None,
    site: str | None,
    rejects: Path | None,
    dry_run: bool,
    with_links: bool,
    stop: Stop,
) -> Summary:
    if is_full(path):
        return await _full(hub, path, mapping, site, dry_run, stop)
    async with hub.database.system(hub.clock()) as system:
        await refuse_incomplete(system)
    target = DatabaseTarget(hub.database, actor, hub.clock, path.parent, path.name, objects=hub.objects, is_dry=dry_run)
    options = ImportOptions(RejectFile(rejects or _beside(hub, path), path.name), stop=stop)
    with (
        open_rows(path, mapping=mapping, site=site, with_links=with_links) as opened_rows,
        showing_progress(path.name, opened_rows.file.size, lambda: opened_rows.file.position) as progress,
    ):
        return await run(opened_rows.rows, target, options, progress)


async def _full(hub: Hub, path: Path, mapping: str | None, site: str | None, dry_run: bool, stop: Stop) -> Summary:
    """A full export is told by its first line; it becomes the whole of an empty hub."""
    if mapping is not None or site is not None:
        raise ImportRefused("A full export takes neither a mapping nor a site.", hint="Leave out --map and --site.")
    with ExitStack() as shown:

        def progress(file: SourceFile) -> Progress:
            return shown.enter_context(showing_progress(path.name, file.size, lambda: file.position))

        done = await import_full(
            hub.database, hub.clock, path, hub.objects, stop=stop, progress=progress, is_dry=dry_run
        )
    if done.needs_rebuild and not dry_run:
        request_rebuild(hub)
    return done.summary


def _beside(hub: Hub, path: Path) -> Path:
    """The folder of the file may not be ours to write in; rejects are kept in the data directory."""
    folder = hub.settings.data_dir / "rejects"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{path.name}.rejects.jsonl"


def whole_of(whole: Summary, one: Summary) -> None:
    whole.created += one.created
    whole.corrected += one.corrected
    whole.unchanged += one.unchanged
    whole.refused += one.refused
    whole.interrupted = whole.interrupted or one.interrupted


async def _indexed(worker: Worker) -> None:
    if not worker.leads.is_set():
        print("Another process of this hub keeps the index; it takes the new content in.", file=sys.stderr)
        return
    await worker.caught_up()
    await until(lambda: not (worker.leads.is_set() and is_rebuild_requested(worker.hub)), REBUILD_SECONDS)


def _report(summary: Summary, *, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    print(
        f"{summary.created} {would}created, {summary.corrected} {would}corrected, {summary.unchanged} unchanged, "
        f"{summary.refused} refused{', interrupted' if summary.interrupted else ''}."
    )


def export_file(file: Path, *, full: bool) -> None:
    from hub.cli.upkeep import showing_rows
    from hub.importing.full import export_full
    from hub.importing.native import export_native

    async def act(hub: Hub) -> int:
        write = export_full if full else export_native
        with showing_rows() as advance:
            return await write(
                hub.database, hub.clock, file, hub.objects, lambda done, total: advance("rows", done, total)
            )

    print(f"{with_hub(act)} rows written to {file}")

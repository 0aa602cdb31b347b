"""`hub`: its commands and their options. The work is done in the modules each command imports."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="hub",
    help="The Content Hub: one source for a city's sites, apps and media partners.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
keys = typer.Typer(help="Program keys: what may write through GraphQL.", no_args_is_help=True, rich_markup_mode=None)
followers = typer.Typer(help="Followers of the change log.", no_args_is_help=True, rich_markup_mode=None)
synonyms = typer.Typer(help="Words that mean the same to a searcher.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(keys, name="keys")
app.add_typer(followers, name="followers")
app.add_typer(synonyms, name="synonyms")

Files = Annotated[list[Path], typer.Argument(help="Files: .jsonl, .ndjson or .csv, each also .zst.")]


@app.command()
def init() -> None:
    """Make the data directory and the tables, or bring them to this version."""
    from hub.cli import running

    running.initialise()


@app.command()
def serve(
    no_work: Annotated[bool, typer.Option("--no-work", help="Only answer; run `hub work` beside it.")] = False,
) -> None:
    """Serve GraphQL, pages and media, and keep the search index."""
    from hub.cli import running

    running.serve(work=not no_work)


@app.command()
def work() -> None:
    """Keep the search index and settle what falls due, without serving."""
    from hub.cli import running

    running.work()


@app.command()
def demo(
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Only fill the hub with the sample.")] = False,
) -> None:
    """Fill an empty hub with the shipped sample city, and serve it."""
    from hub.cli import running

    running.demo(serve_it=not no_serve)


@app.command(name="import")
def import_(
    files: Files,
    map_: Annotated[str | None, typer.Option("--map", help="Mapping: a shipped name or a TOML file.")] = None,
    site: Annotated[str | None, typer.Option(help="Place a foreign file's items on this existing site.")] = None,
    rejects: Annotated[Path | None, typer.Option(help="Where refused rows go. Default: FILE.rejects.jsonl")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count; write nothing.")] = False,
    no_links: Annotated[bool, typer.Option("--no-links", help="Leave out a mapping's side file of links.")] = False,
) -> None:
    """Import content. Run it again and only what changed is written; interrupted, it resumes the same way.

    Exit codes: 0 all taken, 2 bad usage, 3 some rows refused (see the reject file), 130 interrupted.
    """
    from hub.cli import exchange

    exchange.import_files(files, map_, site, rejects, dry_run=dry_run, with_links=not no_links)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write: .jsonl or .jsonl.zst")],
    full: Annotated[bool, typer.Option("--full", help="Everything: ids, versions, editions, audit, log.")] = False,
) -> None:
    """Write the hub's content in the native exchange format."""
    from hub.cli import exchange

    exchange.export_file(file, full=full)


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="What to look for.")],
    first: Annotated[int, typer.Option(help="How many hits.", min=1, max=100)] = 10,
) -> None:
    """Search what the public can see."""
    from hub.cli import asking

    asking.search(text, first)


@app.command()
def reindex() -> None:
    """Build a new generation of the search index beside the old one, then take it into use."""
    from hub.cli import upkeep

    upkeep.reindex()


@app.command()
def check(
    repair: Annotated[bool, typer.Option("--repair", help="Mend the index from the rows.")] = False,
) -> None:
    """Prove that rows, index and files agree, the audit chain is whole and versions match the log.

    Exit code 1 when something does not.
    """
    from hub.cli import upkeep

    upkeep.check(repair=repair)


@app.command()
def units() -> None:
    """List units: code, name, type."""
    from hub.cli import asking

    asking.units()


@keys.command("create")
def keys_create(
    name: Annotated[str, typer.Argument(help="Who uses it, e.g. “news desk CMS”.")],
    unit: Annotated[str, typer.Option(help="Code of the unit it is bound to.")],
    verb: Annotated[list[str], typer.Option(help="A right or family; may be repeated.")] = ["content.*"],  # noqa: B006
    site: Annotated[list[str] | None, typer.Option(help="Code of another unit's site where it may place.")] = None,
    audience: Annotated[list[str] | None, typer.Option(help="An audience label it may read.")] = None,
    days: Annotated[int | None, typer.Option(help="Days until it expires.", min=1)] = None,
) -> None:
    """Create a key and print its secret, once."""
    from hub.cli import access_keys

    access_keys.create(name, unit, verb, site or [], audience or [], days)


@keys.command("list")
def keys_list() -> None:
    """List keys; secrets are not stored."""
    from hub.cli import access_keys

    access_keys.show()


@keys.command("revoke")
def keys_revoke(prefix: Annotated[str, typer.Argument(help="The beginning of the key, as listed.")]) -> None:
    """Revoke a key at once."""
    from hub.cli import access_keys

    access_keys.revoke(prefix)


@followers.command("list")
def followers_list() -> None:
    """Cursors, backlog and failures."""
    from hub.cli import upkeep

    upkeep.followers()


@followers.command("replay")
def followers_replay(
    name: Annotated[str, typer.Argument(help="The follower, e.g. search.")],
    position: Annotated[int, typer.Option(help="Begin again after this position.", min=0)] = 0,
) -> None:
    """Set a follower's cursor back; it takes everything after it again."""
    from hub.cli import upkeep

    upkeep.replay(name, position)


@synonyms.command("list")
def synonyms_list() -> None:
    """List the groups."""
    from hub.cli import asking

    asking.synonyms()


@synonyms.command("add")
def synonyms_add(words: Annotated[list[str], typer.Argument(help="Two or more words, e.g. 市民卡 社保卡")]) -> None:
    """Add a group."""
    from hub.cli import asking

    asking.add_synonyms(words)


def main() -> Any:
    """Runs the command; an expected refusal is one sentence and exit code 2, a failing folder or disk 1."""
    from hub.vocabulary.errors import Refusal

    try:
        app(prog_name="hub")
    except Refusal as refusal:
        print(f"hub: {refusal.message}\n     {refusal.next_step}".rstrip(), file=sys.stderr)
        raise SystemExit(2) from None
    except OSError as fault:
        print(f"hub: {fault.strerror or fault}{f': {fault.filename}' if fault.filename else ''}.", file=sys.stderr)
        raise SystemExit(1) from None

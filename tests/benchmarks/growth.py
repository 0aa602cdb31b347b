"""Growth: the same questions to a hub of 10,000 and to one of 200,000 items.

    python tests/benchmarks/growth.py [--shared ../shared] [--folder DIR] [--small 10000] [--large 200000]

The items are real laws, news and services with their real lengths, sections, units and links, taken again and again
under other titles. Both hubs serve at the same time and are asked in turn, so that a busy machine slows both.
With --folder the hubs are built there and kept; a second run measures without building. The large one takes about
12 minutes and 6 GB.
"""

from __future__ import annotations

import argparse
import itertools
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.figures import Verdicts, head, median, timed
from tests.benchmarks.real_data import Row, documents, ids_by_source, places_and_items, resampled, write_rows
from tests.flows.serving import Client, HubFolder

RUNS = 60
PLANTED = 20
MARKER = "qzx7741"
RARE = "龘靐齉"
"""In no real text: planted in 20 items of each hub, so that a selective search has the same hits in both."""
BROAD = ("规定", "管理", "人民政府", "工作", "申请")

ROW = "id kind title publishedAt url unit { name } sections { name path }"
FACET_NAMES = "KIND, SITE, SECTION, UNIT, YEAR, VALIDITY, TOPIC, REGION"
LIST = f"""query($after: String) {{ contents(first: 20, after: $after) {{
  totalCount isExact pageInfo {{ endCursor }} nodes {{ {ROW} }} }} }}"""
SECTION = f"""query($section: [ID!]) {{ contents(first: 20, filter: {{section: $section}}) {{
  totalCount isExact nodes {{ {ROW} }} }} }}"""
SINGLE = f"""query($id: ID!) {{ content(id: $id) {{ ... on Content {{
  {ROW} body links {{ type target {{ title }} }} }} }} }}"""
CHANGES = """query($after: String) { changes(first: 100, after: $after) {
  cursor hasMore entries { position verb version content { id title } tombstone { id } } } }"""
SEARCH = f"""query($text: String!) {{ search(text: $text, first: 20) {{
  totalCount edges {{ score node {{ {ROW} }} }} }} }}"""
FACETS = f"""query($text: String!) {{ search(text: $text, first: 20, facets: [{FACET_NAMES}]) {{
  totalCount isExact edges {{ score node {{ {ROW} }} }} facets {{ field values {{ value label count }} }} }} }}"""
BARS = {
    "list of 20 with total": 1.5,
    "list, later pages": 1.5,
    "list of a section": 1.5,
    "single content": 1.5,
    "change page of 100": 1.5,
    "selective search, Latin": 1.5,
    "selective search, Han": 1.5,
    "selective search, phrase": 1.5,
    "broad word with 8 facets": 3.0,
}


def planted(made: Iterator[Row], count: int) -> Iterator[Row]:
    """The marker at the end of the body of 20 items, evenly spread."""
    every = count // PLANTED
    for place, row in enumerate(made):
        if place % every == every // 2:
            row = {**row, "body": f"{row.get('body', '')}<p>{MARKER} {RARE}</p>", "body_format": "html"}
        yield row


def native_rows(shared: Path, folder: Path) -> tuple[list[Row], list[Row]]:
    """Laws, news and services as the hub itself writes them in its native format."""
    base = HubFolder(folder / "base")
    laws, news, _, services = documents(shared / "data")
    base.run("import", laws, news, services)
    base.run("export", folder / "base.jsonl.zst")
    shutil.rmtree(base.path)
    found = places_and_items(folder / "base.jsonl.zst")
    (folder / "base.jsonl.zst").unlink()
    return found


def build(shared: Path, folder: Path, sizes: list[int]) -> None:
    wanted = [count for count in sizes if not (folder / f"hub-{count}" / "built").exists()]
    if not wanted:
        return
    places, items = native_rows(shared, folder)
    for count in wanted:
        file = folder / f"{count}.jsonl.zst"
        write_rows(file, itertools.chain(places, planted(resampled(items, count), count)))
        hub = HubFolder(folder / f"hub-{count}")
        started = time.perf_counter()
        done = hub.run("import", file, timeout=3_000)
        took = time.perf_counter() - started
        file.unlink()
        (hub.path / "built").touch()
        print(f"  built {count:,}: {done.stdout.strip()} {took:.0f} s, {count / took:.0f} items/s", flush=True)


@dataclass
class Asked:
    """One hub that serves, and generators of the next question of each kind."""

    client: Client
    folder: Path

    def __post_init__(self) -> None:
        chance = random.Random(11)
        self.ids = chance.sample(sorted(ids_by_source(self.folder)), 200)
        site = self.client.ask('{ site(code: "archive") { sections { id } } }')["site"]
        self.sections = [one["id"] for one in site["sections"]]

    def questions(self) -> dict[str, Iterator[Callable[[], Any]]]:
        return {
            "list of 20 with total": self.repeated(LIST),
            "list, later pages": self.paged(LIST, "contents", lambda page: page["pageInfo"]["endCursor"]),
            "list of a section": self.each(SECTION, "section", [[one] for one in self.sections]),
            "single content": self.each(SINGLE, "id", self.ids),
            "change page of 100": self.paged(CHANGES, "changes", lambda page: page["cursor"]),
            "selective search, Latin": self.each(SEARCH, "text", [MARKER]),
            "selective search, Han": self.each(SEARCH, "text", [RARE]),
            "selective search, phrase": self.each(SEARCH, "text", [f'"{RARE}"']),
            "broad word with 8 facets": self.each(FACETS, "text", list(BROAD)),
        }

    def repeated(self, query: str) -> Iterator[Callable[[], Any]]:
        return itertools.repeat(lambda: self.client.ask(query))

    def each(self, query: str, name: str, values: list[Any]) -> Iterator[Callable[[], Any]]:
        for value in itertools.cycle(values):
            yield lambda value=value: self.client.ask(query, {name: value})

    def paged(self, query: str, field: str, cursor_of: Callable[[Any], str]) -> Iterator[Callable[[], Any]]:
        after: list[str | None] = [None]

        def ask() -> None:
            after[0] = cursor_of(self.client.ask(query, {"after": after[0]})[field])

        return itertools.repeat(ask)


def measure(asked: list[Asked], verdicts: Verdicts) -> None:
    questions = [one.questions() for one in asked]
    for name, bar in BARS.items():
        times: list[list[float]] = [[], []]
        for turn in range(RUNS + 6):
            for place, one in enumerate(questions):
                took = timed(next(one[name]))
                if turn >= 6:
                    times[place].append(took)
        small, large = map(median, times)
        verdicts.at_most(f"{name}: {small:.1f} → {large:.1f} ms", large / small, bar, "×")


def check_hits(asked: list[Asked]) -> None:
    for text in (MARKER, RARE, f'"{RARE}"', BROAD[0]):
        counts = [one.client.ask(SEARCH, {"text": text})["search"]["totalCount"] for one in asked]
        print(f"  hits of {text}: {counts[0]:,} and {counts[1]:,}")


def disk(folder: Path, count: int) -> None:
    database = sum(path.stat().st_size for path in folder.glob("hub.db*"))
    index = sum(path.stat().st_size for path in (folder / "search").rglob("*") if path.is_file())
    print(
        f"  disk of {count:,}: database {database / count / 1024:.1f} KiB, index {index / count / 1024:.1f} KiB an item"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[3] / "shared")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=200_000)
    options = parser.parse_args()
    verdicts = Verdicts()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        sizes = [options.small, options.large]
        head(f"growth, {sizes[0]:,} → {sizes[1]:,} items")
        build(options.shared, folder, sizes)
        for count in sizes:
            disk(folder / f"hub-{count}", count)
        small, large = (HubFolder(folder / f"hub-{count}") for count in sizes)
        with small.serve() as one, large.serve() as other:
            asked = [
                Asked(serving.wait_ready(120).client(), hub.path) for serving, hub in ((one, small), (other, large))
            ]
            check_hits(asked)
            measure(asked, verdicts)
    sys.exit(verdicts.code)


if __name__ == "__main__":
    main()

"""Exact look-ups through GraphQL `search`: every 文号 in every written form, every full title, quoted phrases.

    python tests/benchmarks/exact.py [--shared ../shared] [numbers] [titles] [phrases]

All items that have the number or title must fill the first ranks, newest first, as the files say (an item without a
date comes last). Every hit of a quoted phrase must hold it, by a scan of the texts the hub stores.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from hub.search import SearchDocument
from hub.vocabulary.clock import system_now
from indexers import documents as search_documents
from indexers.analysis.fold import fold
from storage.database import Database
from tests.benchmarks.figures import Verdicts, head
from tests.benchmarks.ranking_embedded import written_forms
from tests.benchmarks.real_data import SHARED, Row, documents, ids_by_source, rows
from tests.flows.serving import Client, HubFolder

SEARCH = """query($text: String!, $first: Int!, $after: String) { search(text: $text, first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } edges { node { id title } } } }"""
PHRASES = 400
SHOWN = 10
MOST_HITS = 1_000


class Asked:
    """The hub's answers by the ids of the source files."""

    def __init__(self, client: Client, names: dict[str, str]) -> None:
        self.client = client
        self.names = names

    def first(self, text: str, count: int) -> list[str]:
        edges = self.client.ask(SEARCH, {"text": text, "first": count})["search"]["edges"]
        return [self.names[edge["node"]["id"]] for edge in edges]

    def all(self, text: str) -> tuple[list[str], int]:
        """Up to 1,000 hits, and how many there are."""
        found: list[str] = []
        after = None
        while True:
            page = self.client.ask(SEARCH, {"text": text, "first": 100, "after": after})["search"]
            found += [self.names[edge["node"]["id"]] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"] or len(found) >= MOST_HITS:
                return found, page["totalCount"]
            after = page["pageInfo"]["endCursor"]


def is_first(asked: Asked, text: str, wanted: list[Row]) -> str | None:
    """What is wrong, if anything."""
    got = asked.first(text, min(100, len(wanted)))
    dates = {row["id"]: row.get("date", "") for row in wanted}
    if set(got) != set(dates) and len(wanted) <= 100:
        return f"“{text}”: {len(set(got) & set(dates))} of {len(wanted)} are first"
    order = [dates.get(name, "") for name in got]
    return None if order == sorted(order, reverse=True) else f"“{text}”: not newest first: {order}"


def check(label: str, asked: Asked, wanted: Iterable[tuple[str, list[Row]]], verdicts: Verdicts) -> None:
    checked = [(text, is_first(asked, text, found)) for text, found in wanted]
    wrong = [flaw for _, flaw in checked if flaw]
    for flaw in wrong[:SHOWN]:
        print(f"    {flaw}")
    verdicts.holds(label, not wrong, f"{len(checked) - len(wrong)} of {len(checked)}")


def numbers(asked: Asked, found: list[Row], verdicts: Verdicts) -> None:
    by_number: dict[str, list[Row]] = defaultdict(list)
    for row in found:
        if row.get("doc_number"):
            by_number[row["doc_number"]].append(row)
    forms = [(number, form) for number in by_number for form in dict.fromkeys(written_forms(number))]
    fewest = min(len(set(written_forms(number))) for number in by_number)
    print(f"  {sum(map(len, by_number.values()))} items with {len(by_number)} numbers, at least {fewest} forms each")
    check(
        "文号 in written forms, first and newest first",
        asked,
        ((form, by_number[one]) for one, form in forms),
        verdicts,
    )


def titles(asked: Asked, found: list[Row], verdicts: Verdicts) -> None:
    by_title: dict[str, list[Row]] = defaultdict(list)
    for row in found:
        by_title[row["title"]].append(row)
    shared = sum(len(same) for same in by_title.values() if len(same) > 1)
    print(f"  {len(found)} items, {len(by_title)} titles, {shared} items share theirs")
    check("full titles, first and newest first", asked, by_title.items(), verdicts)


def phrases(asked: Asked, hub: HubFolder, verdicts: Verdicts) -> None:
    stored = asyncio.run(stored_documents(hub, list(asked.names)))
    texts = {asked.names[one.id]: squeezed(f"{one.title}\n{one.text}") for one in stored}
    hits = wrong = missed = flawed = 0
    sampled = sample(stored)
    for phrase in sampled:
        found, total = asked.all(f'"{phrase}"')
        said = squeezed(phrase)
        hits += len(found)
        without = [name for name in found if said not in texts[name]]
        wrong += len(without)
        have = {name for name, text in texts.items() if said in text}
        lacking = have - set(found) if total <= MOST_HITS else set()
        missed += len(lacking)
        flawed += bool(without or lacking)
        if (without or lacking) and flawed <= SHOWN:
            print(f"    “{phrase}”: {len(without)} without it, {len(lacking)} of {len(have)} missed")
    marks = sum(bool(re.search(r"[，。、；：《》（）〔〕]", one)) for one in sampled)
    latin = sum(bool(re.search(r"[A-Za-z0-9]", one)) for one in sampled)
    print(f"  {len(sampled)} phrases ({marks} with punctuation, {latin} with Latin or digits), {hits} hits")
    verdicts.at_least("quoted phrases, precision", 1 - wrong / hits if hits else 0.0, 1.0)
    verdicts.holds("quoted phrases, items missed", not missed, str(missed))


async def stored_documents(hub: HubFolder, ids: list[str]) -> list[SearchDocument]:
    """Title and text of every item as they are searched: summary, body and details."""
    database = Database(f"sqlite+aiosqlite:///{hub.path / 'hub.db'}")
    try:
        async with database.system(system_now()) as system:
            found: list[Any] = []
            for start in range(0, len(ids), 200):
                found += await search_documents.load(system, ids[start : start + 200])
            return found
    finally:
        await database.close()


def squeezed(text: str) -> str:
    return " ".join(fold(text).split())


def sample(stored: list[SearchDocument]) -> list[str]:
    """Stretches of 2 to 14 characters of titles and texts; every third from around punctuation, every sixth Latin."""
    chance = random.Random(20)
    kinds = (r"[，。、；：《》（）〔〕]", "", r"[A-Za-z0-9]+", "", r"[，、《》]", "")
    found: list[str] = []
    while len(found) < PHRASES:
        one = chance.choice(stored)
        source = chance.choice([one.title, one.text]) or one.title
        places = [match.start() for match in re.finditer(kinds[len(found) % len(kinds)] or ".", source)]
        if not places:
            continue
        start = max(0, chance.choice(places) - chance.randrange(0, 5))
        phrase = source[start : start + chance.randint(2, 14)].strip()
        if len(re.findall(r"\w", phrase)) >= 2 and not re.search(r'["“”＂「」『』\n]', phrase):
            found.append(phrase)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("parts", nargs="*", default=["numbers", "titles", "phrases"])
    options = parser.parse_args()
    head("exact look-ups through GraphQL")
    verdicts = Verdicts()
    with tempfile.TemporaryDirectory() as name:
        hub = HubFolder(Path(name) / "hub")
        hub.run("import", *documents(options.shared / "data"))
        found = [row for file in documents(options.shared / "data")[:3] for row in rows(file)]
        with hub.serve() as serving:
            asked = Asked(serving.wait_ready().client(), ids_by_source(hub.path))
            if "numbers" in options.parts:
                numbers(asked, found, verdicts)
            if "titles" in options.parts:
                titles(asked, found, verdicts)
            if "phrases" in options.parts:
                phrases(asked, hub, verdicts)
    sys.exit(verdicts.code)


if __name__ == "__main__":
    main()

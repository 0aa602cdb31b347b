"""Ranking, exact look-ups and speed of the embedded engine on real data. Bounded; run by hand:

    python tests/benchmarks/ranking_embedded.py [--data ../shared] [stard] [hub] [exact] [phrases] [speed]

Runs recipe A and, in the same run, BM25 over characters and bigrams of title + body (the bar of the ranking study);
prints nDCG@10 and MRR@10 with the paired difference.
Services are indexed as name + the joined texts of all other fields but codes and addresses.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import math
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import tantivy
import zstandard
from tantivy import Occur, Query

from hub.search import SearchDocument, SearchRequest
from hub.vocabulary.clock import ALWAYS, NEVER, Instant, parse_instant
from hub.vocabulary.ids import ItemId
from indexers.analysis import tokens
from indexers.analysis.fold import fold
from indexers.embedded.engine import EmbeddedSearch
from indexers.embedded.index import EmbeddedIndex

Row = dict[str, Any]
Ranker = Callable[[str], list[str]]


def rows(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        raw = zstandard.ZstdDecompressor().stream_reader(file) if path.suffix == ".zst" else file
        for line in io.TextIOWrapper(raw, encoding="utf-8"):
            yield json.loads(line)


def document(name: str, title: str, text: str, sort_at: int = 0, doc_no: str = "") -> SearchDocument:
    item_id = ItemId(str(uuid.uuid5(uuid.NAMESPACE_URL, name)))
    sets = {"site": frozenset(["city"]), "year": frozenset(["2020"])}
    return SearchDocument(item_id, 1, title, text, doc_no, "live", "article", "proactive", ALWAYS, NEVER, sort_at, sets)


def stard_documents(data: Path) -> Iterator[tuple[str, SearchDocument]]:
    for row in rows(data / "data/retrieval/stard/corpus.jsonl.zst"):
        yield row["id"], document(row["id"], row["title"], row["text"])


def day(row: Row) -> Instant:
    return parse_instant(row["date"]) if row.get("date") else Instant(0)


def hub_documents(data: Path, reports: bool = False) -> Iterator[tuple[str, SearchDocument]]:
    for name in ["laws", "news", *(["work_reports"] if reports else [])]:
        for row in rows(data / f"data/documents/{name}.jsonl.zst"):
            yield row["id"], document(row["id"], row["title"], row["body"], day(row), row.get("doc_number", ""))
    if not reports:
        for row in rows(data / "data/services/items.jsonl.zst"):
            yield row["id"], document(row["id"], row["name"], service_text(row))


def service_text(row: Row) -> str:
    return "\n".join(piece for name, value in row.items() if name not in SERVICE_UNREAD for piece in _pieces(value))


SERVICE_UNREAD = {"id", "name", "url", "code", "catalogue_id", "org_code", "area_code"}


def _pieces(value: Any) -> list[str]:
    return [str(piece) for piece in value] if isinstance(value, list) else [str(value)]


class Baseline:
    """BM25 over characters and bigrams of title + body, summed: one field, engine defaults."""

    def __init__(self, documents: list[tuple[str, SearchDocument]], folder: str) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("name", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("grams", tokenizer_name="whitespace", index_option="freq")
        self.schema = builder.build()
        index = tantivy.Index(self.schema, folder)
        writer = index.writer(128_000_000, 1)
        for name, one in documents:
            made = tantivy.Document()
            made.add_text("name", name)
            made.add_text("grams", " ".join(tokens.grams(fold(f"{one.title}\n{one.text}"))))
            writer.add_document(made)
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self.searcher = index.searcher()

    def rank(self, text: str) -> list[str]:
        terms = " ".join(tokens.grams(fold(text))).split()
        if not terms:
            return []
        clauses = [(Occur.Should, Query.term_query(self.schema, "grams", term, "freq")) for term in terms]
        found = self.searcher.search(Query.boolean_query(clauses), 100, False)
        return [str(self.searcher.doc(address).get_first("name")) for _, address in found.hits]


class Engine:
    def __init__(self, documents: list[tuple[str, SearchDocument]], folder: Path) -> None:
        self.names = {one.id: name for name, one in documents}
        started = time.perf_counter()
        asyncio.run(self._fill([one for _, one in documents], folder))
        took = time.perf_counter() - started
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
        print(f"  indexed {len(documents)} documents in {took:.1f} s: {len(documents) / took:.0f}/s, {size:.1f} MB")
        self.search = EmbeddedSearch(folder)

    async def _fill(self, documents: list[SearchDocument], folder: Path) -> None:
        index = EmbeddedIndex.open(folder)
        for start in range(0, len(documents), 500):
            await index.put(documents[start : start + 500])
        await index.close()

    def rank(self, text: str, size: int = 100) -> list[str]:
        return [self.names[hit.id] for hit in self.search._search(SearchRequest(text, size=size)).hits]


def judgments(path: Path) -> dict[str, dict[str, int]]:
    judged: dict[str, dict[str, int]] = defaultdict(dict)
    for line in path.read_text(encoding="utf-8").splitlines():
        query, _, name, grade = line.split()
        if int(grade) > 0:
            judged[query][name] = int(grade)
    return judged


def score(ranked: list[str], relevant: dict[str, int]) -> tuple[float, float]:
    grades = [relevant.get(name, 0) for name in ranked[:10]]
    ideal = sorted(relevant.values(), reverse=True)[:10]
    gains = [sum((2**g - 1) / math.log2(i + 2) for i, g in enumerate(some)) for some in (grades, ideal)]
    return gains[0] / gains[1], next((1 / place for place, grade in enumerate(grades, 1) if grade), 0.0)


def compare(label: str, queries: list[Row], judged: dict[str, dict[str, int]], engine: Ranker, bar: Ranker) -> None:
    asked = [query for query in queries if query["id"] in judged]
    ours = [score(engine(query["text"]), judged[query["id"]]) for query in asked]
    theirs = [score(bar(query["text"]), judged[query["id"]]) for query in asked]
    for place, metric in enumerate(("nDCG@10", "MRR@10")):
        a, b = [one[place] for one in ours], [one[place] for one in theirs]
        gains = [x - y for x, y in zip(a, b, strict=True)]
        error = statistics.stdev(gains) / math.sqrt(len(gains))
        print(f"  {label:14s} {metric:8s} n={len(asked)} A {statistics.mean(a):.4f}  bar {statistics.mean(b):.4f}  "
              f"paired {statistics.mean(gains):+.4f} ± {error:.4f}")  # fmt: skip


def known(data: Path, name: str) -> tuple[list[Row], dict[str, dict[str, int]]]:
    folder = data / "ranking/known_items"
    return list(rows(folder / f"{name}.queries.jsonl")), judgments(folder / f"{name}.qrels.tsv")


def run_stard(data: Path, folder: Path, do_speed: bool, do_rank: bool = True) -> None:
    documents = list(stard_documents(data))
    engine = Engine(documents, folder / "stard")
    if do_rank:
        (folder / "stard-bar").mkdir()
        bar = Baseline(documents, str(folder / "stard-bar"))
        stard = data / "data/retrieval/stard"
        questions = list(rows(stard / "queries.train.jsonl.zst"))
        compare("STARD", questions, judgments(stard / "qrels.train.tsv"), engine.rank, bar.rank)
        compare("articles", *known(data, "articles"), engine.rank, bar.rank)
    if do_speed:
        run_speed(data, engine)


def run_speed(data: Path, engine: Engine) -> None:
    questions = [row["text"] for row in rows(data / "data/retrieval/stard/queries.train.jsonl.zst")][:400]
    words = [row["text"] for row in known(data, "articles")[0]]
    facets = ("kind", "site", "year")
    for label, texts, options in (
        ("questions, top 20", questions, {"size": 20}),
        ("words, top 20", words, {"size": 20}),
        ("words, 3 facets", words, {"size": 20, "facets": facets}),
    ):
        times = []
        for text in texts:
            started = time.perf_counter()
            engine.search._search(SearchRequest(text, **options))
            times.append((time.perf_counter() - started) * 1000)
        times.sort()
        print(f"  {label:20s} p50 {times[len(times) // 2]:.1f} ms  p99 {times[len(times) * 99 // 100]:.1f} ms")


def run_hub(data: Path, folder: Path) -> None:
    documents = list(hub_documents(data))
    engine = Engine(documents, folder / "hub")
    (folder / "hub-bar").mkdir()
    bar = Baseline(documents, str(folder / "hub-bar"))
    compare("hub", *known(data, "hub"), engine.rank, bar.rank)
    blank = [(name, document(name, "", one.text)) for name, one in documents if name.startswith("news")]
    engine = Engine(blank, folder / "blank")
    (folder / "blank-bar").mkdir()
    compare(
        "title to body", *known(data, "title_to_body"), engine.rank, Baseline(blank, str(folder / "blank-bar")).rank
    )


def written_forms(printed: str) -> list[str]:
    """At least ten ways to type a number; for orders, and for numbers with a year."""
    wide = printed.translate({ord("0") + figure: chr(0xFF10 + figure) for figure in range(10)})
    traditional = (
        printed.replace("国", "國").replace("号", "號").replace("务", "務").replace("发", "發").replace("释", "釋")
    )
    if "令" in printed:
        agency, number = printed.split("令第")
        n = number.removesuffix("号")
        forms = (
            "{a}令{n}号 {a}令_第{n}号 {a}第{n}号令 第{n}号{a}令 {n}号_{a}令 {a}令{n} {a}_令_第_{n}_号 {a}令(第{n}号)"
        )
        forms += " {a}{n}号令 {a}令（第{n}号）"
        return [printed, wide, traditional, f"中华人民共和国{printed}", *_fill(forms, a=agency, n=n)]
    agency, rest = printed.split("〔")
    year, number = rest.split("〕")
    n = number.removesuffix("号")
    forms = "{a}[{y}]{n}号 {a}({y}){n}号 {a}（{y}）{n}号 {a}【{y}】{n}号 {y}_{n}号_{a} {a}_{y}_{n} {a}{y}年{n}号"
    forms += " {a}{y}年第{n}号 {a}〔{y}〕第{n}号 {a}_{y}-{n} {n}号_{a}_{y}"
    return [printed, wide, traditional, *_fill(forms, a=agency, y=year, n=n)]


def _fill(forms: str, **parts: str) -> list[str]:
    return [form.format(**parts).replace("_", " ") for form in forms.split()]


def run_exact(data: Path, folder: Path) -> None:
    documents = [*hub_documents(data), *hub_documents(data, reports=True)]
    seen = dict(documents)
    documents = [(name, one) for name, one in seen.items() if not name.startswith("svc")]
    engine = Engine(documents, folder / "exact")
    by_number: dict[str, list[SearchDocument]] = defaultdict(list)
    by_title: dict[str, list[SearchDocument]] = defaultdict(list)
    for _, one in documents:
        by_title[one.title].append(one)
        if one.doc_no:
            by_number[one.doc_no].append(one)
    checks = [(form, found) for number, found in by_number.items() for form in written_forms(number)]
    _check_first("文号", engine, checks)
    _check_first("titles", engine, list(by_title.items()))


def _check_first(label: str, engine: Engine, checks: list[tuple[str, list[SearchDocument]]]) -> None:
    missed = []
    for text, expected in checks:
        want = [one.id for one in sorted(expected, key=lambda one: (one.sort_at, one.id), reverse=True)]
        got = [hit.id for hit in engine.search._search(SearchRequest(text, size=len(want))).hits]
        if got != want:
            missed.append((text, len(want), [engine.names[one] for one in got][:3]))
    print(f"  {label}: {len(checks) - len(missed)} of {len(checks)} exact", *missed[:8], sep="\n    ")


def run_phrases(data: Path, folder: Path) -> None:
    documents = list(hub_documents(data))
    engine = Engine(documents, folder / "phrases")
    texts = {one.id: fold(f"{one.title}\n{one.text}") for _, one in documents}
    chance = random.Random(7)
    hits = wrong = missed = asked = 0
    for _ in range(600):
        _, one = chance.choice(documents)
        source = chance.choice([one.title, one.text]) or one.title
        start = chance.randrange(max(1, len(source) - 14))
        phrase = source[start : start + chance.randint(2, 14)].strip()
        folded = fold(phrase)
        if len(folded) < 2 or any(mark in phrase for mark in '"“”＂「」『』') or not tokens.has_content(folded):
            continue
        asked += 1
        found = {hit.id for hit in engine.search._search(SearchRequest(f'"{phrase}"', size=1000)).hits}
        hits += len(found)
        wrong += sum(" ".join(folded.split()) not in " ".join(texts[item].split()) for item in found)
        missed += one.id not in found and len(found) < 1000
    print(f"  {asked} phrases, {hits} hits, {wrong} without the phrase, {missed} sources missed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[3] / "shared")
    parser.add_argument("parts", nargs="*", default=["stard", "hub", "exact", "phrases", "speed"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for part in options.parts:
            print(part)
            place = Path(folder) / part
            place.mkdir()
            if part == "stard":
                run_stard(options.data, place, do_speed="speed" in options.parts)
            elif part == "speed" and "stard" not in options.parts:
                run_stard(options.data, place, do_speed=True, do_rank=False)
            elif part in ("hub", "exact", "phrases"):
                {"hub": run_hub, "exact": run_exact, "phrases": run_phrases}[part](options.data, place)


if __name__ == "__main__":
    main()

"""Ranking, asked through GraphQL `search` of a hub that serves after a real import. Bounded; run by hand:

    python tests/benchmarks/ranking.py [--shared ../shared] [stard] [hub]

`stard`: the statute articles, questions of the public and known articles; `hub`: laws, news and services in one index.
Formulas of ../shared/ranking/evaluate.py. Beside it, in the same run, BM25 over characters and bigrams of title and
text, with the difference paired by query.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.figures import Verdicts, head, median, percentile
from tests.benchmarks.ranking_embedded import Baseline, hub_documents, judgments, known, rows, stard_documents
from tests.benchmarks.real_data import SHARED, Row, documents, ids_by_source
from tests.flows.serving import Client, HubFolder

DEPTH = 100
METRICS = ("nDCG@10", "MRR@10", "R@10", "R@100")
SEARCH = "query($text: String!, $first: Int!) { search(text: $text, first: $first) { edges { node { id } } } }"
Ranker = Callable[[str], list[str]]
Judged = dict[str, dict[str, int]]
Scores = list[tuple[float, ...]]


def gain(grades: list[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades[:10]))


def score(ranked: list[str], relevant: dict[str, int]) -> tuple[float, ...]:
    grades = [relevant.get(name, 0) for name in ranked[:DEPTH]]
    first = next((place for place, grade in enumerate(grades[:10], 1) if grade), None)
    return (
        gain(grades) / gain(sorted(relevant.values(), reverse=True)),
        1 / first if first else 0.0,
        sum(grade > 0 for grade in grades[:10]) / len(relevant),
        sum(grade > 0 for grade in grades) / len(relevant),
    )


def mean_and_error(values: list[float]) -> tuple[float, float]:
    mean = sum(values) / len(values)
    return mean, math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values))


def report(name: str, scores: Scores) -> None:
    cells = [mean_and_error(list(column)) for column in zip(*scores, strict=True)]
    print(f"    {name:18s}" + "".join(f"{mean:+11.4f} ± {error:.4f}" for mean, error in cells), flush=True)


class Served:
    """A hub that serves, asked as anybody would ask it; answers are told by the ids of the source files."""

    def __init__(self, client: Client, folder: Path) -> None:
        self.client = client
        self.names = ids_by_source(folder)
        self.times: list[float] = []

    def rank(self, text: str) -> list[str]:
        started = time.perf_counter()
        found = self.client.ask(SEARCH, {"text": text[:400], "first": DEPTH})["search"]["edges"]
        self.times.append((time.perf_counter() - started) * 1_000)
        return [self.names[edge["node"]["id"]] for edge in found]


def compared(
    label: str, queries: list[Row], judged: Judged, ours: Ranker, bar: Ranker
) -> tuple[list[float], list[float]]:
    """Means of the hub, and of its paired difference from the bar, by metric."""
    asked = [query for query in queries if query["id"] in judged]
    hub = [score(ours(query["text"]), judged[query["id"]]) for query in asked]
    base = [score(bar(query["text"]), judged[query["id"]]) for query in asked]
    paired = [tuple(a - b for a, b in zip(x, y, strict=True)) for x, y in zip(hub, base, strict=True)]
    print(f"  {label}, {len(asked)} queries: " + ", ".join(METRICS))
    for name, scores in (("hub", hub), ("characters+bigrams", base), ("paired", paired)):
        report(name, scores)
    return [sum(one) / len(hub) for one in zip(*hub, strict=True)], [
        sum(one) / len(hub) for one in zip(*paired, strict=True)
    ]


def imported(folder: Path, files: list[Path], *options: str) -> HubFolder:
    hub = HubFolder(folder / "hub")
    started = time.perf_counter()
    said = hub.run("import", *options, *files).stdout.strip()
    print(f"  {said} {time.perf_counter() - started:.0f} s", flush=True)
    return hub


def run_stard(shared: Path, folder: Path, verdicts: Verdicts) -> None:
    stard = shared / "data" / "retrieval" / "stard"
    hub = imported(folder, [stard / "corpus.jsonl.zst"], "--map", "stard")
    (folder / "bar").mkdir()
    bar = Baseline(list(stard_documents(shared)), str(folder / "bar"))
    with hub.serve() as serving:
        served = Served(serving.wait_ready().client(), hub.path)
        questions = list(rows(stard / "queries.train.jsonl.zst"))
        means, _ = compared("STARD", questions, judgments(stard / "qrels.train.tsv"), served.rank, bar.rank)
        verdicts.at_least("STARD train nDCG@10", means[0], 0.38)
        means, gains = compared("known articles", *known(shared, "articles"), served.rank, bar.rank)
        verdicts.at_least("known articles MRR@10", means[1], 0.80)
        verdicts.at_least("known articles, paired gain of MRR@10", gains[1], 0.05)
        say_times(served)


def run_hub(shared: Path, folder: Path, verdicts: Verdicts) -> None:
    laws, news, _, services = documents(shared / "data")
    hub = imported(folder, [laws, news, services])
    (folder / "bar").mkdir()
    bar = Baseline(list(hub_documents(shared)), str(folder / "bar"))
    with hub.serve() as serving:
        served = Served(serving.wait_ready().client(), hub.path)
        means, gains = compared("known items of the hub", *known(shared, "hub"), served.rank, bar.rank)
        verdicts.at_least("known items MRR@10", means[1], 0.82)
        verdicts.at_least("known items, paired gain of MRR@10", gains[1], 0.05)
        say_times(served)


def say_times(served: Served) -> None:
    print(f"  first {DEPTH} over HTTP: p50 {median(served.times):.1f} ms, p99 {percentile(served.times, 0.99):.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("parts", nargs="*", default=["stard", "hub"])
    options = parser.parse_args()
    verdicts = Verdicts()
    head("ranking through GraphQL")
    for part, run in (("stard", run_stard), ("hub", run_hub)):
        if part in options.parts:
            with tempfile.TemporaryDirectory() as folder:
                run(options.shared, Path(folder), verdicts)
    sys.exit(verdicts.code)


if __name__ == "__main__":
    main()

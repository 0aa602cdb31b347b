"""Publish → found by search: from the answer of publishContent until `search` finds a word of the title.

    python tests/benchmarks/publish_latency.py [--shared ../shared] [--publishes 1000] [--during-import 300]

Five publishes a second on a hub that holds all real documents; each is looked for every 10 ms on a connection of its
own. The second run has a `hub import` of another copy of the documents beside it for its whole length.
"""

from __future__ import annotations

import argparse
import itertools
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.figures import Verdicts, head, percentile
from tests.benchmarks.real_data import SHARED, Row, documents, places_and_items, resampled, write_rows
from tests.flows.serving import CREATE, FIND, PUBLISH, UNITS, Client, HubFolder, Serving

A_SECOND = 5
POLL_SECONDS = 0.01
LOST_SECONDS = 30.0
SEEKERS = 12


@dataclass
class Run:
    """Publishes on a schedule; latencies in milliseconds, of the publish itself and until it was found."""

    serving: Serving
    key: str
    unit: str
    name: str
    bodies: list[str]
    publishing: list[float] = field(default_factory=list)
    late: float = 0.0
    """Seconds by which the schedule was missed at the worst."""

    def publishes(self, count: int) -> list[float]:
        writer = self.serving.client(self.key)
        started = time.perf_counter()
        with ThreadPoolExecutor(SEEKERS) as seekers:
            sought: list[Future[float]] = []
            for number in range(count):
                due = started + number / A_SECOND
                self.late = max(self.late, time.perf_counter() - due)
                time.sleep(max(0.0, due - time.perf_counter()))
                sought.append(seekers.submit(self.seek, *self.publish(writer, number)))
            return [one.result() for one in sought]

    def publish(self, writer: Client, number: int) -> tuple[str, str, float]:
        """The word to look for, the id it must find, and the moment of the answer."""
        word = f"pub{self.name}{number:05d}"
        given = {
            "title": f"关于做好防汛抗旱工作的通知 {word}",
            "body": self.bodies[number % len(self.bodies)],
            "bodyFormat": "TEXT",
        }
        made = writer.write(CREATE, {"unit": self.unit, "input": given})
        asked = time.perf_counter()
        writer.write(PUBLISH, {"id": made["id"], "lock": made["lockVersion"]})
        answered = time.perf_counter()
        self.publishing.append((answered - asked) * 1_000)
        return word, made["id"], answered

    def seek(self, word: str, item_id: str, answered: float) -> float:
        client = self.serving.client()
        try:
            while True:
                edges = client.ask(FIND, {"text": word})["search"]["edges"]
                seen = time.perf_counter()
                if any(edge["node"]["id"] == item_id for edge in edges):
                    return (seen - answered) * 1_000
                if seen - answered > LOST_SECONDS:
                    return float("inf")
                time.sleep(POLL_SECONDS)
        finally:
            client.close()


def report(run: Run, found: list[float], label: str, verdicts: Verdicts) -> None:
    print(f"  {label}: {len(found)} publishes, p50 {percentile(found, 0.5):.0f}, max {max(found):.0f} ms")
    itself = [round(percentile(run.publishing, share)) for share in (0.5, 0.99)]
    print(
        f"    publishContent itself: p50 {itself[0]}, p99 {itself[1]} ms; at most {run.late:.1f} s behind the schedule"
    )
    if max(found) == float("inf"):
        print(f"    never found: {found.count(float('inf'))}; the hub said:\n{run.serving.log.read_text()[-2000:]}")
    verdicts.at_most(f"publish → found, {label}, p99", percentile(found, 0.99) / 1_000, 1.0, "s")


def another_copy(native: Path, count: int) -> Iterator[Row]:
    places, items = places_and_items(native)
    return itertools.chain(places, ({**row, "source": "copy", "links": []} for row in resampled(items, count)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--publishes", type=int, default=1_000)
    parser.add_argument("--during-import", type=int, default=300)
    options = parser.parse_args()
    head(f"publish → found, {A_SECOND} a second")
    verdicts = Verdicts()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hub = HubFolder(folder / "hub")
        hub.run("import", *documents(options.shared / "data"))
        native, copy = folder / "native.jsonl.zst", folder / "copy.jsonl.zst"
        hub.run("export", native)
        bodies = [row["body"] for row in places_and_items(native)[1] if row["kind"] == "article"][:500]
        key = hub.key("archive")
        with hub.serve() as serving:
            nodes = serving.wait_ready().client().ask(UNITS)["units"]["nodes"]
            unit = next(node["id"] for node in nodes if node["code"] == "archive")
            quiet = Run(serving, key, unit, "a", bodies)
            report(quiet, quiet.publishes(options.publishes), "nothing beside it", verdicts)
            write_rows(copy, another_copy(native, options.during_import * 400))
            importing = hub.start("import", copy)
            time.sleep(3)
            busy = Run(serving, key, unit, "b", bodies)
            found = busy.publishes(options.during_import)
            was_running = importing.poll() is None
            importing.send_signal(signal.SIGINT)
            print(f"  the import beside it: {importing.communicate(timeout=120)[0].strip().splitlines()[-1]}")
            report(busy, found, "during an import", verdicts)
            verdicts.holds("the import ran for the whole time", was_running, str(was_running))
            serving.stop()
    sys.exit(verdicts.code)


if __name__ == "__main__":
    main()

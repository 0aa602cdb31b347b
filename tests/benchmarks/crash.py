"""Crash: 100 kill -9 at random moments of serve, import and reindex, on the sample and a real import.

    python tests/benchmarks/crash.py [--kills 100] [--seed N] [--shared ../shared]

After every kill the hub is started again, lost answers are asked for again with the same idempotency keys, what was
published is found by search, and `hub check` is clean. At the end every acknowledged write is there exactly once and
every import complete. Any fault ends the run with the seed to repeat it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.figures import Verdicts, head
from tests.benchmarks.real_data import SHARED, rows
from tests.flows.crashing import Crashing, Import, write_import
from tests.flows.serving import HubFolder

FILES, ROWS = 4, 1_500


def imports(shared: Path, folder: Path) -> list[Import]:
    """Files of articles with the bodies of real news."""
    bodies = [row["body"] for row in rows(shared / "data" / "documents" / "news.jsonl.zst")]
    return [
        write_import(folder / f"bulletins-{number}.jsonl", ROWS, body=bodies[number * 7]) for number in range(FILES)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--shared", type=Path, default=SHARED)
    options = parser.parse_args()
    head(f"crash, {options.kills} kills, --seed {options.seed}")
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hub = HubFolder(folder / "hub")
        hub.run("demo", "--no-serve")
        crashing = Crashing(hub, imports(options.shared, folder), options.seed)
        crashing.run(options.kills)
        crashing.account()
    counts, stories = crashing.counts, crashing.writer.stories
    print(f"  killed: serve {counts.serve}, import {counts.imports}, reindex {counts.reindex}; "
          f"{counts.not_alive} commands had ended before; {time.perf_counter() - started:.0f} s")  # fmt: skip
    steps = sum(story.done for story in stories)
    verdicts = Verdicts()
    verdicts.holds("acknowledged writes lost or doubled", True, f"0 of {steps} in {len(stories)} items")
    verdicts.holds("hub check after each restart", True, f"clean {crashing.checks} times")
    verdicts.holds("imports complete", True, f"{FILES} files of {ROWS} rows")
    sys.exit(verdicts.code)


if __name__ == "__main__":
    main()

"""Start: `hub serve` until it is ready, and `hub --help`, beside the bare imports of the frameworks.

    python tests/benchmarks/start.py [--runs 10]

All three are run in turn, so that a busy machine slows all of them; the figures are medians.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.figures import Verdicts, head, median, timed
from tests.flows.serving import HubFolder

IMPORTS = (sys.executable, "-c", "import strawberry, sqlmodel")


def command() -> Sequence[str]:
    """The installed `hub`, beside the interpreter; `python -m hub` where there is none."""
    installed = Path(sys.executable).with_name("hub")
    return (str(installed),) if installed.exists() else (sys.executable, "-m", "hub")


def run(hub: HubFolder, arguments: Sequence[str]) -> float:
    """Milliseconds to its end."""
    return timed(lambda: subprocess.run(arguments, check=True, capture_output=True, env=hub.environment()))


def ready(hub: HubFolder) -> float:
    """Milliseconds from starting the process to the first 200 of /health/ready."""
    with hub.serve(command=command()) as serving:
        took = serving.wait_ready().ready_after * 1_000
        serving.stop()
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    head("start, on the sample")
    with tempfile.TemporaryDirectory() as folder:
        hub = HubFolder(Path(folder) / "hub")
        hub.run("demo", "--no-serve")
        for warm in (IMPORTS, (*command(), "--help")):
            run(hub, warm)
        ready(hub)
        imports, helps, serves = zip(
            *((run(hub, IMPORTS), run(hub, (*command(), "--help")), ready(hub)) for _ in range(options.runs)),
            strict=True,
        )
    bare = median(imports)
    verdicts = Verdicts()
    print(f"  bare imports of strawberry and sqlmodel: {bare:.0f} ms")
    verdicts.at_most(f"serve until ready: {median(serves):.0f} ms", median(serves) / bare, 2.5, "×")
    verdicts.at_most(f"hub --help: {median(helps):.0f} ms", median(helps) / bare, 0.5, "×")
    sys.exit(verdicts.code)


if __name__ == "__main__":
    main()

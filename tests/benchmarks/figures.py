"""Figures as the benchmarks print them: percentiles, and each figure with its bar beside it."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Sequence
from datetime import date


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median(values: Sequence[float]) -> float:
    return percentile(values, 0.5)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1_000


def head(title: str) -> None:
    """What ran, when, and how busy the machine was: a figure without its load says little."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{title}\n{date.today()}, {os.cpu_count()} cores, load {load}", flush=True)


class Verdicts:
    """Prints figures beside their bars and remembers whether one was missed; `code` is the exit code."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    @property
    def code(self) -> int:
        return int(bool(self.missed))

    def at_most(self, what: str, figure: float, bar: float, unit: str = "") -> None:
        self._say(what, figure, f"≤ {bar:g}", figure <= bar, unit)

    def at_least(self, what: str, figure: float, bar: float, unit: str = "") -> None:
        self._say(what, figure, f"≥ {bar:g}", figure >= bar, unit)

    def holds(self, what: str, claim: bool, said: str) -> None:
        print(f"  {what:44s} {said:>24s}   {self._mark(what, claim)}", flush=True)

    def _say(self, what: str, figure: float, bar: str, is_met: bool, unit: str) -> None:
        print(f"  {what:44s} {figure:10.3f} {unit:8s} bar {bar:7s} {self._mark(what, is_met)}", flush=True)

    def _mark(self, what: str, is_met: bool) -> str:
        if not is_met:
            self.missed.append(what)
        return "met" if is_met else "MISSED"

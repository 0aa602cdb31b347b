"""What one check has found: faults in words, each with the ids it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from storage.stores.checking import SHOWN, Fault

Progress = Callable[[str, int, int], None]
"""(what is being checked, done, of how many)."""


@dataclass(slots=True)
class Check:
    name: str
    """What holds when it finds nothing, e.g. “media files are there”."""
    seen: int = 0
    of: str = "items"
    faults: dict[str, list[str]] = field(default_factory=dict)
    """All ids by what is wrong with them."""
    counted: list[Fault] = field(default_factory=list)
    """Faults of which only the first ids are known."""
    notes: list[str] = field(default_factory=list)
    mended: int = 0

    @property
    def is_ok(self) -> bool:
        return not self.faults and not self.counted

    @property
    def count(self) -> int:
        return sum(len(ids) for ids in self.faults.values()) + sum(fault.count for fault in self.counted)

    def add(self, what: str, ids: Iterable[str]) -> None:
        if found := list(ids):
            self.faults.setdefault(what, []).extend(found)

    def named(self) -> list[Fault]:
        """Faults with as many ids as are shown."""
        return [Fault(what, len(ids), ids[:SHOWN]) for what, ids in self.faults.items()] + self.counted

    def ids(self) -> list[str]:
        """Every id that something is wrong with, once."""
        return list(dict.fromkeys(one for ids in self.faults.values() for one in ids))

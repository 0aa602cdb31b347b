"""Opening the hub and its twin for a walk, with limits that hold nothing back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from schema import documents, http, limits
from tests.flows.leak_documents import Coverage, Walk
from tests.flows.leak_doors import opened_doors
from tests.flows.leak_findings import Walker
from tests.flows.leak_world import Worlds


def widen(monkeypatch: pytest.MonkeyPatch) -> None:
    """One document may hold many questions, and each is checked once for all hubs."""
    monkeypatch.setattr(limits, "SPREADS", 10**6)
    monkeypatch.setattr(limits, "REPEATS", 10**6)
    monkeypatch.setattr(documents, "MAX_KEPT_LENGTH", 10**6)
    monkeypatch.setattr(documents, "KEPT", 10**4)
    monkeypatch.setattr(http, "Documents", _kept_for_all(documents.Documents))


def _kept_for_all(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    kept: list[Any] = []

    def documents_of(given: Any) -> Any:
        kept[:] = kept or [make(given)]
        return kept[0]

    return documents_of


@asynccontextmanager
async def walking(worlds: Worlds, walk: Walk, *, labelled: bool = False) -> AsyncIterator[Walker]:
    """Anonymous at first; set `actor` for another who may see the same."""
    async with AsyncExitStack() as stack:
        full = await stack.enter_async_context(opened_doors(worlds.full))
        twin_folder = worlds.labelled_twin if labelled else worlds.twin
        twin = await stack.enter_async_context(opened_doors(twin_folder))
        yield Walker(worlds.plan, "labelled" if labelled else None, full, twin, Coverage(walk.node_types))

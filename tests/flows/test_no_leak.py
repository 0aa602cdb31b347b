"""Every field path of the contract, asked by everybody, over hidden content in every state: no trace and no count."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from hub.vocabulary.enums import Kind
from schema import http, limits
from schema.api import api
from schema.documents import Documents
from tests.flows.leak_doors import opened_doors
from tests.flows.leak_documents import Coverage, Walk
from tests.flows.leak_findings import Walker
from tests.flows.leak_marks import SHARED
from tests.flows.leak_questions import arguments_used, questions, text
from tests.flows.leak_world import Worlds

PAGED = ("articles", "contents", "interpretations", "mediaAssets", "policyDocuments", "serviceItems")
CURSORS = {f"Query.{name}({way})" for name in PAGED for way in ("after", "before")} | {
    *(f"Query.{name}(after)" for name in ("search", "changes", "sites", "units")),
    *(f"Section.items({way})" for way in ("after", "before")),
}


@pytest.fixture(scope="module")
def walk() -> Walk:
    return Walk(api.as_str())


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits of fixed size let one document hold many questions too, and each is checked once for all hubs."""
    monkeypatch.setattr(limits, "SPREADS", 10**6)
    monkeypatch.setattr(limits, "REPEATS", 10**6)
    shared: list[Documents] = []
    monkeypatch.setattr(
        http, "Documents", lambda given: shared[0] if shared else shared.append(Documents(given)) or shared[0]
    )


@asynccontextmanager
async def walking(worlds: Worlds, walk: Walk, *, labelled: bool = False) -> AsyncIterator[Walker]:
    """Anonymous at first; set `actor` for another who may see the same."""
    async with AsyncExitStack() as stack:
        full = await stack.enter_async_context(opened_doors(worlds.full))
        twin_folder = worlds.labelled_twin if labelled else worlds.twin
        twin = await stack.enter_async_context(opened_doors(twin_folder))
        yield Walker(worlds.plan, "labelled" if labelled else None, full, twin, Coverage(walk.node_types))


async def test_nobody_finds_a_trace_of_hidden_content(worlds: Worlds, walk: Walk) -> None:
    """Anonymous readers, a key of another unit, and the key of the very unit, whose drafts have a root of their own."""
    every = questions(walk, worlds.plan)

    async with walking(worlds, walk) as walker:
        for walker.actor in (None, "foreign", "own"):
            is_own = walker.actor == "own"
            await walker.ask(one for one in every if not (is_own and one.name.startswith("editorial")))

    everything, behind_two_hops = walk.required()
    assert walker.findings == []
    assert sorted(everything - walker.coverage.seen) == []
    assert sorted(behind_two_hops - walker.coverage.far) == []


async def test_a_key_sees_what_carries_its_label_and_nothing_else(worlds: Worlds, walk: Walk) -> None:
    async with walking(worlds, walk, labelled=True) as walker:
        await walker.ask(questions(walk, worlds.plan))
        labelled = await walker.full.ask(_count(STAFF_WORD), key=walker.key)
        anonymous = await walker.full.ask(_count(STAFF_WORD))

    assert walker.findings == []
    counts = [answer.json["data"]["contents"]["totalCount"] for answer in (labelled, anonymous)]
    assert counts == [len(Kind) + counts[1], counts[1]]


STAFF_WORD = SHARED


def _count(keyword: str) -> str:
    return f"{{ contents(filter: {{keyword: [{text(keyword)}]}}) {{ totalCount }} }}"


def test_every_argument_and_filter_is_asked(worlds: Worlds, walk: Walk) -> None:
    used = arguments_used(walk, questions(walk, worlds.plan))

    # cursors come from answers: the tests of pages below follow them
    assert walk.arguments_of_queries() - used - CURSORS == set()

"""Every field path of the contract, asked by everybody, over hidden content in every state: no trace and no count."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from schema import limits
from schema.api import api
from tests.flows.leak_doors import opened_doors
from tests.flows.leak_documents import Coverage, Walk
from tests.flows.leak_findings import Walker
from tests.flows.leak_questions import Question, arguments_used, questions
from tests.flows.leak_world import Worlds

ACTORS = (None, "foreign", "own", "labelled")


@pytest.fixture(scope="module")
def walk() -> Walk:
    return Walk(api.as_str())


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Limits of fixed size let one document hold many questions too."""
    monkeypatch.setattr(limits, "SPREADS", 10**6)
    monkeypatch.setattr(limits, "REPEATS", 10**6)
    yield


@asynccontextmanager
async def walking(worlds: Worlds, walk: Walk, actor: str | None) -> AsyncIterator[Walker]:
    async with AsyncExitStack() as stack:
        full = await stack.enter_async_context(opened_doors(worlds.full))
        twin_folder = worlds.labelled_twin if actor == "labelled" else worlds.twin
        twin = await stack.enter_async_context(opened_doors(twin_folder))
        yield Walker(worlds.plan, actor, full, twin, Coverage(walk.node_types))


def asked_by(actor: str | None, every: list[Question]) -> list[Question]:
    """Whoever may read the drafts of the unit is not asked for them here."""
    return [one for one in every if actor != "own" or not one.name.startswith("editorial")]


@pytest.mark.parametrize("actor", ACTORS)
async def test_no_answer_betrays_hidden_content(worlds: Worlds, walk: Walk, actor: str | None) -> None:
    async with walking(worlds, walk, actor) as walker:
        await walker.ask(asked_by(actor, questions(walk, worlds.plan)))

    assert walker.findings == []

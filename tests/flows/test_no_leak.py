"""Every field path of the contract, asked by everybody, over hidden content in every state: no trace and no count."""

from __future__ import annotations

import pytest

from hub.vocabulary.enums import Kind
from schema.api import api
from tests.flows.leak_documents import Walk
from tests.flows.leak_marks import SHARED
from tests.flows.leak_questions import arguments_used, questions, text
from tests.flows.leak_walking import walking, widen
from tests.flows.leak_world import Worlds

LISTS = ("articles", "contents", "interpretations", "mediaAssets", "policyDocuments", "serviceItems")
CURSORS = {
    *(f"Query.{name}({way})" for name in LISTS for way in ("after", "before")),
    *(f"Query.{name}(after)" for name in ("search", "changes", "sites", "units")),
    *(f"Section.items({way})" for way in ("after", "before")),
}
"""Cursors come from answers; `test_no_leak_pages` follows them."""


ANYBODY: dict[str | None, tuple[str, ...]] = {None: ("",), "foreign": ("editorial", "viewer")}
KEYS: dict[str | None, tuple[str, ...]] = {
    "foreign": ("node", "content:deep", "hops", "changes"),
    "own": ("viewer", "contents", "node", "content", "hops", "suggest", "search:deep", "search:0", "filter:0"),
}
"""Beginnings of the questions each asks: keys may see what anybody sees, so they need not ask all of it again."""
SAME_PATHS = ("order", "items", "below:items", "interpretations", "mediaAssets", "serviceItems", "sectionAt")
"""Questions that take the paths of others once more; not asked again for the label."""


@pytest.fixture(scope="module")
def walk() -> Walk:
    return Walk(api.as_str())


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    widen(monkeypatch)


async def test_nobody_finds_a_trace_of_hidden_content(worlds: Worlds, walk: Walk) -> None:
    """Everything is asked anonymously; the editorial root with a key of another unit."""
    every = questions(walk, worlds.plan)

    async with walking(worlds, walk) as walker:
        for walker.actor, prefixes in ANYBODY.items():
            await walker.ask(one for one in every if one.name.startswith(prefixes))

    everything, behind_two_hops = walk.required()
    assert walker.findings == []
    assert sorted(everything - walker.coverage.seen) == []
    assert sorted(behind_two_hops - walker.coverage.far) == []


async def test_no_key_finds_more_even_that_of_the_unit_whose_drafts_have_a_root_of_their_own(
    worlds: Worlds, walk: Walk
) -> None:
    async with walking(worlds, walk) as walker:
        for walker.actor, prefixes in KEYS.items():
            await walker.ask(one for one in questions(walk, worlds.plan) if one.name.startswith(prefixes))

    assert walker.findings == []


async def test_a_key_sees_what_carries_its_label_and_nothing_else(worlds: Worlds, walk: Walk) -> None:
    async with walking(worlds, walk, labelled=True) as walker:
        await walker.ask(one for one in questions(walk, worlds.plan) if not one.name.startswith(SAME_PATHS))
        answers = [await walker.full.ask(_count(SHARED), key=key) for key in (walker.key, None)]

    labelled, anonymous = (answer.json["data"]["contents"]["totalCount"] for answer in answers)
    assert walker.findings == []
    assert labelled == anonymous + len(Kind)


def _count(keyword: str) -> str:
    return f"{{ contents(filter: {{keyword: [{text(keyword)}]}}) {{ totalCount }} }}"


def test_every_argument_and_filter_is_asked(worlds: Worlds, walk: Walk) -> None:
    used = arguments_used(walk, questions(walk, worlds.plan))

    assert walk.arguments_of_queries() - used - CURSORS == set()

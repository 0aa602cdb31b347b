"""A folder with an index, invented documents, and a way to ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path

import pytest

from hub.search import SearchDocument, SearchRequest
from hub.vocabulary.clock import ALWAYS, NEVER
from hub.vocabulary.ids import ItemId
from indexers.embedded.engine import EmbeddedSearch
from indexers.embedded.index import EmbeddedIndex


def _id(number: int) -> ItemId:
    return ItemId(f"00000000-0000-7000-8000-{number:012d}")


@pytest.fixture
def id_of() -> Callable[[int], ItemId]:
    return _id


@pytest.fixture
def a_document() -> Callable[..., SearchDocument]:
    """`a_document(number, title, text, **facts)`; without `sort_at`, a higher number is newer."""

    def make(number: int, title: str = "", text: str = "", **facts: object) -> SearchDocument:
        plain = {
            "version": 1, "doc_no": "", "state": "live", "kind": "article", "publicity": "proactive",
            "visible_from": ALWAYS, "visible_until": NEVER, "sort_at": number,
        }  # fmt: skip
        known = {name: facts.pop(name, value) for name, value in plain.items()}
        sets = {name: frozenset(values) for name, values in facts.items() if isinstance(values, Iterable)}
        return SearchDocument(id=_id(number), title=title, text=text, sets=sets, **known)  # type: ignore[arg-type]

    return make


@pytest.fixture
def search_of(tmp_path: Path) -> Callable[..., Awaitable[EmbeddedSearch]]:
    """Indexes the documents and opens a reader."""

    async def make(*documents: SearchDocument, synonyms: Sequence[Sequence[str]] = ()) -> EmbeddedSearch:
        index = EmbeddedIndex.open(tmp_path)
        await index.put(documents)
        await index.close()
        return EmbeddedSearch(tmp_path, lambda: synonyms)

    return make


@pytest.fixture
def ask() -> Callable[..., Awaitable[list[int]]]:
    """The numbers of the documents found, in order."""

    async def numbers(search: EmbeddedSearch, text: str, **options: object) -> list[int]:
        answer = await search.search(SearchRequest(text, **options))  # type: ignore[arg-type]
        return [int(hit.id[-12:]) for hit in answer.hits]

    return numbers

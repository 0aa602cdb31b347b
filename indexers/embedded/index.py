"""Writing side. One process leads; it may keep a second generation up to date while that one is built or waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Self, TypeVar

import tantivy

from hub.search import DocumentRefused, SearchDocument
from hub.vocabulary.errors import SearchUnavailable
from hub.vocabulary.ids import ItemId
from indexers.analysis.fingerprint import fingerprint
from indexers.embedded.fields import engine_document, schema
from indexers.embedded.generations import Generations, Pointer

HEAP_BYTES = 128_000_000
"""Memory of one writer before it flushes a segment."""
_DROPPED = 2**63
T = TypeVar("T")


class EmbeddedIndex:
    """Implements `hub.search.SearchIndex`. Everything runs in one worker thread of its own, in call order.

    Raises SearchUnavailable when another process writes, or the engine fails.
    """

    def __init__(self, generations: Generations, lock: IO[bytes]) -> None:
        self._generations = generations
        self._lock = lock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="search-index")
        self._writers: dict[str, tantivy.IndexWriter] = {}
        self._current = Pointer("", "")
        self._previous: Pointer | None = None
        self._touched: dict[str, dict[ItemId, int]] = {}

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Takes the lock, removes what a crash left behind, and opens the current generation or makes the first."""
        generations = Generations(directory)
        index = cls(generations, generations.lock())
        try:
            index._start()
        except BaseException:
            index._lock.close()
            raise
        return index

    @property
    def generation(self) -> str:
        return self._current.generation

    @property
    def needs_rebuild(self) -> bool:
        """The tokens on disk were made by other rules or dictionaries."""
        return self._current.fingerprint != fingerprint()

    async def put(self, documents: Sequence[SearchDocument]) -> None:
        await self._run(lambda: self._put(documents))

    async def drop(self, ids: Sequence[ItemId]) -> None:
        await self._run(lambda: self._drop(ids))

    async def commit(self) -> None:
        await self._run(self._commit)

    async def close(self) -> None:
        """Commits, ends the writers and releases the lock."""
        if self._lock.closed:
            return
        await self._run(self._commit)
        await self._run(self._end_writers)
        self._thread.shutdown()
        self._lock.close()

    async def create_generation(self) -> str:
        """A new empty generation that from now on receives every `put` and `drop` too."""
        return await self._run(self._create)

    async def fill(self, generation: str, documents: Sequence[SearchDocument]) -> None:
        """Adds to this generation alone; whatever `put` or `drop` has touched meanwhile is newer and stays."""
        await self._run(lambda: self._fill(generation, documents))

    async def promote(self, generation: str) -> None:
        """Readers turn to it; the old one waits, still receiving changes, for `rollback` or `retire`."""
        await self._run(lambda: self._promote(generation))

    async def count(self, generation: str) -> int:
        """Documents the generation holds as of its last commit."""
        return await self._run(lambda: self._count(generation))

    async def rollback(self) -> None:
        """Turns readers back to the generation before the last `promote`. Raises SearchUnavailable without one."""
        await self._run(self._rollback)

    async def retire(self) -> None:
        """Ends and removes every generation but the current one."""
        await self._run(self._retire)

    async def sweep(self) -> list[str]:
        """Removes folders that no writer of ours has open; returns their names."""
        return await self._run(self._sweep)

    async def _run(self, work: Callable[[], T]) -> T:
        with _engine_faults():
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _start(self) -> None:
        with _engine_faults():
            current = self._generations.current()
            if current is None:
                current = Pointer(self._create(), fingerprint())
                self._generations.point_at(current)
            else:
                self._open_writer(current.generation)
            self._current = current
            self._touched.clear()
            self._sweep()

    def _open_writer(self, generation: str) -> None:
        path = self._generations.path(generation)
        index = tantivy.Index(schema(), str(path), reuse=True)
        # one thread: the documents keep their order, and our own thread tokenizes meanwhile
        self._writers[generation] = index.writer(HEAP_BYTES, 1)

    def _create(self) -> str:
        generation = self._generations.make()
        self._open_writer(generation)
        self._writers[generation].commit()
        self._touched[generation] = {}
        return generation

    def _put(self, documents: Sequence[SearchDocument]) -> None:
        for document, made in [(document, _made(document)) for document in documents]:
            for writer in self._writers.values():
                # the id is raw text: a delete by an unsigned field deletes nothing, silently
                writer.delete_documents_by_term("id", document.id)
                writer.add_document(made)
            self._touch(document.id, document.version)

    def _drop(self, ids: Sequence[ItemId]) -> None:
        for item_id in ids:
            for writer in self._writers.values():
                writer.delete_documents_by_term("id", item_id)
            self._touch(item_id, _DROPPED)

    def _touch(self, item_id: ItemId, version: int) -> None:
        for touched in self._touched.values():
            touched[item_id] = version

    def _fill(self, generation: str, documents: Sequence[SearchDocument]) -> None:
        writer, touched = self._writers[generation], self._touched[generation]
        newer = [document for document in documents if document.version > touched.get(document.id, -1)]
        for document, made in [(document, _made(document)) for document in newer]:
            writer.delete_documents_by_term("id", document.id)
            writer.add_document(made)

    def _commit(self) -> None:
        for writer in self._writers.values():
            writer.commit()

    def _promote(self, generation: str) -> None:
        self._commit()
        previous = self._current
        self._current = Pointer(generation, fingerprint())
        self._generations.point_at(self._current)
        self._previous = previous
        self._touched.pop(generation, None)

    def _count(self, generation: str) -> int:
        index = tantivy.Index(schema(), str(self._generations.path(generation)), reuse=True)
        index.reload()
        return int(index.searcher().num_docs)

    def _rollback(self) -> None:
        if self._previous is None:
            raise SearchUnavailable(
                "There is no earlier generation to go back to.", hint="Build a new one: hub reindex."
            )
        self._commit()
        self._generations.point_at(self._previous)
        self._current, self._previous = self._previous, None

    def _retire(self) -> None:
        for generation in [name for name in self._writers if name != self._current.generation]:
            self._writers.pop(generation).wait_merging_threads()
            self._touched.pop(generation, None)
            self._generations.remove(generation)
        self._previous = None

    def _sweep(self) -> list[str]:
        leftovers = [name for name in self._generations.names() if name not in self._writers]
        for name in leftovers:
            self._generations.remove(name)
        return leftovers

    def _end_writers(self) -> None:
        for writer in self._writers.values():
            writer.wait_merging_threads()
        self._writers.clear()


def _made(document: SearchDocument) -> tantivy.Document:
    """Raises `DocumentRefused`: a fault of one document is none of the engine, and must not stop the others."""
    try:
        return engine_document(document)
    except BaseException as fault:  # a panic of a tokenizer written in Rust is no Exception; we are in a thread
        raise DocumentRefused(document.id, f"{type(fault).__name__}: {fault}") from fault


@contextmanager
def _engine_faults() -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as fault:
        raise SearchUnavailable(f"The search index cannot be written: {fault}") from fault

"""The local object store: content-addressed, durable, and closed to keys that are none."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from storage import objects
from storage.objects import CHUNK, LocalObjects, ObjectMissing, StoredObject, digest_of, key_of

HELLO = "图解：公共交通优惠乘车".encode()
SHA = hashlib.sha256(HELLO).hexdigest()
KEY = f"{SHA[:2]}/{SHA[2:]}"


@pytest.fixture
def store(tmp_path: Path) -> LocalObjects:
    return LocalObjects(tmp_path / "objects")


async def read(store: LocalObjects, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.stream(key, start, end)])


def files_under(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


async def test_bytes_are_stored_under_their_digest(store: LocalObjects) -> None:
    stored = await store.put(HELLO)

    assert stored == StoredObject(KEY, SHA, len(HELLO))
    assert await read(store, KEY) == HELLO
    assert await store.size(KEY) == len(HELLO)
    assert await store.exists(KEY)
    assert store.path(KEY).read_bytes() == HELLO


async def test_a_file_larger_than_a_chunk_is_stored_whole_and_left_where_it_was(
    store: LocalObjects, tmp_path: Path
) -> None:
    source = tmp_path / "big.bin"
    source.write_bytes(bytes(range(256)) * (CHUNK // 100))

    stored = await store.put(source)

    assert stored.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert await read(store, stored.object_key) == source.read_bytes()


async def test_the_same_bytes_are_stored_once(store: LocalObjects, tmp_path: Path) -> None:
    source = tmp_path / "same.txt"
    source.write_bytes(HELLO)
    first = await store.put(HELLO)
    number = store.path(KEY).stat().st_ino

    again = await store.put(source)

    assert again == first
    assert store.path(KEY).stat().st_ino == number
    assert files_under(store.root) == [KEY]


async def test_a_truncated_object_is_mended_by_putting_it_again(store: LocalObjects) -> None:
    await store.put(HELLO)
    store.path(KEY).write_bytes(HELLO[:5])

    await store.put(HELLO)

    assert await read(store, KEY) == HELLO


async def test_a_failed_put_leaves_nothing_behind(store: LocalObjects, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await store.put(tmp_path / "absent")

    assert files_under(store.root) == []


async def test_bytes_and_folders_are_synced_before_put_returns(
    store: LocalObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(objects.os, "fsync", lambda handle: (events.append("fsync"), fsync(handle))[1])
    monkeypatch.setattr(objects.os, "replace", lambda old, new: (events.append("replace"), replace(old, new))[1])

    await store.put(HELLO)

    assert events == ["fsync", "replace", "fsync", "fsync"]


@pytest.mark.parametrize(("start", "end"), [(0, 4), (3, None), (3, 9), (0, 0), (5, 10_000), (10_000, None), (9, 3)])
async def test_a_stream_gives_the_stretch_asked_for(store: LocalObjects, start: int, end: int | None) -> None:
    await store.put(HELLO)

    assert await read(store, KEY, start, end) == HELLO[start:end]


async def test_what_is_not_there_is_missing(store: LocalObjects) -> None:
    assert not await store.exists(KEY)
    assert await store.list() == []
    with pytest.raises(ObjectMissing):
        await store.size(KEY)
    with pytest.raises(ObjectMissing):
        await read(store, KEY)
    await store.delete(KEY)


async def test_list_pages_in_order_of_keys_and_leaves_foreign_files_out(store: LocalObjects) -> None:
    stored = sorted([await store.put(str(n).encode()) for n in range(20)], key=lambda one: one.object_key)
    (store.root / "README").write_text("not an object")
    (store.root / stored[0].object_key).with_suffix(".bak").write_text("not an object")

    first = await store.list(limit=7)
    rest = await store.list(after=first[-1].object_key)

    assert first == stored[:7]
    assert rest == stored[7:]


async def test_delete_takes_the_object_away(store: LocalObjects) -> None:
    await store.put(HELLO)

    await store.delete(KEY)

    assert not await store.exists(KEY)
    assert await store.list() == []


@pytest.mark.parametrize(
    "key", ["", "../../etc/passwd", "ab/../../x", f"/{KEY}", f"{KEY}/", KEY.upper() + "A", f"{KEY}\n", SHA, "ab/\x00"]
)
async def test_only_keys_become_paths(store: LocalObjects, key: str) -> None:
    with pytest.raises(ValueError, match="not an object key"):
        store.path(key)
    with pytest.raises(ValueError, match="not an object key"):
        await store.exists(key)
    with pytest.raises(ValueError, match="not an object key"):
        await store.delete(key)


def test_key_and_digest_are_two_ways_to_write_one_thing() -> None:
    assert key_of(SHA) == KEY
    assert digest_of(KEY) == SHA

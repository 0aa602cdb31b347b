from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from hub.importing import full
from hub.importing.full import INCOMPLETE, export_full, import_full, is_full
from hub.importing.importer import Stop
from hub.importing.native import export_native
from hub.vocabulary.enums import Kind
from hub.vocabulary.errors import ImportRefused, NotFound
from storage.seeds import SAMPLE
from storage.stores import changes, exporting
from tests.hub.importing.varied_hub import NOW, VariedHub, fill


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A full export of the whole sample and an item in every state."""
    import asyncio

    folder = tmp_path_factory.mktemp("source")

    async def make() -> None:
        hub = await VariedHub.empty(folder / "hub")
        await fill(hub)
        await export_full(hub.database, hub.clock, folder / "full.jsonl", hub.objects)
        await hub.close()

    asyncio.run(make())
    return folder / "full.jsonl"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[VariedHub]:
    made = await VariedHub.empty(tmp_path / "hub")
    yield made
    await made.close()


def lines(path: Path) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def media_beside(path: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in Path(f"{path}.media").iterdir()}


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_bytes(b"\n".join(orjson.dumps(one) for one in rows))
    return path


async def take(hub: VariedHub, path: Path, stop: Stop | None = None) -> full.FullImport:
    return await import_full(hub.database, hub.clock, path, hub.objects, stop=stop)


async def test_full_export_of_an_imported_full_export_is_the_same_bytes(
    exported: Path, hub: VariedHub, tmp_path: Path
) -> None:
    done = await take(hub, exported)
    await export_full(hub.database, hub.clock, tmp_path / "again.jsonl", hub.objects)

    assert (tmp_path / "again.jsonl").read_bytes() == exported.read_bytes()
    assert not done.needs_rebuild
    assert media_beside(tmp_path / "again.jsonl") == media_beside(exported)
    assert len(media_beside(exported)) > 3


async def test_packed_full_export_is_imported_as_the_plain_one(exported: Path, hub: VariedHub, tmp_path: Path) -> None:
    await take(hub, exported)
    await export_full(hub.database, hub.clock, tmp_path / "packed.jsonl.zst", hub.objects)
    second = await VariedHub.empty(tmp_path / "second")

    await take(second, tmp_path / "packed.jsonl.zst")

    await export_full(second.database, second.clock, tmp_path / "again.jsonl", second.objects)
    await second.close()
    assert (tmp_path / "again.jsonl").read_bytes() == exported.read_bytes()


def test_full_export_holds_a_row_of_every_table_and_counts_them(exported: Path) -> None:
    first, *rows, last = lines(exported)

    assert list(first) == ["kind", "format", "tables", "epoch", "floor", "position"]
    assert last == {"kind": "end", "rows": len(rows)}
    assert {row["table"] for row in rows} == set(exporting.TABLES)
    states = {row["row"]["state"] for row in rows if row["table"] == "item"}  # type: ignore[index]
    assert states == {"draft", "live", "withdrawn", "redirected", "gone", "vanished", "archived"}


async def test_positions_go_on_after_the_last_one_given(exported: Path, hub: VariedHub) -> None:
    await take(hub, exported)
    last = lines(exported)[0]["position"]
    async with hub.database.system(NOW) as system:
        unit_id = (await exporting.tree(system, "unit"))[0]["id"]
        state = await changes.state(system)

    async with hub.database.transaction(hub.clock()) as tx:
        key = await hub.create(tx, Kind.ARTICLE, unit_id, {"title": "之后"}, live=True)

    assert state == (lines(exported)[0]["epoch"], 0)
    async with hub.database.system(NOW) as system:
        added = await changes.after(system, int(str(last)), 10)
    assert [(row.position, row.item_id) for row in added] == [(int(str(last)) + 1, key)]


async def test_positions_go_on_after_one_whose_row_is_gone(exported: Path, hub: VariedHub, tmp_path: Path) -> None:
    header, *rows, end = lines(exported)
    kept = [row for row in rows if row["table"] != "change"]
    cut = [{**header, "floor": header["position"]}, *kept, {**end, "rows": len(kept)}]
    path = write(tmp_path / "cut.jsonl", cut)
    shutil.copytree(f"{exported}.media", f"{path}.media")

    done = await take(hub, path)

    async with hub.database.system(NOW) as system:
        assert await exporting.last_given(system) == header["position"]
    assert done.needs_rebuild


async def test_hub_with_content_refuses_a_full_import_and_stays_as_it_was(exported: Path, hub: VariedHub) -> None:
    await hub.take(SAMPLE[0])
    async with hub.database.system(NOW) as system:
        before = await exporting.filled(system)

    with pytest.raises(ImportRefused, match=r"needs an empty hub; this one has \d+ rows in unit, \d+ rows in site"):
        await take(hub, exported)

    async with hub.database.system(NOW) as system:
        assert await exporting.filled(system) == before
        assert (await changes.state(system))[0] != INCOMPLETE


async def test_interrupted_full_import_leaves_a_mark_and_begins_again(
    exported: Path, hub: VariedHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full, "BATCH_ROWS", 100)
    stop = Stop()
    original = full._Target.write
    batches = []

    async def and_count(self: full._Target, batch: full._Batch) -> None:
        await original(self, batch)
        batches.append(batch)
        stop.asked = len(batches) == 12

    monkeypatch.setattr(full._Target, "write", and_count)
    first = await take(hub, exported, stop)
    async with hub.database.system(NOW) as system:
        epoch, held = (await changes.state(system))[0], await exporting.filled(system)
    with pytest.raises(ImportRefused, match="was interrupted"):
        await export_full(hub.database, hub.clock, tmp_path / "half.jsonl", hub.objects)
    with pytest.raises(ImportRefused, match="was interrupted"):
        await export_native(hub.database, hub.clock, tmp_path / "half.jsonl", hub.objects)
    second = await take(hub, exported)

    assert first.summary.interrupted
    assert epoch == INCOMPLETE
    assert sum(held.values()) == 1_200
    assert second.needs_rebuild
    await export_full(hub.database, hub.clock, tmp_path / "again.jsonl", hub.objects)
    assert (tmp_path / "again.jsonl").read_bytes() == exported.read_bytes()


async def test_dry_run_reads_all_and_writes_nothing(exported: Path, hub: VariedHub) -> None:
    done = await import_full(hub.database, hub.clock, exported, hub.objects, is_dry=True)

    assert done.summary.created == sum(row.get("table") == "item" for row in lines(exported))
    async with hub.database.system(NOW) as system:
        assert await exporting.filled(system) == {}
        assert (await changes.state(system))[0] != INCOMPLETE


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: rows[:-1], "ends too early"),
        (lambda rows: [*rows[:-2], rows[-1]], "were read"),
        (lambda rows: [{**rows[0], "format": 99}, *rows[1:]], "no full export that this hub knows"),
        (lambda rows: [{**rows[0], "tables": "9999"}, *rows[1:]], "tables of revision 9999"),
        (lambda rows: [rows[0], {"table": "nonsense", "row": {}}, *rows[1:]], "'nonsense', which is no table"),
        (lambda rows: [rows[0], {"table": "unit", "row": {"colour": 1}}, *rows[1:]], "unit has no column 'colour'"),
        (lambda rows: [rows[0], {"table": "listing", "row": {"kind": 1}}, *rows[1:]], "does not fit: listing"),
        (lambda rows: [rows[0], {"table": "media_object", "row": {"sha256": "../x"}}, *rows[1:]], "no sound digest"),
        (lambda rows: [rows[0], {"table": "unit", "row": {"id": "x"}}, *rows[1:]], "does not fit: unit"),
    ],
)
async def test_damaged_full_export_is_refused_by_name(
    exported: Path, hub: VariedHub, tmp_path: Path, change, reason: str
) -> None:
    path = write(tmp_path / "damaged.jsonl", change(lines(exported)))
    shutil.copytree(f"{exported}.media", f"{path}.media")

    with pytest.raises(ImportRefused, match=reason):
        await take(hub, path)


async def test_missing_and_damaged_media_files_are_named(exported: Path, hub: VariedHub, tmp_path: Path) -> None:
    path = tmp_path / "full.jsonl"
    shutil.copy(exported, path)
    with pytest.raises(ImportRefused, match=r"full.jsonl.media/[0-9a-f]{64}\.\w+ is not beside"):
        await take(hub, path)
    shutil.copytree(f"{exported}.media", f"{path}.media")
    next(Path(f"{path}.media").iterdir()).write_bytes(b"other")

    with pytest.raises(ImportRefused, match="is damaged"):
        await take(hub, path)


async def test_export_names_a_media_file_the_store_has_lost(exported: Path, hub: VariedHub, tmp_path: Path) -> None:
    await take(hub, exported)
    key = (await hub.objects.list())[0].object_key
    await hub.objects.delete(key)

    with pytest.raises(NotFound, match=key):
        await export_full(hub.database, hub.clock, tmp_path / "again.jsonl", hub.objects)
    assert not (tmp_path / "again.jsonl").exists()


def test_full_export_is_told_by_its_first_line(exported: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")

    assert is_full(exported)
    assert not is_full(SAMPLE[0])
    assert not is_full(tmp_path / "rows.csv")

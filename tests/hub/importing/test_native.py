from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from hub.content import actions, structure
from hub.importing.native import export_native
from hub.vocabulary.enums import SectionKind
from storage.seeds import SAMPLE
from storage.stores import structure as places
from tests.hub.importing.varied_hub import OPERATOR, VariedHub, fill


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """An exchange export of the whole sample and an item in every state, and the ids of those items."""
    import asyncio

    folder = tmp_path_factory.mktemp("source")

    async def make() -> dict[str, str]:
        hub = await VariedHub.empty(folder / "hub")
        await fill(hub)
        await export_native(hub.database, hub.clock, folder / "content.jsonl", hub.objects)
        await hub.close()
        return hub.ids

    ids = asyncio.run(make())
    return folder / "content.jsonl", ids


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[VariedHub]:
    made = await VariedHub.empty(tmp_path / "hub")
    yield made
    await made.close()


def lines(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def of_kind(path: Path, *kinds: str) -> list[dict[str, Any]]:
    return [line for line in lines(path) if line["kind"] in kinds]


def item(path: Path, source_id: str) -> dict[str, Any]:
    return next(line for line in lines(path) if line.get("source_id") == source_id)


async def test_export_of_an_imported_export_is_the_same_bytes(
    source: tuple[Path, dict[str, str]], hub: VariedHub, tmp_path: Path
) -> None:
    path, _ = source
    await hub.take(path)

    count = await export_native(hub.database, hub.clock, tmp_path / "content.jsonl", hub.objects)

    assert (tmp_path / "content.jsonl").read_bytes() == path.read_bytes()
    assert count == len(lines(path))


async def test_second_import_of_an_export_writes_nothing(source: tuple[Path, dict[str, str]], hub: VariedHub) -> None:
    first = await hub.take(source[0])
    second = await hub.take(source[0])

    assert (second.created, second.corrected, second.unchanged) == (0, 0, first.created)


def test_only_live_items_are_exported(source: tuple[Path, dict[str, str]]) -> None:
    path, ids = source
    written = {line.get("source_id") for line in lines(path)}

    assert {name for name, key in ids.items() if key in written} == {
        "corrected", "restored", "updated", "embargoed", "policy", "repealed", "waiting", "moved",
    }  # fmt: skip


def test_items_come_by_source_after_their_places(source: tuple[Path, dict[str, str]]) -> None:
    kinds = [line["kind"] for line in lines(source[0])]
    items = [(line["source"], line["source_id"]) for line in lines(source[0]) if "source" in line]

    places = kinds[: len(kinds) - len(items)]
    assert places == sorted(places, key=["unit", "site", "section"].index)
    assert items == sorted(items)
    units = [line["code"] for line in of_kind(source[0], "unit")]
    below = [line for line in of_kind(source[0], "unit") if "parent" in line]
    assert all(units.index(line["parent"]) < units.index(line["code"]) for line in below)


def test_live_edition_is_what_is_exported(source: tuple[Path, dict[str, str]]) -> None:
    path, ids = source

    corrected = item(path, ids["corrected"])
    assert corrected["title"] == "更正后"
    assert corrected["links"] == [{"type": "relates_to", "source": "hub", "source_id": ids["restored"]}]
    assert "summary" not in item(path, ids["updated"])


def test_dates_audience_and_addresses_are_exported(source: tuple[Path, dict[str, str]]) -> None:
    path, ids = source

    embargoed = item(path, ids["embargoed"])
    assert embargoed["audience"] == ["public", "staff"]
    assert "site" not in embargoed
    assert embargoed["unit"] == "yunlan-gov"
    assert [section.split(":")[0] for section in embargoed["sections"]] == ["yunlan"]
    assert embargoed["embargo_at"] < embargoed["expires_at"]


def test_repeal_is_stated_and_hub_fields_are_left_out(source: tuple[Path, dict[str, str]]) -> None:
    path, ids = source

    assert item(path, ids["repealed"])["details"] == {"doc_no": "云澜政发〔2020〕9号", "validity": "repealed"}
    assert item(path, ids["policy"])["details"] == {"doc_no": "云澜政发〔2026〕1号", "expires_on": "2099-01-01"}


def test_media_files_lie_beside_under_their_digest(source: tuple[Path, dict[str, str]]) -> None:
    assets = of_kind(source[0], "media_asset")

    assert len(assets) > 3
    for one in assets:
        assert one["file"].rpartition(".")[0] == f"content.jsonl.media/{one['details']['sha256']}"
        assert (source[0].parent / one["file"]).stat().st_size == one["details"]["size"]


def test_view_is_written_by_codes_and_after_what_it_shows(source: tuple[Path, dict[str, str]]) -> None:
    sections = of_kind(source[0], "section")
    places = [(one["site"], "/".join(filter(None, (one.get("parent"), one["code"])))) for one in sections]

    made = sections[places.index(("zhenxi", "a-view"))]
    assert made["view"] == {"kinds": ["article"], "site": "yunlan", "section": "zt-test/moving"}
    shown = places.index(("yunlan", "zt-test/moving"))
    assert shown < places.index(("zhenxi", "a-view"))


async def test_view_of_what_stands_below_it_is_written_twice(hub: VariedHub, tmp_path: Path) -> None:
    await hub.take(SAMPLE[0])
    async with hub.database.transaction(hub.clock()) as tx:
        site = (await places.by_codes(tx, "site", ["yunlan"]))[0]
        shared = {"site_id": site.id, "section_kind": SectionKind.TOPIC}
        top = await structure.create_section(tx, OPERATOR, {**shared, "name": "上", "code": "top"})
        low = await structure.create_section(tx, OPERATOR, {**shared, "name": "下", "code": "low", "parent_id": top})
        await structure.update_section(tx, OPERATOR, top, 1, {"view": {"section": [low]}})
    await export_native(hub.database, hub.clock, tmp_path / "one.jsonl", hub.objects)
    second = await VariedHub.empty(tmp_path / "second")
    await second.take(tmp_path / "one.jsonl")
    await export_native(second.database, second.clock, tmp_path / "two.jsonl", second.objects)
    await second.close()

    tops = [one.get("view") for one in of_kind(tmp_path / "one.jsonl", "section") if one["code"] == "top"]
    assert tops == [None, {"section": "top/low"}]
    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()


async def test_export_does_not_change_the_hub(hub: VariedHub, tmp_path: Path) -> None:
    await fill(hub, SAMPLE[:1])
    await export_native(hub.database, hub.clock, tmp_path / "one.jsonl", hub.objects)
    async with hub.database.transaction(hub.clock()) as tx:
        await actions.update(tx, OPERATOR, hub.ids["corrected"], 3, {"title": "未发布"})

    await export_native(hub.database, hub.clock, tmp_path / "two.jsonl", hub.objects)

    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()

"""Imported rows in a real hub: nothing twice, changes as editions, refusals by name, all of a batch or none of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from hub.content import actions
from hub.importing import target as target_module
from hub.importing.importer import BatchResult
from hub.importing.rows import ItemRow, LinkRow, Row, SectionRow, SiteRow, UnitRow
from hub.importing.target import DEFAULT_NOTE, DatabaseTarget
from hub.vocabulary.clock import Instant
from hub.vocabulary.enums import Kind, LinkType, State, UnitType
from storage.objects import LocalObjects
from storage.tables import details, edition, item, link, media_object
from tests.world import OPERATOR, World

CREATED = BatchResult(created=1)


def target_of(world: World, folder: Path | None = None, *, is_dry: bool = False) -> DatabaseTarget:
    folder = folder or world.path.parent
    objects = LocalObjects(world.path.parent / "objects")
    return DatabaseTarget(world.database, OPERATOR, world.clock, folder, "batch.jsonl", objects, is_dry)


def policy(number: int, **more: Any) -> ItemRow:
    given: dict[str, Any] = {"site": "portal", "sections": ("gov/policy",), "body": "第一条 正文", **more}
    return ItemRow(Kind.POLICY_DOCUMENT, "laws", str(number), given.pop("title", f"第{number}号条例"), **given)


async def write(world: World, *rows: Row, **more: Any) -> BatchResult:
    return plainly(await target_of(world, **more).write(rows))


def plainly(result: BatchResult) -> BatchResult:
    """Equal by value, whatever the sequence of its refusals."""
    return replace(result, refused=tuple(result.refused))


async def id_of(world: World, number: int = 1) -> str:
    query = sa.select(item.c.id).where(item.c.source == "laws", item.c.source_id == str(number))
    return str((await world.rows(query))[0].id)


def refusals(result: BatchResult) -> list[tuple[str, str]]:
    return [(name, reason) for _, name, reason in result.refused]


PLACES: Sequence[Row] = (
    UnitRow("bureau", "云澜市审计局", unit_type=UnitType.CITY_DEPARTMENT, parent="city", region="云澜"),
    SiteRow("audit", "云澜市审计局网站", unit="bureau", description="审计"),
    SectionRow("audit", "open", "政务公开", keywords=("公开",), update_cycle_days=7),
    SectionRow("audit", "report", "审计报告", parent="open", order=3),
    SectionRow("audit", "city", "市级政策", view={
        "kinds": ["policy_document"], "site": "portal", "section": "gov/policy", "unit": "city", "archived": "include",
    }),
)  # fmt: skip


async def test_new_row_becomes_a_live_item_with_all_it_says(world: World) -> None:
    row = policy(
        1, summary="摘要", origin="市政府办公室", url="https://www.example.gov.cn/1", author="甲", made_on="2025-01-02",
        published_at=Instant(5), keywords=("养老",), details={"doc_no": "云政发〔2025〕1号"}, unit="edu",
    )  # fmt: skip

    assert await write(world, row) == CREATED

    key = await id_of(world)
    head = await world.head(key)
    assert (head.state, head.unit_id, head.site_id, head.sort_at, head.lock_version) == (
        "live", world.units["edu"], world.sites["portal"], 5, 1,
    )  # fmt: skip
    live = (await world.rows(sa.select(edition)))[0]
    assert (live.title, live.summary, live.source_name, live.source_url, live.author, live.made_on) == (
        "第1号条例", "摘要", "市政府办公室", "https://www.example.gov.cn/1", "甲", "2025-01-02",
    )  # fmt: skip
    assert (live.approval_basis, live.created_by, live.change_note) == ({"batch": "batch.jsonl"}, "operator:test", "")
    assert [(row.verb, row.lane) for row in await world.changes(key)] == [("published", 1)]
    assert [row.verb for row in await world.audits(key)] == ["import"]


async def test_second_run_writes_nothing(world: World) -> None:
    rows = [*PLACES, *(policy(n, links=(LinkRow(LinkType.CITES, "laws", str(n + 1)),)) for n in range(5)),
            policy(9, state=State.DRAFT)]  # fmt: skip
    await write(world, *rows)
    footprint, position = await world.footprint(), len(await world.changes())

    again = await write(world, *rows)

    assert again == BatchResult(unchanged=6)
    assert await world.footprint() == footprint
    assert len(await world.changes()) == position


@pytest.mark.parametrize(
    "place",
    [
        UnitRow("bureau", "审计局　 （本级）", region="云澜  市", address="  人民路 1 号"),
        SiteRow("audit", "网站  一", unit="city", description="第一行\n第二行"),
        SectionRow("portal", "x", "栏目 　一", description="一\n\n二", keywords=("a  b", "c")),
    ],
)
async def test_place_with_unusual_spaces_is_the_same_the_second_time(world: World, place: Row) -> None:
    await write(world, place)
    footprint = await world.footprint()

    await write(world, place)

    assert await world.footprint() == footprint


async def test_changed_row_is_a_new_edition_with_a_change_note(world: World) -> None:
    await write(world, policy(1))
    world.clock.pass_by(1)

    assert await write(world, policy(1, title="新的条例")) == BatchResult(corrected=1)
    assert await write(world, policy(1, title="更新的条例", change_note="更正标题")) == BatchResult(corrected=1)

    key = await id_of(world)
    rows = await world.rows(sa.select(edition).order_by(edition.c.number))
    assert [(row.title, row.state, row.change_note) for row in rows] == [
        ("第1号条例", "superseded", ""),
        ("新的条例", "superseded", DEFAULT_NOTE),
        ("更新的条例", "live", "更正标题"),
    ]
    assert await world.verbs(key) == ["published", "corrected", "corrected"]
    assert [row.verb for row in await world.audits(key)] == ["import", "import_correction", "import_correction"]


async def test_change_note_alone_is_no_change(world: World) -> None:
    await write(world, policy(1))

    assert await write(world, policy(1, change_note="只有说明")) == BatchResult(unchanged=1)


async def test_places_are_made_and_changed_ones_updated(world: World) -> None:
    await write(world, *PLACES)
    changed = [
        replace(PLACES[0], name="云澜市审计局（新）"),  # type: ignore[type-var]
        replace(PLACES[1], domain="audit.example.gov.cn"),  # type: ignore[type-var]
        replace(PLACES[3], name="审计结果", order=4),  # type: ignore[type-var]
    ]

    assert await write(world, *changed) == BatchResult()

    unit = (await world.rows(sa.text("SELECT name, lock_version FROM unit WHERE code = 'bureau'")))[0]
    site = (await world.rows(sa.text("SELECT domain, name, lock_version FROM site WHERE code = 'audit'")))[0]
    section = (await world.rows(sa.text("SELECT name, order_no FROM section WHERE path = 'open/report'")))[0]
    assert tuple(unit) == ("云澜市审计局（新）", 2)
    assert tuple(site) == ("audit.example.gov.cn", "云澜市审计局网站", 2)
    assert tuple(section) == ("审计结果", 4)


async def test_what_a_changed_place_does_not_name_stays_as_it_was(world: World) -> None:
    await write(world, *PLACES)

    await write(world, UnitRow("bureau", "新名", unit_type=UnitType.CITY_DEPARTMENT))

    assert (await world.rows(sa.text("SELECT region FROM unit WHERE code = 'bureau'")))[0].region == "云澜"


async def test_unit_whose_superior_changed_moves(world: World) -> None:
    await write(world, *PLACES)

    await write(world, replace(PLACES[0], parent="county"))  # type: ignore[type-var]

    query = "SELECT p.code FROM unit u JOIN unit p ON p.id = u.parent_id WHERE u.code = 'bureau'"
    assert (await world.rows(sa.text(query)))[0].code == "county"


async def test_view_names_its_places_by_code_and_keeps_their_ids(world: World) -> None:
    await write(world, *PLACES)

    from storage.tables import section

    view = (await world.rows(sa.select(section.c.view).where(section.c.path == "city")))[0].view
    assert view == {
        "kinds": ["policy_document"], "section": [world.sections["gov/policy"]], "unit": [world.units["city"]],
        "archived": "include",
    }  # fmt: skip


async def test_unit_of_a_row_is_the_owner_of_its_site_where_it_names_none(world: World) -> None:
    await write(world, *PLACES, policy(1, site="audit", sections=("open", "portal:news")))

    head = await world.head(await id_of(world))
    owner = (await world.rows(sa.text("SELECT code FROM unit WHERE id = :id").bindparams(
        id=bytes.fromhex(head.unit_id.replace("-", "")))))[0]  # fmt: skip
    assert owner.code == "bureau"


@pytest.mark.parametrize(
    ("row", "refusal"),
    [
        (policy(1, site="nowhere", sections=()), ("site", "there is no site nowhere.")),
        (policy(1, unit="nowhere"), ("unit", "there is no unit nowhere.")),
        (policy(1, site="", sections=()), ("unit", "name a unit, or a site whose owner is to be it.")),
        (policy(1, sections=("nowhere",)), ("sections", "there is no section nowhere on the site portal.")),
        (policy(1, sections=("far:news",)), ("sections", "there is no section news on the site far.")),
        (policy(1, file="a.pdf"), ("file", "only a media asset has a file.")),
        (
            ItemRow(Kind.MEDIA_ASSET, "laws", "1", "图", unit="city", file="missing.png"),
            ("file", "there is no file missing.png."),
        ),
        (policy(1, audience=tuple(str(n) for n in range(60))), ("audience", "60 audience are given; 50 are allowed.")),
        (SectionRow("nowhere", "x", "栏目"), ("site", "there is no site nowhere.")),
        (
            SectionRow("portal", "x", "栏目", parent="nowhere"),
            ("parent", "there is no section nowhere on the site portal."),
        ),
        (SiteRow("x", "站"), ("unit", "a new site names the unit that owns it.")),
        (UnitRow("x", "局", parent="nowhere"), ("parent", "there is no unit nowhere.")),
        (
            SectionRow("portal", "x", "栏目", view={"section": "nowhere"}),
            ("view.section", "there is no section nowhere on the site portal."),
        ),
    ],
)
async def test_row_that_cannot_be_written_is_refused_by_field_and_the_rest_goes_on(
    world: World, row: Row, refusal: tuple[str, str]
) -> None:
    result = await write(world, policy(7), row, policy(8))

    assert refusals(result) == [refusal]
    assert [one for one, *_ in result.refused] == [row]
    assert result.created == 2


async def test_items_cannot_be_placed_on_a_view(world: World) -> None:
    result = await write(world, *PLACES, policy(1, sections=("audit:city",)))

    assert refusals(result) == [("sections", "city on the site audit is a view.")]
    assert refusals(await write(world, policy(1, sections=("audit:city",)))) == refusals(result)


async def test_same_key_twice_in_a_batch_is_an_item_and_its_correction(world: World) -> None:
    result = await write(world, policy(1), policy(2), policy(1, title="新的条例"), policy(1, title="新的条例"))

    assert result == BatchResult(created=2, corrected=1, unchanged=1)
    assert await world.verbs(await id_of(world)) == ["published", "corrected"]


async def test_other_kind_under_a_known_key_is_refused(world: World) -> None:
    await write(world, policy(1))

    result = await write(world, ItemRow(Kind.ARTICLE, "laws", "1", "文章", unit="city"))

    assert refusals(result) == [("kind", "is article here, and policy_document in the hub.")]


@pytest.mark.parametrize("state", ["withdrawn", "redirected", "gone", "vanished"])
@pytest.mark.parametrize("as_draft", [False, True])
async def test_what_was_unpublished_here_is_not_brought_back(world: World, state: str, as_draft: bool) -> None:
    await write(world, policy(1))
    key = await id_of(world)
    await {
        "withdrawn": lambda: world.do(actions.withdraw, OPERATOR, key, 1, explanation="错"),
        "redirected": lambda: world.do(actions.redirect, OPERATOR, key, 1, target_id=None, target_url="http://a.b/"),
        "gone": lambda: world.do(actions.remove, OPERATOR, key, 1, vanish=False),
        "vanished": lambda: world.do(actions.remove, OPERATOR, key, 1, vanish=True),
    }[state]()
    footprint = await world.footprint()

    row = policy(1, title="新的", state=State.DRAFT if as_draft else State.LIVE)
    result = await write(world, row)

    if (state, as_draft) == ("withdrawn", True):
        assert result == BatchResult(corrected=1)
        assert await world.editions(key) == [(1, "live"), (2, "draft")]
    else:
        assert refusals(result) == [("state", f"is {state} in the hub; restore it there first.")]
        assert await world.footprint() == footprint
    assert (await world.head(key)).state == state


async def test_archived_item_is_corrected_and_stays_archived(world: World) -> None:
    await write(world, policy(1))
    key = await id_of(world)
    await world.do(actions.archive, OPERATOR, key, 1)

    await write(world, policy(1, title="新的"))

    assert (await world.head(key)).state == "archived"
    assert {archived for _, _, archived, _ in await world.listed_under(key)} == {1}


async def test_draft_row_is_seen_by_nobody_and_published_by_its_live_row(world: World) -> None:
    assert await write(world, policy(1, state=State.DRAFT)) == CREATED
    key = await id_of(world)
    assert ((await world.head(key)).state, await world.changes()) == ("draft", [])

    assert await write(world, policy(1, state=State.DRAFT, title="第二稿")) == BatchResult(corrected=1)
    assert await world.editions(key) == [(1, "draft")]

    assert await write(world, policy(1)) == BatchResult(corrected=1)
    assert ((await world.head(key)).state, await world.verbs(key)) == ("live", ["published"])


async def test_draft_row_of_a_live_item_is_its_working_edition(world: World) -> None:
    await write(world, policy(1))
    key = await id_of(world)

    await write(world, policy(1, state=State.DRAFT, title="修订稿"))

    assert await world.editions(key) == [(1, "live"), (2, "draft")]
    assert await world.verbs(key) == ["published"]


async def test_links_resolve_backwards_forwards_and_within_a_batch_without_corrections(world: World) -> None:
    def citing(number: int, *targets: int) -> ItemRow:
        return policy(number, links=tuple(LinkRow(LinkType.CITES, "laws", str(target)) for target in targets))

    await write(world, citing(1, 2, 9))
    await write(world, citing(2, 1, 3), citing(3, 2))

    found = await world.rows(sa.select(link.c.item_id, link.c.order_no, link.c.target_id))
    ids = {number: await id_of(world, number) for number in (1, 2, 3)}
    assert {(row.item_id, row.order_no): row.target_id for row in found} == {
        (ids[1], 0): ids[2], (ids[1], 1): None, (ids[2], 0): ids[1], (ids[2], 1): ids[3], (ids[3], 0): ids[2],
    }  # fmt: skip
    assert [await world.verbs(key) for key in ids.values()] == [["published"]] * 3


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000100ffff03000006"
    "0005057e9d0000000049454e44ae426082"
)


async def test_media_file_goes_to_the_object_store_and_its_facts_to_the_row(world: World, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "map.png").write_bytes(PNG)
    row = ItemRow(Kind.MEDIA_ASSET, "laws", "1", "地图", unit="city", file="files/map.png",
                  details={"alt_text": "云澜市地图", "file_name": "云澜.png"})  # fmt: skip

    assert await write(world, row, folder=tmp_path) == CREATED
    assert await write(world, row, folder=tmp_path) == BatchResult(unchanged=1)

    stored = (await world.rows(sa.select(media_object)))[0]
    detail = (await world.rows(sa.select(details[Kind.MEDIA_ASSET])))[0]
    assert (stored.media_type, stored.size) == ("image/png", len(PNG))
    assert (detail.object_key, detail.sha256, detail.media_type, detail.size, detail.file_name, detail.alt_text) == (
        stored.object_key, stored.sha256, "image/png", len(PNG), "云澜.png", "云澜市地图",
    )  # fmt: skip


async def test_dry_run_counts_the_same_and_writes_nothing(world: World, tmp_path: Path) -> None:
    (tmp_path / "map.png").write_bytes(PNG)
    await write(world, policy(1), policy(2))
    footprint = await world.footprint()
    media = ItemRow(Kind.MEDIA_ASSET, "laws", "5", "地图", site="audit", file="map.png")
    rows = [*PLACES, policy(1), policy(2, title="新的"), policy(3, site="audit", sections=("open/report",)), media,
            policy(4, unit="nowhere"), policy(6, state=State.DRAFT)]  # fmt: skip

    dry = await write(world, *rows, folder=tmp_path, is_dry=True)

    assert await world.footprint() == footprint
    assert not (world.path.parent / "objects").exists() or not any((world.path.parent / "objects").rglob("*.*"))
    assert dry == await write(world, *rows, folder=tmp_path)
    assert (dry.created, dry.corrected, dry.unchanged, len(dry.refused)) == (3, 1, 1, 1)


async def test_dry_run_remembers_places_over_several_batches(world: World) -> None:
    target = target_of(world, is_dry=True)
    await target.write(PLACES)

    result = await target.write([policy(1, site="audit", sections=("open",))])

    assert plainly(result) == CREATED


async def test_failing_batch_leaves_nothing_and_the_next_begins_afresh(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = target_of(world)
    footprint = await world.footprint()
    go_live = target_module.go_live

    async def failing(*args: Any) -> None:
        await go_live(*args)
        raise OSError("disk full")

    monkeypatch.setattr(target_module, "go_live", failing)
    with pytest.raises(OSError, match="disk full"):
        await target.write([*PLACES, policy(1, site="audit", sections=("open",))])
    assert await world.footprint() == footprint
    monkeypatch.undo()

    assert refusals(await target.write([policy(1, site="audit", sections=("open",))])) == [
        ("site", "there is no site audit.")
    ]
    assert plainly(await target.write([*PLACES, policy(1, site="audit", sections=("open",))])) == CREATED


async def test_batch_is_one_transaction(world: World) -> None:
    commits: list[int] = []
    transaction = world.database.transaction

    def counted(*args: Any) -> Any:
        commits.append(1)
        return transaction(*args)

    world.database.transaction = counted  # type: ignore[method-assign]
    await write(world, *PLACES, *(policy(n) for n in range(100)))

    assert len(commits) == 1
